//! Requests that are addressed to another host are not answered.

use std::io::{Read, Write};

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::call_as;
use entrepot_tests::{App, Database, Entrepot};

/// A page that made a browser call us under a name of its own is not answered; who looks after the machine is.
#[tokio::test]
async fn only_requests_addressed_to_this_host_are_answered() {
    let app = App::start_with(Database::Sqlite, &[("ENTREPOT_PUBLIC_URL", "https://entrepot.example.com/")]).await;
    for own in ["127.0.0.1:8080", "localhost:8080", "[::1]", "Entrepot.example.com"] {
        let (status, _, _) = call_as(&app, Some(own), "GET", "/api/v1/channels", Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{own}");
    }
    for (other, path) in [
        (Some("rebound.example:8080"), "/api/v1/channels"),
        (Some("rebound.example"), "/api/v1/openapi.json"),
        (Some("rebound.example"), "/nowhere"),
        (None, "/api/v1/channels"),
        // As to a proxy: the target counts as well.
        (Some("127.0.0.1:8080"), "http://rebound.example/api/v1/channels"),
    ] {
        let (status, kind, problem) = call_as(&app, other, "GET", path, Body::empty()).await;
        assert_eq!(
            (status, kind.as_str()),
            (StatusCode::MISDIRECTED_REQUEST, "application/problem+json"),
            "{other:?} {path}"
        );
        assert_eq!(problem["type"], "urn:entrepot:misdirected");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("ENTREPOT_PUBLIC_URL")), "{problem}");
    }
    for open in ["/healthz", "/readyz"] {
        let (status, _, _) = call_as(&app, Some("10.0.0.7:8080"), "GET", open, Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{open}");
    }
}

/// The same of the real server, on the port it was given.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_knows_its_own_address() {
    let app = App::start(Database::Sqlite).await;
    let serve = Entrepot::new(app.environment.clone()).start(&["serve", "--role", "web"]);
    let address = serve.address().await;
    for (host, status) in [(address.as_str(), "200"), ("rebound.example", "421")] {
        let mut stream = std::net::TcpStream::connect(&address).expect("it listens");
        let cookie = entrepot_tests::principal::cookie_of(&app.host.tenant);
        write!(
            stream,
            "GET /api/v1/channels HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
}
