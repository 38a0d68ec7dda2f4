use anyhow::{Result, bail};
use entrepot_adapters::{AdmissionError, Counted, UsageReport};
use entrepot_policy::{Ceilings, Grant};
use entrepot_store::audit::AuditRow;
use serde_json::{Value, json};

use super::terms;
use crate::host::Host;
use crate::output::{Output, count, moment, table};

/// Newest entries shown.
const SHOWN: i64 = 200;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Lines of a list for people; the JSON document has all.
const LINES: usize = 20;

pub(super) async fn run(host: &Host, adapter: &str, days: u32, output: Output) -> Result<()> {
    let since = host.db.clock().now() - i64::from(days) * DAY_MS;
    let rows = host.db.audit_of(adapter, SHOWN).await?;
    let report = match host.app.services.admission().usage_report(adapter, since).await {
        // What was removed is in the log all the same.
        Err(AdmissionError::Unknown(_)) if !rows.is_empty() => None,
        report => Some(report?),
    };
    let log: Vec<_> = rows.iter().map(document).collect();
    output.say(&json!({"usage": report, "log": log}), || {
        let used =
            report.as_ref().map_or_else(|| format!("{adapter} is not installed any more"), |report| used(report, days));
        format!(
            "{used}\n\nwhat was done with it, newest first\n{}",
            entries(&rows, host.app.services.admission().ceilings())
        )
    })
}

/// What it may do beside what it did, in words.
fn used(report: &UsageReport, days: u32) -> String {
    let UsageReport { adapter, version, canary, .. } = report;
    let version = version.as_ref().map_or_else(|| "not in use".to_owned(), |version| format!("{version} in use"));
    let canary = canary.as_ref().map_or_else(String::new, |canary| format!(", {canary} tried on some channels"));
    let mut lines = vec![format!("{adapter}: {version}{canary}; what it did in the last {days} days")];
    lines.extend(terms::in_force(&report.granted));
    lines.push("granted, and how often it was used".to_owned());
    for rule in &report.rules {
        let used = match rule.requests {
            0 => "never used: it could be taken away".to_owned(),
            requests => count(requests, "request", "requests"),
        };
        lines.push(format!("  {}: {} — {used}", rule.rule, rule.in_words));
    }
    section(&mut lines, "hosts it spoke to", &report.hosts);
    section(&mut lines, "credentials that went out", &report.credentials);
    section(&mut lines, "refused", &report.denied);
    section(&mut lines, "let through by the report-only grant, and refused without it", &report.reported);
    section(&mut lines, "stopped by the host", &report.stopped);
    section(&mut lines, "calls", &report.calls);
    if !report.headroom.is_empty() {
        lines.push("the most that a call took".to_owned());
        let rows = report.headroom.iter();
        lines.extend(rows.map(|room| format!("  {}: {} of {} ({}%)", room.limit, room.most, room.of, room.percent)));
    }
    for channel in &report.quarantined {
        lines.push(format!(
            "the channel {} is in quarantine until {}: {}",
            channel.channel_id,
            moment(channel.until),
            channel.reason
        ));
    }
    lines.join("\n")
}

fn section(lines: &mut Vec<String>, title: &str, counted: &[Counted]) {
    if counted.is_empty() {
        return;
    }
    lines.push(title.to_owned());
    lines.extend(counted.iter().take(LINES).map(|line| format!("  {} × {}", line.count, line.what)));
    if let Some(more) = counted.len().checked_sub(LINES).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more; --json shows them"));
    }
}

fn entries(rows: &[AuditRow], ceilings: &Ceilings) -> String {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let details = details(row);
            let text = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
            let back_to = details["to"]["version"].as_str().map(str::to_owned);
            let why = if details["automatic"] == true { "asks for nothing more".to_owned() } else { text("why") };
            let note = [text("name"), text("source"), text("reason"), why].into_iter().filter(|note| !note.is_empty());
            let granted: Option<Grant> = serde_json::from_value(details["grant"].clone()).ok();
            let granted = granted.map(|grant| terms::note(&grant.terms(ceilings)));
            let note: Vec<String> = note.take(1).chain(granted).collect();
            vec![
                row.seq.to_string(),
                moment(row.at),
                row.actor.clone(),
                row.action.clone(),
                back_to.unwrap_or_else(|| text("version")),
                note.join("; "),
            ]
        })
        .collect();
    table(&["ENTRY", "WHEN (UTC)", "WHO", "WHAT", "VERSION", "NOTE"], &cells)
}

fn details(row: &AuditRow) -> Value {
    serde_json::from_str(&row.details).unwrap_or(Value::Null)
}

fn document(row: &AuditRow) -> Value {
    json!({
        "seq": row.seq, "at": row.at, "actor": row.actor, "action": row.action, "adapter": row.adapter_id, "details": details(row),
        "hash": row.hash,
    })
}

pub(super) async fn verify(host: &Host, expect: Option<&str>, output: Output) -> Result<()> {
    let verified = host.app.channels.verify_audit().await?;
    let mut found = expect.is_none() || verified.head.as_deref() == expect;
    let mut after = 0;
    while let (Some(expect), false) = (expect, found) {
        let page = host.db.audit_page(after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        found = page.iter().any(|row| row.hash == expect);
    }
    output.say(&json!({"entries": verified.entries, "head": verified.head, "unproved": verified.unproved, "broken": verified.broken, "differs": verified.differs, "expected_found": found}), || {
        let head = verified.head.as_deref().unwrap_or("none");
        let before = match verified.unproved {
            0 => String::new(),
            1 => "the first entry was written under a master key that is not given here, and cannot be checked\n".to_owned(),
            unproved => format!("the first {unproved} entries were written under a master key that is not given here, and cannot be checked\n"),
        };
        let hold = count(verified.entries - verified.unproved, "entry holds", "entries hold");
        format!("{before}{hold}; the last one has the hash {head}")
    })?;
    let wrong = match (verified.broken, verified.differs) {
        (Some(broken), _) => Some(format!(
            "the audit log is broken at entry {}: {}. Put it back from a backup; what the log cannot vouch for any more is not used before it \
             is said anew, and `entrepot doctor` names it",
            broken.seq, broken.why
        )),
        (None, differs) => {
            differs.map(|differs| format!("the log holds, and the database is not what it says: {differs}"))
        }
    };
    let cut = (!found).then_some(
        "no entry has the hash expected: the end of the log was cut off (or the hash is of another log), so it does not tell what came \
         last. Put the database back from a backup",
    );
    match (cut, wrong) {
        (None, None) => Ok(()),
        (Some(cut), None) => bail!(cut),
        (None, Some(wrong)) => bail!(wrong),
        (Some(cut), Some(wrong)) => bail!("{cut}. Besides, {wrong}"),
    }
}
