//! `entrepot dead-letters …`

use anyhow::Result;
use entrepot_domain::ChannelId;
use entrepot_sync::ReplayFilter;

use crate::cli::DeadLettersCommand;
use crate::host::Host;
use crate::output::{Output, table};

const AT_ONCE: i64 = 500;

pub(crate) async fn run(host: &Host, command: DeadLettersCommand, output: Output) -> Result<()> {
    match command {
        DeadLettersCommand::List { channel } => list(host, &channel, output).await,
        DeadLettersCommand::Replay { channel, ids, code } => {
            let replayed = host.sync.replay(&host.tenant, &channel, &ReplayFilter { ids, code }).await?;
            output.say(&replayed, || {
                format!(
                    "{} mapped again: {} are in the catalogue now, {} failed again",
                    replayed.replayed, replayed.mended, replayed.failed
                )
            })
        }
    }
}

async fn list(host: &Host, channel: &str, output: Output) -> Result<()> {
    let name = channel;
    let channel = ChannelId::from(host.sync.channel(&host.tenant, channel).await?.id);
    let scoped = host.db.tenant(&host.tenant);
    let mut letters = Vec::new();
    let mut after = String::new();
    loop {
        let page = scoped.dead_letters(Some(&channel), "", &after, AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        letters.extend(page);
    }
    output.say(&letters, || {
        if letters.is_empty() {
            return format!("{name} has no dead letters");
        }
        let cells: Vec<Vec<String>> = letters
            .iter()
            .map(|letter| {
                vec![
                    letter.id.clone(),
                    letter.source_id.clone(),
                    letter.code.clone(),
                    letter.reason.chars().take(110).collect(),
                ]
            })
            .collect();
        format!(
            "{}\nMap them again: entrepot dead-letters replay {name} [--id ID]",
            table(&["ID", "ITEM", "REASON", "WHAT TO DO"], &cells)
        )
    })
}
