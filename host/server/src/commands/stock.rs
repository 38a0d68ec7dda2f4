//! `entrepot stock …` and `entrepot location …`

mod shown;

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail};
use entrepot_core::RequestContext;
use entrepot_stock::{Adjustment, Count, ItemReport, Kind, LocationChange, Movement, NewLocation};
use serde_json::json;

use crate::cli::{LocationCommand, LocationKind, StockCommand, StockKind};
use crate::host::Host;
use crate::output::{Output, count, operator};

/// Asked for at a time.
const PAGE: i64 = 200;

pub(crate) async fn run(host: &Host, command: StockCommand, output: Output) -> Result<()> {
    let (stock, context) = (&host.app.stock, RequestContext::new(host.tenant.clone(), operator()));
    match command {
        StockCommand::List { limit } => {
            let mut all: Vec<ItemReport> = Vec::new();
            while let Some(left) = limit.checked_sub(i64::try_from(all.len())?).filter(|left| *left > 0) {
                let after = all.last().map(|last| last.sku.clone()).unwrap_or_default();
                let page = stock.list(&host.tenant, &after, left.min(PAGE)).await?;
                if page.is_empty() {
                    break;
                }
                all.extend(page);
            }
            output.say(&all, || shown::items(&all))
        }
        StockCommand::Show { sku } => {
            let report = stock.show(&host.tenant, &sku).await?;
            let names = channel_names(host).await?;
            output.say(&report, || shown::stock(&report, &names))
        }
        StockCommand::Set(args) => {
            let count = Count {
                sku: args.sku,
                location: args.location,
                on_hand: args.on_hand,
                buffer: args.buffer,
                reason: args.reason,
                key: args.key,
                new: args.new,
            };
            let done = stock.count(&context, &count).await?;
            output.say(&done, || shown::adjusted(&done))
        }
        StockCommand::Adjust(args) => {
            let (sku, location, by) = (args.sku, args.location, args.by);
            let adjustment = Adjustment { sku, location, by, reason: args.reason, key: args.key };
            let done = stock.adjust(&context, &adjustment).await?;
            output.say(&done, || shown::adjusted(&done))
        }
        StockCommand::Ledger { sku, limit } => {
            let mut all: Vec<Movement> = Vec::new();
            while let Some(left) = limit.checked_sub(i64::try_from(all.len())?).filter(|left| *left > 0) {
                let before = all.last().map(|last| last.id.clone()).unwrap_or_default();
                let page = stock.ledger(&host.tenant, &sku, &before, left.min(PAGE)).await?;
                if page.is_empty() {
                    break;
                }
                all.extend(page);
            }
            output.say(&all, || shown::ledger(&all))
        }
        StockCommand::Kind { sku, kind } => {
            let kind = match kind {
                StockKind::Simple => Kind::Simple,
                StockKind::Untracked => Kind::Untracked,
                StockKind::Shop => Kind::Shop,
            };
            stock.set_kind(&context, &sku, kind).await?;
            let told = match kind {
                Kind::Untracked => "is not counted from now on: there is always one more",
                Kind::Shop => "is counted by its shop from now on",
                _ => "is counted here from now on",
            };
            output.say(&json!({ "sku": sku, "kind": kind.as_str() }), || format!("{sku} {told}"))
        }
        StockCommand::Bundle { sku, parts } => {
            let parts = parts_of(&parts)?;
            stock.set_parts(&context, &sku, &parts).await?;
            let report = stock.show(&host.tenant, &sku).await?;
            let names = channel_names(host).await?;
            output.say(&report, || shown::stock(&report, &names))
        }
        StockCommand::Reconcile { mend } => {
            let found = match mend {
                true => stock.reconcile(&context).await?,
                false => stock.mismatches(&host.tenant).await?,
            };
            output.say(&found, || shown::mismatches(&found))
        }
    }
}

/// Of channels, by id.
async fn channel_names(host: &Host) -> Result<HashMap<String, String>> {
    let channels = host.app.channels.channels(&host.tenant).await?;
    Ok(channels.into_iter().map(|row| (row.id, row.name)).collect())
}

fn parts_of(given: &[String]) -> Result<BTreeMap<String, i64>> {
    let mut parts = BTreeMap::new();
    for part in given {
        let (sku, units) = part.rsplit_once('=').with_context(|| format!("--part {part}: write SKU=NUMBER"))?;
        let units = units.parse().with_context(|| format!("--part {part}: {units:?} is no whole number"))?;
        if parts.insert(sku.to_owned(), units).is_some() {
            bail!("--part {sku} is given twice; add up how many one bundle takes");
        }
    }
    Ok(parts)
}

pub(crate) async fn run_location(host: &Host, command: LocationCommand, output: Output) -> Result<()> {
    let (stock, context) = (&host.app.stock, RequestContext::new(host.tenant.clone(), operator()));
    match command {
        LocationCommand::Add { code, name, kind } => {
            let kind = word(kind);
            let added = stock.add_location(&context, NewLocation { code, name, kind }).await?;
            output.say(&added, || {
                format!(
                    "{} is there; count goods at it: entrepot stock set SKU --location {} --on-hand N --reason R",
                    added.name, added.code
                )
            })
        }
        LocationCommand::List => {
            let all = stock.locations(&host.tenant).await?;
            output.say(&all, || match all.is_empty() {
                true => "there is no location yet; add one: entrepot location add CODE NAME".to_owned(),
                false => format!("{}\n{}", shown::locations(&all), count(all.len() as i64, "location", "locations")),
            })
        }
        LocationCommand::Set { code, name, kind, on, off } => {
            let enabled = (on || off).then_some(on);
            let change = LocationChange { name, kind: kind.map(word), enabled };
            let changed = stock.change_location(&context, &code, change).await?;
            output.say(&changed, || shown::locations(std::slice::from_ref(&changed)))
        }
    }
}

fn word(kind: LocationKind) -> String {
    match kind {
        LocationKind::Warehouse => "warehouse",
        LocationKind::Store => "store",
        LocationKind::ThirdParty => "third-party",
    }
    .to_owned()
}
