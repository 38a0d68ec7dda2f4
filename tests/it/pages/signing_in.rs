//! A browser is let in and out, and sees what its role may.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_accounts::{Handing, NewUser};
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_tests::pages::{Page, Pages};
use entrepot_tests::people::PASSWORD;
use entrepot_tests::rest::HOST;
use entrepot_tests::{App, SmallShop, both_engines};

struct Browser<'a> {
    pages: &'a Pages,
    cookie: String,
}

impl Browser<'_> {
    async fn ask(&self, method: &str, path: &str, body: &str) -> Page {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.pages.ask(request.body(Body::from(body.to_owned())).expect("a request")).await
    }
}

async fn sign_in<'a>(pages: &'a Pages, email: &str, next: &str) -> Browser<'a> {
    let page = pages.post("/sign-in", &[("email", email), ("password", PASSWORD), ("next", next)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    assert_eq!(page.location(), if next.starts_with("//") { "/" } else { next });
    let cookie = page.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    Browser { pages, cookie: cookie.split(';').next().unwrap_or_default().to_owned() }
}

#[both_engines]
async fn whoever_is_not_signed_in_is_asked_to(app: App) {
    let shop = SmallShop::imported(&app).await;
    let nobody = Pages::anonymous(&app);
    for path in [
        "/",
        "/products?q=boots",
        "/channels",
        "/adapters",
        "/adapters/woocommerce/approve",
        "/audit",
        "/live/runs/run_1",
    ] {
        let page = nobody.open(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.location().starts_with("/sign-in"), "{path}: {}", page.location());
    }
    let begun = nobody.post(&format!("/channels/{}/import", shop.channel.as_str()), &[("scope", "full")]).await;
    assert!(begun.status == StatusCode::UNAUTHORIZED && begun.holds("Nothing was done yet"), "{}", begun.html);
    assert!(nobody.shown("/sign-in").await.holds("name=\"password\""));
}

/// Their session ended while they filled in a form.
#[both_engines]
async fn what_was_typed_is_kept(app: App) {
    let nobody = Pages::anonymous(&app);
    let typed =
        [("name", "berlin & <b>co"), ("setting.store_url", "https://shop.example"), ("secret.consumer_key", "ck_1")];
    let kept = nobody.post("/channels/new/woocommerce", &typed).await;
    assert_eq!(kept.status, StatusCode::UNAUTHORIZED);
    assert!(kept.holds("action=\"/channels/new/woocommerce\"") && kept.holds("https://shop.example"), "{}", kept.html);
    assert!(!kept.holds("ck_1") && !kept.holds("<b>co") && kept.holds("typed again"), "{}", kept.html);
}

#[both_engines]
async fn a_role_sees_what_it_may(app: App) {
    let shop = SmallShop::imported(&app).await;
    let viewer = Some((app.host.tenant.as_str(), TenantRole::Viewer));
    for (email, host_role, tenant) in
        [("viewer@example.com", None, viewer), ("reviewer@example.com", Some(HostRole::Reviewer), None)]
    {
        let password = Some(PASSWORD);
        let new = NewUser { email, name: None, host_role, tenant, password, handing: Handing::Shown, by: "test" };
        app.host.app.accounts.add_user(new).await.expect("an account");
    }
    let pages = Pages::anonymous(&app);
    let wrong = pages
        .post("/sign-in", &[("email", "viewer@example.com"), ("password", "not this one"), ("next", "/runs")])
        .await;
    let unknown =
        pages.post("/sign-in", &[("email", "viewer@example.com"), ("password", "nor this"), ("next", "/runs")]).await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(wrong.html, unknown.html);
    assert!(!wrong.holds("not this one") && wrong.holds("value=\"/runs\""), "{}", wrong.html);

    let viewer = sign_in(&pages, "viewer@example.com", "//evil.example").await;
    let start = viewer.ask("GET", "/", "").await;
    assert!(
        start.status == StatusCode::OK && start.holds("viewer@example.com") && start.holds("href=\"/products\""),
        "{}",
        start.html
    );
    let import = format!("/channels/{}/import", shop.channel.as_str());
    let refused = viewer.ask("POST", &import, "scope=full").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.holds("href=\"/products\"") && refused.holds("viewer@example.com"), "{}", refused.html);
    assert_eq!(viewer.ask("GET", "/channels/new", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.ask("GET", "/audit", "").await.status, StatusCode::FORBIDDEN);
    // Listings are seen by everybody of the tenant, and changed by those who sell.
    let listings = viewer.ask("GET", "/listings", "").await;
    assert!(listings.status == StatusCode::OK && !listings.holds("Choose products"), "{}", listings.html);
    assert!(!viewer.ask("GET", "/products", "").await.holds("type=\"checkbox\""));
    for path in ["rule", "adoption"] {
        let page = viewer.ask("GET", &format!("/channels/{}/{path}", shop.channel.as_str()), "").await;
        assert!(page.status == StatusCode::OK && !page.holds("<form method=\"post\" class=\"form"), "{}", page.html);
        let posted = viewer.ask("POST", &format!("/channels/{}/{path}", shop.channel.as_str()), "percent=10").await;
        assert_eq!(posted.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/listings/plan?action=end", "/listings/new", "/listings/lst_1/edit", "/listings/lst_1/category"] {
        assert_eq!(viewer.ask("GET", path, "").await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(viewer.ask("POST", path, "").await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let view = viewer.ask("POST", "/products/views", "name=Mine&q=boots").await;
    assert_eq!(view.location(), "/products?q=boots", "a view is one's own: {}", view.html);

    let reviewer = sign_in(&pages, "reviewer@example.com", "/").await;
    assert_eq!(reviewer.ask("GET", "/", "").await.location(), "/adapters");
    let list = reviewer.ask("GET", "/adapters", "").await;
    assert!(list.status == StatusCode::OK && !list.holds("href=\"/products\""), "{}", list.html);
    assert_eq!(reviewer.ask("GET", "/adapters/woocommerce", "").await.status, StatusCode::OK);
    // A reviewer looks, and an operator approves.
    let review = reviewer.ask("GET", "/adapters/woocommerce/approve", "").await;
    assert!(review.status == StatusCode::OK && review.holds("an operator approves"), "{}", review.html);
    assert!(
        !review.holds("action=\"/adapters/woocommerce/approve\"") && review.holds("It may do exactly what"),
        "{}",
        review.html
    );
    assert_eq!(reviewer.ask("POST", "/adapters/woocommerce/approve", "").await.status, StatusCode::FORBIDDEN);
    for path in ["/products", "/runs", "/dead-letters"] {
        let page = reviewer.ask("GET", path, "").await;
        assert!(page.status == StatusCode::SEE_OTHER && page.location() == "/tenants", "{path}: {}", page.html);
    }
    assert_eq!(reviewer.ask("POST", "/adapters/woocommerce/revoke", "").await.status, StatusCode::FORBIDDEN);

    assert_eq!(viewer.ask("POST", "/sign-out", "").await.location(), "/sign-in");
    assert_eq!(viewer.ask("GET", "/", "").await.location(), "/sign-in", "the session is over");
}
