//! `entrepot doctor`: everything that could be wrong, looked at in order.

mod accounts;
mod keys;
mod work;

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::Result;
use entrepot_adapters::AdmissionError;
use entrepot_config::Config;
use entrepot_domain::{Clock, with_causes};
use serde::Serialize;

use crate::host::{Host, Tables, open_database, own_program};
use crate::output::Output;
use crate::private;

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

/// `tenant`: only this one is looked at.
pub(crate) async fn run(tenant: Option<&str>, output: Output) -> Result<ExitCode> {
    let mut checks = Checks::default();
    examine(tenant, &mut checks).await;
    let checks = checks.0;
    let ok = checks.iter().all(|check| check.ok);
    output.say(&serde_json::json!({"ok": ok, "checks": checks}), || {
        let line = |check: &Check| {
            let word = match check {
                Check { ok: false, .. } => "FAIL",
                Check { note: true, .. } => "note",
                _ => "ok  ",
            };
            // Names and reasons may be others' words: none of them begins a line.
            format!("{word} {:<14} {}", check.what, check.detail.replace(['\n', '\r'], " "))
        };
        checks.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(tenant: Option<&str>, checks: &mut Checks) {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => return checks.fault("configuration", error.to_string()),
    };
    checks.fine("configuration", "read");
    match private::prepare(&config) {
        Ok(found) => rights(checks, found),
        Err(error) => return checks.fault("data folder", with_causes(error.as_ref())),
    }
    match open_database(&config, Clock::System, Tables::AsTheyAre).await {
        Ok(db) => checks.fine("database", format!("{:?}, up to date", db.engine())),
        Err(error) => return checks.fault("database", with_causes(error.as_ref())),
    }
    let mut host = match Host::open_with(config, Clock::System, own_program(), Tables::AsTheyAre).await {
        Ok(host) => host,
        Err(error) => return checks.fault("host", with_causes(error.as_ref())),
    };
    match host.app.monitor.readiness().await {
        Ok(()) => checks.fine("writing", "the database and the data folder can be written"),
        Err(why) => checks.fault("writing", why),
    }
    if let Err(error) = keys::examine(&host, checks).await {
        checks.fault("database", with_causes(&error));
    }
    checks.fine("sandbox", "started");
    if let Err(error) = adapters(&host, checks).await {
        checks.fault("database", format!("{error:#}"));
    }
    if let Err(error) = accounts::examine(&host, checks).await {
        checks.fault("database", with_causes(error.as_ref()));
    }
    if let Err(error) = each_tenant(&mut host, tenant, checks).await {
        checks.fault("database", with_causes(error.as_ref()));
    }
    for setting in host.development_settings() {
        checks.note("development", format!("{setting}: not for production"));
    }
}

/// The work of every tenant, or of the one that is named.
async fn each_tenant(host: &mut Host, tenant: Option<&str>, checks: &mut Checks) -> Result<()> {
    let tenants = match tenant {
        Some(tenant) => vec![host.app.accounts.tenant(tenant).await?],
        None => host.app.accounts.tenants().await?,
    };
    for row in &tenants {
        if tenants.len() > 1 {
            checks.note("tenant", format!("{} ({}):", row.name, row.id));
        }
        host.tenant = row.id.as_str().into();
        work::examine(host, checks).await?;
    }
    for damaged in entrepot_store::damaged_rows() {
        checks.fault("row", damaged);
    }
    work::of_the_host(host, checks).await
}

fn rights(checks: &mut Checks, found: private::Found) {
    if found.tightened.is_empty() && found.open.is_empty() {
        checks.fine("rights", "what is kept can be read by this user alone");
    }
    for path in found.tightened {
        checks.note("rights", format!("others could read {}; now this user alone can", path.display()));
    }
    for (path, why) in found.open {
        checks.fault("rights", format!("others can read {}: {why}", path.display()));
    }
}

/// Which version of each adapter is in use, and whether what is installed is what this host wrote down.
async fn adapters(host: &Host, checks: &mut Checks) -> Result<()> {
    let admission = host.app.services.admission();
    let listed = admission.adapters().await?;
    let channels = host.app.channels.channels(&host.tenant).await?;
    let ids: BTreeSet<&str> = listed.iter().map(|listed| listed.row.adapter_id.as_str()).collect();
    for adapter in ids {
        let of_it = listed.iter().filter(|listed| listed.row.adapter_id == adapter);
        let problems: BTreeSet<&str> = of_it.filter_map(|listed| listed.problem.as_deref()).collect();
        let mut problems: Vec<String> = problems.into_iter().map(str::to_owned).collect();
        problems.extend(admission.missing_grant(adapter).await?);
        let generation = match admission.active(adapter).await {
            Ok(generation) => generation,
            // Installed, or revoked, and nobody needs it.
            Err(error @ AdmissionError::NotApproved(_))
                if problems.is_empty() && channels.iter().all(|channel| channel.adapter_id != adapter) =>
            {
                checks.note("adapter", format!("{error}; no channel uses it"));
                continue;
            }
            Err(error) => {
                let error = error.to_string();
                if !problems.contains(&error) {
                    problems.push(error);
                }
                checks.fault("adapter", problems.join(". "));
                continue;
            }
        };
        let (number, version) = (generation.number, generation.manifest.version.as_str());
        let others = listed.iter().filter(|listed| listed.row.adapter_id == adapter && listed.row.version != version);
        let others: Vec<String> = others.map(|other| format!("{} {}", other.row.version, other.state())).collect();
        let others = if others.is_empty() { String::new() } else { format!("; beside it: {}", others.join(", ")) };
        let in_use = format!("{adapter} {version} is in use (generation {number}){others}");
        match problems.is_empty() {
            true => checks.fine("adapter", in_use),
            false => checks.fault("adapter", format!("{}. {in_use}", problems.join(". "))),
        }
    }
    if let Err(error) = admission.trusted_keys().await {
        checks.fault("trusted keys", error.to_string());
    }
    Ok(())
}
