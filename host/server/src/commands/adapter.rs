//! `entrepot adapter …`

use anyhow::{Context, Result};
use entrepot_admission::AdmissionError;
use entrepot_domain::grants::Manifest;
use entrepot_store::adapters::AdapterRow;
use serde_json::json;

use crate::cli::AdapterCommand;
use crate::host::Host;
use crate::output::{Output, moment, table};

pub(crate) async fn run(host: &Host, command: AdapterCommand, output: Output) -> Result<()> {
    match command {
        AdapterCommand::Install { file, approve } => install(host, &file, approve, output).await,
        AdapterCommand::List => list(host, output).await,
        AdapterCommand::Inspect { adapter } => inspect(host, &adapter, output).await,
        AdapterCommand::Approve { adapter } => {
            let grant = host.sync.admission().approve(&adapter, &operator()).await?;
            let document =
                json!({"adapter": adapter, "version": grant.version, "digest": grant.digest, "state": "approved"});
            output.say(&document, || format!("{adapter} {} is approved and in use", grant.version))
        }
    }
}

/// Who approves, for the record.
fn operator() -> String {
    std::env::var("USER").unwrap_or_else(|_| "operator".into())
}

async fn install(host: &Host, file: &std::path::Path, approve: bool, output: Output) -> Result<()> {
    let bytes = tokio::fs::read(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
    let admission = host.sync.admission();
    let installed = admission.install(bytes).await?;
    if approve {
        admission.approve(&installed.adapter_id, &operator()).await?;
    }
    let state = if approve { "approved" } else { "pending" };
    let (id, version) = (&installed.adapter_id, &installed.version);
    let document = json!({
        "adapter": id, "version": version, "digest": installed.digest, "state": state, "already_installed": installed.already,
    });
    output.say(&document, || {
        let already = if installed.already { " (it was already)" } else { "" };
        if approve {
            format!("{id} {version} is installed{already} and approved")
        } else {
            format!("{id} {version} is installed{already}. Look at it: entrepot adapter inspect {id}\nThen let it in: entrepot adapter approve {id}")
        }
    })
}

async fn list(host: &Host, output: Output) -> Result<()> {
    let rows = host.db.adapters().await?;
    let documents: Vec<_> = rows.iter().map(summary).collect();
    output.say(&documents, || {
        if rows.is_empty() {
            return "no adapter is installed; entrepot adapter install FILE --approve".into();
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                vec![
                    row.adapter_id.clone(),
                    row.version.clone(),
                    row.publisher.clone(),
                    row.state.clone(),
                    moment(row.installed_at),
                ]
            })
            .collect();
        table(&["ADAPTER", "VERSION", "PUBLISHER", "STATE", "INSTALLED"], &cells)
    })
}

fn summary(row: &AdapterRow) -> serde_json::Value {
    json!({
        "adapter": row.adapter_id, "version": row.version, "publisher": row.publisher, "state": row.state, "digest": row.digest,
        "size": row.size, "installed_at": row.installed_at,
    })
}

async fn inspect(host: &Host, adapter: &str, output: Output) -> Result<()> {
    let row = host.db.adapter(adapter).await?.ok_or_else(|| AdmissionError::Unknown(adapter.to_owned()))?;
    let manifest: Manifest =
        serde_json::from_value(row.manifest.0.clone()).context("the stored manifest cannot be read")?;
    output.say(&row, || {
        let mut lines = vec![
            format!("{} {} by {} — {}", manifest.name, row.version, row.publisher, row.state),
            format!("  digest   sha256:{}", row.digest),
            format!("  size     {} KiB", row.size / 1024),
            format!("  exports  {}", row.exports.join(", ")),
            format!("  imports  {}", row.imports.join(", ")),
            "  asks to".to_owned(),
        ];
        lines.extend(manifest.egress.iter().map(|rule| format!("    - {}", rule.in_words())));
        lines.push(format!("  settings {}", manifest.settings.keys().cloned().collect::<Vec<_>>().join(", ")));
        lines.push(format!(
            "  secrets  {} (never seen by the adapter)",
            manifest.secrets.keys().cloned().collect::<Vec<_>>().join(", ")
        ));
        lines.join("\n")
    })
}
