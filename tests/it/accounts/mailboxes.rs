//! Mailboxes that somebody else has mails sent to.

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{PASSWORD, ask, mails_to, person, send_mails};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, both_engines};
use serde_json::json;

const ANN: &str = "ann@example.com";

#[both_engines]
async fn a_mailbox_is_not_filled_by_others(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    for email in [ANN, "nobody@example.com"] {
        for _ in 0..12 {
            let answer = ask(&web, None, "POST", "/api/v1/auth/reset", json!({"email": email})).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "the same answer, whatever is sent");
        }
        let asked = app.host.db.mails_to(email).await.expect("mails").len();
        assert_eq!(asked, 10, "{email}");
    }
    let invited =
        ann.ask(&web, "POST", "/api/v1/members", json!({"email": "nobody@example.com", "role": "viewer"})).await;
    assert_eq!(invited.status, StatusCode::CREATED);
    assert_eq!(app.host.db.mails_to("nobody@example.com").await.expect("mails").len(), 10, "all kinds count together");
    app.clock().advance(3_600_001);
    ask(&web, None, "POST", "/api/v1/auth/reset", json!({"email": ANN})).await;
    assert_eq!(app.host.db.mails_to(ANN).await.expect("mails").len(), 11);
}

#[both_engines]
async fn what_was_begun_before_a_reset_is_not_sent_after_it(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let bob = person(&app, &web, "bob@example.com", None, Some(("default", TenantRole::Viewer))).await;
    for (who, to) in [(&ann, "eve@example.com"), (&bob, "robert@example.com")] {
        let change = json!({"email": to, "password": PASSWORD});
        assert_eq!(who.ask(&web, "POST", "/api/v1/me/email", change).await.status, StatusCode::ACCEPTED);
    }
    let new = json!({"password": PASSWORD, "new_password": "another password of hers"});
    assert!(ann.ask(&web, "POST", "/api/v1/me/password", new).await.status.is_success());
    send_mails(&app).await;
    assert!(mails_to(&app, "eve@example.com").is_empty());
    assert_eq!(app.host.db.mails_to("eve@example.com").await.expect("mails")[0].state, "dropped");
    assert_eq!(mails_to(&app, "robert@example.com").len(), 1, "of somebody else");
}
