//! What comes back holds no secret.

use entrepot_domain::usage::{Ledger, UseKind};
use entrepot_egress::{Egress, Failure, Request, Response, SessionSpec};

use crate::support::{KEY, SECRET, Secrets, Server, Step, TOKEN, bound, options, reply, rule, session};

async fn answer(steps: impl Fn() -> Vec<Step> + Send + Sync + 'static) -> Response {
    let server = Server::https(move |_, _| steps()).await;
    let session = session(&rule(&server.https_origin(), "credentials = [\"basic\"]"));
    session.send("fetch-page", Request::get(format!("{}/api/a", server.https_origin()))).await.unwrap()
}

#[tokio::test]
async fn secrets_that_a_server_echoes() {
    let echoes = [
        SECRET.to_owned(),
        KEY.to_owned(),
        // Of another credential than the one that was used.
        TOKEN.to_owned(),
        SECRET.replace('/', "%2F").replace('+', "%2B"),
        SECRET.replace('/', "%2f").replace('+', "%2b"),
        SECRET.replace('/', "\\/"),
        "Y2tfMDEyMzQ1Njc4OWFiY2RlZjpjc19mZWRjYmE5OC83Nis1NDMyMTA=".to_owned(),
    ];
    for echo in echoes {
        let body = format!("{{\"you_sent\":\"{echo}\"}}");
        let header = format!("a {echo} b");
        let found = answer(move || reply("401 Unauthorized", &[("x-debug", &header)], &body)).await;
        let text = String::from_utf8(found.body.clone()).unwrap();
        assert!(text.starts_with("{\"you_sent\":\"***"), "{text}");
        assert!(found.header("x-debug").unwrap().starts_with("a ***"), "{found:?}");
        assert_eq!(found.header("content-length"), None);
        assert_eq!(found.status, 401);
    }
}

#[tokio::test]
async fn ordinary_answers_are_untouched() {
    let found = answer(|| reply("200 OK", &[("x-page", "2")], "{\"sku\":\"ck_012\"}")).await;
    assert_eq!(found.body, b"{\"sku\":\"ck_012\"}");
    assert_eq!(found.headers, [("content-length".to_owned(), "16".to_owned()), ("x-page".to_owned(), "2".to_owned())]);
}

#[tokio::test]
async fn cookies_end_here() {
    let found = answer(|| reply("200 OK", &[("set-cookie", "session=1"), ("Set-Cookie", "b=2")], "")).await;
    assert_eq!(found.header("set-cookie"), None);
}

#[tokio::test]
async fn errors_hold_neither_query_nor_secret() {
    let server = Server::https(|_, _| vec![Step::Close]).await;
    let session = session(&rule(&server.https_origin(), "credentials = [\"query\"]"));
    let outcome = session.send("fetch-page", Request::get(format!("{}/api/a?email=x", server.https_origin()))).await;
    let Err(Failure::Unavailable(why)) = outcome else { panic!("{outcome:?}") };
    assert!(!why.contains("email") && !why.contains(KEY) && !why.contains("consumer"), "{why}");
}

/// Where a redirect leads is the server's text, and a refusal names it.
#[tokio::test]
async fn refusals_of_redirects_hold_no_secret() {
    let server = Server::https(|_, _| reply("302 Found", &[("location", &format!("/elsewhere/{KEY}"))], "")).await;
    let session = session(&rule(&server.https_origin(), "redirects = 1\ncredentials = [\"basic\"]"));
    let outcome = session.send("fetch-page", Request::get(format!("{}/api/a", server.https_origin()))).await;
    let Err(Failure::Denied(why)) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("/elsewhere/***") && !why.contains(KEY), "{why}");
}

#[tokio::test]
async fn what_was_sent_and_what_was_refused_is_counted() {
    let server = Server::https(|_, _| reply("200 OK", &[], "")).await;
    let mut spec =
        SessionSpec::new("chn_1", bound(&rule(&server.https_origin(), "credentials = [\"basic\"]")), Secrets::all());
    let ledger = std::sync::Arc::<Ledger>::default();
    spec.ledger = ledger.clone();
    let session = Egress::new(options()).unwrap().session(spec);
    for _ in 0..2 {
        session.send("fetch-page", Request::get(format!("{}/api/a", server.https_origin()))).await.unwrap();
    }
    session.send("fetch-page", Request::get(format!("{}/admin", server.https_origin()))).await.unwrap_err();
    let counted: Vec<_> = ledger.take().into_iter().map(|(of, amount)| (of.kind, of.name, amount.count)).collect();
    let host = server.https_origin().trim_start_matches("https://").split(':').next().unwrap_or_default().to_owned();
    assert!(counted.contains(&(UseKind::Request, host, 2)), "{counted:?}");
    assert!(counted.contains(&(UseKind::Credential, "basic".to_owned(), 2)), "{counted:?}");
    let denied = format!("GET {}/admin is not granted to fetch-page", server.https_origin());
    assert!(counted.contains(&(UseKind::Denied, denied, 1)), "{counted:?}");
}
