//! Pages that make the host hold much: what it held at most stands in the table.

use std::time::Instant;

use anyhow::{Context, Result};
use entrepot_catalog::StartOptions;
use entrepot_channels::NewChannel;
use entrepot_domain::run::RunScope;
use entrepot_policy::Approval;
use entrepot_tests::{App, Database, edited};
use serde_json::{Map, Value, json};

use crate::neighbour::growth;
use crate::row::{Cost, Row};
use crate::stage::in_time;

const ADAPTER: &str = "hostile";
/// A page's 64 MiB, what is written of it, and the guest that makes it, which may have as much memory as the test gives it.
const MOST_GROWTH: usize = 400 << 20;

pub(crate) async fn all() -> Vec<Row> {
    match rows().await {
        Ok(rows) => rows,
        Err(error) => panic!("{error:#}"),
    }
}

async fn rows() -> Result<Vec<Row>> {
    let app = App::start(Database::Sqlite).await;
    let admission = app.host.app.services.admission();
    admission.install(told(), "tests").await?;
    admission.approve(ADAPTER, Approval::default(), "tests").await?;
    let fat = |attributes: u32| json!({"mode": "fat", "times": attributes}).to_string();
    let mut rows = Vec::new();
    for (case, plan, must) in [
        ("1,000,000 listed ids", json!({"listed": 1_000_000}), "handed over 1000000 listed ids"),
        (
            "listed items of 50 MB each",
            json!({"listed": 6, "answer": 50 << 20}),
            "completed: 0 created, 6 dead letters",
        ),
        (
            "listed items of 5 MB each",
            json!({"listed": 40, "answer": 5 << 20}),
            "completed: 40 created, 0 dead letters",
        ),
        ("items mapped to 20 MB each", json!({"items": 40, "body": fat(100)}), "completed: 0 created, 40 dead letters"),
        ("items mapped to 10 MB each", json!({"items": 8, "body": fat(50)}), "completed: 8 created, 0 dead letters"),
        ("100,000 warnings on each item", json!({"items": 40, "body": issues(100_000)}), "completed: 40 created"),
    ] {
        let begun = Instant::now();
        let (outcome, grown) =
            growth(in_time(async { imported(&app, case, plan).await.unwrap_or_else(|error| error.to_string()) })).await;
        let cost = Cost { took: Some(begun.elapsed()), grown: Some(grown), neighbour: None };
        let fault = (grown > MOST_GROWTH).then(|| format!("this process grew by {} MiB", grown >> 20));
        rows.push(Row::new(case, outcome, must, Ok(0)).and(fault).at(cost));
    }
    Ok(rows)
}

fn issues(number: u32) -> String {
    json!({"mode": "many-issues", "times": number}).to_string()
}

fn told() -> Vec<u8> {
    edited(ADAPTER, |text| {
        let settings =
            ["mode", "plan"].map(|name| format!("[settings.{name}]\ntype = \"string\"\ntitle = \"{name}\"\n"));
        let limits = "[limits]\nmemory = \"256MiB\"\n";
        text.replacen("[[egress]]", &format!("{}{limits}[[egress]]", settings.concat()), 1)
    })
}

async fn imported(app: &App, name: &str, plan: Value) -> Result<String> {
    let settings = json!({"base_url": "http://127.0.0.1:9/", "mode": "plan", "plan": plan.to_string()});
    let settings = Map::clone(settings.as_object().context("an object")?);
    let (adapter, name, secrets) = (ADAPTER.to_owned(), name.to_owned(), Vec::new());
    let new = NewChannel { adapter, name: name.clone(), settings, secrets, untested: true };
    app.host.app.channels.add_channel(&app.host.tenant, new).await?;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let started = cases.imports.start_import(tenant, &name, RunScope::Full, StartOptions::default()).await?;
    let run = app.carry(&started.run).await;
    let why = run.failure.map_or_else(String::new, |why| format!("; {why}"));
    Ok(format!("{}: {} created, {} dead letters{why}", run.state.as_str(), run.created, run.dead_letters))
}
