//! A test of an adapter: a TOML file beside a recording.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use entrepot_domain::catalog::{Product, Variant};
use entrepot_domain::listing::{Intent, ListedVariant};
use entrepot_sandbox::{CallError, Delivery, Listing};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::difference;
use crate::fault::Fault;
use crate::kit::{Kit, Login, Shop};
use crate::recording::{self, Exchange};
use crate::replay::Replay;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// Beside this file.
    recording: String,
    #[serde(default)]
    settings: Map<String, Value>,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    /// e.g. `429 GET /products?page=2`
    #[serde(default)]
    faults: Vec<String>,
    /// Good deliveries, signed with the test's secrets.
    #[serde(default)]
    webhook: Vec<Webhook>,
    /// Goods that can be put on sale.
    #[serde(default)]
    listing: Vec<Goods>,
    delta: Option<Delta>,
    /// Where the marketplace is to deliver to: webhooks are subscribed there, and unsubscribed again.
    callback_url: Option<String>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    headers: BTreeMap<String, String>,
    body: String,
    /// Milliseconds since 1970, for signatures that hold the time.
    #[serde(default)]
    received_at: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Goods {
    id: String,
    /// A file beside this one: one product, as in the file that an import is compared with.
    product: String,
    category: Option<String>,
    /// What the category asks for.
    #[serde(default = "none")]
    fields: Value,
}

fn none() -> Value {
    Value::Object(Map::new())
}

/// An import of what changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delta {
    /// Milliseconds since 1970.
    pub(crate) since: i64,
    /// Ids of what it has to say is gone.
    #[serde(default)]
    pub(crate) gone: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What `connection.check` has to say, at least.
    account: Option<Map<String, Value>>,
    /// A file beside this one with what an import gives; `--bless` writes it.
    import: Option<String>,
    /// The import fails with this, e.g. `rate-limited`.
    error: Option<String>,
}

pub struct Case {
    pub name: String,
    folder: PathBuf,
    pub login: Login,
    pub exchanges: Vec<Exchange>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) listings: Vec<Listing>,
    pub(crate) delta: Option<Delta>,
    pub(crate) callback_url: Option<String>,
    faults: Vec<Fault>,
    expect: Expect,
    recording: PathBuf,
}

fn delivery(webhook: Webhook) -> Delivery {
    Delivery {
        method: "POST".to_owned(),
        path: "/hooks/chn_test".to_owned(),
        query: String::new(),
        headers: webhook.headers.into_iter().collect(),
        body: webhook.body.into_bytes(),
        received_at: webhook.received_at,
    }
}

fn listing(folder: &Path, goods: Goods) -> Result<Listing> {
    let file = folder.join(&goods.product);
    let shown = || file.display().to_string();
    let product: Product = serde_json::from_str(&fs::read_to_string(&file).with_context(shown)?).with_context(shown)?;
    let listed = |variant: &Variant| ListedVariant {
        variant_id: variant.source_id.clone(),
        external_id: None,
        item_id: None,
        sku: variant.sku.clone(),
    };
    Ok(Listing {
        listing_id: goods.id,
        external_id: None,
        intent: Intent::Active,
        variants: product.variants.iter().map(listed).collect(),
        product,
        category: goods.category,
        fields: goods.fields.to_string(),
        state: "{}".to_owned(),
    })
}

