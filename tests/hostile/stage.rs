//! Where the cases happen: the real sandbox, the real limits, the real way out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use entrepot_domain::run::RunScope;
use entrepot_domain::secret::{Secret, SecretSource};
use entrepot_egress::{Egress, EgressOptions, Session, SessionSpec};
use entrepot_policy::{BoundGrant, ByteSize, Grant, Limits, Manifest, Settings, TimeSpan};
use entrepot_sandbox::{
    Adapter, Artifact, CacheKey, CacheOptions, CallError, ChannelView, CompileLimits, Compiler, LoadError, PageRequest,
    RawItem, Sandbox, SandboxOptions,
};
use entrepot_spool::Spool;
use entrepot_tests::entrepot_program;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::shop::Shop;

pub(crate) const MANIFEST: &str = include_str!("guests/adapter.toml");

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) shop: Shop,
    pub(crate) bytes: Vec<u8>,
    /// Small enough that breaking it takes no patience.
    pub(crate) guest: Adapter,
    egress: Egress,
    /// So that the guest is not compiled again for every case with other limits.
    _cache: TempDir,
}

struct NoSecrets;

impl SecretSource for NoSecrets {
    fn secret(&self, _name: &str) -> Option<Secret> {
        None
    }
}

/// The limits of most cases.
pub(crate) fn tight() -> Limits {
    Limits {
        memory: Some(ByteSize(32 << 20)),
        cpu: Some(TimeSpan(300)),
        wall_clock: Some(TimeSpan(2_000)),
        ..Limits::default()
    }
}

/// For cases that need room to break something else: the size of what they hand over.
pub(crate) fn roomy() -> Limits {
    Limits {
        memory: Some(ByteSize(512 << 20)),
        cpu: Some(TimeSpan(5_000)),
        wall_clock: Some(TimeSpan(10_000)),
        ..Limits::default()
    }
}

/// The adapters that were built for this run.
pub(crate) fn built(id: &str) -> Vec<u8> {
    let folder = std::env::var_os("ENTREPOT_TEST_ADAPTERS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/adapters"), PathBuf::from);
    match std::fs::read(folder.join(format!("{id}.wasm"))) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{id}.wasm: {error}: run `cargo xtask test`, which builds the adapters"),
    }
}

/// The product's own.
pub(crate) fn compiler() -> Compiler {
    Compiler {
        program: entrepot_program(),
        args: vec!["compile-component".to_owned()],
        limits: CompileLimits::default(),
    }
}

pub(crate) fn cache(folder: &TempDir) -> CacheOptions {
    CacheOptions { folder: folder.path().join("compiled"), key: CacheKey::new([7; 32].into()), largest: 1 << 30 }
}

pub(crate) fn sandbox(concurrency: u32) -> Result<Sandbox> {
    Ok(Sandbox::new(SandboxOptions { concurrency, ..SandboxOptions::new(compiler()) })?)
}

/// Checked, compiled, linked: whatever refuses it first.
pub(crate) async fn load(sandbox: &Sandbox, bytes: &[u8], limits: &Limits) -> Result<Adapter, LoadError> {
    sandbox.load(&Artifact::check(bytes.to_vec())?, limits).await
}

impl Stage {
    pub(crate) async fn set() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let sandbox = Sandbox::new(SandboxOptions { cache: Some(cache(&folder)), ..SandboxOptions::new(compiler()) })?;
        let bytes = built("hostile");
        let guest = load(&sandbox, &bytes, &tight()).await?;
        let egress = Egress::new(EgressOptions { allow_loopback: true, ..EgressOptions::default() })?;
        Ok(Self { sandbox, shop: Shop::open().await?, bytes, guest, egress, _cache: folder })
    }

    pub(crate) async fn load(&self, limits: &Limits) -> Result<Adapter> {
        Ok(load(&self.sandbox, &self.bytes, limits).await?)
    }

    /// Bound to this stage's server, all that the manifest asks for granted.
    pub(crate) fn session(&self) -> Result<Session> {
        let manifest = Manifest::parse(MANIFEST)?;
        let settings = json!({ "base_url": self.shop.url("") });
        let settings: &Settings = settings.as_object().context("an object")?;
        let bound = BoundGrant::bind(&Grant::as_requested(&manifest, "tests"), &manifest, settings)?;
        Ok(self.egress.session(SessionSpec::new("chn_hostile", Arc::new(bound), Arc::new(NoSecrets))))
    }

    pub(crate) async fn check(&self, guest: &Adapter, orders: Value) -> String {
        match self.session() {
            Ok(session) => told(guest.check(&channel(orders), session).await.map(|account| account.name)),
            Err(error) => error.to_string(),
        }
    }

    pub(crate) async fn fetch_page(&self, guest: &Adapter, orders: Value) -> String {
        self.fetch_page_with(guest, orders, None).await
    }

    pub(crate) async fn fetch_stock(&self, guest: &Adapter, orders: Value) -> String {
        let request = PageRequest { scope: RunScope::Stock(None), cursor: None, context: None, limit: 100, attempt: 0 };
        match self.session() {
            Ok(session) => told(guest.fetch_stock(&channel(orders), session, request).await.map(|page| {
                let bytes: usize = page.stock.iter().map(|level| level.item_id.len()).sum();
                format!("{} levels, {bytes} bytes of ids", page.stock.len())
            })),
            Err(error) => error.to_string(),
        }
    }

    /// As part of a run with those files.
    pub(crate) async fn fetch_page_with(&self, guest: &Adapter, orders: Value, files: Option<Spool>) -> String {
        self.fetch_page_of(guest, &ChannelView { files, ..channel(orders) }).await
    }

    pub(crate) async fn fetch_page_of(&self, guest: &Adapter, view: &ChannelView) -> String {
        let request = PageRequest { scope: RunScope::Full, cursor: None, context: None, limit: 100, attempt: 0 };
        match self.session() {
            Ok(session) => told(guest.fetch_page(view, session, request).await.map(|page| {
                format!(
                    "a page with {} ids and {} bytes of cursor",
                    page.listed.len(),
                    page.next.unwrap_or_default().len()
                )
            })),
            Err(error) => error.to_string(),
        }
    }
}

/// Settings are the guest's orders.
pub(crate) fn channel(orders: Value) -> ChannelView {
    ChannelView {
        id: "chn_hostile".to_owned(),
        adapter: "hostile".to_owned(),
        bindings: Vec::new(),
        currency: None,
        locale: None,
        settings: orders.to_string(),
        ledger: Default::default(),
        files: None,
        media: Default::default(),
    }
}

pub(crate) fn item(source_id: &str, orders: &Value) -> RawItem {
    RawItem {
        source_id: source_id.to_owned(),
        updated_at: None,
        body: orders.to_string(),
        deleted: false,
        problems: Vec::new(),
    }
}

/// An outcome in words.
pub(crate) fn told(outcome: Result<String, CallError>) -> String {
    match outcome {
        Ok(answer) => format!("it answered: {answer}"),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// What a case returns if it does not end by itself; generous, because machines that run tests are busy.
pub(crate) async fn in_time(work: impl Future<Output = String>) -> String {
    match tokio::time::timeout(Duration::from_secs(60), work).await {
        Ok(outcome) => outcome,
        Err(_) => "nothing stopped it within a minute".to_owned(),
    }
}
