//! Links of mails, asking for an account, and a database that is away.

use axum::http::StatusCode;
use entrepot_store::Pools;
use entrepot_tests::pages::Pages;
use entrepot_tests::people::{PASSWORD, link_token, mails_to, send_mails};
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn what_a_link_holds_is_no_markup(app: App) {
    let nobody = Pages::anonymous(&app);
    let page = nobody.shown("/account/reset?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!page.holds("<script>alert") && page.holds("name=\"password\""), "{}", page.html);
    let over = nobody.shown("/account/reset").await;
    assert!(over.holds("This link is over") && over.holds("href=\"/lost-password\""), "{}", over.html);
    assert_eq!(nobody.open("/account/nothing?token=x").await.status, StatusCode::NOT_FOUND);
    // The same words whether there is such an account or not.
    let asked = nobody.post("/lost-password", &[("email", "nobody@example.com")]).await;
    assert!(asked.status == StatusCode::OK && asked.holds("If there is an account"), "{}", asked.html);
    send_mails(&app).await;
    assert!(mails_to(&app, "nobody@example.com").is_empty());
}

#[both_engines]
async fn an_account_is_asked_for_where_anybody_may(app: App) {
    let nobody = Pages::anonymous(&app);
    assert!(!nobody.shown("/sign-in").await.holds("href=\"/register\""));
    assert_eq!(nobody.open("/register").await.status, StatusCode::FORBIDDEN);
    let app = app.with(&[("ENTREPOT_AUTH_REGISTRATION", "open")]).await;
    let nobody = Pages::anonymous(&app);
    let form = nobody.shown("/sign-in").await.link("Ask for one");
    let fields = |password| [("email", "new@example.com"), ("name", "New"), ("password", password)];
    let short = nobody.post(&form, &fields("short")).await;
    assert!(short.status == StatusCode::UNPROCESSABLE_ENTITY && short.holds("value=\"New\""), "{}", short.html);
    assert!(nobody.post(&form, &fields(PASSWORD)).await.holds("A mail is on its way"));
    let token = link_token(&app, "new@example.com", "verify").await;
    let proof = |password| [("token", token.as_str()), ("password", password)];
    let wrong = nobody.post("/account/verify", &proof("somebody else's")).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.holds("role=\"alert\""), "{}", wrong.html);
    assert!(nobody.post("/account/verify", &proof(PASSWORD)).await.holds("Your account is ready"));
    let entered = nobody.post("/sign-in", &[("email", "new@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.html);
}

/// Whoever is signed in is not sent to sign in again.
#[both_engines]
async fn a_database_that_is_away_is_said(app: App) {
    let pages = Pages::of(&app);
    match app.host.db.pools() {
        Pools::Postgres(pool) => pool.close().await,
        Pools::Sqlite { read, write, .. } => {
            read.close().await;
            write.close().await;
        }
    }
    for path in ["/", "/products", "/adapters", "/me"] {
        let page = pages.open(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", page.html);
        assert!(
            page.holds("the database cannot be reached") || page.holds("The database cannot be reached"),
            "{}",
            page.html
        );
    }
}
