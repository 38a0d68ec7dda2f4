//! A client that hides nothing: one request, one connection, the bytes as they came.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use entrepot_test_support::server::Server;
use entrepot_test_support::woocommerce::{Key, Store, serve_tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// What came back, whole or not.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn promised(&self) -> usize {
        self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn ids(&self) -> Vec<u64> {
        self.json().as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
    }

    pub(crate) fn total(&self) -> &str {
        self.header("x-wp-total").unwrap()
    }
}

/// The client and the server it talks to.
pub(crate) struct Shop {
    pub(crate) server: Server,
    /// Sent as Basic, unless `None`.
    pub(crate) key: Option<Key>,
    pub(crate) patience: Duration,
}

/// A shop over TLS with its own key.
pub(crate) fn shop(store: &Store) -> Shop {
    Shop::new(serve_tls(store), Some(store.key()))
}

pub(crate) fn products(query: &str) -> String {
    format!("/wp-json/wc/v3/products{query}")
}

impl Shop {
    pub(crate) fn new(server: Server, key: Option<Key>) -> Self {
        Self { server, key, patience: Duration::from_secs(10) }
    }

    pub(crate) fn get(&self, target: &str) -> Reply {
        self.send("GET", target).unwrap_or_else(|| panic!("no answer to {target}"))
    }

    /// With a JSON body.
    pub(crate) fn write(&self, method: &str, target: &str, json: &str) -> Reply {
        let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", json.len());
        self.sent(method, target, &head, json).unwrap_or_else(|| panic!("no answer to {target}"))
    }

    /// `None` when the connection was closed, or nothing came in time.
    pub(crate) fn send(&self, method: &str, target: &str) -> Option<Reply> {
        self.sent(method, target, "", "")
    }

    fn sent(&self, method: &str, target: &str, head: &str, body: &str) -> Option<Reply> {
        let stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(self.patience)).unwrap();
        let mut request = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.server.address());
        if let Some(key) = &self.key {
            let token = format!("{}:{}", key.consumer_key, key.consumer_secret);
            let token = base64::engine::general_purpose::STANDARD.encode(token);
            request.push_str(&format!("Authorization: Basic {token}\r\n"));
        }
        request.push_str(&format!("{head}Connection: close\r\n\r\n{body}"));
        match self.server.authority_pem() {
            None => exchange(stream, &request),
            Some(pem) => exchange(secured(stream, pem), &request),
        }
    }
}

fn secured(stream: TcpStream, pem: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Option<Reply> {
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let mut piece = [0; 16_384];
    // An error is the end too: a timeout, or TLS cut off without goodbye.
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
    }
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    Some(Reply { status, headers, body: bytes[end + 4..].to_vec() })
}
