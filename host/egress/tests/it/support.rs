//! A server that says exactly what a test wants, byte by byte, and a session that may talk to it.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use entrepot_domain::secret::{Secret, SecretSource};
use entrepot_egress::{Egress, EgressOptions, Resolver, Retry, Session, SessionSpec};
use entrepot_policy::{BoundGrant, Grant, Manifest, Settings};

mod server;

pub(crate) use server::{Server, Step, certificate_pem, reply};

pub(crate) const KEY: &str = "ck_0123456789abcdef";
pub(crate) const SECRET: &str = "cs_fedcba98/76+543210";
pub(crate) const TOKEN: &str = "shpat_0123456789";

pub(crate) struct Secrets(BTreeMap<&'static str, &'static str>);

impl Secrets {
    pub(crate) fn all() -> Arc<Self> {
        Arc::new(Self([("consumer_key", KEY), ("consumer_secret", SECRET), ("access_token", TOKEN)].into()))
    }

    pub(crate) fn none() -> Arc<Self> {
        Arc::new(Self(BTreeMap::new()))
    }
}

impl SecretSource for Secrets {
    fn secret(&self, name: &str) -> Option<Secret> {
        self.0.get(name).map(|value| Secret::new(*value))
    }
}

/// Answers the n-th question for any name with the n-th list, and stays with the last.
pub(crate) struct Scripted(Mutex<Vec<Vec<IpAddr>>>);

impl Scripted {
    pub(crate) fn new(answers: &[&[&str]]) -> Arc<Self> {
        let read = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(read).collect())))
    }
}

#[async_trait]
impl Resolver for Scripted {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.0.lock().unwrap();
        Ok(if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() })
    }
}

const HEAD: &str = r#"
id = "example"
name = "Example"
publisher = "entrepot"
version = "0.1.0"
world = "entrepot:adapter@0.1.0"
[secrets.consumer_key]
title = "Key"
[secrets.consumer_secret]
title = "Secret"
[secrets.access_token]
title = "Token"
[credentials.basic]
scheme = "basic"
username = "{consumer_key}"
password = "{consumer_secret}"
[credentials.query]
scheme = "query"
parameters = { consumer_key = "{consumer_key}", consumer_secret = "{consumer_secret}" }
[credentials.oauth1]
scheme = "oauth1"
consumer_key = "{consumer_key}"
consumer_secret = "{consumer_secret}"
[credentials.token]
scheme = "header"
name = "X-Access-Token"
value = "{access_token}"
[rate_limit]
requests_per_second = 20
concurrency = 4
"#;

/// The rules are the `[[egress]]` tables as they stand in a manifest.
pub(crate) fn manifest(rules: &str) -> Manifest {
    Manifest::parse(&format!("{HEAD}{rules}")).unwrap()
}

pub(crate) fn grant(rules: &str) -> Grant {
    Grant::as_requested(&manifest(rules), "0".repeat(64))
}

pub(crate) fn bound(rules: &str) -> Arc<BoundGrant> {
    Arc::new(BoundGrant::bind(&grant(rules), &manifest(rules), &Settings::new()).unwrap())
}

/// One rule: `fetch-page` may GET below `/api/`, `extra` are further keys of it.
pub(crate) fn rule(origin: &str, extra: &str) -> String {
    let name = origin.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    format!(
        "[[egress]]\nname = \"r{name}\"\noperations = [\"fetch-page\"]\norigin = \"{origin}\"\nmethods = [\"GET\"]\npaths = [\"/api/**\"]\n{extra}\n"
    )
}

/// Loopback allowed, every name is this machine, short timeouts, each request once.
pub(crate) fn options() -> EgressOptions {
    EgressOptions {
        allow_loopback: true,
        extra_roots_pem: vec![certificate_pem()],
        connect_timeout: Duration::from_millis(500),
        first_byte_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_millis(900),
        retry: Retry::NEVER,
        resolver: Some(Scripted::new(&[&[&Ipv4Addr::LOCALHOST.to_string()]])),
        ..EgressOptions::default()
    }
}

pub(crate) fn session_with(options: EgressOptions, rules: &str) -> Session {
    Egress::new(options).unwrap().session(SessionSpec::new("chn_1", bound(rules), Secrets::all()))
}

pub(crate) fn session(rules: &str) -> Session {
    session_with(options(), rules)
}
