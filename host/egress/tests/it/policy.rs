//! What a guest may ask for at all. Nothing here may reach a server.

use entrepot_egress::{Egress, Failure, Request, SessionSpec, Stats};

use crate::support::{Secrets, Server, bound, grant, manifest, options, reply, rule, session, session_with};

fn denied(outcome: Result<entrepot_egress::Response, Failure>) -> String {
    match outcome {
        Err(Failure::Denied(why)) => why,
        other => panic!("not denied: {other:?}"),
    }
}

async fn server() -> Server {
    Server::http(|_, _| reply("200 OK", &[], "fine")).await
}

#[tokio::test]
async fn what_is_granted_goes_through() {
    let server = server().await;
    let session = session(&rule(&server.http_origin(), ""));
    let answer = session.send("fetch-page", Request::get(format!("{}/api/a?b=c", server.http_origin()))).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"fine".as_slice()));
    assert!(server.seen()[0].starts_with("GET /api/a?b=c HTTP/1.1\r\n"));
    assert_eq!(session.stats(), Stats { requests: 1, bytes_in: 4, ..Stats::default() });
}

#[tokio::test]
async fn a_denial_names_the_line_that_would_allow_it() {
    let server = server().await;
    let session = session(&rule(&server.http_origin(), ""));
    let why = denied(session.send("fetch-page", Request::get("https://evil.example/x?token=1")).await);
    assert_eq!(
        why,
        "GET https://evil.example/x is not granted to fetch-page; it would need: [[egress]] \
         origin = \"https://evil.example\", methods = [\"GET\"], paths = [\"/x\"], operations = [\"fetch-page\"]"
    );
    assert_eq!(session.stats().denied, 1);
}

