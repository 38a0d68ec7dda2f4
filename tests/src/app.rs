//! A host in the test's own process.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use entrepot_catalog::{Replay, Replayed, RunReport, StartOptions};
use entrepot_channels::NewChannel;
use entrepot_config::Config;
use entrepot_core::AppError;
use entrepot_domain::catalog::Product;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_domain::{ChannelId, Clock, RunId, Secret};
use entrepot_policy::Narrowing;
use entrepot_queue::Outcome;
use entrepot_server::host::Host;
use entrepot_store::dead_letters::DeadLetter;
use entrepot_store::runs::RunRow;
use entrepot_test_support::woocommerce::{Key, Store};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::process::test_compiler;
use crate::{Database, adapters_folder, environment, principal};

/// The name every test gives its one channel.
pub const SHOP: &str = "shop";

pub struct App {
    pub host: Host,
    pub environment: Vec<(String, String)>,
    pub folder: TempDir,
}

/// What a channel of WooCommerce is given.
pub fn secrets_of(key: &Key) -> Vec<(String, Secret)> {
    vec![
        ("consumer_key".into(), Secret::new(key.consumer_key.as_str())),
        ("consumer_secret".into(), Secret::new(key.consumer_secret.as_str())),
    ]
}

impl App {
    /// A host on a new database, impatient enough for tests.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, &[]).await
    }

    pub async fn start_with(database: Database, options: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = database.create(folder.path()).await;
        let key = entrepot_vault::KeyRing::generate().to_text().to_string();
        let mut environment: Vec<(String, String)> = [
            ("ENTREPOT_DATABASE_URL", url.as_str()),
            ("ENTREPOT_DATA_DIR", &folder.path().display().to_string()),
            ("ENTREPOT_MASTER_KEY", &key),
            ("ENTREPOT_EGRESS_ALLOW_LOOPBACK", "1"),
            ("ENTREPOT_EGRESS_RETRY_MS", "10"),
            ("ENTREPOT_IMPORT_BACKOFF_MS", "10"),
            ("ENTREPOT_IMPORT_LEASE_SECONDS", "2"),
            ("ENTREPOT_LISTEN", "127.0.0.1:0"),
            ("ENTREPOT_AUTH_ATTEMPTS_PER_MINUTE", "100000"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        environment::set_all(&mut environment, options);
        let host = open(&environment, Clock::shifted()).await.expect("the host opens");
        principal::prepare(&host, &host.tenant).await;
        Self { host, environment, folder }
    }

    /// The clock of this host and of all that are opened on its database; processes have the system's.
    pub fn clock(&self) -> &Clock {
        self.host.db.clock()
    }

    /// Lets hours pass, here and in the shop.
    pub fn pass(&self, hours: i64, shop: &Store) {
        self.clock().advance(hours * 3_600_000);
        let now = self.clock().now() / 1_000;
        shop.configure(|options| options.now = Some(now));
    }

    /// The same host with other options.
    #[must_use]
    pub async fn with(mut self, options: &[(&str, &str)]) -> Self {
        environment::set_all(&mut self.environment, options);
        self.host = self.reopen().await;
        self
    }

    /// Another host on the same database, as after a restart.
    pub async fn reopen(&self) -> Host {
        open(&self.environment, self.clock().clone()).await.expect("the host opens again")
    }

    /// The same with other options, and another program in the place of `entrepot` to compile with.
    pub async fn reopen_with(&self, options: &[(&str, &str)], program: &str) -> anyhow::Result<Host> {
        let mut environment = self.environment.clone();
        environment::set_all(&mut environment, options);
        open_with(&environment, self.clock().clone(), program.into()).await
    }

    /// Installs and approves the WooCommerce adapter.
    pub async fn install(&self) {
        let bytes = std::fs::read(adapters_folder().join("woocommerce.wasm")).expect("the built adapter");
        let admission = self.host.app.services.admission();
        admission.install(bytes, "test").await.expect("the adapter installs");
        admission.approve("woocommerce", &Narrowing::default(), "test").await.expect("the adapter is approved");
    }

    /// Installs the adapter and connects a shop with its key.
    pub async fn connect(&self, address: &str, key: &Key) -> ChannelId {
        self.install().await;
        self.add(address, key, &[]).await.expect("the channel is added")
    }

    pub async fn add(&self, address: &str, key: &Key, settings: &[(&str, &str)]) -> Result<ChannelId, AppError> {
        let mut given: Map<String, Value> =
            settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        given.insert("store_url".into(), address.into());
        let new = NewChannel {
            adapter: "woocommerce".into(),
            name: SHOP.into(),
            settings: given,
            secrets: secrets_of(key),
            untested: false,
        };
        Ok(self.host.app.channels.add_channel(&self.host.tenant, new).await?.0)
    }

    /// A full import, carried to its end in this process.
    pub async fn import(&self) -> RunReport {
        self.import_with(RunScope::Full, StartOptions::default()).await
    }

    pub async fn import_with(&self, scope: RunScope, options: StartOptions) -> RunReport {
        let started = self
            .host
            .app
            .imports
            .start_import(&self.host.tenant, SHOP, scope, options)
            .await
            .expect("the import starts");
        self.carry(&started.run).await
    }

    /// Does what workers do until the run ends.
    pub async fn carry(&self, run: &RunId) -> RunReport {
        loop {
            match self.host.app.imports.advance(&self.host.tenant, run).await.expect("the run advances") {
                Outcome::Done => return self.report(run).await,
                Outcome::Later(wait) => tokio::time::sleep(wait.max(Duration::from_millis(5))).await,
            }
        }
    }

    /// The newest run.
    pub async fn run(&self) -> RunRow {
        self.host.db.tenant(&self.host.tenant).runs(None, None, 1).await.expect("runs").pop().expect("a run")
    }

    /// Waits until the newest run is as far as `when` says.
    pub async fn wait_for_run(&self, when: impl Fn(&RunRow) -> bool) -> RunRow {
        let scoped = self.host.db.tenant(&self.host.tenant);
        let patience = Instant::now();
        loop {
            let run = scoped.runs(None, None, 1).await.expect("runs").pop();
            if let Some(run) = &run
                && when(run)
            {
                return run.clone();
            }
            assert!(patience.elapsed() < Duration::from_secs(90), "the import goes on: {run:?}");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// All of the shop's products are there, once, and another import finds nothing to do.
    pub async fn assert_whole(&self, products: usize) {
        assert_eq!(self.products().await.len() + self.dead_letters().await.len(), products);
        let check = self.import().await;
        assert_eq!(check.state, RunState::Completed, "{check:?}");
        assert_eq!(
            (check.created, check.updated, check.deleted),
            (0, 0, 0),
            "nothing doubled, nothing lost: {check:?}"
        );
        assert_eq!(check.unchanged + check.dead_letters, products as i64, "{check:?}");
    }

    pub async fn report(&self, run: &RunId) -> RunReport {
        let row =
            self.host.db.tenant(&self.host.tenant).run(run).await.expect("the database answers").expect("the run");
        RunReport::new(&row, self.host.db.clock().now())
    }

    /// The whole catalogue of the shop, ordered by source id.
    pub async fn products(&self) -> Vec<Product> {
        let scoped = self.host.db.tenant(&self.host.tenant);
        let channel = ChannelId::from(scoped.channel(SHOP).await.expect("answers").expect("the shop").id);
        let (mut products, mut after) = (Vec::new(), String::new());
        loop {
            let page = scoped.products_of(&channel, &after, 500).await.expect("products");
            let Some(last) = page.last() else { return products };
            after.clone_from(&last.product.source_id);
            products.extend(page.into_iter().map(|stored| stored.product));
        }
    }

    /// All dead letters once more.
    pub async fn replay(&self) -> Replayed {
        self.host.app.dead_letters.replay(&self.host.tenant, &Replay::default(), "ann").await.expect("replayed")
    }

    pub async fn dead_letters(&self) -> Vec<DeadLetter> {
        self.host.db.tenant(&self.host.tenant).dead_letters(None, "", "", 10_000).await.expect("dead letters")
    }

    pub fn master_key(&self) -> &str {
        let key = self.environment.iter().find(|(name, _)| name == "ENTREPOT_MASTER_KEY");
        key.map_or("", |(_, key)| key)
    }

    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }
}

async fn open(environment: &[(String, String)], clock: Clock) -> anyhow::Result<Host> {
    open_with(environment, clock, test_compiler()).await
}

async fn open_with(environment: &[(String, String)], clock: Clock, program: PathBuf) -> anyhow::Result<Host> {
    let look_up = |name: &str| environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    Host::open(Config::from_sources(None, look_up)?, clock, program).await
}
