//! Which of an adapter's grants are in force, and the names that heads have.

use serde::{Deserialize, Serialize};

/// The whole of an adapter's channels, in percent.
pub(crate) const ALL_CHANNELS: i64 = 100;

/// Of an adapter's grants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantHead {
    /// The generation that counts; none: nothing is in use.
    pub(crate) main: Option<i64>,
    /// One that is tried on a share of the channels, in percent.
    pub(crate) canary: Option<(i64, i64)>,
    /// Everything up to this generation was revoked.
    pub(crate) revoked: i64,
}

impl GrantHead {
    /// Each with the percent of channels it counts for, newest first.
    pub(crate) fn shares(&self) -> Vec<(i64, i64)> {
        self.canary.into_iter().chain(self.main.map(|main| (main, ALL_CHANNELS))).collect()
    }

    pub(crate) fn highest(&self) -> i64 {
        self.shares().first().map_or(0, |(generation, _)| *generation).max(self.revoked)
    }
}

/// The name of the head of the list of trusted keys.
pub(crate) const TRUSTED_KEYS: &str = "trusted-keys";

/// The name of the head of an adapter's grants.
pub(crate) fn of_grants(adapter: &str) -> String {
    format!("grants:{adapter}")
}
