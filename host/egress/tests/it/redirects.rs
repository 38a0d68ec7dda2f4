//! Redirects are requests of their own.

use std::sync::Arc;

use entrepot_egress::{Egress, Failure, Request, Response, SessionSpec};
use entrepot_policy::{BoundGrant, Settings};

use crate::support::{SECRET, Secrets, Server, Step, TOKEN, grant, manifest, options, reply, rule, session};

fn to(location: &str) -> Vec<Step> {
    reply("302 Found", &[("location", location)], "")
}

fn denied(outcome: Result<Response, Failure>) -> String {
    match outcome {
        Err(Failure::Denied(why)) => why,
        other => panic!("not denied: {other:?}"),
    }
}

const TWO_WITH_TOKEN: &str = "redirects = 2\ncredentials = [\"token\"]";

fn get(origin: &str) -> Request {
    Request::get(format!("{origin}/api/start"))
}

#[tokio::test]
async fn within_the_origin_the_credential_stays() {
    let server =
        Server::https(|number, _| if number == 0 { to("/api/end?a=b#part") } else { reply("200 OK", &[], "end") })
            .await;
    let session = session(&rule(&server.https_origin(), TWO_WITH_TOKEN));
    assert_eq!(session.send("fetch-page", get(&server.https_origin())).await.unwrap().body, b"end");
    let seen = server.seen();
    assert!(seen[1].starts_with("GET /api/end?a=b HTTP/1.1"), "{}", seen[1]);
    assert!(seen.iter().all(|request| request.contains(TOKEN)));
    assert_eq!(session.stats().requests, 2);
}

#[tokio::test]
async fn another_origin_gets_no_credential_and_neither_does_the_way_back() {
    let other = Server::https(|_, request| {
        let home = request.lines().find_map(|line| line.strip_prefix("x-home: ")).unwrap_or_default().to_owned();
        to(&format!("{home}/api/back"))
    })
    .await;
    let away = format!("https://other.example:{}", other.port);
    let location = format!("{away}/api/away");
    let server =
        Server::https(move |number, _| if number == 0 { to(&location) } else { reply("200 OK", &[], "back") }).await;
    let more = format!("{TWO_WITH_TOKEN}\nheaders = [\"x-home\"]");
    let rules = rule(&server.https_origin(), &more) + &rule(&away, &more);
    let headers = vec![("x-home".to_owned(), server.https_origin())];
    let answer = session(&rules).send("fetch-page", Request { headers, ..get(&server.https_origin()) }).await.unwrap();
    assert_eq!(answer.body, b"back");
    assert!(server.seen()[0].contains(TOKEN));
    assert!(!other.seen()[0].contains(TOKEN));
    assert!(!server.seen()[1].contains(TOKEN));
}

#[tokio::test]
async fn places_that_are_not_granted() {
    for location in [
        "https://evil.example/api/x",
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/api/",
        "http://[::ffff:169.254.169.254]/api/",
        "//evil.example/api/",
        "/admin",
        "/api/../admin",
        "/api/%2e%2e/admin",
        "/api/x?_method=DELETE",
        "/api/x?a=1&rest.route=/admin",
        "https://user:pass@shop.example/api/",
        "https://2130706433/api/",
        "\\\\evil.example/api/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
    ] {
        let server = Server::https(move |_, _| to(location)).await;
        let session = session(&rule(&server.https_origin(), TWO_WITH_TOKEN));
        let why = denied(session.send("fetch-page", get(&server.https_origin())).await);
        assert_eq!(server.seen().len(), 1, "{location}: {why}");
    }
}

#[tokio::test]
async fn the_denial_names_the_line_for_the_hop() {
    let server = Server::https(|_, _| to("https://cdn.example/files/1?token=x")).await;
    let session = session(&rule(&server.https_origin(), TWO_WITH_TOKEN));
    let why = denied(session.send("fetch-page", get(&server.https_origin())).await);
    assert!(why.contains("origin = \"https://cdn.example\"") && !why.contains("token"), "{why}");
}

#[tokio::test]
async fn no_more_than_granted() {
    let server = Server::https(|_, _| to("/api/again")).await;
    let session = session(&rule(&server.https_origin(), TWO_WITH_TOKEN));
    let why = denied(session.send("fetch-page", get(&server.https_origin())).await);
    assert!(why.contains("more than 2 times in a row"), "{why}");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn none_granted_or_not_repeatable_is_the_guests_to_see() {
    let server = Server::https(|_, _| to("/api/again")).await;
    let answer =
        session(&rule(&server.https_origin(), "")).send("fetch-page", get(&server.https_origin())).await.unwrap();
    assert_eq!((answer.status, answer.header("location")), (302, Some("/api/again")));

    let rules = rule(&server.https_origin(), "redirects = 3").replace("[\"GET\"]", "[\"GET\", \"POST\"]");
    let post = Request { method: "POST".to_owned(), body: Some(b"{}".to_vec()), ..get(&server.https_origin()) };
    assert_eq!(session(&rules).send("fetch-page", post).await.unwrap().status, 302);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_repeated_query_credential_is_not_doubled_and_never_leaves() {
    let echo = |request: &str| request.split(' ').nth(1).unwrap_or_default().replace("start", "end");
    let server = Server::https(
        move |number, request| if number == 0 { to(&echo(request)) } else { reply("200 OK", &[], "end") },
    )
    .await;
    let rules = rule(&server.https_origin(), "redirects = 1\ncredentials = [\"query\"]");
    session(&rules).send("fetch-page", Request::get(format!("{}/api/start?p=1", server.https_origin()))).await.unwrap();
    let seen = server.seen();
    assert!(
        seen[1].starts_with("GET /api/end?p=1&consumer_key=") && seen[1].matches("consumer_key=").count() == 1,
        "{}",
        seen[1]
    );

    // Renamed by the server, so it is not recognised as the credential's parameter.
    let other = Server::https(|_, _| reply("200 OK", &[], "")).await;
    let away = format!("https://other.example:{}", other.port);
    let location = format!("{away}/api/x?k={}", SECRET.replace('/', "%2f").replace('+', "%2b"));
    let server = Server::https(move |_, _| to(&location)).await;
    let rules = rule(&server.https_origin(), "redirects = 1") + &rule(&away, "");
    let why = denied(session(&rules).send("fetch-page", get(&server.https_origin())).await);
    assert_eq!(why, "a redirect would carry a secret to another origin");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn where_a_setting_decides_the_seller_is_told_what_to_enter() {
    for (location, want) in [
        ("https://www.shop.example/api/start", "in the setting `store_url`: https://www.shop.example"),
        ("/login", "in the setting `store_url`"),
    ] {
        let server = Server::http(move |_, _| to(location)).await;
        let setting = "[settings.store_url]\ntype = \"url\"\ntitle = \"Store\"\nrequired = true\n";
        let rules = setting.to_owned() + &rule("{store_url}", "redirects = 2");
        let settings: Settings = [("store_url".to_owned(), server.http_origin().into())].into_iter().collect();
        let bound = BoundGrant::bind(&grant(&rules), &manifest(&rules), &settings).unwrap();
        let spec = SessionSpec::new("chn_1", Arc::new(bound), Secrets::none());
        let session = Egress::new(options()).unwrap().session(spec);
        let why = denied(session.send("fetch-page", get(&server.http_origin())).await);
        assert!(why.ends_with(want) && why.starts_with("the shop sends requests on"), "{why}");
        assert!(!why.contains("egress") && !why.contains("granted"), "{why}");
    }
}
