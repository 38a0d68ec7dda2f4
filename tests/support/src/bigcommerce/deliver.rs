//! What the store sends when something happened: a body of ids, signed.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::options::Options;
use super::state::Hook;

/// One delivery of one event to one webhook; a test may send it once, twice, late, or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub method: &'static str,
    /// The webhook's destination.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub scope: String,
}

/// `number` makes the id: every delivery has its own, a repeated one the same.
pub(crate) fn delivery(options: &Options, hook: &Hook, scope: &str, data: &Value, number: u64) -> Delivery {
    let now = options.seconds();
    let mut payload = json!({"producer": format!("stores/{}", options.store_hash), "store_id": "1025646", "scope": scope, "data": data});
    payload["hash"] = json!(hex(&Sha1::digest(payload.to_string())));
    if options.says_when {
        payload["created_at"] = json!(now);
    }
    let body = payload.to_string();
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if options.signs {
        headers.extend(signed(&options.client_secret, &format!("msg_{number}"), now, &body));
    }
    headers.extend(own(&hook.headers));
    Delivery {
        method: "POST",
        url: hook.destination.clone(),
        headers,
        body: body.into_bytes(),
        scope: scope.to_owned(),
    }
}

fn own(headers: &BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), value.clone()))
}

/// By the convention named Standard Webhooks; the key is the client secret's own bytes.
fn signed(secret: &str, id: &str, timestamp: i64, body: &str) -> [(String, String); 3] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    [
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), timestamp.to_string()),
        ("webhook-signature".to_owned(), format!("v1,{signature}")),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Posts a delivery to `url`, plain HTTP on loopback, in place of its own destination, and returns the status.
///
/// # Errors
/// When there is no answer.
pub fn send(delivery: &Delivery, url: &str) -> std::io::Result<u16> {
    let url = url::Url::parse(url).map_err(std::io::Error::other)?;
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    let mut stream = TcpStream::connect((host, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut head = format!("{} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n", delivery.method);
    for (name, value) in &delivery.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", delivery.body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(&delivery.body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| std::io::Error::other("no status line"))
}
