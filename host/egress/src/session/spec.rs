//! What a session is made of.

use std::sync::Arc;

use async_trait::async_trait;
use entrepot_domain::secret::SecretSource;
use entrepot_domain::usage::Ledger;
use entrepot_policy::BoundGrant;

pub struct SessionSpec {
    /// Id of the channel. Sessions of one channel share its rate limit.
    pub channel: String,
    pub bound: Arc<BoundGrant>,
    pub secrets: Arc<dyn SecretSource>,
    pub limits: SessionLimits,
    /// Where everything is counted for audits.
    pub ledger: Arc<Ledger>,
    /// The run and its page that this is a try of: what earlier tries were answered is not asked for again.
    pub page: Option<(String, String)>,
    /// Asked before every request.
    pub lease: Option<Arc<dyn MaySend>>,
}

/// Work that others take over where its worker falls silent.
#[async_trait]
pub trait MaySend: Send + Sync {
    /// Or why nothing is sent any more.
    async fn may_send(&self) -> Result<(), String>;
}

impl SessionSpec {
    /// With the limits that the grant names.
    pub fn new(channel: impl Into<String>, bound: Arc<BoundGrant>, secrets: Arc<dyn SecretSource>) -> Self {
        let mut limits = SessionLimits::default();
        if let Some(calls) = bound.limits.outbound_calls {
            limits.outbound_calls = calls;
        }
        Self { channel: channel.into(), bound, secrets, limits, ledger: Arc::default(), page: None, lease: None }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Requests in all, redirects included.
    pub outbound_calls: u32,
    /// Lowers the client's own cap.
    pub max_body_bytes: Option<u64>,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { outbound_calls: 500, max_body_bytes: None }
    }
}
