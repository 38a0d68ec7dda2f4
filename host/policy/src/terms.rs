//! What a grant allows besides its rules: how much, how fast and until when.

use serde::Serialize;

use super::{Ceilings, Difference, Grant, Limits, RateLimit};
use entrepot_domain::clock::Timestamp;

/// As it holds, with a value for every limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Terms {
    pub version: String,
    pub limits: Limits,
    pub rate_limit: RateLimit,
    /// None: it does not end by itself.
    pub expires_at: Option<Timestamp>,
    pub report_only: bool,
    pub accept_narrower: bool,
}

impl Grant {
    /// Under the ceilings of a host, which hold whatever was granted under others.
    pub fn terms(&self, ceilings: &Ceilings) -> Terms {
        let (Self { version, limits, rate_limit, expires_at, report_only, accept_narrower, .. }, _) =
            self.clone().capped(ceilings);
        Terms { version, limits: limits.or_defaults(), rate_limit, expires_at, report_only, accept_narrower }
    }

    /// What this grant allows beyond another one, in words: what putting it in the other's place would widen.
    pub fn wider_than(&self, other: &Self) -> Vec<String> {
        let mut wider = Difference::between(&other.permissions(), &self.permissions()).wider;
        match (other.expires_at, self.expires_at) {
            (Some(_), None) => wider.push("it does not expire, and the grant in force does".to_owned()),
            (Some(before), Some(after)) if after > before => wider.push("it expires later".to_owned()),
            _ => {}
        }
        if self.report_only && !other.report_only {
            wider.push("what no rule covers is let through and only reported".to_owned());
        }
        if self.accept_narrower && !other.accept_narrower {
            wider.push("later versions that ask for nothing more come into use by themselves".to_owned());
        }
        wider
    }
}

impl Limits {
    /// One line, every limit with its value.
    pub fn in_words(self) -> String {
        let Self { memory, wall_clock, cpu, outbound_calls, result, log, files } = self.or_defaults();
        let text = |value: Option<String>| value.unwrap_or_default();
        format!(
            "{} memory, {} computing, {} in all, {} requests, answers of {}, {} of log, {} of files",
            text(memory.map(|v| v.to_string())),
            text(cpu.map(|v| v.to_string())),
            text(wall_clock.map(|v| v.to_string())),
            text(outbound_calls.map(|v| v.to_string())),
            text(result.map(|v| v.to_string())),
            text(log.map(|v| v.to_string())),
            text(files.map(|v| v.to_string())),
        )
    }
}

impl RateLimit {
    pub fn in_words(self) -> String {
        let Self { requests_per_second, concurrency } = self;
        let requests = if requests_per_second == 1.0 { "request" } else { "requests" };
        format!("{requests_per_second} {requests} per second, {concurrency} at once")
    }
}
