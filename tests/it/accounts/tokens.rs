//! What is shown as a token and is none.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::person;
use entrepot_tests::rest::{HOST, Web};
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn a_forged_token_is_nobody(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, "ann@example.com", None, Some(("default", TenantRole::Owner))).await;
    let (head, signature) = ann.access.rsplit_once('.').expect("parts");
    let (_, claims) = head.split_once('.').expect("parts");
    // {"alg":"none"}, {"alg":"HS512"}
    let (none, other) = ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzUxMiJ9");
    for forged in [
        String::new(),
        "x".to_owned(),
        format!("{head}."),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{other}.{claims}.{signature}"),
        format!("{head}x.{signature}"),
        format!("{head}.{}", "A".repeat(43)),
        "ent_aaaaaaaaaa_".to_owned() + &"A".repeat(43),
        format!("ent_{}", "a_".repeat(1_000)),
        ann.refresh.clone(),
    ] {
        for path in ["/api/v1/me", "/api/v1/channels"] {
            let request =
                Request::get(path).header(header::HOST, HOST).header(header::AUTHORIZATION, format!("Bearer {forged}"));
            let answer = web.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{forged:.80}: {}", answer.json());
            let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
            assert!(forged.len() < 8 || !detail.contains(&forged), "what was shown is not repeated: {detail}");
            assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
        }
    }
    for header in ["Basic YW5uOmFubg==", "bearer", "Bearer", "Bearer  ", "\u{e4}"] {
        let request = Request::get("/api/v1/me").header(header::HOST, HOST);
        let request = request.header(header::AUTHORIZATION, header.as_bytes()).body(Body::empty()).expect("a request");
        assert_eq!(web.send(request).await.status, StatusCode::UNAUTHORIZED, "{header}");
    }
    // Another host's token, with another master key.
    let request = Request::get("/api/v1/me").header(header::HOST, HOST);
    let request = request.header(header::AUTHORIZATION, format!("bearer {}", ann.access)).body(Body::empty());
    assert_eq!(web.send(request.expect("a request")).await.status, StatusCode::OK, "its own is good in any case");
    let stranger = App::start(entrepot_tests::Database::Sqlite).await;
    let theirs = Web::anonymous(&stranger);
    assert_eq!(ann.get(&theirs, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}
