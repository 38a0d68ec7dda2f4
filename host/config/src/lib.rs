#![doc = include_str!("../README.md")]

mod check;
pub mod files;
mod sources;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use entrepot_domain::Secret;
use entrepot_policy::Ceilings;
use thiserror::Error;
use url::Url;

/// The options with their defaults and comments, as a file to start from.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// A configuration that was checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub database_url: String,
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub public_url: String,
    pub log: String,
    pub registry: Option<String>,
    pub require_signatures: bool,
    /// From `ENTREPOT_MASTER_KEY` or the file that `ENTREPOT_MASTER_KEY_FILE` names; `None`: the key file in the data folder.
    pub master_key: Option<Secret>,
    /// From `ENTREPOT_BILLING_SECRET` or the file that `ENTREPOT_BILLING_SECRET_FILE` names: what the billing system signs events with.
    pub billing_secret: Option<Secret>,
    /// `None`: `/metrics` is on the same port as everything.
    pub metrics_listen: Option<SocketAddr>,
    /// `None`: no traces are sent.
    pub otlp_endpoint: Option<Url>,
    pub server: ServerConfig,
    pub web: WebConfig,
    pub egress: EgressConfig,
    pub compile: CompileConfig,
    /// What no grant exceeds.
    pub ceilings: Ceilings,
    pub import: ImportConfig,
    pub webhooks: WebhooksConfig,
    pub auth: AuthConfig,
    pub mail: MailConfig,
}

#[derive(Clone, Copy, Debug)]
pub struct AuthConfig {
    /// Anybody may ask for an account.
    pub open_registration: bool,
    /// Operators and reviewers are so only with a second factor.
    pub require_totp: bool,
    /// From one address.
    pub attempts_per_minute: u32,
    pub hashing_at_once: usize,
}

#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `None`: mails are files.
    pub smtp_url: Option<Secret>,
    pub from: String,
}

/// What clients may keep a server waiting for, and how many they may be.
#[derive(Clone, Copy, Debug)]
pub struct ServerConfig {
    pub head: Duration,
    pub body: Duration,
    pub idle: Duration,
    pub write: Duration,
    pub connections: usize,
    pub connections_per_address: usize,
    pub stop: Duration,
}

/// What the API allows.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// From one address; 0: no limit.
    pub requests_per_minute: u32,
    /// Whose pages may use the API, as browsers write origins.
    pub cors_origins: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct EgressConfig {
    pub allow_loopback: bool,
    pub extra_roots_pem: Vec<Vec<u8>>,
    /// For one request with its redirects and bodies.
    pub time: Duration,
    /// How often one is sent again.
    pub retries: u32,
    /// Before the first time.
    pub retry_wait: Duration,
}

#[derive(Clone, Copy, Debug)]
pub struct CompileConfig {
    /// Bytes.
    pub memory: u64,
    pub time: Duration,
    pub at_once: usize,
    /// Bytes.
    pub cache: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct ImportConfig {
    pub workers: usize,
    pub page_size: u32,
    pub slice: Duration,
    pub lease: Duration,
    pub attempts: i64,
    pub backoff: Duration,
    pub mass_deletion_percent: u32,
    /// Bytes of one page.
    pub page: usize,
    /// Bytes of all pages under way.
    pub memory: usize,
    pub most_items: usize,
    pub empty_pages: i64,
    pub stall: Duration,
}

#[derive(Clone, Debug)]
pub struct WebhooksConfig {
    /// From one address, not genuine.
    pub requests_per_minute: u32,
    /// To one channel.
    pub genuine_per_minute: u32,
    /// Bytes.
    pub body: usize,
    /// Empty: there is no proxy that says who asks.
    pub address_header: String,
    pub keep: Duration,
}

/// Everything that is wrong, one line each.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the configuration has {} problem{}:\n{}", .0.len(), if .0.len() == 1 { "" } else { "s" }, .0.iter().map(|p| format!("  - {p}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// From the process's environment and the file it names.
    pub fn from_env() -> Result<Self, ConfigError> {
        let file = std::env::var("ENTREPOT_CONFIG").ok().map(PathBuf::from);
        Self::from_sources(file.as_deref(), |name| std::env::var(name).ok())
    }

    /// Is the database a file of this machine?
    pub fn is_embedded(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    /// Where mails are kept while there is no server to send them by.
    pub fn mail_folder(&self) -> PathBuf {
        self.data_dir.join("mails")
    }

    /// The file of an embedded database.
    pub fn database_file(&self) -> Option<PathBuf> {
        let path = self.database_url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default();
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }

    /// Where compiled adapters are kept; may be deleted at any time.
    pub fn compiled_folder(&self) -> PathBuf {
        self.data_dir.join("cache").join("compiled")
    }

    /// Where files that adapters download are kept for as long as their import runs.
    pub fn spool_folder(&self) -> PathBuf {
        self.data_dir.join("spool")
    }

    /// Where the master key of an embedded database is kept.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }
}
