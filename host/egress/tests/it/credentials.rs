//! Which credential goes with a request, and when none does.

use entrepot_egress::{Egress, EgressOptions, Failure, Request, SessionSpec};

use crate::support::{KEY, Secrets, Server, TOKEN, bound, options, reply, rule, session, session_with};

async fn tls() -> Server {
    Server::https(|_, _| reply("200 OK", &[], "")).await
}

async fn plain() -> Server {
    Server::http(|_, _| reply("200 OK", &[], "")).await
}

fn get(origin: &str, credential: Option<&str>) -> Request {
    Request { credential: credential.map(str::to_owned), ..Request::get(format!("{origin}/api/a?page=1")) }
}

const ALL: &str = "credentials = [\"basic\", \"query\", \"oauth1\", \"token\"]";

#[tokio::test]
async fn the_first_that_the_scheme_allows() {
    let server = tls().await;
    session(&rule(&server.https_origin(), ALL)).send("fetch-page", get(&server.https_origin(), None)).await.unwrap();
    // base64 of key:secret.
    let expected = "authorization: Basic Y2tfMDEyMzQ1Njc4OWFiY2RlZjpjc19mZWRjYmE5OC83Nis1NDMyMTA=\r\n";
    assert!(server.seen()[0].contains(expected), "{}", server.seen()[0]);

    let server = plain().await;
    session(&rule(&server.http_origin(), ALL)).send("fetch-page", get(&server.http_origin(), None)).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.starts_with(&format!("GET /api/a?page=1&oauth_consumer_key={KEY}&oauth_nonce=")), "{seen}");
    assert!(seen.contains("&oauth_signature_method=HMAC-SHA256&") && !seen.contains("authorization"), "{seen}");
}

#[tokio::test]
async fn the_one_that_is_named() {
    let server = tls().await;
    let session = session(&rule(&server.https_origin(), ALL));
    session.send("fetch-page", get(&server.https_origin(), Some("query"))).await.unwrap();
    session.send("fetch-page", get(&server.https_origin(), Some("token"))).await.unwrap();
    let seen = server.seen();
    let expected = format!("GET /api/a?page=1&consumer_key={KEY}&consumer_secret=cs_fedcba98%2F76%2B543210 HTTP/1.1");
    assert!(seen[0].starts_with(&expected), "{}", seen[0]);
    assert!(
        seen[1].contains(&format!("x-access-token: {TOKEN}\r\n")) && !seen[1].contains("authorization"),
        "{}",
        seen[1]
    );
}

#[tokio::test]
async fn refusals_before_anything_is_sent() {
    let origin = "http://shop.example";
    let session = session(&rule(origin, ALL));
    let query_of_its_own = Request::get(format!("{origin}/api/a?oauth_nonce=1"));
    for request in [
        get(origin, Some("basic")),
        get(origin, Some("query")),
        get(origin, Some("token")),
        get(origin, Some("other")),
        query_of_its_own,
    ] {
        assert!(matches!(session.send("fetch-page", request).await, Err(Failure::Denied(_))));
    }
    let only_token = crate::support::session(&rule(origin, "credentials = [\"token\"]"));
    assert!(
        matches!(only_token.send("fetch-page", get(origin, None)).await, Err(Failure::Denied(why)) if why.contains("no credential of rule") && why.contains("plain http"))
    );

    let server = tls().await;
    let session = crate::support::session(&rule(
        &server.https_origin(),
        "credentials = [\"token\"]\nheaders = [\"x-access-token\"]",
    ));
    let headers = vec![("x-access-token".to_owned(), "mine".to_owned())];
    let request = Request { headers, ..get(&server.https_origin(), None) };
    assert!(matches!(session.send("fetch-page", request).await, Err(Failure::Denied(_))));
    assert!(server.seen().is_empty());
}

/// What goes to this machine does not leave it: a shop for development needs no certificate.
#[tokio::test]
async fn plain_http_to_this_machine_carries_any_while_the_switch_is_on() {
    let server = plain().await;
    let origin = server.http_origin();
    let rules = rule(&origin, "credentials = [\"token\", \"basic\"]");
    let session = crate::support::session(&rules);
    session.send("fetch-page", get(&origin, None)).await.unwrap();
    session.send("fetch-page", get(&origin, Some("basic"))).await.unwrap();
    let seen = server.seen();
    assert!(seen[0].contains(&format!("x-access-token: {TOKEN}\r\n")), "{}", seen[0]);
    assert!(seen[1].contains("authorization: Basic "), "{}", seen[1]);

    let strict = EgressOptions { allow_loopback: false, ..options() };
    let refused = session_with(strict, &rules).send("fetch-page", get(&origin, None)).await;
    assert!(
        matches!(&refused, Err(Failure::Denied(why)) if why.contains("ENTREPOT_EGRESS_ALLOW_LOOPBACK")),
        "{refused:?}"
    );
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_missing_secret_says_how_to_set_it() {
    let server = tls().await;
    let rules = rule(&server.https_origin(), ALL);
    let session = Egress::new(options()).unwrap().session(SessionSpec::new("chn_7", bound(&rules), Secrets::none()));
    let outcome = session.send("fetch-page", get(&server.https_origin(), None)).await;
    let Err(Failure::Denied(why)) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("`consumer_key`") && why.contains("channel set chn_7"), "{why}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_rule_without_credentials_sends_none() {
    let server = tls().await;
    session(&rule(&server.https_origin(), "")).send("fetch-page", get(&server.https_origin(), None)).await.unwrap();
    let seen = server.seen()[0].to_lowercase();
    assert!(!seen.contains("authorization") && !seen.contains("token") && !seen.contains("oauth"), "{seen}");
}
