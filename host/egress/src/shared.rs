//! What all sessions of one client have in common.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use entrepot_policy::RateLimit;
use tokio::sync::Semaphore;

use crate::clocks::Clocks;
use crate::kept::Pages;
use crate::options::EgressOptions;
use crate::rate_limit::RateLimiter;
use crate::redact::Redactors;

pub(crate) struct Shared {
    pub(crate) client: reqwest::Client,
    pub(crate) options: EgressOptions,
    pub(crate) redactors: Redactors,
    pub(crate) pages: Pages,
    pub(crate) clocks: Clocks,
    /// Forms are held in memory while they are sent: so many at a time.
    pub(crate) forms: Semaphore,
    /// By channel.
    pub(crate) limiters: Mutex<HashMap<String, (RateLimit, Arc<RateLimiter>)>>,
}
