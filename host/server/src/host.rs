//! The wiring: from a configuration to everything that works on it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use entrepot_accounts::AccountOptions;
use entrepot_adapters::{Admission, AdmissionOptions, MacKeys};
use entrepot_config::Config;
use entrepot_core::{Options, Parts};
use entrepot_domain::{Clock, TenantId};
use entrepot_egress::{Egress, EgressOptions, Retry};
use entrepot_metrics::Metrics;
use entrepot_queue::Queue;
use entrepot_sandbox::{CacheKey, CacheOptions, CompileLimits, Compiler, Sandbox, SandboxOptions};
use entrepot_spool::Area;
use entrepot_store::{Db, Engine, FileTrouble};
use entrepot_vault::KeyRing;
use entrepot_web::UseCases;

use crate::private;

/// A host, ready to work or to serve.
pub struct Host {
    pub config: Config,
    pub db: Db,
    pub app: UseCases,
    /// Whom commands act for. A request of the API brings its own: see docs/decisions/0058-tenant-by-request.md
    pub tenant: TenantId,
}

impl Host {
    /// Connects, brings the database up to date, finds the keys, starts the sandbox. `program` is the binary `entrepot`, which
    /// compiles adapters; within it, [`own_program`].
    pub async fn open(config: Config, clock: Clock, program: PathBuf) -> Result<Self> {
        Self::open_with(config, clock, program, Tables::BroughtUpToDate).await
    }

    /// The same; of the database's tables as said.
    pub async fn open_with(config: Config, clock: Clock, program: PathBuf, tables: Tables) -> Result<Self> {
        let db = open_database(&config, clock.clone(), tables).await?;
        let keys = Arc::new(crate::master_key::load(&config, &db).await?);
        let metrics = Metrics::default();
        let egress = Egress::new(EgressOptions {
            allow_loopback: config.egress.allow_loopback,
            extra_roots_pem: config.egress.extra_roots_pem.clone(),
            total_timeout: config.egress.time,
            retry: Retry { tries: config.egress.retries, wait: config.egress.retry_wait, ..Retry::default() },
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
        let largest_answer = config.import.page;
        let options = SandboxOptions { cache: Some(cache), metrics, largest_answer, ..SandboxOptions::new(compiler) };
        let sandbox = Sandbox::new(options)?;
        let admission = Admission::new(
            db.clone(),
            sandbox,
            AdmissionOptions {
                audit_keys: mac_keys(&keys, "audit log"),
                row_keys: mac_keys(&keys, "rows"),
                require_signatures: config.require_signatures,
                ceilings: config.ceilings,
                allow_loopback: config.egress.allow_loopback,
            },
        );
        let options = Options {
            page_size: config.import.page_size,
            slice: config.import.slice,
            lease: config.import.lease,
            attempts: config.import.attempts,
            backoff: config.import.backoff,
            mass_deletion_percent: config.import.mass_deletion_percent,
            page: config.import.page,
            memory: config.import.memory,
            most_items: config.import.most_items,
            empty_pages: config.import.empty_pages,
            stall: config.import.stall,
            keep_deliveries: config.webhooks.keep,
            ..Options::default()
        };
        let folder = config.spool_folder();
        let files = Area::open(&folder).with_context(|| format!("{} cannot be used", folder.display()))?;
        let queue = Queue::new(&db)?;
        let parts = Parts { db: db.clone(), keys, egress, admission, queue, files, options };
        let app = UseCases::new(parts, account_options(&config))?;
        app.channels.prepare_database().await?;
        Ok(Self { config, db, app, tenant: TenantId::default_tenant() })
    }

    /// The same for another tenant, by name or id; `None`: the only one there is.
    pub async fn for_tenant(mut self, tenant: Option<&str>) -> Result<Self> {
        self.tenant = match tenant {
            Some(tenant) => self.app.accounts.tenant(tenant).await?.id.into(),
            None => self.app.accounts.only_tenant().await?,
        };
        Ok(self)
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

/// Keys for one purpose, of the master keys as they are at the moment.
fn mac_keys(keys: &Arc<KeyRing>, purpose: &'static str) -> MacKeys {
    let keys = keys.clone();
    MacKeys::of(move |id| keys.derive_of(purpose, id))
}

fn account_options(config: &Config) -> AccountOptions {
    AccountOptions {
        open_registration: config.auth.open_registration,
        require_totp: config.auth.require_totp,
        hashing_at_once: config.auth.hashing_at_once,
        attempts_per_minute: config.auth.attempts_per_minute,
        public_url: config.public_url.clone(),
        mail_from: config.mail.from.clone(),
        smtp_url: config.mail.smtp_url.clone(),
        mail_folder: config.mail_folder(),
    }
}

/// This very program.
pub fn own_program() -> PathBuf {
    // By its name in /proc it is the same build even after its file was replaced by an upgrade.
    let linux = PathBuf::from("/proc/self/exe");
    if linux.exists() { linux } else { std::env::current_exe().unwrap_or_else(|_| "entrepot".into()) }
}

async fn bring_up_to_date(db: &Db) -> Result<()> {
    db.migrate().await?;
    Ok(Queue::migrate(db).await?)
}

/// What becomes of a database's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    BroughtUpToDate,
    /// They have to be up to date: who looks at a database, or works with it for a moment, decides for no other host that it is
    /// another version's from now on. A new embedded database is this host's own, and is made.
    AsTheyAre,
}

/// Why the tables cannot be used as they are.
async fn not_usable(db: &Db) -> Result<Option<&'static str>> {
    if !db.is_set_up().await? {
        let missing = "the database is empty: start `entrepot serve`, or make its tables with `entrepot migrate`";
        return Ok((db.engine() == Engine::Postgres).then_some(missing));
    }
    let earlier = "the database is of an earlier version: stop all hosts of that version, then start `entrepot serve`, or use `entrepot \
                   migrate`";
    Ok((!db.is_migrated().await?).then_some(earlier))
}

/// The database, up to date.
pub async fn open_database(config: &Config, clock: Clock, tables: Tables) -> Result<Db> {
    let found = private::prepare(config)?;
    for path in found.tightened {
        tracing::warn!(path = %path.display(), "others could read it; now its owner alone can");
    }
    for (path, why) in found.open {
        tracing::warn!(path = %path.display(), "others can read it: {why}");
    }
    let db = Db::connect(&config.database_url, clock).await.map_err(|error| {
        let advice = match error.file_trouble() {
            Some(FileTrouble::Disk) => "its disk is full or does not work: make room, or look at the disk",
            Some(FileTrouble::Damaged) => "its file is damaged: put it back from a backup",
            None => "check ENTREPOT_DATABASE_URL, that the server runs, and that the folder can be written",
        };
        anyhow::Error::new(error).context(format!("the database cannot be opened; {advice}"))
    })?;
    if tables == Tables::AsTheyAre
        && let Some(why) = not_usable(&db).await?
    {
        anyhow::bail!(why);
    }
    if let Err(error) = bring_up_to_date(&db).await {
        // Where nothing can be written, that is the reason, whatever was being written.
        return match db.write_problem().await {
            Ok(Some(why)) => Err(anyhow::anyhow!(why)),
            _ => Err(error),
        };
    }
    // Of a database that was just made.
    private::prepare(config)?;
    Ok(db)
}
