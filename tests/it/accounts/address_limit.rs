//! A flood of sign-ins: from one address, and from many.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use entrepot_tests::people::{ask, sign_in};
use entrepot_tests::rest::{HOST, Web, get};
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

#[both_engines]
async fn an_address_has_thirty_tries_a_minute(app: App) {
    let app = app.with(&[("ENTREPOT_AUTH_ATTEMPTS_PER_MINUTE", "30")]).await;
    let web = Web::anonymous(&app);
    let mut answers = Vec::new();
    for number in 0..60 {
        let body = json!({"refresh_token": format!("guessed-{number}")});
        answers.push(ask(&web, None, "POST", "/api/v1/auth/refresh", body).await);
    }
    let tried = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert!((30..=33).contains(&tried), "{tried}");
    let last = answers.last().expect("an answer");
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.headers.contains_key(header::RETRY_AFTER));
}

/// A thousand at once from a thousand addresses: a few are looked at, the others are told to come again, and nothing else waits.
#[both_engines]
async fn a_flood_from_everywhere_leaves_the_host_answering(app: App) {
    let web = Arc::new(Web::anonymous(&app));
    let mut flood = tokio::task::JoinSet::new();
    let began = Instant::now();
    for number in 0..1_000_u32 {
        let web = web.clone();
        flood.spawn(async move {
            let body = json!({"email": format!("nobody{number}@example.com"), "password": "some password or other"});
            let peer = std::net::SocketAddr::from((std::net::Ipv4Addr::from(0x0a00_0000 + number), 4711));
            let request = Request::post("/api/v1/auth/sign-in").header(header::HOST, HOST);
            let mut request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))
                .expect("a request");
            request.extensions_mut().insert(ConnectInfo(peer));
            web.send(request).await
        });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let asked = Instant::now();
    get(&app, "/api/v1/channels").await;
    let answered = asked.elapsed();
    let answers = flood.join_all().await;
    let count = |status: StatusCode| answers.iter().filter(|answer| answer.status == status).count();
    let (looked_at, later) = (count(StatusCode::UNAUTHORIZED), count(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(looked_at + later, 1_000, "nothing else came of any");
    assert!(looked_at >= 1 && later >= 1, "{looked_at} {later}");
    let told = answers.iter().find(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).expect("one");
    assert!(told.headers.contains_key(header::RETRY_AFTER));
    assert!(answered < Duration::from_secs(10), "{answered:?} of {:?}", began.elapsed());
    // And those who come later are let in.
    assert_eq!(sign_in(&web, "ann@example.com", Value::Null).await.status, StatusCode::UNAUTHORIZED);
}
