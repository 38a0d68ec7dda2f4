//! `entrepot doctor`: everything that could be wrong, looked at in order.

mod work;

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
    /// False: somebody has to do something.
    ok: bool,
    /// Worth knowing, and nothing that is broken.
    note: bool,
    detail: String,
}

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn fine(&mut self, what: &'static str, detail: impl Into<String>) {
        self.0.push(Check { what, ok: true, note: false, detail: detail.into() });
    }

    fn note(&mut self, what: &'static str, detail: impl Into<String>) {
        self.0.push(Check { what, ok: true, note: true, detail: detail.into() });
    }

    fn fault(&mut self, what: &'static str, detail: impl Into<String>) {
        self.0.push(Check { what, ok: false, note: false, detail: detail.into() });
    }
}

pub(crate) async fn run(output: Output) -> Result<ExitCode> {
    let mut checks = Checks::default();
    examine(&mut checks).await;
    let checks = checks.0;
    let ok = checks.iter().all(|check| check.ok);
    output.say(&serde_json::json!({"ok": ok, "checks": checks}), || {
        let line = |check: &Check| {
            let word = match check {
                Check { ok: false, .. } => "FAIL",
                Check { note: true, .. } => "note",
                _ => "ok  ",
            };
            format!("{word} {:<14} {}", check.what, check.detail)
        };
        checks.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(checks: &mut Checks) {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => return checks.fault("configuration", error.to_string()),
    };
    checks.fine("configuration", "read");
    match open_database(&config, Clock::System).await {
        Ok(db) => checks.fine("database", format!("{:?}, up to date", db.engine())),
        Err(error) => return checks.fault("database", format!("{error:#}")),
    }
    let host = match Host::open(config, Clock::System, own_program()).await {
        Ok(host) => host,
        Err(error) => return checks.fault("host", format!("{error:#}")),
    };
    checks.fine("master key", "fits the database");
    checks.fine("sandbox", "started");
    for row in host.db.adapters().await.unwrap_or_default() {
        match host.sync.admission().active(&row.adapter_id).await {
            Ok(generation) => {
                let number = generation.number;
                checks.fine("adapter", format!("{} {} is in use (generation {number})", row.adapter_id, row.version));
            }
            Err(error) => checks.fault("adapter", error.to_string()),
        }
    }
    if let Err(error) = work::examine(&host, checks).await {
        checks.fault("database", format!("{error:#}"));
    }
    for setting in host.development_settings() {
        checks.note("development", format!("{setting}: not for production"));
    }
}
