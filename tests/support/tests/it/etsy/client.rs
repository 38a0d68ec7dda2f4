//! One request, one connection, plain HTTP.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use entrepot_test_support::etsy::Store;
use entrepot_test_support::server::Server;
use serde_json::Value;

pub(crate) struct Client {
    address: std::net::SocketAddr,
    /// What is sent as `x-api-key`.
    pub(crate) key: Option<String>,
    pub(crate) token: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

pub(crate) fn ids(page: &Value) -> Vec<u64> {
    page["results"].as_array().unwrap().iter().map(|one| one["listing_id"].as_u64().unwrap()).collect()
}

impl Client {
    pub(crate) fn of(store: &Store, server: &Server) -> Self {
        let credentials = store.credentials();
        let key = format!("{}:{}", credentials.keystring, credentials.shared_secret);
        Self { address: server.address(), key: Some(key), token: Some(credentials.access_token) }
    }

    /// Below `/v3/application`.
    pub(crate) fn get(&self, target: &str) -> Reply {
        let mut headers = String::new();
        if let Some(key) = &self.key {
            headers.push_str(&format!("x-api-key: {key}\r\n"));
        }
        if let Some(token) = &self.token {
            headers.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        self.send(&format!("GET /v3/application{target} HTTP/1.1\r\n{headers}"), "")
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = "Content-Type: application/x-www-form-urlencoded";
        self.send(&format!("POST {path} HTTP/1.1\r\n{kind}\r\nContent-Length: {}\r\n", body.len()), &body)
    }

    pub(crate) fn send(&self, head: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(stream, "{head}Host: {}\r\nConnection: close\r\n\r\n{body}", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: body.to_owned(),
        }
    }
}
