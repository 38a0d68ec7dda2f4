use anyhow::{Result, bail};
use entrepot_admission::Approved;
use entrepot_domain::grants::{Approval, Limits, Narrowing};
use serde_json::json;

use crate::cli::ApproveArgs;
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
    let (adapter, version) = match args.adapter.split_once('@') {
        Some((adapter, version)) => (adapter, Some(version.to_owned())),
        None => (args.adapter.as_str(), None),
    };
    let approval = Approval { version, share: args.canary, accept_narrower: args.accept_narrower, narrowing };
    let Approved { grant, cut } = host.sync.admission().approve_capped(adapter, approval, &operator()).await?;
    let (mappable, offer) = super::offer(host, adapter).await?;
    let document = json!({
        "adapter": adapter, "version": grant.version, "digest": grant.digest, "state": "approved",
        "canary_percent": args.canary, "grant": grant, "cut": cut, "mappable": mappable,
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
        lines.extend(super::cut_lines(&cut));
        if grant.report_only {
            lines.push("  report-only: what no rule covers is let through, without credential, and reported".into());
        }
        lines.extend(offer);
        lines.join("\n")
    })
}

/// In the notation of the manifest.
fn limits(given: &[(String, String)]) -> Result<Limits> {
    let mut table = serde_json::Map::new();
    for (name, value) in given {
        let value = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
        if table.insert(name.clone(), value).is_some() {
            bail!("--limit {name} is given twice");
        }
    }
    serde_json::from_value(table.into()).map_err(|error| anyhow::anyhow!("--limit: {error}"))
}
