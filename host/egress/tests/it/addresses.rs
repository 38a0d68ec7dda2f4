//! Where names lead.

use entrepot_egress::{EgressOptions, Failure, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Scripted, Server, Step, options, reply, rule, session_with};

fn with(answers: &[&[&str]]) -> EgressOptions {
    EgressOptions { resolver: Some(Scripted::new(answers)), ..options() }
}

#[tokio::test]
async fn a_granted_name_that_leads_inside() {
    for address in
        ["10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]
    {
        let session = session_with(with(&[&[address]]), &rule("https://shop.example", ""));
        match session.send("fetch-page", Request::get("https://shop.example/api/a?secret=1")).await {
            Err(Failure::Denied(why)) => {
                assert!(why.starts_with("shop.example resolves to") && !why.contains('?'), "{why}")
            }
            other => panic!("{address}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn loopback_behind_a_name_without_the_switch() {
    let options = EgressOptions { allow_loopback: false, ..with(&[&["127.0.0.1"]]) };
    let session = session_with(options, &rule("https://shop.example", ""));
    let outcome = session.send("fetch-page", Request::get("https://shop.example/api/a")).await;
    assert!(matches!(outcome, Err(Failure::Denied(why)) if why.contains("127.0.0.1, a loopback address")));
}

/// Only the good one of two addresses is tried.
#[tokio::test]
async fn mixed_answers_lose_the_bad_ones() {
    let server = Server::https(|_, _| reply("200 OK", &[], "fine")).await;
    let session = session_with(with(&[&["10.0.0.1", "127.0.0.1"]]), &rule(&server.https_origin(), ""));
    session.send("fetch-page", Request::get(format!("{}/api/a", server.https_origin()))).await.unwrap();
}

/// The first answer is good, the next is not: whatever connects next is checked again, and one look-up serves both check and connection.
#[tokio::test]
async fn a_rebound_name() {
    let server = Server::https(|_, _| {
        let mut steps = reply("200 OK", &[("connection", "close")], "fine");
        steps.push(Step::Close);
        steps
    })
    .await;
    let session = session_with(with(&[&["127.0.0.1"], &["10.0.0.1"]]), &rule(&server.https_origin(), ""));
    let request = Request::get(format!("{}/api/a", server.https_origin()));
    session.send("fetch-page", request.clone()).await.unwrap();
    match session.send("fetch-page", request).await {
        Err(Failure::Denied(why)) => {
            assert_eq!(
                why,
                "shop.example resolves to 10.0.0.1, a private address: not connected. No setting opens it: the shop has to have a public address"
            )
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn addresses_in_the_grant_itself_are_checked() {
    let session = session_with(options(), &rule("https://10.0.0.1", ""));
    let outcome = session.send("fetch-page", Request::get("https://10.0.0.1/api/a")).await;
    assert!(
        matches!(outcome, Err(Failure::Denied(why)) if why.starts_with("10.0.0.1 is a private address: not connected. No setting opens it"))
    );
}

#[tokio::test]
async fn a_foreign_certificate() {
    let server = Server::https(|_, _| reply("200 OK", &[], "fine")).await;
    let origin = format!("https://elsewhere.example:{}", server.port);
    let session = session_with(options(), &rule(&origin, ""));
    let outcome = session.send("fetch-page", Request::get(format!("{origin}/api/a"))).await;
    assert!(
        matches!(&outcome, Err(Failure::Unusable(why)) if why.contains("certificate") && why.contains("valid for its name")),
        "{outcome:?}"
    );
    assert!(server.seen().is_empty());
}

#[test]
fn the_guard_knows_the_special_ranges() {
    use entrepot_egress::address::check;
    for refused in [
        "0.0.0.0",
        "0.1.2.3",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "100.100.100.200",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.0",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:0a00:0001::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(check(refused.parse().unwrap(), false).is_err(), "{refused}");
    }
    for open in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.169.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
    ] {
        assert!(check(open.parse().unwrap(), false).is_ok(), "{open}");
    }
    // The switch opens plain loopback and nothing that wraps it.
    for (address, expected) in [
        ("127.0.0.1", true),
        ("::1", true),
        ("::ffff:127.0.0.1", false),
        ("64:ff9b::127.0.0.1", false),
        ("10.0.0.1", false),
    ] {
        assert_eq!(check(address.parse().unwrap(), true).is_ok(), expected, "{address}");
    }
}

#[tokio::test]
async fn what_does_not_answer_is_named_with_its_port() {
    // It reads the greeting of TLS and answers in plain HTTP, as such servers do.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let ((mut stream, _), mut greeting) = (listener.accept().await.unwrap(), [0; 4096]);
        assert!(stream.read(&mut greeting).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        while stream.read(&mut greeting).await.is_ok_and(|read| read > 0) {}
    });
    let ask = async |there: String| {
        let outcome =
            session_with(options(), &rule(&there, "")).send("fetch-page", Request::get(format!("{there}/api/a"))).await;
        match outcome {
            Err(Failure::Unavailable(why)) => why,
            other => panic!("{there}: {other:?}"),
        }
    };
    let why = ask(format!("https://127.0.0.1:{port}")).await;
    assert!(why.starts_with(&format!("no connection to 127.0.0.1:{port}: no TLS is spoken there")), "{why}");
    server.abort();
    // Nobody listens there any more.
    server.await.ok();
    let why = ask(format!("http://127.0.0.1:{port}")).await;
    assert!(why.starts_with(&format!("no connection to 127.0.0.1:{port}: nothing answers")), "{why}");
}
