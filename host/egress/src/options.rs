//! Options of the client, all with defaults fit for production.

use std::sync::Arc;
use std::time::Duration;

use entrepot_domain::Clock;
use entrepot_metrics::Metrics;

use crate::intercept::Intercept;
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
    /// For one request with its redirects and bodies, without what is waited for the channel's pace.
    pub total_timeout: Duration,
    pub max_header_bytes: usize,
    /// After decompression.
    pub max_body_bytes: u64,
    /// Decompressed to compressed, once the body is larger than 1 MiB.
    pub max_ratio: u64,
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
            resolver: None,
            intercept: None,
            clock: Clock::System,
            metrics: Metrics::default(),
        }
    }
}
