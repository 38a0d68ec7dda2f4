//! `entrepot dead-letters …`

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use entrepot_catalog::{Replay, Replayed};
use entrepot_domain::names::shell_word;
use entrepot_store::dead_letters::{Letter, LetterFilter};
use serde_json::json;

use crate::cli::DeadLettersCommand;
use crate::host::Host;
use crate::output::{Output, count, shortened, table};

const AT_ONCE: i64 = 500;
/// The code of deliveries that say of too much that it is gone.
const HELD_BACK: &str = "mass-deletion";
/// Characters. What to do stands at the end, and has to be seen.
const LONGEST_REASON: usize = 500;

pub(crate) async fn run(host: &Host, command: DeadLettersCommand, output: Output) -> Result<()> {
    match command {
        DeadLettersCommand::List { channel, which } => {
            let of = Replay { channel, filter: which.filter(Vec::new()), without_fetching: false };
            list(host, &of, output).await
        }
        DeadLettersCommand::Show { letter } => show(host, &letter, output).await,
        DeadLettersCommand::Replay { channel, ids, which, without_fetching, all } => {
            if channel.is_none() && ids.is_empty() && !which.is_some() && !all {
                bail!("name a channel, an --id or another filter; --all means all there are");
            }
            // What was misspelt is not taken for what is settled by now.
            for id in &ids {
                known(host, id).await?;
            }
            let replay = Replay { channel, filter: which.filter(ids), without_fetching };
            let done = host.app.dead_letters.replay(&host.tenant, &replay).await?;
            output.say(&done, || in_words(&done))?;
            if !done.problems.is_empty() {
                bail!("these could not be tried again:\n{}", done.problems.join("\n"));
            }
            Ok(())
        }
    }
}

fn in_words(done: &Replayed) -> String {
    let mut lines = Vec::new();
    if done.replayed > 0 {
        lines.push(format!(
            "{} mapped again: {} in the catalogue now, {} failed again",
            done.replayed, done.mended, done.failed
        ));
    }
    if done.left > 0 {
        lines.push(format!(
            "{} left; without --without-fetching the shop is asked",
            count(done.left, "item came incomplete and is", "items came incomplete and are")
        ));
    }
    if done.deliveries > 0 {
        lines.push(count(done.deliveries, "delivery is worked on again", "deliveries are worked on again"));
    }
    if done.runs > 0 {
        lines.push(count(done.runs, "run goes on", "runs go on"));
    }
    if lines.is_empty() { "there is nothing to try again".to_owned() } else { lines.join("\n") }
}

async fn list(host: &Host, of: &Replay, output: Output) -> Result<()> {
    let filter = host.app.dead_letters.resolve_filter(&host.tenant, of).await?;
    let scoped = host.db.tenant(&host.tenant);
    let (mut letters, mut before) = (Vec::new(), None);
    loop {
        let page = scoped.newest_letters(&filter, before.as_ref(), AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.place());
        letters.extend(page);
    }
    let names: Vec<(String, String)> =
        scoped.channels().await?.into_iter().map(|channel| (channel.id, channel.name)).collect();
    let name = |id: &str| names.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name.as_str()).to_owned();
    output.say(&letters, || {
        if letters.is_empty() {
            return of.channel.as_ref().map_or_else(
                || "there are no dead letters".to_owned(),
                |channel| format!("{channel} has no dead letters"),
            );
        }
        let cells: Vec<Vec<String>> = letters
            .iter()
            .map(|letter| {
                vec![
                    letter.id.clone(),
                    name(&letter.channel_id),
                    format!("{} {}", letter.kind, shortened(&letter.subject, 40)),
                    letter.code.clone(),
                    shortened(&letter.reason, LONGEST_REASON),
                ]
            })
            .collect();
        // One for each reason, however many letters have it.
        let advised: BTreeSet<String> = letters
            .iter()
            .map(|letter| {
                let word = shell_word(&name(&letter.channel_id));
                format!("  {}: {}", letter.code, advice(&letter.class, &letter.code, &word, &letter.adapter_id))
            })
            .collect();
        let advised: Vec<String> = advised.into_iter().collect();
        format!(
            "{}\n{}\nTry all again: entrepot dead-letters replay {}   See what came: entrepot dead-letters show ID",
            table(&["ID", "CHANNEL", "WHAT", "REASON", "WHAT TO DO"], &cells),
            advised.join("\n"),
            of.channel.as_deref().map_or_else(|| "--all".to_owned(), shell_word)
        )
    })
}

/// The commands by which somebody does something about it. `channel` as a word of a command.
fn advice(class: &str, code: &str, channel: &str, adapter: &str) -> String {
    let again = format!("entrepot dead-letters replay {channel} --id ID");
    match (class, code) {
        (_, HELD_BACK) => format!("see what is gone, and how to allow it: entrepot import {channel} --full --wait"),
        ("credentials", _) => format!(
            "give new keys: entrepot channel set {channel} --secret-stdin KEY, or entrepot channel reconnect {channel}; then {again}"
        ),
        ("grant", _) => format!(
            "look at what is granted: entrepot adapter inspect {adapter}, then entrepot adapter approve {adapter}; then {again}"
        ),
        ("adapter", _) => format!(
            "install a mended version: entrepot adapter install REF, then entrepot adapter approve {adapter}; then {again}"
        ),
        ("marketplace", _) => format!("when the shop is well: entrepot channel test {channel}, then {again}"),
        _ => format!(
            "correct it in the shop, then entrepot import {channel} --full; or change how it is read: entrepot channel set {channel} \
             --set KEY=VALUE (the keys: entrepot adapter inspect {adapter}), then {again}"
        ),
    }
}

async fn known(host: &Host, id: &str) -> Result<Letter> {
    let filter = LetterFilter { ids: vec![id.to_owned()], ..LetterFilter::default() };
    let letter = host.db.tenant(&host.tenant).letters(&filter, "", 1).await?.pop();
    letter.with_context(|| {
        format!("there is no dead letter {id:?}, or it is settled; `entrepot dead-letters list` shows what there is")
    })
}

async fn show(host: &Host, id: &str, output: Output) -> Result<()> {
    let scoped = host.db.tenant(&host.tenant);
    let letter = known(host, id).await?;
    let content = scoped.letter_content(&letter).await?.unwrap_or_default();
    let name = scoped.channel(&letter.channel_id).await?.map_or_else(|| letter.channel_id.clone(), |row| row.name);
    output.say(&json!({"letter": letter, "content": content}), || {
        let Letter { kind, subject, class, code, reason, attempts, version, .. } = &letter;
        let version = version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        let content = serde_json::to_string_pretty(&content).unwrap_or_default();
        let advice = advice(class, code, &shell_word(&name), &letter.adapter_id)
            .replace("--id ID", &format!("--id {}", letter.id));
        format!(
            "{kind} {subject} of {}{version}, {}\n{class}: {code}\n{reason}\n{advice}\n{content}",
            letter.adapter_id,
            count(*attempts, "try", "tries"),
        )
    })
}
