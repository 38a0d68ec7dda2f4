//! The one constructor of the HTTP client.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entrepot_metrics::Metrics;
use entrepot_policy::RateLimit;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::clocks::Clocks;
use crate::kept::Pages;
use crate::options::EgressOptions;
use crate::rate_limit::RateLimiter;
use crate::redact::Redactors;
use crate::resolve::{Guarded, System};
use crate::session::{Session, SessionSpec};
use crate::shared::Shared;

/// Cheap to clone; connections and rate limits are shared.
#[derive(Clone)]
pub struct Egress(Arc<Shared>);

#[derive(Debug, Error)]
pub enum StartError {
    #[error("no trusted root certificates were found; install the system's CA bundle or set SSL_CERT_FILE ({0})")]
    NoRoots(String),
    #[error("an additional root certificate cannot be read: {0}")]
    ExtraRoot(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// Beyond this many, rate limiters that nobody uses are dropped.
const MAX_IDLE_LIMITERS: usize = 4096;
/// Each may hold a picture of the largest size, twice.
const MAX_FORMS: usize = 4;
/// For a request to what the operator named.
const OPERATORS_TIME: Duration = Duration::from_secs(10);

impl Egress {
    pub fn new(options: EgressOptions) -> Result<Self, StartError> {
        let resolver = options.resolver.clone().unwrap_or_else(|| Arc::new(System));
        let guarded = Guarded { resolver, allow_loopback: options.allow_loopback };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(&options.extra_roots_pem)?)
            .dns_resolver(Arc::new(guarded))
            .user_agent(options.user_agent.as_str())
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names itself, past the guard.
            .no_proxy()
            .referer(false)
            // Said even though the features are off: another crate of the build may switch them on, and the caps with them off.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connect_timeout(options.connect_timeout)
            .http2_max_header_list_size(u32::try_from(options.max_header_bytes).unwrap_or(u32::MAX))
            .http2_adaptive_window(true)
            .tcp_nodelay(true)
            // Shorter than the keep-alive of usual servers, so that a request rarely meets a connection just closed.
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self(Arc::new(Shared {
            client,
            options,
            redactors: Redactors::default(),
            pages: Pages::default(),
            clocks: Clocks::default(),
            forms: Semaphore::new(MAX_FORMS),
            limiters: Mutex::default(),
        })))
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }

    pub(crate) fn options(&self) -> &EgressOptions {
        &self.0.options
    }

    /// Where this host counts.
    pub fn metrics(&self) -> &Metrics {
        &self.0.options.metrics
    }

    pub fn session(&self, spec: SessionSpec) -> Session {
        let rate_limiter = self.rate_limiter(&spec.channel, spec.bound.rate_limit);
        Session::new(Arc::clone(&self.0), rate_limiter, spec)
    }

    /// Milliseconds by which the clock of the channel's shop is ahead of ours; negative: it is behind. `None`: nobody knows yet.
    pub fn clock_ahead(&self, channel: &str) -> Option<i64> {
        self.0.clocks.ahead(channel)
    }

    /// The run is over: none of its pages is tried again.
    pub fn forget_run(&self, run: &str) {
        self.0.pages.forget(run);
    }

    /// The rate limiter of a channel, shared by all its sessions. A grant with another rate starts a new one.
    fn rate_limiter(&self, channel: &str, limit: RateLimit) -> Arc<RateLimiter> {
        let mut limiters = self.0.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, limiter)) = limiters.get(channel)
            && *known == limit
        {
            return Arc::clone(limiter);
        }
        if limiters.len() >= MAX_IDLE_LIMITERS {
            limiters.retain(|_, (_, limiter)| Arc::strong_count(limiter) > 1 || limiter.holding());
        }
        let before = limiters.get(channel).map(|(_, limiter)| Arc::clone(limiter));
        let limiter = Arc::new(RateLimiter::new(limit, before.as_deref()));
        limiters.insert(channel.to_owned(), (limit, Arc::clone(&limiter)));
        limiter
    }
}

/// A client for an address that the operator named, which may be on this machine. No guest has a part in it.
pub fn operators_client(extra_roots_pem: &[Vec<u8>]) -> Result<reqwest::Client, StartError> {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(extra_roots_pem)?)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .timeout(OPERATORS_TIME);
    Ok(client.build()?)
}

fn tls(extra_roots_pem: &[Vec<u8>]) -> Result<ClientConfig, StartError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(native.certs);
    for pem in extra_roots_pem {
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| StartError::ExtraRoot(error.to_string()))?;
            roots.add(certificate).map_err(|error| StartError::ExtraRoot(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(StartError::ExtraRoot("the file holds no certificate".to_owned()));
        }
    }
    if roots.is_empty() {
        let errors: Vec<String> = native.errors.iter().map(ToString::to_string).collect();
        return Err(StartError::NoRoots(errors.join("; ")));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
