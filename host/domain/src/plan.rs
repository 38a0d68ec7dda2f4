//! What a tenant may have.

use serde::{Deserialize, Serialize};

/// The plan of tenants that nobody gave one.
pub const DEFAULT_PLAN: &str = "default";

/// Something that a plan limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Channels in use at the same time.
    Channels,
    /// Variants in the catalogue.
    Skus,
    /// Requests of the API.
    RequestsPerMinute,
    /// In and out together.
    AiTokensPerMonth,
    /// Members of the tenant.
    Users,
}

impl Limit {
    /// All there are.
    pub const ALL: [Self; 5] =
        [Self::Channels, Self::Skus, Self::RequestsPerMinute, Self::AiTokensPerMonth, Self::Users];

    /// As it is typed and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Channels => "channels",
            Self::Skus => "skus",
            Self::RequestsPerMinute => "requests_per_minute",
            Self::AiTokensPerMonth => "ai_tokens_per_month",
            Self::Users => "users",
        }
    }
}

/// The limits of a plan; `None`: there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLimits {
    /// Channels in use at the same time.
    pub channels: Option<i64>,
    /// Variants in the catalogue.
    pub skus: Option<i64>,
    /// Requests of the API.
    pub requests_per_minute: Option<i64>,
    /// In and out together.
    pub ai_tokens_per_month: Option<i64>,
    /// Members of the tenant.
    pub users: Option<i64>,
}

impl PlanLimits {
    /// `None`: without limit.
    pub fn get(&self, limit: Limit) -> Option<i64> {
        match limit {
            Limit::Channels => self.channels,
            Limit::Skus => self.skus,
            Limit::RequestsPerMinute => self.requests_per_minute,
            Limit::AiTokensPerMonth => self.ai_tokens_per_month,
            Limit::Users => self.users,
        }
    }

    /// The same with another limit of this kind.
    pub fn set(&mut self, limit: Limit, most: Option<i64>) {
        match limit {
            Limit::Channels => self.channels = most,
            Limit::Skus => self.skus = most,
            Limit::RequestsPerMinute => self.requests_per_minute = most,
            Limit::AiTokensPerMonth => self.ai_tokens_per_month = most,
            Limit::Users => self.users = most,
        }
    }
}
