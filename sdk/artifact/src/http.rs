//! Files over http, with bounds on size and time. Downloads that an operator asked for; guests have no part in them.

use std::time::{Duration, Instant};

use reqwest::header::LOCATION;
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Certificate, Client, Response};
use url::{Host, Url};

use crate::source::{FetchError, FetchOptions};

pub(crate) struct Http {
    client: Client,
    allow_loopback_http: bool,
    total: Duration,
    until: Instant,
}

impl Http {
    pub(crate) fn new(options: &FetchOptions) -> Result<Self, FetchError> {
        use_ring();
        let failed = |error: reqwest::Error| FetchError::Client(chain(&error));
        let mut roots = Vec::new();
        for pem in &options.extra_roots_pem {
            roots.extend(Certificate::from_pem_bundle(pem).map_err(failed)?);
        }
        let client = Client::builder()
            .tls_certs_merge(roots)
            .redirect(Policy::custom(same_place_only))
            .referer(false)
            .connect_timeout(options.connect_timeout)
            .user_agent(concat!("entrepot/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(failed)?;
        let total = options.total_timeout;
        Ok(Self { client, allow_loopback_http: options.allow_loopback_http, total, until: Instant::now() + total })
    }

    /// The body, of at most `most` bytes.
    pub(crate) async fn get(&self, url: &Url, most: usize) -> Result<Vec<u8>, FetchError> {
        let what = url.to_string();
        if url.scheme() == "http" && !(self.allow_loopback_http && is_loopback(url.host())) {
            return Err(FetchError::PlainHttp { what });
        }
        let left = self.until.saturating_duration_since(Instant::now());
        let timed_out = FetchError::TimedOut { what: what.clone(), after: self.total };
        tokio::time::timeout(left, self.read(url, &what, most)).await.unwrap_or(Err(timed_out))
    }

    async fn read(&self, url: &Url, what: &str, most: usize) -> Result<Vec<u8>, FetchError> {
        let sent = self.client.get(url.clone()).send().await;
        let mut response = sent.map_err(|error| unreachable(what, &error))?;
        check_status(&response, what)?;
        let declared = response.content_length();
        if declared.is_some_and(|length| length > most as u64) {
            return Err(FetchError::TooLarge { what: what.to_owned(), most });
        }
        let mut bytes = Vec::new();
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(bytes),
                Err(error) => {
                    let problem = chain(&error);
                    return Err(FetchError::Interrupted { what: what.to_owned(), received: bytes.len(), problem });
                }
            };
            if bytes.len() + chunk.len() > most {
                return Err(FetchError::TooLarge { what: what.to_owned(), most });
            }
            bytes.extend_from_slice(&chunk);
        }
    }
}

fn check_status(response: &Response, what: &str) -> Result<(), FetchError> {
    let what = what.to_owned();
    match response.status().as_u16() {
        200 => Ok(()),
        404 | 410 => Err(FetchError::NotFound { what }),
        401 | 403 => Err(FetchError::Unauthorized { what }),
        status @ 300..=399 => match response.headers().get(LOCATION) {
            Some(to) => Err(FetchError::Redirected { what, to: String::from_utf8_lossy(to.as_bytes()).into_owned() }),
            None => Err(FetchError::Status { what, status }),
        },
        status => Err(FetchError::Status { what, status }),
    }
}

/// A registry that moved is for the operator to follow: what they named is what they meant.
fn same_place_only(attempt: Attempt<'_>) -> Action {
    let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= 5 { attempt.follow() } else { attempt.stop() }
}

pub(crate) fn unreachable(what: &str, error: &reqwest::Error) -> FetchError {
    FetchError::Unreachable { what: what.to_owned(), problem: chain(error) }
}

/// What lies behind an error, without the URL, which the reader is told already.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    match last.to_string() {
        // The TLS library's words for an answer in plain HTTP.
        text if text.ends_with("InvalidContentType") => {
            "no TLS is spoken there; is it http, or is TLS at another port?".to_owned()
        }
        text => text,
    }
}

pub(crate) fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The HTTP clients here take the process's cryptography. If somebody has chosen one already, that stays.
pub(crate) fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
