//! The wiring: from a configuration to everything that works on it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use entrepot_admission::{Admission, AdmissionOptions, AuditKeys};
use entrepot_config::Config;
use entrepot_domain::{Clock, TenantId};
use entrepot_egress::{Egress, EgressOptions};
use entrepot_metrics::Metrics;
use entrepot_queue::Queue;
use entrepot_runtime::{CacheKey, CacheOptions, CompileLimits, Compiler, Sandbox, SandboxOptions};
use entrepot_spool::Area;
use entrepot_store::Db;
use entrepot_sync::{Sync, SyncOptions};

/// A host, ready to work or to serve.
pub struct Host {
    pub config: Config,
    pub db: Db,
    pub sync: Sync,
    pub tenant: TenantId,
}

impl Host {
    /// Connects, brings the database up to date, finds the keys, starts the sandbox. `program` is the binary `entrepot`, which
    /// compiles adapters; within it, [`own_program`].
    pub async fn open(config: Config, clock: Clock, program: PathBuf) -> Result<Self> {
        let db = open_database(&config, clock.clone()).await?;
        let keys = crate::master_key::load(&config, &db).await?;
        let metrics = Metrics::default();
        let egress = Egress::new(EgressOptions {
            allow_loopback: config.egress.allow_loopback,
            extra_roots_pem: config.egress.extra_roots_pem.clone(),
            total_timeout: config.egress.time,
            clock,
            metrics: metrics.clone(),
            ..EgressOptions::default()
        })?;
        let cache = CacheOptions {
            folder: config.compiled_folder(),
            key: CacheKey::new(keys.derive("compiled adapters")?),
            largest: config.compile.cache,
        };
        let compiler = Compiler {
            program,
            args: vec!["compile-component".to_owned()],
            limits: CompileLimits {
                memory: config.compile.memory,
                time: config.compile.time,
                at_once: config.compile.at_once,
            },
        };
        let options = SandboxOptions { cache: Some(cache), metrics, ..SandboxOptions::new(compiler) };
        let sandbox = Sandbox::new(options)?;
        let admission = Admission::new(
            db.clone(),
            sandbox,
            AdmissionOptions {
                audit_keys: AuditKeys::new(keys.derive_each("audit log")?),
                require_signatures: config.require_signatures,
            },
        );
        let options = SyncOptions {
            page_size: config.import.page_size,
            slice: config.import.slice,
            lease: config.import.lease,
            attempts: config.import.attempts,
            backoff: config.import.backoff,
            mass_deletion_percent: config.import.mass_deletion_percent,
            keep_deliveries: config.webhooks.keep,
            ..SyncOptions::default()
        };
        let folder = config.spool_folder();
        let files = Area::open(&folder).with_context(|| format!("{} cannot be used", folder.display()))?;
        let sync = Sync::new(db.clone(), keys, egress, admission, Queue::new(&db)?, files, options);
        Ok(Self { config, db, sync, tenant: TenantId::default_tenant() })
    }

    /// What this host may do that a production host must not, for banners and `doctor`.
    pub fn development_settings(&self) -> Vec<&'static str> {
        let mut on = Vec::new();
        if self.config.egress.allow_loopback {
            on.push("adapters may reach this machine (ENTREPOT_EGRESS_ALLOW_LOOPBACK)");
        }
        on
    }
}

/// This very program.
pub fn own_program() -> PathBuf {
    // By its name in /proc it is the same build even after its file was replaced by an upgrade.
    let linux = PathBuf::from("/proc/self/exe");
    if linux.exists() { linux } else { std::env::current_exe().unwrap_or_else(|_| "entrepot".into()) }
}

/// The database, up to date.
pub async fn open_database(config: &Config, clock: Clock) -> Result<Db> {
    let db = Db::connect(&config.database_url, clock).await.context(
        "the database cannot be opened; check ENTREPOT_DATABASE_URL, that the server runs, and that the folder can be written",
    )?;
    db.migrate().await?;
    Queue::migrate(&db).await?;
    Ok(db)
}
