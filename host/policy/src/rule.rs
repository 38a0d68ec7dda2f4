//! One line of what is asked for or granted, and the limits that go with it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ByteSize, Operation, OriginPattern, Parameter, PathPattern, RuleHeader, TimeSpan};

/// "These operations may send these methods to these paths of this origin, with one of these credentials."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressRule {
    pub name: String,
    pub operations: Vec<Operation>,
    pub origin: OriginPattern,
    pub methods: Vec<Method>,
    pub paths: Vec<PathPattern>,
    /// Names of credentials; the first that the scheme allows is the default. Empty: requests go without.
    #[serde(default)]
    pub credentials: Vec<String>,
    /// The only query parameters of its requests; the credential's are not the guest's. `None`: any but those that servers take another
    /// method or path from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<Vec<Parameter>>,
    /// Headers that guests may set besides those that need no rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<RuleHeader>,
    /// How many redirects the host follows. Each hop is checked like a request of its own.
    #[serde(default)]
    pub redirects: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a channel may ask of its marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    pub requests_per_second: f64,
    pub concurrency: u32,
}

impl Default for RateLimit {
    /// Bearable for a small shop on shared hosting; manifests of larger marketplaces say more.
    fn default() -> Self {
        Self { requests_per_second: 5.0, concurrency: 2 }
    }
}

/// What one call may use. `None`: the host's default, [`Limits::DEFAULTS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ByteSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_clock: Option<TimeSpan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<TimeSpan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_calls: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ByteSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<ByteSize>,
    /// Of all files that one run holds on the host's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<ByteSize>,
}

impl Limits {
    /// What holds where nothing else is asked for. All limits are always on.
    pub const DEFAULTS: Self = Self {
        memory: Some(ByteSize(64 << 20)),
        wall_clock: Some(TimeSpan(300_000)),
        cpu: Some(TimeSpan(10_000)),
        outbound_calls: Some(500),
        result: Some(ByteSize(64 << 20)),
        log: Some(ByteSize(64 << 10)),
        files: Some(ByteSize(2 << 30)),
    };

    /// With the defaults filled in: every field has a value.
    pub fn or_defaults(self) -> Self {
        let Self { memory, wall_clock, cpu, outbound_calls, result, log, files } = Self::DEFAULTS;
        Self {
            memory: self.memory.or(memory),
            wall_clock: self.wall_clock.or(wall_clock),
            cpu: self.cpu.or(cpu),
            outbound_calls: self.outbound_calls.or(outbound_calls),
            result: self.result.or(result),
            log: self.log.or(log),
            files: self.files.or(files),
        }
    }
}
