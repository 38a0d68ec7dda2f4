use anyhow::Result;
use entrepot_adapters::Listed;
use serde_json::json;

use crate::host::Host;
use crate::output::{Output, moment, table};

pub(super) async fn run(host: &Host, output: Output) -> Result<()> {
    let rows = host.app.services.admission().adapters().await?;
    let documents: Vec<_> = rows.iter().map(summary).collect();
    output.say(&documents, || {
        if rows.is_empty() {
            return "no adapter is installed; entrepot adapter install FILE, then look at it and let it in: entrepot adapter inspect ID, entrepot adapter approve ID".into();
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|listed| {
                let row = &listed.row;
                vec![
                    row.adapter_id.clone(),
                    row.version.clone(),
                    row.publisher.clone(),
                    row.signer.clone().unwrap_or_else(|| "unsigned".into()),
                    listed.state(),
                    moment(row.installed_at),
                ]
            })
            .collect();
        table(&["ADAPTER", "VERSION", "PUBLISHER", "SIGNED BY", "STATE", "INSTALLED"], &cells)
    })
}

fn summary(listed: &Listed) -> serde_json::Value {
    let row = &listed.row;
    json!({
        "adapter": row.adapter_id, "version": row.version, "publisher": row.publisher, "signer": row.signer, "source": row.source,
        "state": row.state, "shown_state": listed.state(), "in_use": listed.share.is_some(), "share": listed.share, "problem": listed.problem, "digest": row.digest, "size": row.size, "installed_at": row.installed_at,
    })
}
