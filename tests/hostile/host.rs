//! The whole host, with an import of a real adapter beside each case: what is done with adapters that break, change, or ask for more.

use std::time::Duration;

use anyhow::{Context, Result};
use entrepot_artifact::{SecretKey, sign};
use entrepot_catalog::StartOptions;
use entrepot_channels::NewChannel;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_policy::{Approval, Narrowing};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, edited, with_version};
use serde_json::{Map, json};

use crate::row::Row;
use crate::shop::Shop;
use crate::stage::in_time;

const ADAPTER: &str = "hostile";
const PRODUCTS: i64 = 40;

pub(crate) async fn all() -> Vec<Row> {
    match rows().await {
        Ok(rows) => rows,
        Err(error) => panic!("{error:#}"),
    }
}

async fn rows() -> Result<Vec<Row>> {
    let app = App::start(Database::Sqlite).await;
    let store = Store::generate(Seed { products: PRODUCTS as usize, variable_share: 0.1, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let shop = Shop::open().await?;
    let admission = app.host.app.services.admission();
    admission.install(told("0.1.0", "GET"), "tests").await?;
    admission.approve(ADAPTER, Approval::default(), "tests").await?;
    for (name, mode, path) in
        [("bad", "panic", ""), ("good", "request", "/granted/ok"), ("slow", "request", "/granted/slow")]
    {
        let settings = json!({ "base_url": shop.url(""), "mode": mode, "url": shop.url(path) });
        let new = NewChannel {
            adapter: ADAPTER.into(),
            name: name.into(),
            settings: Map::clone(settings.as_object().context("an object")?),
            secrets: Vec::new(),
            untested: true,
        };
        app.host.app.channels.add_channel(&app.host.tenant, new).await?;
    }
    Ok(vec![
        beside(&app, "a trap on every call", "in quarantine for 5 minutes", trapped(&app, "bad")).await,
        beside(&app, "its other channels", "200 ok", tested(&app, "good")).await,
        beside(&app, "swap of the generation during 100 calls", "100 of 100 calls ended well", swapped(&app)).await,
        beside(&app, "an upgrade that asks for more", "in use: 0.1.0", upgraded(&app)).await,
        beside(&app, "a grant narrowed during a call", "200 at last, then denied", narrowed(&app)).await,
        beside(&app, "no signature, though its publisher signs", "is not signed", signed(&app, None, None)).await,
        beside(&app, "a foreign signature", "is not trusted here", signed(&app, Some("entrepot"), None)).await,
        beside(&app, "a signature of other bytes", "not", signed(&app, None, Some(100))).await,
        beside(&app, "a grant that was taken back", "is installed and not approved", revoked(&app)).await,
    ])
}

/// Runs the case beside an import, which must end as if it were alone.
async fn beside(app: &App, case: &str, must: &str, work: impl Future<Output = Result<String>>) -> Row {
    let work = async { work.await.unwrap_or_else(|error| error.to_string()) };
    let import = app.import_with(RunScope::Full, StartOptions::default());
    let (outcome, run) = tokio::join!(in_time(work), import);
    let accounted = run.created + run.updated + run.unchanged + run.dead_letters;
    let neighbour = match run.state {
        RunState::Completed if accounted == PRODUCTS => Ok(accounted as u32),
        _ => Err(format!("{run:?}")),
    };
    Row::new(case, outcome, must, neighbour)
}

/// With settings to say how it misbehaves.
fn told(number: &str, method: &str) -> Vec<u8> {
    edited(ADAPTER, |text| {
        let settings =
            ["mode", "url"].map(|name| format!("[settings.{name}]\ntype = \"string\"\ntitle = \"{name}\"\n"));
        let text = text.replace("methods = [\"GET\"]", &format!("methods = [\"{method}\"]"));
        with_version(&text, number).replacen("[[egress]]", &format!("{}[[egress]]", settings.concat()), 1)
    })
}

async fn trapped(app: &App, channel: &str) -> Result<String> {
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let started = cases.imports.start_import(tenant, channel, RunScope::Full, StartOptions::default()).await?;
    let first = app.carry(&started.run).await;
    let again = cases.imports.start_import(tenant, channel, RunScope::Full, StartOptions::default()).await;
    let again = again.map_or_else(|error| error.to_string(), |_| "it may begin again".to_owned());
    Ok(format!("{}; {again}", first.state.as_str()))
}

async fn tested(app: &App, channel: &str) -> Result<String> {
    Ok(app.host.app.channels.test_channel(&app.host.tenant, channel).await?.name)
}

async fn swapped(app: &App) -> Result<String> {
    let admission = app.host.app.services.admission();
    admission.install(told("0.1.1", "GET"), "tests").await?;
    let calls: Vec<_> = (0..100)
        .map(|at| {
            let (cases, tenant) = (app.host.app.clone(), app.host.tenant.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(at * 10)).await;
                cases.channels.test_channel(&tenant, "slow").await
            })
        })
        .collect();
    for swap in 0..10 {
        let version = if swap % 2 == 0 { "0.1.1" } else { "0.1.0" };
        let approval = Approval { version: Some(version.into()), ..Approval::default() };
        admission.approve(ADAPTER, approval, "tests").await?;
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    let mut well = 0;
    for call in calls {
        well += i32::from(call.await?.is_ok());
    }
    Ok(format!("{well} of 100 calls ended well"))
}

async fn upgraded(app: &App) -> Result<String> {
    let admission = app.host.app.services.admission();
    admission.install(told("0.2.0", "DELETE"), "tests").await?;
    let review = admission.review(ADAPTER).await?;
    let in_use = admission.active(ADAPTER).await?.manifest.version.clone();
    Ok(format!("in use: {in_use}; {}", review.difference.wider.join("; ")))
}

async fn narrowed(app: &App) -> Result<String> {
    let (cases, tenant) = (app.host.app.clone(), app.host.tenant.clone());
    let under_way = tokio::spawn(async move { cases.channels.test_channel(&tenant, "slow").await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let without = Narrowing { without_rules: vec!["test-server".into()], ..Narrowing::default() };
    let approval = Approval { version: Some("0.1.0".into()), narrowing: without, ..Approval::default() };
    app.host.app.services.admission().approve(ADAPTER, approval, "tests").await?;
    let first = under_way.await??.name;
    let next = app.host.app.channels.test_channel(&app.host.tenant, "slow").await;
    let next = next.map_or_else(|error| error.to_string(), |account| account.name);
    let next = if next.contains("is not granted") { "denied".to_owned() } else { next };
    Ok(format!("{first}, then {next}"))
}

/// `by`: somebody else who calls himself so signs. `changed`: a byte there is another after signing.
async fn signed(app: &App, by: Option<&str>, changed: Option<usize>) -> Result<String> {
    let admission = app.host.app.services.admission();
    let ours = SecretKey::generate("entrepot")?;
    admission.trust(&ours.public().to_string(), "tests").await?;
    let bytes = told("0.3.0", "GET");
    let bytes = match (by, changed) {
        (Some(name), _) => sign(bytes, &SecretKey::generate(name)?)?,
        (None, Some(at)) => {
            let mut bytes = sign(bytes, &ours)?;
            let place = bytes.len() / 2 + at;
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1;
            }
            bytes
        }
        (None, None) => bytes,
    };
    let refused = admission.install(bytes, "tests").await.map(|_| "it was installed".to_owned());
    admission.untrust(&ours.public().id(), "tests").await?;
    Ok(refused?)
}

async fn revoked(app: &App) -> Result<String> {
    app.host.app.services.admission().revoke(ADAPTER, "tests").await?;
    Ok(app.host.app.channels.test_channel(&app.host.tenant, "good").await?.name)
}
