//! What comes back holds no secret.

use entrepot_egress::{Failure, Request, Response};

use crate::support::{KEY, SECRET, Server, Step, TOKEN, reply, rule, session};

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
