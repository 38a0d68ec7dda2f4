//! To whom a request must be addressed.
//!
//! A page of somebody else's can make a browser send requests to this machine under a name of its own, by letting that name lead
//! here (DNS rebinding). The browser takes them for the page's own and shows it the answers. What it cannot change is the name in
//! `Host`: whoever calls us by a name that is not ours is not answered.
// See docs/decisions/0048-browser-requests.md

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use entrepot_domain::Secret;

use crate::problem::Problem;

/// Machines that look after this one call it by whatever address they find; there is nothing to be learnt from the answer.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];

/// For those who look after the host, not for the public.
const METRICS: &str = "/metrics";

/// What came through a proxy says so with one of these.
const PROXIED: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// The names and addresses a host answers to. Ports are not compared: a proxy or a container may show another one.
#[derive(Clone, Debug)]
pub struct Hosts {
    listen: IpAddr,
    public: Option<String>,
    public_url: String,
    metrics: bool,
    origins: Vec<String>,
    billing_secret: Option<Secret>,
}

impl Hosts {
    /// `public_url`: where others reach this host.
    pub fn new(listen: SocketAddr, public_url: &str) -> Self {
        let uri = public_url.parse::<axum::http::Uri>().ok();
        let public = uri.as_ref().and_then(|uri| uri.authority()).map(|authority| bare(authority.host()));
        Self {
            listen: listen.ip(),
            public,
            public_url: public_url.to_owned(),
            metrics: true,
            origins: Vec::new(),
            billing_secret: None,
        }
    }

    /// Where others reach this host.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// `/metrics` is served elsewhere.
    #[must_use]
    pub fn without_metrics(mut self) -> Self {
        self.metrics = false;
        self
    }

    /// Pages of these origins, too, may use the API.
    #[must_use]
    pub fn with_origins(mut self, origins: Vec<String>) -> Self {
        self.origins = origins;
        self
    }

    /// What the billing system signs its events with; several are separated by commas.
    #[must_use]
    pub fn with_billing_secret(mut self, secret: Option<Secret>) -> Self {
        self.billing_secret = secret;
        self
    }

    pub(crate) fn billing_secret(&self) -> Option<&Secret> {
        self.billing_secret.as_ref()
    }

    pub(crate) fn origins(&self) -> &[String] {
        &self.origins
    }

    fn admit(&self, given: &str) -> bool {
        // A name with a user before it is nothing a client sends.
        let Some(authority) = given.parse::<Authority>().ok().filter(|_| !given.contains('@')) else { return false };
        // What follows the name is a port, or nothing.
        if authority.as_str() != authority.host() && authority.port_u16().is_none() {
            return false;
        }
        let name = bare(authority.host());
        self.public.as_ref() == Some(&name) || self.is_this_machine(&name)
    }

    /// Called by its address, or from here: a proxy that others reach the host through calls it by its public name.
    fn is_this_machine(&self, name: &str) -> bool {
        if name == "localhost" {
            return true;
        }
        // Listening on every address means being any address of this machine. An address is no name that could be led here.
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback() || address == self.listen || self.listen.is_unspecified())
    }
}

fn bare(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

pub(crate) async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    // HTTP/2 and requests as to a proxy carry the name in their target.
    let target = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let headers = request.headers().get_all(header::HOST).iter();
    let given: Vec<String> =
        target.into_iter().chain(headers.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
    if !given.is_empty() && given.iter().all(|name| hosts.admit(name)) {
        let near =
            |name: &String| name.parse::<Authority>().is_ok_and(|name| hosts.is_this_machine(&bare(name.host())));
        let proxied = PROXIED.iter().any(|name| request.headers().contains_key(*name));
        if request.uri().path() == METRICS && !(hosts.metrics && !proxied && given.iter().all(near)) {
            return Problem::not_found("metrics are not served here; see [metrics] listen (ENTREPOT_METRICS_LISTEN)")
                .into_response();
        }
        return next.run(request).await;
    }
    let shown = given.iter().find(|name| !hosts.admit(name)).map_or_else(
        || "no host".to_owned(),
        |name| format!("the host {:?}", name.chars().take(100).collect::<String>()),
    );
    Problem::misdirected(format!(
        "this request is addressed to {shown}, which is not this host; if others are to reach it under that name, set public_url \
         (ENTREPOT_PUBLIC_URL)"
    ))
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, public: &str) -> Hosts {
        Hosts::new(listen.parse().expect("an address"), public)
    }

    #[test]
    fn a_host_answers_to_its_own_names() {
        let hosts = hosts("192.0.2.7:8080", "https://Entrepot.example.com/path");
        for own in [
            "192.0.2.7",
            "192.0.2.7:8080",
            "localhost",
            "LOCALHOST:1",
            "localhost.",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:8080",
            "entrepot.example.com",
            "ENTREPOT.example.com.:443",
        ] {
            assert!(hosts.admit(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "evil.example:8080",
            "192.0.2.8",
            "localhost.evil.example",
            "127.0.0.1:8103.evil",
            "localhost:99999",
            "notlocalhost",
            "example.com",
            "entrepot.example.com.evil.example",
            "127.0.0.1.evil.example",
            "evil@localhost",
            "localhost@evil.example",
            "[::2]",
            "127.0.0.1/x",
            "a b",
        ] {
            assert!(!hosts.admit(other), "{other}");
        }
    }

    #[test]
    fn the_public_name_is_not_this_machine() {
        let hosts = hosts("192.0.2.7:8080", "https://entrepot.example.com");
        assert!(hosts.is_this_machine("localhost") && hosts.is_this_machine("192.0.2.7"));
        assert!(!hosts.is_this_machine("entrepot.example.com"));
    }

    #[test]
    fn on_every_address_it_is_any_address_and_no_name() {
        let hosts = hosts("0.0.0.0:8080", "http://0.0.0.0:8080");
        assert!(hosts.admit("192.0.2.7:8080") && hosts.admit("[2001:db8::1]"));
        assert!(!hosts.admit("evil.example:8080"));
    }
}
