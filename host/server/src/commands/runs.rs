//! `entrepot runs`, `entrepot run R`, `entrepot cancel R`

use std::collections::HashMap;

use anyhow::Result;
use entrepot_catalog::RunReport;
use entrepot_core::AppError;
use entrepot_domain::{ChannelId, RunId};
use serde_json::json;

use crate::host::Host;
use crate::output::{Output, moment, shortened, table};
use crate::progress::in_words;

const SHOWN: i64 = 50;
/// Characters; `run ID` shows all.
const LONGEST_REASON: usize = 80;

pub(crate) async fn list(host: &Host, channel: Option<&str>, output: Output) -> Result<()> {
    let channel = match channel {
        Some(channel) => Some(ChannelId::from(host.app.channels.channel(&host.tenant, channel).await?.id)),
        None => None,
    };
    let now = host.db.clock().now();
    let names: HashMap<String, String> =
        host.app.channels.channels(&host.tenant).await?.into_iter().map(|channel| (channel.id, channel.name)).collect();
    let rows = host.db.tenant(&host.tenant).runs(channel.as_ref(), None, SHOWN).await?;
    let reports: Vec<RunReport> = rows.iter().map(|row| RunReport::new(row, now)).collect();
    output.say(&reports, || {
        if reports.is_empty() {
            return "no run yet; entrepot import CHANNEL --full --wait".into();
        }
        let cells: Vec<Vec<String>> = reports
            .iter()
            .map(|r| {
                let progress =
                    r.declared.map_or_else(|| r.fetched.to_string(), |declared| format!("{}/{declared}", r.fetched));
                let changes = format!("+{} ~{} -{}", r.created, r.updated, r.deleted);
                vec![
                    r.run.clone(),
                    // Of a channel that was removed there is no name any more.
                    names.get(&r.channel).unwrap_or(&r.channel).clone(),
                    r.scope.replace('_', " "),
                    state(r),
                    moment(r.created_at),
                    progress,
                    changes,
                    r.dead_letters.to_string(),
                    r.failure.as_deref().map_or_else(String::new, |why| shortened(why, LONGEST_REASON)),
                ]
            })
            .collect();
        table(&["RUN", "CHANNEL", "SCOPE", "STATE", "BEGUN (UTC)", "ITEMS", "CHANGES", "DEAD", "WHY"], &cells)
    })
}

pub(crate) async fn show(host: &Host, run: &str, output: Output) -> Result<()> {
    let row =
        host.db.tenant(&host.tenant).run(&RunId::from(run)).await?.ok_or_else(|| AppError::NoRun(run.to_owned()))?;
    let report = RunReport::new(&row, host.db.clock().now());
    let name = host
        .db
        .tenant(&host.tenant)
        .channel(&report.channel)
        .await?
        .map_or(report.channel.clone(), |channel| channel.name);
    output.say(&report, || in_words(&report, &name))
}

pub(crate) async fn cancel(host: &Host, run: &str, output: Output) -> Result<()> {
    let cancelled = host.app.imports.cancel_run(&host.tenant, &RunId::from(run)).await?;
    output.say(&json!({"run": run, "cancelled": cancelled}), || {
        if cancelled { format!("{run} stops at its next page") } else { format!("{run} is over already") }
    })
}

/// With the moment until which it waits.
fn state(report: &RunReport) -> String {
    let waits = report.waits_until.map_or_else(String::new, |at| format!(", waits until {}", moment(at)));
    format!("{}{waits}", report.state.as_str())
}
