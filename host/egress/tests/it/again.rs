//! What is sent again, and what is not.

use std::time::{Duration, Instant};

use entrepot_egress::{Egress, EgressOptions, Failure, Request, Response, Retry, Session, SessionSpec};

use crate::support::{Secrets, Server, Step, bound, options, reply, rule, session_with};

fn patient() -> EgressOptions {
    EgressOptions { retry: Retry { wait: Duration::from_millis(2), ..Retry::default() }, ..options() }
}

fn session(server: &Server) -> Session {
    let rules = rule(&server.http_origin(), "").replace("[\"GET\"]", "[\"GET\", \"POST\"]");
    session_with(patient(), &rules)
}

fn get(server: &Server, path: &str) -> Request {
    Request::get(format!("{}/api/{path}", server.http_origin()))
}

fn json(request: Request) -> Request {
    Request { headers: vec![("accept".into(), "application/json".into())], ..request }
}

async fn send(session: &Session, request: Request) -> Result<Response, Failure> {
    session.send("fetch-page", request).await
}

fn fails(status: &str) -> Vec<Step> {
    reply(status, &[], "<html>trouble</html>")
}

#[tokio::test]
async fn failures_that_pass_are_not_seen() {
    let cut = || vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1".to_vec()), Step::Close];
    type Failing = Box<dyn Fn() -> Vec<Step> + Send + Sync>;
    let cases: Vec<(&str, Failing)> = vec![
        ("429", Box::new(|| reply("429 Too Many Requests", &[("retry-after", "0")], ""))),
        ("500", Box::new(|| fails("500 Internal Server Error"))),
        ("502", Box::new(|| fails("502 Bad Gateway"))),
        ("503", Box::new(|| fails("503 Service Unavailable"))),
        ("504", Box::new(|| fails("504 Gateway Timeout"))),
        ("508", Box::new(|| fails("508 Loop Detected"))),
        ("522", Box::new(|| fails("522 Origin"))),
        ("lost", Box::new(|| vec![Step::Close])),
        ("cut", Box::new(cut)),
        ("page", Box::new(|| reply("200 OK", &[], "<!doctype html><html><body>Maintenance"))),
        ("half", Box::new(|| reply("200 OK", &[], "[{\"id\":1},{\"id"))),
        ("nothing", Box::new(|| reply("200 OK", &[], ""))),
    ];
    for (what, failing) in cases {
        let server = Server::http(move |n, _| if n < 2 { failing() } else { reply("200 OK", &[], "[1]") }).await;
        let session = session(&server);
        let answer = send(&session, json(get(&server, "a"))).await.unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"[1]".as_slice()), "{what}");
        assert_eq!((session.stats().retries, session.stats().requests), (2, 3), "{what}");
    }
}

#[tokio::test]
async fn the_answer_is_seen_when_the_budget_ends() {
    let server = Server::http(|_, _| fails("502 Bad Gateway")).await;
    let session = session(&server);
    assert_eq!(send(&session, get(&server, "a")).await.unwrap().status, 502);
    assert_eq!(server.seen().len(), 5, "once and four times again");
    for _ in 0..10 {
        assert_eq!(send(&session, get(&server, "a")).await.unwrap().status, 502);
    }
    assert!(server.seen().len() <= 11 + 16, "a shop that is down is spared: {}", server.seen().len());
    let server = Server::http(|_, _| reply("200 OK", &[], "<html>")).await;
    assert_eq!(send(&self::session(&server), json(get(&server, "a"))).await.unwrap().body, b"<html>");
    assert_eq!(server.seen().len(), 3, "some shops answer so whatever is asked");
}

#[tokio::test]
async fn failures_that_stay_are_seen_at_once() {
    for status in ["400 Bad Request", "403 Forbidden", "404 Not Found", "501 Not Implemented", "302 Found"] {
        let server = Server::http(move |_, _| fails(status)).await;
        send(&session(&server), json(get(&server, "a"))).await.unwrap();
        assert_eq!(server.seen().len(), 1, "{status}");
    }
    let server = Server::http(|_, _| reply("200 OK", &[("x-long", &"x".repeat(80 << 10))], "")).await;
    let outcome = send(&session(&server), get(&server, "a")).await;
    assert!(matches!(outcome, Err(Failure::Unusable(_) | Failure::Unavailable(_))), "{outcome:?}");
}

