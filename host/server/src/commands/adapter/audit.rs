use anyhow::{Result, bail};
use entrepot_store::audit::AuditRow;
use serde_json::{Value, json};

use crate::host::Host;
use crate::output::{Output, moment, table};

/// Newest entries shown.
const SHOWN: i64 = 200;

pub(super) async fn run(
    host: &Host,
    adapter: Option<&str>,
    verify: bool,
    expect: Option<&str>,
    output: Output,
) -> Result<()> {
    if verify {
        return check(host, expect, output).await;
    }
    let Some(adapter) = adapter else {
        bail!("name an adapter, or check the whole log with --verify");
    };
    let rows = host.db.audit_of(adapter, SHOWN).await?;
    let documents: Vec<_> = rows.iter().map(document).collect();
    output.say(&documents, || {
        if rows.is_empty() {
            return format!("the audit log has nothing on {adapter:?}");
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let details = details(row);
                let text = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
                let back_to = details["to"]["version"].as_str().map(str::to_owned);
                vec![
                    row.seq.to_string(),
                    moment(row.at),
                    row.actor.clone(),
                    row.action.clone(),
                    back_to.unwrap_or_else(|| text("version")),
                    text("source"),
                ]
            })
            .collect();
        table(&["ENTRY", "WHEN (UTC)", "WHO", "WHAT", "VERSION", "FROM"], &cells)
    })
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

async fn check(host: &Host, expect: Option<&str>, output: Output) -> Result<()> {
    let verified = host.sync.admission().verify_audit().await?;
    let mut found = expect.is_none() || verified.head.as_deref() == expect;
    let mut after = 0;
    while let (Some(expect), false) = (expect, found) {
        let page = host.db.audit_page(after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        found = page.iter().any(|row| row.hash == expect);
    }
    output.say(&json!({"entries": verified.entries, "head": verified.head, "broken": verified.broken, "expected_found": found}), || {
        let head = verified.head.as_deref().unwrap_or("none");
        format!("{} entries hold; the last one has the hash {head}", verified.entries)
    })?;
    if let Some(broken) = verified.broken {
        bail!("the audit log is broken at entry {}: {}", broken.seq, broken.why);
    }
    if !found {
        bail!("no entry has the hash expected: the end of the log was cut off, or the hash is of another log");
    }
    Ok(())
}
