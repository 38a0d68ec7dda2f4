use anyhow::Result;
use entrepot_adapters::Review;
use serde_json::json;

use super::terms;
use crate::cli::id_or_version;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, adapter: &str, output: Output) -> Result<()> {
    let admission = host.app.services.admission();
    let (adapter, version) = id_or_version(adapter);
    let row = admission.installed(adapter, version).await?;
    let review = admission.review_of(&row).await?;
    let toolchain = admission.toolchain(&row).await?;
    let problem = admission.grant_problem(adapter).await?;
    let (in_use, canary) = admission.versions_in_use(adapter).await?;
    let granted = admission.terms_in_force(adapter).await?;
    let signer_trusted = match &row.signer {
        Some(key) => Some(admission.trusts(key).await?),
        None => None,
    };
    let manifest = admission.manifest(&row).await?;
    let mut document = json!(row);
    document["manifest"] = json!(manifest);
    document["in_use"] = json!(in_use);
    document["canary"] = json!(canary);
    document["granted"] = json!(granted);
    document["signer_trusted"] = json!(signer_trusted);
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
                Some(key) if signer_trusted == Some(true) => format!("  signed   by the trusted key {key}"),
                Some(key) => format!("  signed   by the key {key} of {}, which is not trusted any more", row.publisher),
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
        lines.push(format!("    - {}", manifest.limits.in_words()));
        lines.push(format!("    - {}", manifest.rate_limit.in_words()));
        lines.extend(terms::in_force(&granted));
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