/// Once, and after a moment: a cache or a balancer may have said it.
#[tokio::test]
async fn one_refusal_of_the_credentials_is_not_believed() {
    let server = Server::http(|n, _| if n == 0 { fails("401 Unauthorized") } else { reply("200 OK", &[], "[]") }).await;
    assert_eq!(send(&session(&server), get(&server, "a")).await.unwrap().status, 200);
    let server = Server::http(|_, _| fails("401 Unauthorized")).await;
    assert_eq!(send(&session(&server), get(&server, "a")).await.unwrap().status, 401);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn what_changes_something_is_sent_again_only_if_it_is_known_again() {
    let post = |server: &Server, headers: &[(&str, &str)]| Request {
        method: "POST".into(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Some(b"{\"a\":1}".to_vec()),
        ..get(server, "a")
    };
    for (headers, status, times) in [
        (vec![], "503 Service Unavailable", 1),
        (vec![("Idempotency-Key", "")], "503 Service Unavailable", 1),
        (vec![("Idempotency-Key", "k1")], "503 Service Unavailable", 3),
        (vec![("Idempotency-Key", "k1")], "500 Internal Server Error", 1),
        (vec![("entrepot-repeatable", "yes")], "500 Internal Server Error", 3),
    ] {
        let server = Server::http(move |n, _| if n < 2 { fails(status) } else { reply("200 OK", &[], "[]") }).await;
        send(&session(&server), post(&server, &headers)).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen.len(), times, "{headers:?} {status}");
        assert!(
            seen.iter().all(|request| request.ends_with("{\"a\":1}") && !request.contains("repeatable")),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn a_hint_is_waited_for_if_it_is_short_and_told_if_it_is_long() {
    let server = Server::http(|n, _| match n {
        0 => reply("503 Service Unavailable", &[("retry-after", "1")], ""),
        _ => reply("200 OK", &[], ""),
    })
    .await;
    let begun = Instant::now();
    assert_eq!(send(&session(&server), get(&server, "a")).await.unwrap().status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
    let server = Server::http(|_, _| reply("429 Too Many Requests", &[("retry-after", "600")], "")).await;
    assert_eq!(send(&session(&server), get(&server, "a")).await.unwrap().retry_after_ms, Some(600_000));
    assert_eq!(server.seen().len(), 1);
}

fn of_page(egress: &Egress, server: &Server, page: &str) -> Session {
    let spec = SessionSpec::new("chn_1", bound(&rule(&server.http_origin(), "")), Secrets::all());
    egress.session(SessionSpec { page: Some(("run_1".into(), page.into())), ..spec })
}

/// What of a page was fetched is not fetched again by its next try, and by another page it is.
#[tokio::test]
async fn answers_of_a_page_are_kept_for_its_next_try() {
    let server = Server::http(|n, _| reply("200 OK", &[], format!("[{n}]"))).await;
    let egress = Egress::new(EgressOptions { retry: Retry::NEVER, ..options() }).unwrap();
    let body = async |session: &Session, request| send(session, request).await.unwrap().body;
    let first = of_page(&egress, &server, "1");
    assert_eq!(first.asked_since(), None);
    assert_eq!(body(&first, get(&server, "a")).await, b"[0]");
    assert_eq!(body(&first, get(&server, "b")).await, b"[1]");
    let again = of_page(&egress, &server, "1");
    assert!(again.asked_since().is_some());
    assert_eq!(body(&again, get(&server, "a")).await, b"[0]");
    assert_eq!((again.stats().requests, server.seen().len()), (0, 2));
    // With other headers it is another question; asked anew it is no longer answered from what was.
    assert_eq!(body(&again, json(get(&server, "a"))).await, b"[2]");
    let fresh = Request { headers: vec![("cache-control".into(), "no-cache".into())], ..get(&server, "a") };
    assert_eq!(body(&again, fresh).await, b"[3]");
    assert_eq!(body(&of_page(&egress, &server, "1"), get(&server, "a")).await, b"[3]");
    assert_eq!(body(&of_page(&egress, &server, "2"), get(&server, "a")).await, b"[4]");
    assert_eq!(body(&of_page(&egress, &server, "1"), get(&server, "a")).await, b"[5]");
    egress.forget_run("run_1");
    assert_eq!(body(&of_page(&egress, &server, "1"), get(&server, "a")).await, b"[6]");
}

/// A page that failed although all its requests went well failed on one of the answers.
#[tokio::test]
async fn answers_that_cannot_be_right_are_not_kept() {
    let server = Server::http(|n, request| {
        if request.contains("/api/bad") {
            fails("500 Internal Server Error")
        } else {
            reply("200 OK", &[], format!("[{n}]"))
        }
    })
    .await;
    let egress = Egress::new(EgressOptions { retry: Retry::NEVER, ..options() }).unwrap();
    let body = async |session: &Session, request| send(session, request).await.unwrap().body;
    let session = of_page(&egress, &server, "1");
    assert_eq!(body(&session, get(&server, "a")).await, b"[0]");
    send(&session, get(&server, "bad")).await.unwrap();
    session.page_failed();
    let session = of_page(&egress, &server, "1");
    assert_eq!(body(&session, get(&server, "a")).await, b"[0]", "the page failed because of the other one");
    session.page_failed();
    assert_eq!(body(&of_page(&egress, &server, "1"), get(&server, "a")).await, b"[2]");
}

/// A grant that was narrowed meanwhile counts for what is kept, too.
#[tokio::test]
async fn what_is_kept_is_still_asked_of_the_grant() {
    let server = Server::http(|_, _| reply("200 OK", &[], "[]")).await;
    let egress = Egress::new(options()).unwrap();
    send(&of_page(&egress, &server, "1"), get(&server, "a")).await.unwrap();
    let session = of_page(&egress, &server, "1");
    session.regrant(bound(&rule(&server.http_origin(), "").replace("/api/**", "/other/**")));
    assert!(matches!(send(&session, get(&server, "a")).await, Err(Failure::Denied(_))));
}
