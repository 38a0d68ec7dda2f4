//! A real component under the host's own engine, limits and policy, with recorded answers for a marketplace.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use entrepot_artifact::Artifact;
use entrepot_domain::Secret;
use entrepot_domain::run::RunScope;
use entrepot_domain::secret::SecretSource;
use entrepot_domain::usage::Ledger;
use entrepot_egress::{Egress, EgressOptions, Intercept, Session, SessionSpec};
use entrepot_policy::{BoundGrant, ByteSize, Grant, Manifest, Settings};
use entrepot_sandbox::{
    Account, Adapter, CallError, ChannelView, Checked, Compiler, Delivery, Listing, Mapper, Offer, OfferOutcome, Page,
    PageRequest, PushOutcome, RawItem, Sandbox, SandboxOptions, Subscription, Verdict,
};
use entrepot_spool::Area;
use serde_json::Value;
use tempfile::TempDir;

/// Items asked for at a time: what the host asks for.
const PAGE: u32 = 100;
/// An import with more pages than this does not end.
const ENDLESS: usize = 10_000;
/// Ids asked for in one `fetch-items`.
const ITEMS_AT_ONCE: usize = 100;

/// A component, loaded.
pub struct Kit {
    pub manifest: Manifest,
    adapter: Adapter,
    grant: Grant,
}

/// Who is connected: settings and made-up secrets.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub settings: Settings,
    pub secrets: BTreeMap<String, String>,
}

/// One connected account, over recorded answers or over the network.
#[derive(Clone)]
pub struct Shop {
    adapter: Adapter,
    egress: Egress,
    bound: Arc<BoundGrant>,
    secrets: Arc<Secrets>,
    view: ChannelView,
    _folder: Arc<TempDir>,
}

struct Secrets(BTreeMap<String, String>);

impl SecretSource for Secrets {
    fn secret(&self, name: &str) -> Option<Secret> {
        self.0.get(name).map(|value| Secret::new(value.as_str()))
    }
}

/// A whole import, page by page.
#[derive(Debug, Default)]
pub struct Walk {
    /// What each page was asked with, and what came.
    pub pages: Vec<(PageRequest, Page)>,
    /// All items, those included that were listed only.
    pub items: Vec<RawItem>,
}

impl Kit {
    /// All that the manifest asks for is granted.
    pub async fn load(bytes: Vec<u8>, compiler: Compiler) -> Result<Self> {
        let sandbox = Sandbox::new(SandboxOptions::new(compiler))?;
        let component = entrepot_sandbox::Artifact::check(bytes.clone())?;
        let artifact = Artifact::read(bytes)?;
        let manifest = Manifest::parse(artifact.manifest_text())?;
        let adapter = sandbox.load(&component, &manifest.limits).await?;
        let grant = Grant::as_requested(&manifest, artifact.digest());
        Ok(Self { manifest, adapter, grant })
    }

    pub(crate) fn grant(&self) -> &Grant {
        &self.grant
    }

    pub fn exports(&self) -> &[String] {
        self.adapter.exports()
    }

    pub fn imports(&self) -> &[String] {
        self.adapter.imports()
    }

    pub fn has(&self, export: &str) -> bool {
        self.adapter.exports().iter().any(|known| known == export)
    }

    /// `intercept` answers in the marketplace's place, or records what it answers.
    pub fn connect(&self, login: &Login, intercept: Arc<dyn Intercept>) -> Result<Shop> {
        let problems = |problems: Vec<entrepot_policy::SettingProblem>| {
            anyhow!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        };
        let settings = self.manifest.check_settings(&login.settings).map_err(problems)?;
        for (name, _) in self.manifest.secrets.iter().filter(|(_, secret)| secret.required) {
            ensure!(login.secrets.contains_key(name), "there is no secret {name}; make one up under [secrets]");
        }
        let bound = Arc::new(BoundGrant::bind(&self.grant, &self.manifest, &settings)?);
        let options = EgressOptions { allow_loopback: true, intercept: Some(intercept), ..EgressOptions::default() };
        // Each connection is a run of its own.
        let folder = tempfile::tempdir().context("a folder for downloads")?;
        let files = Area::open(folder.path()).context("a folder for downloads")?;
        let limit = bound.limits.or_defaults().files.map_or(0, ByteSize::bytes);
        let view = ChannelView {
            id: "chn_test".to_owned(),
            adapter: self.manifest.id.clone(),
            bindings: bound.bindings().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            currency: settings.get("currency").and_then(Value::as_str).map(str::to_owned),
            locale: settings.get("locale").and_then(Value::as_str).map(str::to_owned),
            settings: Value::Object(settings).to_string(),
            ledger: Arc::new(Ledger::default()),
            files: Some(files.spool(limit)),
            media: Arc::default(),
        };
        Ok(Shop {
            adapter: self.adapter.clone(),
            egress: Egress::new(options).context("the HTTP client")?,
            bound,
            secrets: Arc::new(Secrets(login.secrets.clone())),
            view,
            _folder: Arc::new(folder),
        })
    }
}

