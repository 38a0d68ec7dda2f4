//! Servers and names that play tricks: the answer is as foreign as the guest.

use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use entrepot_domain::secret::{Secret, SecretSource};
use entrepot_egress::{Egress, EgressOptions, Resolver, Retry, SessionSpec};
use entrepot_policy::{BoundGrant, Grant, Manifest, Settings};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::neighbour::beside;
use crate::row::Row;
use crate::stage::{MANIFEST, Stage, channel, told};

const SECRET: &str = "shpat_0123456789abcdef";
/// A granted name that nobody has.
const NAME: &str = "https://shop.example";

pub(crate) async fn all() -> Vec<Row> {
    match rows().await {
        Ok(rows) => rows,
        Err(error) => panic!("{error:#}"),
    }
}

async fn rows() -> Result<Vec<Row>> {
    let stage = Stage::set().await?;
    let (server, other) = (Server::open().await?, Server::open().await?);
    server.leads_to(&other);
    let mut rows = Vec::new();
    for (case, path, must) in [
        ("headers that do not come", "/granted/slow-headers", "unavailable"),
        ("a body that does not come", "/granted/slow-body", "unavailable"),
        ("a body shorter than its length", "/granted/short", "unavailable"),
        ("two lengths", "/granted/two-lengths", "unavailable"),
        ("a gzip bomb", "/granted/bomb", "unpacks to more than"),
        ("a body without end", "/granted/endless", "unavailable"),
        ("headers without end", "/granted/endless-headers", "unavailable"),
        ("the secret in the body, a header and the reason", "/granted/echo", "401 you sent ***"),
        ("a redirect that names the secret", "/granted/to-secret", "/outside/***"),
        ("a path in absolute form", "/http://169.254.169.254/granted/ok", "is not granted"),
    ] {
        let url = format!("{}{path}", server.origin());
        let row = beside(&stage, case, must, ask(&stage, &server, &other, None, vec![url])).await;
        let leaked = row.outcome.contains(SECRET).then(|| "the guest saw the secret".to_owned());
        rows.push(row.and(leaked));
    }
    let url = format!("{}/granted/to-other", server.origin());
    let row = beside(
        &stage,
        "a redirect to another granted host",
        "200 other",
        ask(&stage, &server, &other, None, vec![url]),
    )
    .await;
    let sent = other.seen().concat();
    let leaked = sent.contains(SECRET).then(|| format!("it carried the credential: {sent}"));
    let at_home = (!server.seen().concat().contains(SECRET)).then(|| "at home there was no credential".to_owned());
    rows.push(row.and(leaked).and(at_home));

    for (case, answers, asked, must) in [
        ("a granted name at a private address", &["10.0.0.1"][..], 1, "not connected"),
        ("a granted name at the metadata service", &["169.254.169.254"], 1, "not connected"),
        // Here first, where no one speaks TLS; then elsewhere.
        (
            "a granted name that moves between two requests",
            &["127.0.0.1", "169.254.169.254"],
            2,
            "unavailable, then denied",
        ),
    ] {
        let names = Arc::new(Scripted::new(answers)?);
        let urls = vec![format!("{NAME}/granted/ok"); asked];
        let row = beside(&stage, case, must, ask(&stage, &server, &other, Some(names.clone()), urls)).await;
        // What was looked up is what was connected to: nobody asks a second time in between.
        let more = (names.asked() > asked).then(|| format!("the name was looked up {} times", names.asked()));
        let answered = row.outcome.contains("it answered").then(|| "somebody answered".to_owned());
        rows.push(row.and(more).and(answered));
    }
    Ok(rows)
}

/// The guest asks for each address in turn; what it was told, in words.
async fn ask(
    stage: &Stage,
    server: &Server,
    other: &Server,
    resolver: Option<Arc<Scripted>>,
    urls: Vec<String>,
) -> String {
    match try_ask(stage, server, other, resolver, urls).await {
        Ok(outcome) => outcome,
        Err(error) => format!("{error:#}"),
    }
}

