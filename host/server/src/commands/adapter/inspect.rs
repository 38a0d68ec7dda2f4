use anyhow::{Context, Result};
use entrepot_admission::{AdmissionError, Review};
use entrepot_domain::grants::{Limits, Manifest};
use serde_json::json;

use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, adapter: &str, output: Output) -> Result<()> {
    let row = host.db.adapter(adapter).await?.ok_or_else(|| AdmissionError::Unknown(adapter.to_owned()))?;
    let review = host.sync.admission().review(adapter).await?;
    let toolchain = host.sync.admission().toolchain(adapter).await?;
    let manifest: Manifest =
        serde_json::from_value(row.manifest.0.clone()).context("the stored manifest cannot be read")?;
    let mut document = json!(row);
    document["review"] = json!(review);
    document["toolchain"] = json!(toolchain);
    output.say(&document, || {
        let mut lines = vec![
            format!("{} {} by {} — {}", manifest.name, row.version, row.publisher, row.state),
            format!("  digest   sha256:{}", row.digest),
            format!("  from     {}", row.source),
            match &row.signer {
                Some(key) => format!("  signed   by the trusted key {key}"),
                None => "  signed   no: nothing proves who made it".to_owned(),
            },
            format!("  size     {} KiB", row.size / 1024),
            format!("  made     with {}, as it says itself", toolchain.join(", ")),
            format!("  world    {}", manifest.world),
            format!("  exports  {}", row.exports.join(", ")),
            format!("  imports  {}", row.imports.join(", ")),
            "  asks to".to_owned(),
        ];
        lines.extend(manifest.permissions().in_words().iter().map(|line| format!("    - {line}")));
        lines.push(format!("  limits   {}", limits(manifest.limits)));
        let names = |keys: Vec<String>| if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
        lines.push(format!("  settings {}", names(manifest.settings.keys().cloned().collect())));
        lines.push(format!(
            "  secrets  {} (never seen by the adapter)",
            names(manifest.secrets.keys().cloned().collect())
        ));
        if review.in_use.is_some() {
            lines.extend(changes(&review));
        }
        lines.join("\n")
    })
}

fn limits(limits: Limits) -> String {
    let Limits { memory, wall_clock, cpu, outbound_calls, result, log, files } = limits.or_defaults();
    let text = |value: Option<String>| value.unwrap_or_default();
    format!(
        "{} memory, {} computing, {} in all, {} requests, answers of {}, {} of log, {} of files",
        text(memory.map(|v| v.to_string())),
        text(cpu.map(|v| v.to_string())),
        text(wall_clock.map(|v| v.to_string())),
        text(outbound_calls.map(|v| v.to_string())),
        text(result.map(|v| v.to_string())),
        text(log.map(|v| v.to_string())),
        text(files.map(|v| v.to_string())),
    )
}

/// What approving would change, line by line.
pub(super) fn changes(review: &Review) -> Vec<String> {
    let Review { adapter, version, in_use, difference } = review;
    let Some(in_use) = in_use else {
        let mut lines = vec![format!("nothing of {adapter} is in use; approving {version} would allow")];
        lines.extend(difference.wider.iter().map(|line| format!("  + {line}")));
        return lines;
    };
    if difference.is_empty() {
        return vec![format!("approving {version} would allow just what is granted to {in_use}")];
    }
    let mut lines = vec![format!("against what is granted to {in_use}, approving {version} would change")];
    lines.extend(difference.wider.iter().map(|line| format!("  + {line}")));
    lines.extend(difference.narrower.iter().map(|line| format!("  - {line}")));
    lines
}