impl Case {
    /// All cases of a folder, by name.
    pub fn all(folder: &Path) -> Result<Vec<Self>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).with_context(|| format!("{} has no tests", folder.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
        files.sort();
        ensure!(!files.is_empty(), "there is no test in {}: a .toml beside a recording", folder.display());
        files.iter().map(|file| Self::read(file)).collect()
    }

    pub fn read(file: &Path) -> Result<Self> {
        let shown = || file.display().to_string();
        let Text { recording, settings, secrets, faults, webhook, listing, delta, callback_url, expect } =
            toml::from_str(&fs::read_to_string(file).with_context(shown)?).with_context(shown)?;
        let folder = file.parent().unwrap_or(Path::new(".")).to_owned();
        let recording = folder.join(recording);
        // Before it is recorded for the first time it is not there.
        let text = if recording.exists() { fs::read_to_string(&recording)? } else { String::new() };
        let exchanges = recording::parse(&text).with_context(|| recording.display().to_string())?;
        Ok(Self {
            listings: listing.into_iter().map(|goods| self::listing(&folder, goods)).collect::<Result<_>>()?,
            name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            folder,
            login: Login { settings, secrets },
            exchanges,
            delta,
            callback_url,
            deliveries: webhook.into_iter().map(delivery).collect(),
            faults: faults.iter().map(|fault| fault.parse()).collect::<Result<_>>().with_context(shown)?,
            expect,
            recording,
        })
    }

    /// Since when the import of what changed is; none: the test has none.
    pub fn since(&self) -> Option<i64> {
        self.delta.as_ref().map(|delta| delta.since)
    }

    /// Where webhooks are to be subscribed.
    pub fn callback_url(&self) -> Option<&str> {
        self.callback_url.as_deref()
    }

    /// Made to succeed: material for conformance.
    pub fn is_plain(&self) -> bool {
        self.faults.is_empty() && self.expect.error.is_none() && !self.exchanges.is_empty()
    }

    pub fn replay(&self, faults: Vec<Fault>) -> Arc<Replay> {
        Arc::new(Replay::new(self.exchanges.clone(), faults))
    }

    /// What is not as expected; nothing: it passed.
    pub async fn run(&self, kit: &Kit, bless: bool) -> Result<Vec<String>> {
        if !self.recording.exists() {
            let file = self.recording.display();
            return Ok(vec![format!(
                "{file} is not there: correct `recording`, or make it with cargo adapter test --record"
            )]);
        }
        let replay = self.replay(self.faults.clone());
        let shop = kit.connect(&self.login, replay.clone())?;
        let mut wrong = Vec::new();
        if let Some(expected) = &self.expect.account {
            match shop.check().await {
                Ok(account) => wrong.extend(difference::of_accounts(expected, &account_json(&account))),
                Err(error) => wrong.push(format!("check: {}: {error}", error.code())),
            }
        }
        if self.expect.import.is_some() || self.expect.error.is_some() {
            match (import(&shop).await, &self.expect.error) {
                (Ok(found), None) => wrong.extend(self.compare(&found, bless)?),
                (Ok(_), Some(code)) => wrong.push(format!("the import succeeded, and {code} was expected")),
                (Err(error), Some(code)) if error.code() == code => {}
                (Err(error), _) => wrong.push(format!("the import failed: {}: {error}", error.code())),
            }
        }
        let missing = replay.missing();
        if !missing.is_empty() {
            // Whatever else went wrong came of it.
            return Ok(missing);
        }
        Ok(wrong)
    }

    /// Asks the marketplace itself, and keeps what it answered.
    pub fn save(&self, exchanges: &[Exchange]) -> Result<&Path> {
        fs::write(&self.recording, recording::write(exchanges)?)
            .with_context(|| self.recording.display().to_string())?;
        Ok(&self.recording)
    }

    fn compare(&self, found: &Value, bless: bool) -> Result<Vec<String>> {
        let Some(file) = &self.expect.import else { return Ok(Vec::new()) };
        let path = self.folder.join(file);
        let text = serde_json::to_string_pretty(found)? + "\n";
        if bless {
            fs::write(&path, text)?;
            return Ok(Vec::new());
        }
        let known = fs::read_to_string(&path)
            .with_context(|| format!("{} is not there; look at what comes and keep it with --bless", path.display()))?;
        let known: Value = serde_json::from_str(&known).with_context(|| path.display().to_string())?;
        Ok(difference::of_imports(&known, found))
    }
}

pub(crate) fn account_json(account: &entrepot_sandbox::Account) -> Value {
    let entrepot_sandbox::Account { name, url, currency, details, warnings } = account;
    json!({"name": name, "url": url, "currency": currency, "details": details, "warnings": warnings})
}

/// Everything an import gives: products, what could not be made one, and stock where it comes alone.
pub async fn import(shop: &Shop) -> Result<Value, CallError> {
    let walk = shop.walk().await?;
    let mut mapper = shop.mapper();
    let (mut products, mut problems) = (Vec::new(), Vec::new());
    for item in walk.items.iter().filter(|item| !item.deleted) {
        if let Some(problem) = item.problems.first() {
            problems.push(json!({"source_id": item.source_id, "code": problem.code}));
            continue;
        }
        match mapper.map(item).await {
            Ok(product) => products.push(json!(product)),
            Err(error) => {
                problems.push(json!({"source_id": item.source_id, "code": error.code(), "message": error.to_string()}))
            }
        }
    }
    let mut found = json!({"products": products, "problems": problems});
    if shop.supports_stock_sync() {
        let levels = shop.walk_stock().await?.into_iter().flat_map(|(_, page)| page.stock);
        found["stock"] = levels.map(|level| json!([level.item_id, level.location_id, level.available])).collect();
    }
    Ok(found)
}