async fn try_ask(
    stage: &Stage,
    server: &Server,
    other: &Server,
    resolver: Option<Arc<Scripted>>,
    urls: Vec<String>,
) -> Result<String> {
    let named = resolver.is_some();
    let egress = Egress::new(EgressOptions {
        allow_loopback: true,
        connect_timeout: Duration::from_millis(500),
        first_byte_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_millis(900),
        max_body_bytes: 4 << 20,
        // What a name is the second time is what some cases are about. A call has two seconds here, which its grant does not say.
        retry: if named { Retry::NEVER } else { Retry { time: Duration::from_millis(600), ..Retry::default() } },
        resolver: resolver.map(|names| names as Arc<dyn Resolver>),
        ..EgressOptions::default()
    })?;
    let credential = "credentials = [\"token\"]\n";
    let rule = MANIFEST.split("[[egress]]").nth(1).context("a rule")?.split("[rate_limit]").next().context("a rule")?;
    let second = rule.replace("test-server", "other-server").replace("{base_url}", "{other_url}");
    let setting = MANIFEST
        .split("[[egress]]")
        .next()
        .and_then(|head| head.split("[settings.base_url]").nth(1))
        .context("a setting")?;
    let manifest = MANIFEST
        .replace("[settings.base_url]", &format!("[settings.other_url]{setting}[secrets.token]\ntitle = \"Token\"\n[credentials.token]\nscheme = \"oauth1\"\nconsumer_key = \"{{token}}\"\nconsumer_secret = \"{{token}}\"\n[settings.base_url]"))
        .replacen(rule, &format!("{rule}{credential}\n[[egress]]{second}{credential}\n"), 1);
    let manifest = Manifest::parse(&manifest)?;
    let home = if named { NAME.to_owned() } else { server.origin() };
    let settings = json!({ "base_url": home, "other_url": other.origin() });
    let settings: &Settings = settings.as_object().context("an object")?;
    let bound = Arc::new(BoundGrant::bind(&Grant::as_requested(&manifest, "tests"), &manifest, settings)?);
    let mut told_all = Vec::new();
    for url in urls {
        let session = egress.session(SessionSpec::new("chn_hostile", bound.clone(), Arc::new(Token)));
        let orders = json!({ "mode": "request", "url": url });
        let account = stage.guest.check(&channel(orders), session).await;
        told_all.push(told(account.map(|account| account.name)));
    }
    if told_all.len() == 1 {
        return Ok(told_all.concat());
    }
    let codes: Vec<&str> = told_all.iter().filter_map(|told| told.split(':').next()).collect();
    Ok(format!("{} ({})", codes.join(", then "), told_all.join("; ")))
}

struct Token;

impl SecretSource for Token {
    fn secret(&self, _name: &str) -> Option<Secret> {
        Some(Secret::new(SECRET))
    }
}

/// Answers the n-th question for any name with the n-th list, and stays with the last.
struct Scripted(Vec<Vec<IpAddr>>, Mutex<usize>);

impl Scripted {
    fn new(answers: &[&str]) -> Result<Self> {
        let list = |list: &&str| list.split(' ').map(|text| Ok(text.parse()?)).collect::<Result<Vec<IpAddr>>>();
        Ok(Self(answers.iter().map(list).collect::<Result<_>>()?, Mutex::new(0)))
    }

    fn asked(&self) -> usize {
        *self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Resolver for Scripted {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        *asked += 1;
        Ok(self.0.get(*asked - 1).or(self.0.last()).cloned().unwrap_or_default())
    }
}

/// Says byte by byte what a careful server never would.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    other: Arc<Mutex<String>>,
}

impl Server {
    async fn open() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (seen, other) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<String>>::default());
        let (log, to) = (seen.clone(), other.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, to) = (log.clone(), to.lock().unwrap_or_else(PoisonError::into_inner).clone());
                // A client that hangs up is what these cases are about.
                tokio::spawn(async move { drop(serve(stream, &log, &to).await) });
            }
        });
        Ok(Self { port, seen, other })
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn leads_to(&self, other: &Self) {
        *self.other.lock().unwrap_or_else(PoisonError::into_inner) = other.origin();
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, other: &str) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    log.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let path = head.split([' ', '?']).nth(1).unwrap_or_default();
    let reply = |status: &str, headers: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let to = |place: &str| reply("302 Found", &format!("location: {place}\r\n"), b"");
    let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec();
    let answer = match path {
        "/granted/slow-headers" => b"HTTP/1.1 200 OK\r\n".to_vec(),
        "/granted/slow-body" => begun,
        "/granted/short" => {
            stream.write_all(&begun).await?;
            return stream.shutdown().await;
        }
        "/granted/two-lengths" => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nhello".to_vec(),
        "/granted/bomb" => reply("200 OK", "content-encoding: gzip\r\n", &bomb()?),
        "/granted/endless" => return endless(stream, b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 64 << 10]).await,
        "/granted/endless-headers" => {
            return endless(stream, b"HTTP/1.1 200 OK\r\n", b"x-header: and one more\r\n").await;
        }
        "/granted/echo" => {
            let body = format!("you sent {SECRET}");
            reply(&format!("401 {SECRET}"), &format!("x-debug: {SECRET}\r\n"), body.as_bytes())
        }
        "/granted/to-secret" => to(&format!("/outside/{SECRET}")),
        "/granted/to-other" => to(&format!("{other}/granted/ok")),
        _ => reply("200 OK", "", b"other"),
    };
    stream.write_all(&answer).await?;
    // Held open, so that only what was said decides.
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok(())
}

async fn endless(mut stream: TcpStream, head: &[u8], more: &[u8]) -> io::Result<()> {
    stream.write_all(head).await?;
    loop {
        stream.write_all(more).await?;
    }
}

/// 3 MiB of nothing in 3 KiB.
fn bomb() -> io::Result<Vec<u8>> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 3 << 20])?;
    gzip.finish()
}
