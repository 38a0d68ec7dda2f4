//! The marketplace sets the pace.

use std::time::{Duration, Instant};

use entrepot_domain::Clock;
use entrepot_egress::{Egress, EgressOptions, Failure, Request, Response, SessionSpec};

use crate::support::{Secrets, Server, bound, options, reply, rule};

/// 2026-01-01T00:00:00Z
const NOW: i64 = 1_767_225_600_000;

fn egress() -> Egress {
    Egress::new(EgressOptions { clock: Clock::manual(NOW), ..options() }).unwrap()
}

async fn send(egress: &Egress, server: &Server, channel: &str) -> Result<Response, Failure> {
    let session = egress.session(SessionSpec::new(channel, bound(&rule(&server.http_origin(), "")), Secrets::all()));
    session.send("fetch-page", Request::get(format!("{}/api/a", server.http_origin()))).await
}

#[tokio::test]
async fn retry_after_holds_the_whole_channel_and_no_other() {
    for (status, value, expected) in [
        ("429 Too Many Requests", "30", 30_000),
        ("503 Service Unavailable", "30", 30_000),
        ("429 Too Many Requests", "Thu, 01 Jan 2026 00:01:00 GMT", 60_000),
    ] {
        let server = Server::http(move |_, _| reply(status, &[("retry-after", value)], "slow down")).await;
        let egress = egress();
        let first = send(&egress, &server, "chn_1").await.unwrap();
        assert_eq!(first.retry_after_ms, Some(expected), "{value}");
        match send(&egress, &server, "chn_1").await {
            Err(Failure::RateLimited(Some(ms))) => assert!(ms <= expected && ms > expected - 2_000, "{ms}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(server.seen().len(), 1, "the second was not sent");
        assert!(send(&egress, &server, "chn_2").await.is_ok());
    }
}

#[tokio::test]
async fn a_date_that_has_passed_is_now() {
    let server =
        Server::http(|_, _| reply("429 Too Many Requests", &[("retry-after", "Thu, 01 Jan 2015 00:00:00 GMT")], ""))
            .await;
    assert_eq!(send(&egress(), &server, "chn_1").await.unwrap().retry_after_ms, Some(0));
}

#[tokio::test]
async fn a_short_hold_is_waited_for() {
    let server = Server::http(|number, _| {
        if number == 0 { reply("429 Too Many Requests", &[("retry-after", "1")], "") } else { reply("200 OK", &[], "") }
    })
    .await;
    let egress = egress();
    send(&egress, &server, "chn_1").await.unwrap();
    let started = Instant::now();
    assert_eq!(send(&egress, &server, "chn_1").await.unwrap().status, 200);
    assert!(started.elapsed() >= Duration::from_millis(900), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_plain_503_is_no_rate_limit() {
    let server = Server::http(|_, _| reply("503 Service Unavailable", &[], "")).await;
    let egress = egress();
    let session = egress.session(SessionSpec::new("chn_1", bound(&rule(&server.http_origin(), "")), Secrets::all()));
    for _ in 0..3 {
        session.send("fetch-page", Request::get(format!("{}/api/a", server.http_origin()))).await.unwrap();
    }
    assert_eq!((session.stats().requests, session.stats().rate_limited), (3, 0));
}

#[tokio::test]
async fn nothing_left_holds_until_the_reset() {
    let server = Server::http(|_, _| {
        reply("200 OK", &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1767225640")], "")
    })
    .await;
    let egress = egress();
    send(&egress, &server, "chn_1").await.unwrap();
    let outcome = send(&egress, &server, "chn_1").await;
    assert!(matches!(outcome, Err(Failure::RateLimited(Some(38_000..=40_000)))), "{outcome:?}");
}

/// The grant says 20 a second; 200 towards loopback must not take ten seconds.
#[tokio::test]
async fn simulators_are_not_slowed_down() {
    let server = Server::http(|_, _| reply("200 OK", &[], "")).await;
    let egress = egress();
    let session = egress.session(SessionSpec::new("chn_1", bound(&rule(&server.http_origin(), "")), Secrets::all()));
    let requests = (0..200).map(|_| Request::get(format!("{}/api/a", server.http_origin()))).collect();
    let started = Instant::now();
    assert!(session.send_all("fetch-page", requests).await.iter().all(Result::is_ok));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

/// A name is not exempt, even where it leads to loopback.
#[tokio::test]
async fn the_granted_rate_is_kept() {
    let server = Server::https(|_, _| reply("200 OK", &[], "")).await;
    let session = egress().session(SessionSpec::new("chn_1", bound(&rule(&server.https_origin(), "")), Secrets::all()));
    let requests = (0..14).map(|_| Request::get(format!("{}/api/a", server.https_origin()))).collect();
    let started = Instant::now();
    assert!(session.send_all("fetch-page", requests).await.iter().all(Result::is_ok));
    // A burst of four, then ten more at 20 a second.
    assert!(started.elapsed() >= Duration::from_millis(450), "{:?}", started.elapsed());
}

#[tokio::test]
async fn another_grant_does_not_lift_the_hold() {
    let server = Server::http(|_, _| reply("429 Too Many Requests", &[("retry-after", "30")], "")).await;
    let egress = egress();
    send(&egress, &server, "chn_1").await.unwrap();
    let rules = rule(&server.http_origin(), "");
    let mut faster = (*bound(&rules)).clone();
    faster.rate_limit.requests_per_second = 100.0;
    let session = egress.session(SessionSpec::new("chn_1", faster.into(), Secrets::all()));
    let outcome = session.send("fetch-page", Request::get(format!("{}/api/a", server.http_origin()))).await;
    assert!(matches!(outcome, Err(Failure::RateLimited(Some(_)))), "{outcome:?}");
    assert_eq!((session.stats().requests, session.stats().denied), (0, 0));
}

#[tokio::test]
async fn nonsense_in_retry_after_is_no_hold() {
    for value in ["nan", "inf", "-5", "soon", "1e9", ""] {
        let server = Server::http(move |_, _| reply("200 OK", &[("retry-after", value)], "")).await;
        assert_eq!(send(&egress(), &server, "chn_1").await.unwrap().retry_after_ms, None, "{value}");
    }
}
