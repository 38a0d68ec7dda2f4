//! `entrepot doctor`: everything that could be wrong, looked at in order.

use std::process::ExitCode;

use anyhow::Result;
use entrepot_config::Config;
use entrepot_domain::Clock;
use serde::Serialize;

use crate::host::{Host, open_database, own_program};
use crate::output::Output;

#[derive(Serialize)]
struct Check {
    what: &'static str,
    ok: bool,
    detail: String,
}

pub(crate) async fn run(output: Output) -> Result<ExitCode> {
    let mut checks = Vec::new();
    examine(&mut checks).await;
    let ok = checks.iter().all(|check| check.ok);
    output.say(&serde_json::json!({"ok": ok, "checks": checks}), || {
        let line =
            |check: &Check| format!("{} {:<14} {}", if check.ok { "ok  " } else { "FAIL" }, check.what, check.detail);
        checks.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(checks: &mut Vec<Check>) {
    let mut note = |what, outcome: Result<String, String>| {
        let (ok, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        checks.push(Check { what, ok, detail });
        ok
    };
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            note("configuration", Err(error.to_string()));
            return;
        }
    };
    note("configuration", Ok("read".into()));
    match open_database(&config, Clock::System).await {
        Ok(db) => note("database", Ok(format!("{:?}, up to date", db.engine()))),
        Err(error) => {
            note("database", Err(format!("{error:#}")));
            return;
        }
    };
    let host = match Host::open(config, Clock::System, own_program()).await {
        Ok(host) => host,
        Err(error) => {
            note("host", Err(format!("{error:#}")));
            return;
        }
    };
    note("master key", Ok("fits the database".into()));
    note("sandbox", Ok("started".into()));
    for row in host.db.adapters().await.unwrap_or_default() {
        let outcome = host.sync.admission().active(&row.adapter_id).await;
        let detail = |number| format!("{} {} is in use (generation {number})", row.adapter_id, row.version);
        note("adapter", outcome.map(|generation| detail(generation.number)).map_err(|error| error.to_string()));
    }
    for channel in host.db.tenant(&host.tenant).channels().await.unwrap_or_default() {
        let problem = channel.problem.map(|problem| format!("{}: {problem}", channel.name));
        note("channel", problem.map_or_else(|| Ok(format!("{} is fine", channel.name)), Err));
    }
    for setting in host.development_settings() {
        note("development", Ok(format!("{setting}: not for production")));
    }
}
