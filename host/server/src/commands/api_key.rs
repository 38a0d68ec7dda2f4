//! `entrepot api-key …`

use anyhow::Result;
use entrepot_accounts::NewKey;
use entrepot_store::people::api_keys::ApiKeyRow;
use serde_json::{Value, json};

use crate::cli::{ApiKeyArgs, ApiKeyCommand};
use crate::host::Host;
use crate::output::{Output, moment, operator, table};

/// Keys asked for at a time.
const PAGE: i64 = 200;

pub(crate) async fn run(host: &Host, command: ApiKeyCommand, output: Output) -> Result<()> {
    match command {
        ApiKeyCommand::Create(arguments) => create(host, &arguments, output).await,
        ApiKeyCommand::List => list(host, output).await,
        ApiKeyCommand::Revoke { key } => {
            let row = host.app.accounts.revoke_api_key(&host.tenant, &key, &operator()).await?;
            output.say(&document(&row), || format!("{} (ent_{}…) opens nothing any more", row.name, row.prefix))
        }
    }
}

async fn create(host: &Host, arguments: &ApiKeyArgs, output: Output) -> Result<()> {
    let new = NewKey {
        name: &arguments.name,
        scopes: &arguments.scopes,
        expires_in_days: arguments.expires_in_days,
        maker: None,
        by: &operator(),
    };
    let shown = host.app.accounts.make_api_key(&host.tenant, new).await?;
    let mut whole = document(&shown.row);
    whole["key"] = shown.key.expose().into();
    output.say(&whole, || {
        format!(
            "{}\nThis is the key; it is not shown again. Send it as: Authorization: Bearer {}…",
            shown.key.expose(),
            &shown.key.expose()[..8]
        )
    })
}

async fn list(host: &Host, output: Output) -> Result<()> {
    let mut rows: Vec<ApiKeyRow> = Vec::new();
    loop {
        let before = rows.last().map(|row| row.id.clone()).unwrap_or_default();
        let page = host.app.accounts.api_keys(&host.tenant, &before, PAGE).await?;
        let last = (page.len() as i64) < PAGE;
        rows.extend(page);
        if last {
            break;
        }
    }
    let documents: Vec<Value> = rows.iter().map(document).collect();
    let now = host.db.clock().now();
    output.say(&documents, || {
        if rows.is_empty() {
            return "no key yet; entrepot api-key create --name N --scope catalog:read".to_owned();
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let used = row.last_used_at.map_or_else(|| "never".to_owned(), moment);
                vec![row.name.clone(), format!("ent_{}…", row.prefix), state(row, now), used, row.scopes.0.join(" ")]
            })
            .collect();
        table(&["NAME", "KEY", "STATE", "LAST USED (UTC)", "SCOPES"], &cells)
    })
}

fn state(row: &ApiKeyRow, now: i64) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(at)) if at <= now => "run out".to_owned(),
        (None, Some(at)) => format!("until {}", moment(at)),
        (None, None) => "in use".to_owned(),
    }
}

fn document(row: &ApiKeyRow) -> Value {
    json!({
        "id": row.id, "name": row.name, "prefix": row.prefix, "scopes": row.scopes.0, "made_by": row.made_by_name,
        "created_at": row.created_at, "last_used_at": row.last_used_at, "expires_at": row.expires_at, "revoked_at": row.revoked_at,
    })
}
