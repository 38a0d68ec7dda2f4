//! Options of the client, all with defaults fit for production.

use std::sync::Arc;
use std::time::Duration;

use entrepot_domain::Clock;
use entrepot_metrics::Metrics;

use crate::intercept::Intercept;
use crate::rate_limit::MAX_WAIT;
use crate::resolve::Resolver;

#[derive(Clone)]
pub struct EgressOptions {
    /// Development only: loopback addresses may be reached, and without TLS. Belongs into every banner when it is on.
    pub allow_loopback: bool,
    /// PEM bundles trusted in addition to the system's roots.
    pub extra_roots_pem: Vec<Vec<u8>>,
    pub user_agent: String,
    pub connect_timeout: Duration,
    /// From sending a request to having all of the answer's headers.
    pub first_byte_timeout: Duration,
    /// For one request with its redirects and bodies, without what is waited for the channel's rate limit.
    pub total_timeout: Duration,
    pub max_header_bytes: usize,
    /// After decompression.
    pub max_body_bytes: u64,
    /// Decompressed to compressed, once the body is larger than 1 MiB.
    pub max_ratio: u64,
    pub retry: Retry,
    /// In place of the system's, for tests. Its addresses are checked all the same.
    pub resolver: Option<Arc<dyn Resolver>>,
    /// Tests of adapters replay and record here. Production has none.
    pub intercept: Option<Arc<dyn Intercept>>,
    pub clock: Clock,
    /// Where requests are counted.
    pub metrics: Metrics,
}

impl Default for EgressOptions {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            extra_roots_pem: Vec::new(),
            user_agent: concat!("Entrepot/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(60),
            max_header_bytes: 64 * 1024,
            max_body_bytes: 64 * 1024 * 1024,
            max_ratio: 200,
            retry: Retry::default(),
            resolver: None,
            intercept: None,
            clock: Clock::System,
            metrics: Metrics::default(),
        }
    }
}

/// How often and for how long a request is sent again, where that is safe.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Of one request, after the first try.
    pub tries: u32,
    /// Before the first of them; doubled with each, and spread between half and all of it.
    pub wait: Duration,
    /// Of one unit of work, before any of its requests succeeded; each that does earns some more.
    pub in_advance: u32,
    /// Of one unit of work: what its failed tries and the waits after them may take together.
    pub time: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 4, wait: Duration::from_millis(250), in_advance: 16, time: Duration::from_secs(120) }
    }
}

impl Retry {
    /// Each request once.
    pub const NEVER: Self = Self { tries: 0, wait: Duration::ZERO, in_advance: 0, time: Duration::ZERO };

    /// Before another try, after so many.
    pub(crate) fn wait(&self, tries: u32) -> Duration {
        let full = self.wait.saturating_mul(1 << tries.min(16)).min(MAX_WAIT);
        full.mul_f64(0.5 + rand::random::<f64>() / 2.0)
    }
}
