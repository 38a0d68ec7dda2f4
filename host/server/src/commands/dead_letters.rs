//! `entrepot dead-letters …`

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use entrepot_catalog::{Replay, Replayed};
use entrepot_domain::names::shell_word;
use entrepot_policy::Settings;
use entrepot_store::dead_letters::{Letter, LetterFilter};
use serde_json::json;

use crate::cli::DeadLettersCommand;
use crate::host::Host;
use crate::output::{Output, count, operator, shortened, table};

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
            let done = host.app.dead_letters.replay(&host.tenant, &replay, &operator()).await?;
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
    let channels = scoped.channels().await?;
    let row = |id: &str| channels.iter().find(|row| row.id == id);
    let name = |id: &str| row(id).map_or(id, |row| row.name.as_str()).to_owned();
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
        let none = Settings::new();
        // One for each reason, however many letters have it.
        let advised: BTreeSet<String> = letters
            .iter()
            .map(|letter| {
                let word = shell_word(&name(&letter.channel_id));
                let settings = row(&letter.channel_id).map_or(&none, |row| &row.settings.0);
                format!("  {}: {}", letter.code, advice(letter, &word, settings))
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

/// The commands by which somebody does something about it. `channel` as a word of a command; `settings`: the channel's.
fn advice(letter: &Letter, channel: &str, settings: &Settings) -> String {
    let Letter { kind, class, code, reason, adapter_id: adapter, .. } = letter;
    let again = format!("entrepot dead-letters replay {channel} --id ID");
    let import = format!("entrepot import {channel} --full");
    match (class.as_str(), code.as_str()) {
        (_, HELD_BACK) => format!("see what is gone, and how to allow it: {import} --wait"),
        ("credentials", _) => format!(
            "give new keys: entrepot channel set {channel} --secret-stdin KEY, or entrepot channel reconnect {channel}; then {again}"
        ),
        // A shop that sends requests on: what is granted is right, and the address is not.
        ("grant", "denied") if reason.contains("enter the ") => {
            format!("do what the reason says: entrepot channel set {channel} --set KEY=VALUE, then {again}")
        }
        ("grant", _) => format!(
            "look at what is granted: entrepot adapter inspect {adapter}, then entrepot adapter approve {adapter}; then {again}"
        ),
        ("adapter", _) | (_, "source-id-missing") => format!(
            "install a mended version: entrepot adapter install REF, then entrepot adapter approve {adapter}; then {again}"
        ),
        ("marketplace", _) => format!("when the shop is well: entrepot channel test {channel}, then {again}"),
        _ if kind == "run" => format!("do what the reason says, then {again}"),
        (_, "id-missing") => format!(
            "look why the shop delivers it without an id (a plugin of the shop may change its answers); after that, {import}"
        ),
        (_, code) if code.ends_with("-unreadable") || code.ends_with("-incomplete") => {
            format!("the marketplace did not answer for it; the next import asks again: {import}")
        }
        (_, code) => match (unusable(code, settings), assignment(reason)) {
            (Some(setting), _) => format!(
                "correct the setting: entrepot channel set {channel} --set {setting}=VALUE (what it means: entrepot adapter inspect \
                 {adapter}), then {again}"
            ),
            (None, Some(set)) => format!(
                "correct it in the shop, then {import}; or change how it is read: entrepot channel set {channel} --set {set}, then {again}"
            ),
            (None, None) => format!("correct it in the shop, then {import}"),
        },
    }
}

/// A setting and its value, where the adapter names one that helps: "… by the channel's setting price_rounding=half-up." It becomes a word
/// of a command, so it is plain.
fn assignment(reason: &str) -> Option<&str> {
    let word = reason.split("setting ").nth(1)?.split_whitespace().next()?.trim_end_matches(['.', ',', ';', ')']);
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_=-".contains(&byte));
    (plain && word.contains('=')).then_some(word)
}

/// The setting of the channel that an adapter found to be unusable: `store-url-invalid` is of `store_url`.
fn unusable(code: &str, settings: &Settings) -> Option<String> {
    let name = code.strip_suffix("-invalid")?.replace('-', "_");
    settings.contains_key(&name).then_some(name)
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
    let row = scoped.channel(&letter.channel_id).await?;
    let settings = row.as_ref().map_or_else(Settings::new, |row| row.settings.0.clone());
    let name = row.map_or_else(|| letter.channel_id.clone(), |row| row.name);
    output.say(&json!({"letter": letter, "content": content}), || {
        let Letter { kind, subject, class, code, reason, attempts, version, .. } = &letter;
        let version = version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        let content = serde_json::to_string_pretty(&content).unwrap_or_default();
        let advice = advice(&letter, &shell_word(&name), &settings).replace("--id ID", &format!("--id {}", letter.id));
        format!(
            "{kind} {subject} of {}{version}, {}\n{class}: {code}\n{reason}\n{advice}\n{content}",
            letter.adapter_id,
            count(*attempts, "try", "tries"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(code: &str, reason: &str) -> String {
        let text = |text: &str| text.to_owned();
        let letter = Letter {
            kind: text("item"),
            id: text("7"),
            channel_id: text("chn_1"),
            adapter_id: text("woocommerce"),
            version: None,
            subject: text("1"),
            met_by: None,
            class: text("data"),
            code: text(code),
            reason: text(reason),
            attempts: 1,
            first_at: 0,
            last_at: 0,
        };
        let settings: Settings = [("store_url".to_owned(), "https://shop.example".into())].into_iter().collect();
        advice(&letter, "shop", &settings)
    }

    #[test]
    fn a_setting_is_named_only_where_one_helps() {
        for code in ["title-missing", "sku-too-long", "id-missing", "inventory-unreadable", "price-too-precise"] {
            assert!(!advised(code, "").contains("--set"), "{code}");
        }
        assert!(advised("inventory-unreadable", "").contains("did not answer"));
        assert!(
            advised("price-too-precise", "… setting price_rounding=half-up.").contains("--set price_rounding=half-up")
        );
        assert!(advised("store-url-invalid", "").contains("--set store_url=VALUE"));
        assert!(!advised("price-invalid", "by the setting a=$(date).").contains("--set"));
    }
}
