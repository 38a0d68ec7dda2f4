//! Pictures from hosts that no rule names, and forms that carry them.

use std::time::Duration;

use entrepot_egress::{EgressOptions, Failure, MOST_PICTURE_BYTES, Part, PictureFailure, Request, Session, Sink};

use crate::support::{SECRET, Scripted, Server, Step, TOKEN, options, reply, rule, session, session_with};

#[derive(Default)]
struct Kept(Vec<u8>);

impl Sink for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Result<(), Failure> {
        self.0.clear();
        Ok(())
    }
}

const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01 and so on";
/// A rule with a credential, for an address that no picture has.
const RULED: &str = "https://shop.example";

fn ruled(options: EgressOptions) -> Session {
    session_with(options, &rule(RULED, "credentials = [\"token\"]"))
}

async fn fetch(session: &Session, url: &str) -> (Result<&'static str, PictureFailure>, Vec<u8>) {
    let mut kept = Kept::default();
    (session.fetch_picture("push-listings", url, &mut kept).await, kept.0)
}

async fn unfit(session: &Session, url: &str) -> (&'static str, String) {
    match fetch(session, url).await.0 {
        Err(PictureFailure::Unfit(code, why)) => (code, why),
        other => panic!("{url}: {other:?}"),
    }
}

fn to(location: &str) -> Vec<Step> {
    reply("302 Found", &[("location", location)], "")
}

#[tokio::test]
async fn a_picture_comes_without_a_rule_and_without_a_credential() {
    let server = Server::https(|_, _| reply("200 OK", &[("content-type", "text/html")], JPEG)).await;
    let session = ruled(options());
    let (kind, bytes) = fetch(&session, &format!("{}/a.jpg", server.https_origin())).await;
    assert_eq!((kind, bytes.as_slice()), (Ok("image/jpeg"), JPEG), "what it is says its content");
    let seen = server.seen();
    assert!(!seen[0].contains(TOKEN) && !seen[0].contains(SECRET) && !seen[0].contains("authorization"), "{}", seen[0]);
    assert_eq!(session.stats().requests, 1, "it is counted like any other");
}

