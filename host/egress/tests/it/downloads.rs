//! Answers that go to a sink: larger than any cap, broken off, changed meanwhile.

use entrepot_egress::{EgressOptions, Failure, Request, Response, Session, Sink};

use crate::support::{SECRET, Server, Step, options, reply, rule, session, session_with};

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    restarts: usize,
    most: Option<usize>,
}

impl Sink for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.most.is_some_and(|most| self.bytes.len() + bytes.len() > most) {
            return Err(Failure::Denied("the disk quota is used up".into()));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Result<(), Failure> {
        self.bytes.clear();
        self.restarts += 1;
        Ok(())
    }
}

async fn download(server: &Server, session: &Session, kept: &mut Kept) -> Result<Response, Failure> {
    session.download("fetch-page", Request::get(format!("{}/api/a", server.http_origin())), kept).await
}

/// Ends after some bytes of what it promised.
fn broken(headers: &str, body: &[u8], after: usize) -> Vec<Step> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    vec![Step::Send([head.as_bytes(), &body[..after]].concat()), Step::Close]
}

fn text() -> Vec<u8> {
    (0..40_000).flat_map(|n: u32| format!("{n}\n").into_bytes()).collect()
}

#[tokio::test]
async fn a_body_above_the_cap_of_responses_goes_to_the_sink() {
    let server = Server::http(|_, _| reply("200 OK", &[], text())).await;
    let session = session_with(EgressOptions { max_body_bytes: 1_000, ..options() }, &rule(&server.http_origin(), ""));
    let mut kept = Kept::default();
    let response = download(&server, &session, &mut kept).await.unwrap();
    assert_eq!((response.status, response.body.len(), kept.bytes), (200, 0, text()));
}

#[tokio::test]
async fn what_is_left_of_a_broken_download_is_asked_for() {
    let server = Server::http(|number, request| match number {
        0 => broken("etag: \"v1\"\r\n", &text(), 100_000),
        1 => {
            assert!(
                request.contains("range: bytes=100000-\r\n") && request.contains("if-range: \"v1\"\r\n"),
                "{request}"
            );
            assert!(request.contains("accept-encoding: identity"), "{request}");
            let body = &text()[100_000..];
            let range = format!("bytes 100000-{}/{}", text().len() - 1, text().len());
            reply("206 Partial Content", &[("content-range", &range), ("etag", "\"v1\"")], body)
        }
        _ => unreachable!(),
    })
    .await;
    let mut kept = Kept::default();
    download(&server, &session(&rule(&server.http_origin(), "")), &mut kept).await.unwrap();
    assert!(kept.bytes == text() && kept.restarts == 0, "{} bytes", kept.bytes.len());
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_begins_anew() {
    let server = Server::http(|number, _| match number {
        0 => broken("etag: \"v1\"\r\n", &text(), 100_000),
        _ => reply("200 OK", &[("etag", "\"v2\"")], b"other"),
    })
    .await;
    let mut kept = Kept::default();
    download(&server, &session(&rule(&server.http_origin(), "")), &mut kept).await.unwrap();
    assert_eq!((kept.bytes.as_slice(), kept.restarts), (b"other".as_slice(), 1));
}

#[tokio::test]
async fn a_rest_that_begins_elsewhere_is_not_appended() {
    let server = Server::http(|number, _| match number {
        0 => broken("etag: \"v1\"\r\n", &text(), 100_000),
        _ => reply("206 Partial Content", &[("content-range", "bytes 5-9/10")], b"other"),
    })
    .await;
    let mut kept = Kept::default();
    let failure = download(&server, &session(&rule(&server.http_origin(), "")), &mut kept).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unavailable(why) if why.contains("begins elsewhere")), "{failure:?}");
    assert_eq!(kept.bytes, text()[..100_000]);
}

#[tokio::test]
async fn without_a_strong_validator_nothing_is_joined() {
    let server = Server::http(|_, _| broken("etag: W/\"v1\"\r\n", &text(), 100_000)).await;
    let mut kept = Kept::default();
    let failure = download(&server, &session(&rule(&server.http_origin(), "")), &mut kept).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unavailable(why) if why.contains("100000 of")), "{failure:?}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_sink_that_is_full_ends_the_download_with_its_own_words() {
    let server = Server::http(|_, _| reply("200 OK", &[("etag", "\"v1\"")], text())).await;
    let mut kept = Kept { most: Some(1_000), ..Kept::default() };
    let failure = download(&server, &session(&rule(&server.http_origin(), "")), &mut kept).await.unwrap_err();
    assert_eq!(failure, Failure::Denied("the disk quota is used up".into()));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn other_answers_are_given_back_and_leave_the_sink_alone() {
    let server = Server::http(|_, _| reply("403 Forbidden", &[], format!("expired, {SECRET}"))).await;
    let mut kept = Kept::default();
    let response = download(&server, &session(&rule(&server.http_origin(), "")), &mut kept).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (403, b"expired, ***".as_slice()));
    assert!(kept.bytes.is_empty());
}

#[tokio::test]
async fn a_slow_body_may_take_long_and_a_silent_one_not() {
    let server = Server::http(|number, _| {
        let mut steps = vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n".to_vec())];
        for _ in 0..20 {
            steps.extend([Step::Pause(if number == 0 { 60 } else { 600 }), Step::Send(b"x".to_vec())]);
        }
        steps
    })
    .await;
    let session = session(&rule(&server.http_origin(), ""));
    let mut kept = Kept::default();
    download(&server, &session, &mut kept).await.unwrap();
    assert_eq!(kept.bytes.len(), 20, "longer than the 900 ms that a request may take");
    let failure = download(&server, &session, &mut Kept::default()).await.unwrap_err();
    assert_eq!(failure, Failure::Unavailable("the body stopped coming after 0 bytes".into()));
}
