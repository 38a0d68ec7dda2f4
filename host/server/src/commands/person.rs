//! `entrepot person …`

use anyhow::Result;
use serde_json::json;

use crate::cli::PersonCommand;
use crate::host::Host;
use crate::output::{Output, operator};

pub(crate) async fn run(host: &Host, command: PersonCommand, output: Output) -> Result<()> {
    let accounts = &host.app.accounts;
    match command {
        PersonCommand::Export { subject } => {
            let document = accounts.export_person(&subject).await?;
            output.say(&document, || serde_json::to_string_pretty(&document).unwrap_or_default())
        }
        PersonCommand::Erase { subject } => {
            let id = accounts.erase_person(&subject, &operator()).await?;
            output.say(&json!({"user": id, "erased": true}), || {
                format!("{subject} is erased; what they did stays in the audit log, under {id}, which leads nowhere")
            })
        }
    }
}
