use anyhow::Result;
use entrepot_admission::Review;
use entrepot_domain::grants::Limits;
use serde_json::json;

use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, adapter: &str, output: Output) -> Result<()> {
    let admission = host.sync.admission();
    let row = admission.latest(adapter).await?;
    let review = admission.review(adapter).await?;
    let toolchain = admission.toolchain(adapter).await?;
    let problem = admission.grant_problem(adapter).await?;
    let (in_use, canary) = admission.versions_in_use(adapter).await?;
    let manifest = admission.manifest(&row).await?;
    let mut document = json!(row);
    document["manifest"] = json!(manifest);
    document["in_use"] = json!(in_use);
    document["canary"] = json!(canary);
    document["problem"] = json!(problem);
    document["review"] = json!(review);
    document["toolchain"] = json!(toolchain);
    output.say(&document, || {
        let mut lines = vec![
            format!("{} {} by {} — {}", manifest.name, row.version, row.publisher, row.state),
            match &problem {
                Some(problem) => format!("  in use   nothing: {problem}"),
                None => format!("  in use   {}", used(&row.version, in_use.as_deref(), canary.as_deref())),
            },
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
        // Where nothing is in use, all of it stands above already.
        if review.in_use.is_some() {
            lines.extend(changes(&review))
        } else {
            lines.extend(cuts(&review))
        }
        lines.join("\n")
    })
}

/// Which version is called at the moment; the one shown may be another.
fn used(shown: &str, in_use: Option<&str>, canary: Option<&str>) -> String {
    let main = match in_use {
        None => "nothing".to_owned(),
        Some(version) if version == shown => "this version".to_owned(),
        Some(version) => format!("{version}, and not this version"),
    };
    match canary {
        None => main,
        Some(version) => format!("{main}; {version} is tried on some channels"),
    }
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

/// What the ceilings of this host take away.
fn cuts(review: &Review) -> impl Iterator<Item = String> {
    review.cut.iter().map(|cut| format!("  ! {cut}: this host gives no more"))
}

/// What approving would change, line by line.
pub(super) fn changes(review: &Review) -> Vec<String> {
    let Review { adapter, version, in_use, difference, .. } = review;
    let cut = cuts(review);
    let Some(in_use) = in_use else {
        let mut lines = vec![format!("nothing of {adapter} is in use; approving {version} would allow")];
        lines.extend(difference.wider.iter().map(|line| format!("  + {line}")));
        lines.extend(cut);
        return lines;
    };
    if difference.is_empty() {
        let same = format!("approving {version} would allow just what is granted to {in_use}");
        return std::iter::once(same).chain(cut).collect();
    }
    let mut lines = vec![format!("against what is granted to {in_use}, approving {version} would change")];
    lines.extend(difference.wider.iter().map(|line| format!("  + {line}")));
    lines.extend(difference.narrower.iter().map(|line| format!("  - {line}")));
    lines.extend(cut);
    lines
}
