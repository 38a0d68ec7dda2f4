//! Servers that are slow, lie about lengths, or send too much.

use std::io::Write;

use entrepot_egress::{EgressOptions, Failure, Request, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Server, Step, options, reply, rule, session_with};

async fn ask(server: &Server) -> Result<Response, Failure> {
    let options = EgressOptions { max_body_bytes: 4 << 20, max_header_bytes: 8 << 10, ..options() };
    let session = session_with(options, &rule(&server.http_origin(), ""));
    session.send("fetch-page", Request::get(format!("{}/api/a", server.http_origin()))).await
}

fn unavailable(outcome: Result<Response, Failure>) -> String {
    match outcome {
        Err(Failure::Unavailable(why) | Failure::Unusable(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(answer) => panic!("answered {} with {} bytes", answer.status, answer.body.len()),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn raw(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

#[tokio::test]
async fn slow_headers() {
    let server = Server::http(|_, _| {
        let mut steps = vec![raw("HTTP/1.1 200 OK\r\n")];
        for _ in 0..20 {
            steps.extend([Step::Pause(100), raw("x-a: b\r\n")]);
        }
        steps
    })
    .await;
    assert_eq!(unavailable(ask(&server).await), "127.0.0.1 did not answer within 400 ms");
}

#[tokio::test]
async fn slow_body() {
    let server = Server::http(|_, _| {
        let mut steps = vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")];
        for _ in 0..20 {
            steps.extend([Step::Pause(100), raw("x")]);
        }
        steps
    })
    .await;
    assert!(unavailable(ask(&server).await).contains("was not complete within"));
}

#[tokio::test]
async fn truncated_bodies() {
    let server = Server::http(|_, _| vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"), Step::Close]).await;
    assert_eq!(unavailable(ask(&server).await), "the body ended early: 3 of 10 bytes came");
    let server = Server::http(|_, _| {
        vec![raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"), Step::Close]
    })
    .await;
    assert_eq!(unavailable(ask(&server).await), "the body ended early, after 3 bytes");
    let server = Server::http(|_, _| vec![Step::Close]).await;
    assert!(unavailable(ask(&server).await).starts_with("127.0.0.1 broke off before it had answered"));
}

/// Too short a length cannot be noticed in this answer. The rest must not become part of the next one.
#[tokio::test]
async fn a_length_that_is_too_short_poisons_nothing() {
    let server = Server::http(|number, _| {
        if number == 0 {
            vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")]
        } else {
            reply("200 OK", &[], "fine")
        }
    })
    .await;
    let session = session_with(options(), &rule(&server.http_origin(), ""));
    let request = Request::get(format!("{}/api/a", server.http_origin()));
    assert_eq!(session.send("fetch-page", request.clone()).await.unwrap().body, b"ok");
    assert_ne!(session.send("fetch-page", request).await.map(|answer| answer.body), Ok(b"evil".to_vec()));
}

#[tokio::test]
async fn two_lengths_are_no_answer() {
    let server = Server::http(|_, _| {
        vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nabcde"), Step::Close]
    })
    .await;
    unavailable(ask(&server).await);
}

#[tokio::test]
async fn gzip_is_unpacked() {
    let body = gzip(b"{\"a\":1}");
    let server = Server::http(move |_, _| reply("200 OK", &[("content-encoding", "gzip")], &body)).await;
    let answer = ask(&server).await.unwrap();
    assert_eq!(answer.body, b"{\"a\":1}");
    assert_eq!((answer.header("content-encoding"), answer.header("content-length")), (None, None));
    assert!(server.seen()[0].to_lowercase().contains("accept-encoding: gzip\r\n"));
}

#[tokio::test]
async fn gzip_bombs() {
    // 3 MiB of zeros is within the body cap and far above the ratio; 64 MiB is above both.
    for (mib, expected) in [(3, "more than 200 times its size"), (64, "the body ")] {
        let body = gzip(&vec![0; mib << 20]);
        let server = Server::http(move |_, _| reply("200 OK", &[("content-encoding", "gzip")], &body)).await;
        let why = unavailable(ask(&server).await);
        assert!(why.contains(expected), "{why}");
    }
}

#[tokio::test]
async fn gzip_that_ends_early_or_is_none() {
    let whole = gzip(&(0..20_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
    for cut in [whole.len() - 1, whole.len() - 9, whole.len() / 2] {
        let body = whole[..cut].to_vec();
        let server = Server::http(move |_, _| reply("200 OK", &[("content-encoding", "gzip")], &body)).await;
        assert!(unavailable(ask(&server).await).starts_with("the body ended early"), "cut at {cut}");
    }
    let server = Server::http(|_, _| reply("200 OK", &[("content-encoding", "gzip")], "plain text")).await;
    assert_eq!(unavailable(ask(&server).await), "the body is not valid gzip");
    let server = Server::http(|_, _| reply("200 OK", &[("content-encoding", "br")], "x")).await;
    assert!(unavailable(ask(&server).await).contains("not asked for"));
}

#[tokio::test]
async fn too_much_body() {
    let server = Server::http(|_, _| reply("200 OK", &[], vec![b'x'; 5 << 20])).await;
    assert_eq!(unavailable(ask(&server).await), "the body is larger than 4194304 bytes");
    let server = Server::http(|_, _| {
        let chunk = [format!("{:x}\r\n", 1 << 20).into_bytes(), vec![b'x'; 1 << 20], b"\r\n".to_vec()].concat();
        let mut steps = vec![raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")];
        steps.extend((0..6).map(|_| Step::Send(chunk.clone())));
        steps
    })
    .await;
    assert_eq!(unavailable(ask(&server).await), "the body is larger than 4194304 bytes");
}

#[tokio::test]
async fn too_many_headers() {
    let server = Server::http(|_, _| reply("200 OK", &[("x-long", &"x".repeat(9 << 10))], "")).await;
    assert!(unavailable(ask(&server).await).contains("bytes of headers"));
}

#[tokio::test]
async fn head_has_lengths_and_no_body() {
    let server =
        Server::http(|_, _| vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\ncontent-encoding: gzip\r\n\r\n")])
            .await;
    let rules = rule(&server.http_origin(), "").replace("[\"GET\"]", "[\"HEAD\"]");
    let session = session_with(options(), &rules);
    let request = Request { method: "HEAD".to_owned(), ..Request::get(format!("{}/api/a", server.http_origin())) };
    let answer = session.send("fetch-page", request).await.unwrap();
    assert_eq!((answer.body.len(), answer.header("content-length")), (0, Some("99999999")));
}
