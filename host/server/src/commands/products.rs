//! `entrepot products export C`

use std::io::{IsTerminal, Write};

use anyhow::Result;
use entrepot_catalog::Export;
use entrepot_domain::ChannelId;

use crate::cli::{ExportFormat, ProductsCommand};
use crate::host::Host;

pub(crate) async fn run(host: &Host, command: ProductsCommand) -> Result<()> {
    let ProductsCommand::Export { channel, format } = command;
    let channel = ChannelId::from(host.app.channels.channel(&host.tenant, &channel).await?.id);
    let stdout = std::io::stdout();
    let (to_people, mut out) = (stdout.is_terminal(), stdout.lock());
    let format = match format {
        ExportFormat::Jsonl => entrepot_catalog::ExportFormat::Jsonl,
        ExportFormat::Csv => entrepot_catalog::ExportFormat::Csv,
    };
    let mut export = Export::new(host.db.tenant(&host.tenant), channel, format, to_people);
    while let Some(part) = export.next().await? {
        match out.write_all(&part).and_then(|()| out.flush()) {
            // `| head` has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}
