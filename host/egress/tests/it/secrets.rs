//! What comes back holds no secret.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entrepot_domain::Secret;
use entrepot_domain::secret::SecretSource;
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
        SECRET.replace('/', "%252F").replace('+', "%25252b"),
        SECRET.replace('_', "%5f").replace('c', "%63"),
        SECRET.replace('/', "\\/"),
        SECRET.replace('/', "\\\\\\/"),
        SECRET.replace('_', "\\u005f").replace('+', "\\u002B"),
        SECRET.replace('_', "\\x5f").replace('/', "&#x2F;").replace('+', "&amp;#43;"),
        SECRET.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
        SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        SECRET.bytes().map(|byte| format!("{byte:02X}")).collect(),
        STANDARD.encode(format!("{KEY}:{SECRET}")),
        STANDARD.encode(SECRET),
        URL_SAFE_NO_PAD.encode(SECRET),
        STANDARD.encode(STANDARD.encode(SECRET)),
        STANDARD.encode(SECRET.replace('/', "%2F")),
        STANDARD.encode(SECRET).replace('=', "%3D"),
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

/// Wherever in what is encoded it begins, and however it is wrapped.
#[tokio::test]
async fn secrets_amid_what_is_encoded() {
    for before in ["", "a", "ab", "abc"] {
        let encoded = STANDARD.encode(format!("{before}{SECRET}, and more that is no secret"));
        let (first, rest) = encoded.split_at(20);
        for text in
            [encoded.clone(), format!("{first}\r\n {rest}"), format!("{first}\\r\\n{rest}"), STANDARD.encode(&encoded)]
        {
            let body = text.clone();
            let found = answer(move || reply("200 OK", &[], &body)).await.body;
            let found = String::from_utf8(found).unwrap();
            assert!(found.contains("***") && found.len() + 20 < text.len(), "{text}: {found}");
        }
    }
}

#[tokio::test]
async fn secrets_in_names_of_headers_and_over_several_pieces() {
    let found =
        answer(|| reply("200 OK", &[(KEY, "1"), ("x-Ck_0123456789ABCDEF-left", "2"), ("x-other", "3")], "")).await;
    assert_eq!(found.headers, [("content-length".to_owned(), "0".to_owned()), ("x-other".to_owned(), "3".to_owned())]);
    // Searched in pieces of 256 KiB.
    for at in (260_000..264_000).step_by(371) {
        let body = format!("{}{KEY}{}{TOKEN}", ".".repeat(at), ".".repeat(300_000));
        let found = answer(move || reply("200 OK", &[], &body)).await.body;
        assert_eq!(found.len(), at + 300_000 + 6, "{at}");
    }
}

/// Whoever chooses the secret and whoever answers may mean ill: neither holds up the others.
#[tokio::test]
async fn secrets_that_repeat_themselves_delay_nobody() {
    let (key, token) = ("a".repeat(20 << 10), format!("{}b", "a".repeat(4095)));
    let secrets = Arc::new(Two(key.clone(), token.clone()));
    let server =
        Server::https(move |_, _| reply("200 OK", &[], format!("{} {key} {token}", "a".repeat(100_000)))).await;
    let rules = rule(&server.https_origin(), "credentials = [\"basic\"]");
    let egress = Egress::new(options()).unwrap();
    let session = egress.session(SessionSpec::new("chn_1", bound(&rules), secrets.clone()));
    let ticks = tokio::spawn(async {
        let mut longest = Duration::ZERO;
        loop {
            let begun = Instant::now();
            tokio::time::sleep(Duration::from_millis(1)).await;
            longest = longest.max(begun.elapsed());
            LONGEST.store(longest.as_millis() as u64, Ordering::Relaxed);
        }
    });
    let begun = Instant::now();
    for _ in 0..2 {
        let found = session.send("fetch-page", Request::get(format!("{}/api/a", server.https_origin()))).await.unwrap();
        assert_eq!(found.body, b"*** *** ***");
    }
    ticks.abort();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(LONGEST.load(Ordering::Relaxed) < 1_000, "others waited {LONGEST:?} ms");
}

static LONGEST: AtomicU64 = AtomicU64::new(0);

struct Two(String, String);

impl SecretSource for Two {
    fn secret(&self, name: &str) -> Option<Secret> {
        Some(Secret::new(if name == "consumer_key" { &self.0 } else { &self.1 }))
    }
}

#[tokio::test]
async fn ordinary_answers_are_untouched() {
    let found = answer(|| reply("200 OK", &[("x-page", "2")], "{\"sku\":\"ck_012\"}")).await;
    assert_eq!(found.body, b"{\"sku\":\"ck_012\"}");
    assert_eq!(found.headers, [("content-length".to_owned(), "16".to_owned()), ("x-page".to_owned(), "2".to_owned())]);
    let body = r#"{"a":"\u00e9 %2F &amp; aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91=\n","b":"ck_%30123456789abcde"}"#;
    let found = answer(move || reply("200 OK", &[], body)).await;
    assert_eq!(found.body, body.as_bytes());
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
    let ledger = Arc::<Ledger>::default();
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