#[tokio::test]
async fn places_that_are_not_granted() {
    let server = server().await;
    let origin = server.http_origin();
    let session = session(&rule(&origin, ""));
    let port = server.port;
    for url in [
        format!("{origin}/admin"),
        format!("{origin}/api"),
        format!("{origin}/api/../admin"),
        format!("{origin}/api/%2e%2e/admin"),
        format!("{origin}/api/..%2fadmin"),
        format!("{origin}/api/..;/admin"),
        format!("{origin}/http://127.0.0.1:{port}/api/"),
        format!("http://user@127.0.0.1:{port}/api/"),
        format!("http://127.0.0.1:{port}@evil.example/api/"),
        format!("http://127.0.0.1:{port}\\@evil.example/api/"),
        format!("http://[::ffff:127.0.0.1]:{port}/api/"),
        "http://[::ffff:169.254.169.254]/api/".to_owned(),
        format!("http://2130706433:{port}/api/"),
        format!("http://0x7f.1:{port}/api/"),
        format!("http://127.1:{port}/api/"),
        "http://127.0.0.1:0/api/".to_owned(),
        format!("http://127.0.0.1.:{port}/api/"),
        format!("HTTP://127.0.0.1:{port}/api/"),
        format!("{origin}/api/#fragment"),
        format!("{origin}/api/ HTTP/1.1\r\nHost: evil.example"),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1/api/".to_owned(),
    ] {
        denied(session.send("fetch-page", Request::get(&url)).await);
    }
    for method in ["POST", "DELETE", "HEAD", "CONNECT", "get", "TRACE"] {
        let request = Request { method: method.to_owned(), ..Request::get(format!("{origin}/api/a")) };
        denied(session.send("fetch-page", request).await);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn other_operations_and_pure_ones() {
    let server = server().await;
    let session = session(&rule(&server.http_origin(), ""));
    let url = format!("{}/api/a", server.http_origin());
    assert!(denied(session.send("refund", Request::get(&url)).await).contains("operations = [\"refund\"]"));
    let why = denied(session.send("map-product", Request::get(&url)).await);
    assert!(why.ends_with("no rule can allow it: map-product has no way out"), "{why}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn headers_that_are_the_hosts_to_set() {
    let server = server().await;
    let session = session(&rule(&server.http_origin(), "headers = [\"X-Fine\"]"));
    for (name, value) in [
        ("Host", "evil.example"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("x_http_method_override", "DELETE"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Original-URL", "/admin"),
        ("X-Rewrite-URL", "/admin"),
        ("Range", "bytes=0-1"),
        ("If-Range", "\"a\""),
        ("Content-Encoding", "gzip"),
        ("x-other", "a"),
        ("Authorization", "Basic x"),
        ("content-length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Cookie", "a=b"),
        ("Proxy-Authorization", "x"),
        ("TE", "trailers"),
        ("Upgrade", "websocket"),
        ("Accept-Encoding", "br"),
        ("x-fine", "a\r\nHost: evil.example"),
        ("x-fine", "a\nb"),
        ("x-fine", "a\0b"),
        ("x-fine\r\nhost", "a"),
        ("x fine", "a"),
        ("", "a"),
    ] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let request = Request { headers, ..Request::get(format!("{}/api/a", server.http_origin())) };
        denied(session.send("fetch-page", request).await);
    }
    assert!(server.seen().is_empty());

    let headers = vec![("X-Fine".to_owned(), "ä".to_owned()), ("Accept".to_owned(), "application/json".to_owned())];
    session
        .send("fetch-page", Request { headers, ..Request::get(format!("{}/api/a", server.http_origin())) })
        .await
        .unwrap();
    let seen = server.seen()[0].to_lowercase();
    assert!(seen.contains("x-fine: ä\r\n") && seen.contains("accept: application/json\r\n"), "{seen}");
    assert_eq!(seen.matches("\r\nhost: ").count(), 1);
}

#[tokio::test]
async fn methods_and_paths_are_not_said_otherwise() {
    let server = server().await;
    let origin = server.http_origin();
    let rules = rule(&origin, "").replace("[\"GET\"]", "[\"GET\", \"POST\"]");
    let session = session(&rules);
    for query in ["_method=DELETE", "a;_method[]=DELETE", "rest.route=/wp/v2/users", "%255fmethod=DELETE"] {
        denied(session.send("fetch-page", Request::get(format!("{origin}/api/a?{query}"))).await);
    }
    let post = |headers: &[&str], body: &str| Request {
        method: "POST".to_owned(),
        headers: headers.iter().map(|value| ("content-type".to_owned(), (*value).to_owned())).collect(),
        body: Some(body.as_bytes().to_vec()),
        ..Request::get(format!("{origin}/api/a"))
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    for (headers, body) in [
        (&[form][..], "a=b&_method=DELETE"),
        (&[json], r#"{"_method": "DELETE"}"#),
        (&[], "_method=PUT"),
        (&[json, form], "a"),
    ] {
        denied(session.send("fetch-page", post(headers, body)).await);
    }
    assert!(server.seen().is_empty());
    session.send("fetch-page", post(&[form], "a=b&method=flat")).await.unwrap();
    session.send("fetch-page", post(&[json], r#"{"query": "_method=x"}"#)).await.unwrap();
}

#[tokio::test]
async fn the_budget_ends() {
    let server = server().await;
    let rules = format!("{}[limits]\noutbound_calls = 2", rule(&server.http_origin(), ""));
    let session = session(&rules);
    let requests = (0..4).map(|n| Request::get(format!("{}/api/{n}", server.http_origin()))).collect();
    let outcomes = session.send_all("fetch-page", requests).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    assert!(matches!(&outcomes[3], Err(Failure::Denied(why)) if why.contains("outbound_calls")));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn send_all_keeps_the_order() {
    let server = Server::http(|_, request| {
        let number = request.split(['/', ' ']).nth(3).unwrap_or_default().to_owned();
        let mut steps = reply("200 OK", &[], &number);
        steps.insert(0, crate::support::Step::Pause(if number == "0" { 60 } else { 0 }));
        steps
    })
    .await;
    let session = session(&rule(&server.http_origin(), ""));
    let requests = (0..8).map(|n| Request::get(format!("{}/api/{n}", server.http_origin()))).collect();
    let bodies: Vec<_> = session.send_all("fetch-page", requests).await.into_iter().map(|a| a.unwrap().body).collect();
    assert_eq!(bodies, (0..8).map(|n| n.to_string().into_bytes()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_narrowed_grant_counts_from_the_next_request() {
    let server = server().await;
    let session = session(&rule(&server.http_origin(), ""));
    let request = Request::get(format!("{}/api/a", server.http_origin()));
    session.send("fetch-page", request.clone()).await.unwrap();
    session.regrant(bound(""));
    denied(session.send("fetch-page", request).await);
}

#[tokio::test]
async fn an_expired_grant_allows_nothing() {
    let server = server().await;
    let clock = entrepot_domain::Clock::manual(1_000);
    let options = entrepot_egress::EgressOptions { clock: clock.clone(), ..options() };
    let rules = rule(&server.http_origin(), "");
    let mut grant = grant(&rules);
    grant.expires_at = Some(2_000);
    let bound = entrepot_policy::BoundGrant::bind(&grant, &manifest(&rules), &Default::default()).unwrap();
    let session = Egress::new(options).unwrap().session(SessionSpec::new("chn_1", bound.into(), Secrets::all()));
    let request = Request::get(format!("{}/api/a", server.http_origin()));
    session.send("fetch-page", request.clone()).await.unwrap();
    clock.advance(1_000);
    assert!(denied(session.send("fetch-page", request).await).contains("expired"));
}

#[tokio::test]
async fn report_only_sends_without_credential_and_counts() {
    let server = server().await;
    let rules = rule(&server.http_origin(), "credentials = [\"oauth1\"]");
    let mut grant = grant(&rules);
    grant.report_only = true;
    let bound = entrepot_policy::BoundGrant::bind(&grant, &manifest(&rules), &Default::default()).unwrap();
    let session = Egress::new(options()).unwrap().session(SessionSpec::new("chn_1", bound.into(), Secrets::all()));
    session.send("fetch-page", Request::get(format!("{}/other", server.http_origin()))).await.unwrap();
    assert_eq!(session.stats().reported, 1);
    assert!(!server.seen()[0].contains("oauth"));
    // The address guard is no part of the grant and stays.
    denied(session.send("fetch-page", Request::get("https://169.254.169.254/latest/")).await);
}

#[tokio::test]
async fn loopback_and_plain_http_only_by_the_switch() {
    let server = server().await;
    let options = entrepot_egress::EgressOptions { allow_loopback: false, ..options() };
    let rules = format!("{}{}", rule(&server.http_origin(), ""), rule("http://shop.example", ""));
    let session = session_with(options, &rules);
    let why = denied(session.send("fetch-page", Request::get(format!("{}/api/a", server.http_origin()))).await);
    assert_eq!(
        why,
        "127.0.0.1 is a loopback address: not connected. ENTREPOT_EGRESS_ALLOW_LOOPBACK=1 opens it, for development"
    );
    let why = denied(session.send("fetch-page", Request::get("http://shop.example/api/a")).await);
    assert!(why.contains("plain http"), "{why}");
}