impl Shop {
    /// What calls took; see [`entrepot_domain::usage`].
    pub fn ledger(&self) -> &Ledger {
        &self.view.ledger
    }

    fn session(&self) -> Session {
        let mut spec = SessionSpec::new("chn_test", self.bound.clone(), self.secrets.clone());
        spec.ledger = self.view.ledger.clone();
        self.egress.session(spec)
    }

    pub async fn check(&self) -> Result<Account, CallError> {
        self.adapter.check(&self.view, self.session()).await
    }

    /// Of items, or of stock alone, as the request's scope says.
    pub async fn fetch_page(&self, request: PageRequest) -> Result<Page, CallError> {
        match request.scope {
            RunScope::Stock(_) => self.adapter.fetch_stock(&self.view, self.session(), request).await,
            _ => self.adapter.fetch_page(&self.view, self.session(), request).await,
        }
    }

    pub fn supports_stock_sync(&self) -> bool {
        self.adapter.supports_stock_sync()
    }

    pub async fn fetch_items(&self, context: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, CallError> {
        self.adapter.fetch_items(&self.view, self.session(), context, ids).await
    }

    pub async fn verify_webhook(&self, delivery: Delivery) -> Result<Verdict, CallError> {
        self.adapter.verify_webhook(&self.view, self.session(), delivery).await
    }

    pub async fn subscribe(&self, callback_url: &str) -> Result<Vec<Subscription>, CallError> {
        self.adapter.subscribe_webhooks(&self.view, self.session(), callback_url.to_owned()).await
    }

    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, CallError> {
        self.adapter.webhook_subscriptions(&self.view, self.session()).await
    }

    pub async fn unsubscribe(&self, ids: Vec<String>) -> Result<(), CallError> {
        self.adapter.unsubscribe_webhooks(&self.view, self.session(), ids).await
    }

    pub async fn check_listing(&self, listing: Listing) -> Result<Checked, CallError> {
        self.adapter.check_listing(&self.view, self.session(), listing, Vec::new()).await
    }

    pub async fn push_listings(&self, listings: Vec<Listing>) -> Result<Vec<PushOutcome>, CallError> {
        self.adapter.push_listings(&self.view, self.session(), listings).await
    }

    pub async fn push_offers(&self, offers: Vec<Offer>) -> Result<Vec<OfferOutcome>, CallError> {
        self.adapter.push_offers(&self.view, self.session(), offers).await
    }

    pub async fn end_listings(&self, listings: Vec<Listing>) -> Result<Vec<PushOutcome>, CallError> {
        self.adapter.end_listings(&self.view, self.session(), listings, false).await
    }

    pub fn mapper(&self) -> Mapper {
        self.adapter.mapper(&self.view)
    }

    /// The first page of a full import.
    pub fn beginning() -> PageRequest {
        PageRequest { scope: RunScope::Full, cursor: None, context: None, limit: PAGE, attempt: 0 }
    }

    /// A full import as the host does it: all pages, and by their ids the items that were listed and not shown.
    pub async fn walk(&self) -> Result<Walk, CallError> {
        self.walk_over(RunScope::Full).await
    }

    /// An import of that scope.
    pub async fn walk_over(&self, scope: RunScope) -> Result<Walk, CallError> {
        let mut walk = Walk::default();
        let mut request = PageRequest { scope, ..Self::beginning() };
        let mut seen = HashSet::new();
        for _ in 0..ENDLESS {
            let page = self.fetch_page(request.clone()).await?;
            seen.extend(page.items.iter().map(|item| item.source_id.clone()));
            walk.items.extend(page.items.iter().cloned());
            let context = page.context.clone().or_else(|| request.context.clone());
            let missing: Vec<String> = page.listed.iter().filter(|id| !seen.contains(*id)).cloned().collect();
            for ids in missing.chunks(ITEMS_AT_ONCE) {
                let items = self.fetch_items(context.clone(), ids.to_vec()).await?;
                seen.extend(items.iter().map(|item| item.source_id.clone()));
                walk.items.extend(items);
            }
            let next = page.next.clone();
            walk.pages.push((request.clone(), page));
            let Some(cursor) = next else { return Ok(walk) };
            request = PageRequest { cursor: Some(cursor), context, ..request };
        }
        Err(endless("fetch-page"))
    }

    /// All stock, as the host asks for it.
    pub async fn walk_stock(&self) -> Result<Vec<(PageRequest, Page)>, CallError> {
        let mut pages = Vec::new();
        let mut request = PageRequest { scope: RunScope::Stock(None), ..Self::beginning() };
        for _ in 0..ENDLESS {
            let page = self.fetch_page(request.clone()).await?;
            let (next, context) = (page.next.clone(), page.context.clone().or_else(|| request.context.clone()));
            pages.push((request.clone(), page));
            let Some(cursor) = next else { return Ok(pages) };
            request = PageRequest { cursor: Some(cursor), context, ..request };
        }
        Err(endless("fetch-stock"))
    }
}

fn endless(operation: &'static str) -> CallError {
    CallError::Stopped { operation, why: format!("it did not end within {ENDLESS} pages"), panic: None }
}