#[tokio::test]
async fn private_addresses_are_not_reached_by_number_by_name_or_by_redirect() {
    let closed = EgressOptions { allow_loopback: false, ..options() };
    for url in [
        "https://127.0.0.1/a.jpg",
        "https://10.0.0.1/a.jpg",
        "https://192.168.1.1/a.jpg",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/a.jpg",
        "https://[::ffff:10.0.0.1]/a.jpg",
        "https://2130706433/a.jpg",
        "http://shop.example/a.jpg",
        "ftp://shop.example/a.jpg",
        "file:///etc/passwd",
        "https://user:pass@shop.example/a.jpg",
    ] {
        let (code, why) = unfit(&ruled(closed.clone()), url).await;
        assert_eq!(code, "picture-unreachable", "{url}: {why}");
    }
    // A name that leads into the network.
    let inside = EgressOptions { resolver: Some(Scripted::new(&[&["10.0.0.7"]])), ..closed };
    let (code, why) = unfit(&ruled(inside), "https://pictures.example/a.jpg").await;
    assert!(code == "picture-unreachable" && why.contains("a private address"), "{why}");
    // A public host that sends on.
    for location in
        ["https://10.0.0.1/a.jpg", "http://169.254.169.254/latest/", "//192.168.0.1/a.jpg", "file:///etc/passwd"]
    {
        let server = Server::https(move |_, _| to(location)).await;
        let (code, why) = unfit(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await;
        assert_eq!((code, server.seen().len()), ("picture-unreachable", 1), "{location}: {why}");
    }
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::https(|_, _| to("/again.jpg")).await;
    let (code, why) = unfit(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await;
    assert!(code == "picture-unreachable" && why.contains("5 times"), "{why}");
    assert_eq!(server.seen().len(), 6);
    let server = Server::https(|number, _| if number == 0 { to("/b.jpg") } else { reply("200 OK", &[], JPEG) }).await;
    assert_eq!(fetch(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await.0, Ok("image/jpeg"));
}

#[tokio::test]
async fn what_is_no_picture_is_not_taken() {
    for (body, words) in [
        (&b"<!DOCTYPE html><html>Sign in</html>"[..], "<!DOCTYPE"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "<svg"),
        (b"{\"error\":\"not found\"}", "error"),
        (b"", "begins with \"\""),
        (b"\xff\xd8\xff", "no JPEG"),
    ] {
        let server = Server::https(move |_, _| reply("200 OK", &[("content-type", "image/jpeg")], body)).await;
        let (code, why) = unfit(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await;
        assert!(code == "picture-not-an-image" && why.contains(words), "{why}");
    }
    for (status, code) in
        [("404 Not Found", "picture-missing"), ("403 Forbidden", "picture-missing"), ("410 Gone", "picture-missing")]
    {
        let server = Server::https(move |_, _| reply(status, &[], JPEG)).await;
        assert_eq!(unfit(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await.0, code);
    }
    let server = Server::https(|_, _| reply("503 Service Unavailable", &[], JPEG)).await;
    let failed = fetch(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await.0;
    assert!(matches!(failed, Err(PictureFailure::Failed(Failure::Unavailable(_)))), "{failed:?}");
}

#[tokio::test]
async fn a_hundred_megabytes_are_not_read() {
    let server = Server::https(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01";
        vec![Step::Send([&head[..], &vec![0; 100 << 20]].concat()), Step::Close]
    })
    .await;
    let patient = EgressOptions {
        total_timeout: Duration::from_secs(30),
        first_byte_timeout: Duration::from_secs(10),
        ..options()
    };
    let mut kept = Kept::default();
    let url = format!("{}/a.jpg", server.https_origin());
    let outcome = ruled(patient).fetch_picture("push-listings", &url, &mut kept).await;
    assert!(
        matches!(&outcome, Err(PictureFailure::Unfit("picture-too-large", why)) if why.contains("20 MiB")),
        "{outcome:?}"
    );
    assert!(kept.0.len() as u64 <= MOST_PICTURE_BYTES, "{}", kept.0.len());
}

#[tokio::test]
async fn a_body_that_trickles_is_not_waited_for() {
    let server = Server::https(|_, _| {
        let mut steps = vec![Step::Send(
            b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01".to_vec(),
        )];
        for _ in 0..100 {
            steps.extend([Step::Pause(100), Step::Send(b"x".to_vec())]);
        }
        steps
    })
    .await;
    let begun = std::time::Instant::now();
    let outcome = fetch(&ruled(options()), &format!("{}/a.jpg", server.https_origin())).await.0;
    assert!(matches!(outcome, Err(PictureFailure::Failed(Failure::Unavailable(_)))), "{outcome:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

fn part(name: &str, content: &[u8]) -> Part {
    Part { name: name.into(), file: None, content: content.into() }
}

#[tokio::test]
async fn a_form_goes_by_the_rules_with_its_credential() {
    let server = Server::https(|_, _| reply("200 OK", &[], format!("{{\"echo\":\"{TOKEN}\"}}"))).await;
    let rules = rule(&server.https_origin(), "credentials = [\"token\"]").replace("\"GET\"", "\"POST\"");
    let session = session(&rules);
    let picture = Part { file: Some(("a.jpg".into(), "image/jpeg")), ..part("image", JPEG) };
    let post =
        |path: &str| Request { method: "POST".into(), ..Request::get(format!("{}{path}", server.https_origin())) };
    let answer = session
        .send_form(
            "fetch-page",
            post("/api/images"),
            vec![picture.clone(), part("rank", b"1")],
            session.turn_for_form().await.unwrap(),
        )
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&answer.body).contains(TOKEN), "answers are searched as ever");
    let seen = server.seen().remove(0);
    assert!(seen.contains(TOKEN) && seen.contains("content-type: multipart/form-data; boundary=entrepot-"), "{seen}");
    assert!(seen.contains("name=\"image\"; filename=\"a.jpg\"") && seen.contains("name=\"rank\"\r\n\r\n1"), "{seen}");
    // Another place, a body of its own, a field that says another method: none of it is sent.
    for (request, parts) in [
        (post("/outside"), vec![picture.clone()]),
        (Request { body: Some(b"x".to_vec()), ..post("/api/images") }, vec![picture.clone()]),
        (
            Request { headers: vec![("Content-Type".into(), "text/plain".into())], ..post("/api/images") },
            vec![picture.clone()],
        ),
        (post("/api/images"), vec![part("_method", b"DELETE")]),
        (post("/api/images"), vec![part("a\"\r\nX: y", b"")]),
    ] {
        let outcome = session.send_form("fetch-page", request, parts, session.turn_for_form().await.unwrap()).await;
        assert!(matches!(outcome, Err(Failure::Denied(_))), "{outcome:?}");
    }
    assert_eq!(server.seen().len(), 1);
}
