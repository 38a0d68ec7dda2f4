//! `entrepot tenant …`

use anyhow::Result;
use entrepot_accounts::TenantChange;
use entrepot_store::people::tenants::TenantRow;
use serde_json::{Value, json};

use crate::cli::TenantCommand;
use crate::host::Host;
use crate::output::{Output, moment, operator, table};

pub(crate) async fn run(host: &Host, command: TenantCommand, output: Output) -> Result<()> {
    let accounts = &host.app.accounts;
    match command {
        TenantCommand::Add { name } => {
            let row = accounts.add_tenant(&name, &operator()).await?;
            output.say(&document(&row), || {
                format!(
                    "{} is there ({}). Add its owner: entrepot user add EMAIL --tenant {} --as owner",
                    row.name, row.id, row.id
                )
            })
        }
        TenantCommand::List => {
            let rows = accounts.tenants().await?;
            let documents: Vec<Value> = rows.iter().map(document).collect();
            output.say(&documents, || {
                let cells: Vec<Vec<String>> =
                    rows.iter().map(|row| vec![row.name.clone(), row.id.clone(), moment(row.created_at)]).collect();
                table(&["NAME", "ID", "SINCE (UTC)"], &cells)
            })
        }
        TenantCommand::Set { tenant, name } => {
            let row = accounts.change_tenant(&tenant, &TenantChange { name: Some(name) }, &operator()).await?;
            output.say(&document(&row), || format!("{} is called {} from now on", row.id, row.name))
        }
        TenantCommand::Remove { tenant } => {
            let row = accounts.remove_tenant(&tenant, &operator()).await?;
            output.say(&json!({"id": row.id, "name": row.name, "removed": true}), || {
                format!("{} is out of use; what it had imported stays in the database", row.name)
            })
        }
    }
}

fn document(row: &TenantRow) -> Value {
    json!({"id": row.id, "name": row.name, "created_at": row.created_at})
}
