use std::collections::BTreeSet;

use anyhow::{Result, bail};
use entrepot_adapters::Approved;
use entrepot_policy::{Approval, Limits, Narrowing};
use serde_json::json;

use super::terms;
use crate::cli::{ApproveArgs, id_or_version};
use crate::host::Host;
use crate::output::{Output, operator};

const DAY: i64 = 86_400_000;

pub(super) async fn run(host: &Host, args: &ApproveArgs, output: Output) -> Result<()> {
    let narrowing = Narrowing {
        without_rules: args.without_rules.clone(),
        without_operations: args.without_operations.clone(),
        without_credentials: args.without_credentials.clone(),
        without_keys: args.without_keys.clone(),
        limits: limits(&args.limits)?,
        requests_per_second: args.requests_per_second,
        expires_at: args.expires_in_days.map(|days| host.db.clock().now() + i64::from(days) * DAY),
        report_only: args.report_only,
    };
    let (adapter, version) = id_or_version(&args.adapter);
    let version = version.map(str::to_owned);
    let approval = Approval { version, share: args.canary, accept_narrower: args.accept_narrower, narrowing };
    let Approved { grant, cut, notes } =
        host.app.services.admission().approve_capped(adapter, approval, &operator()).await?;
    let (mappable, offer) = super::offer(host, adapter).await?;
    let terms = grant.terms(host.app.services.admission().ceilings());
    let document = json!({
        "adapter": adapter, "version": grant.version, "digest": grant.digest, "state": "approved",
        "canary_percent": args.canary, "grant": grant, "terms": terms, "cut": cut, "notes": notes, "mappable": mappable,
    });
    output.say(&document, || {
        let version = &grant.version;
        let mut lines = vec![match args.canary {
            None => format!("{adapter} {version} is approved and in use"),
            Some(percent) => format!(
                "{adapter} {version} is approved and tried on {percent}% of the channels; end that with `entrepot adapter promote {adapter}` or `rollback`"
            ),
        }];
        lines.extend(grant.permissions().in_words().iter().map(|line| format!("  - {line}")));
        lines.extend(terms::lines(&terms).into_iter().map(|line| format!("  {line}")));
        lines.extend(super::cut_lines(&cut));
        lines.extend(notes.iter().map(|note| format!("  note: {note}")));
        lines.extend(offer);
        lines.join("\n")
    })
}

/// In the notation of the manifest.
fn limits(given: &[(String, String)]) -> Result<Limits> {
    let mut limits = Limits::default();
    let mut named = BTreeSet::new();
    for (name, value) in given {
        if !named.insert(name) {
            bail!("--limit {name} is given twice");
        }
        limits.set(name, value).map_err(|why| anyhow::anyhow!("--limit {name}={value}: {why}"))?;
    }
    Ok(limits)
}
