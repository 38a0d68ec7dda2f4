//! `entrepot channel …`

use anyhow::Result;
use entrepot_channels::{AccountReport, NewChannel};
use entrepot_core::RequestContext;
use entrepot_domain::names::shell_word;
use entrepot_listings::AskedChoices;
use entrepot_store::channels::ChannelRow;
use entrepot_store::subscriptions::HooksRow;
use serde_json::{Map, Value, json};

use super::connect;
use crate::cli::{AddArgs, ChannelCommand, RemoveArgs};
use crate::host::Host;
use crate::output::{Output, moment, operator, shortened, table};

/// Characters of how webhooks are, in the list.
const LONGEST: usize = 60;

pub(crate) async fn run(host: &Host, command: ChannelCommand, output: Output) -> Result<()> {
    match command {
        ChannelCommand::Add(arguments) => add(host, arguments, output).await,
        ChannelCommand::Connect(arguments) => connect::new(host, arguments, output).await,
        ChannelCommand::Reconnect(arguments) => connect::again(host, arguments, output).await,
        ChannelCommand::Set { channel, settings, secrets } => {
            // The marketplace goes on signing with what it was told.
            let secrets = secrets.read()?;
            let signs = secrets.iter().any(|(name, _)| name.contains("webhook"));
            host.app.channels.set_channel(&host.tenant, &channel, texts(settings), secrets).await?;
            output.say(&json!({"channel": channel, "changed": true}), || {
                let word = shell_word(&channel);
                let tell = if signs {
                    format!("\nHave the marketplace sign with the new secret: entrepot webhooks subscribe {word}")
                } else {
                    String::new()
                };
                format!("{channel} is changed. Try it: entrepot channel test {word}{tell}")
            })
        }
        ChannelCommand::List => list(host, output).await,
        ChannelCommand::Test { channel } => {
            let account = host.app.channels.test_channel(&host.tenant, &channel).await?;
            output.say(&json!({"channel": channel, "ok": true, "account": account}), || {
                format!("{channel} works\n{}", words(&account))
            })
        }
        ChannelCommand::Choices { channel, setting } => {
            let context = RequestContext::new(host.tenant.clone(), operator());
            let asked = host.app.listings.ask_choices(&context, &channel, &setting).await?;
            output.say(&asked, || choices(&asked, &channel))
        }
        ChannelCommand::Release { channel } => {
            let released = host.app.deliveries.release_channel(&host.tenant, &channel, &operator()).await?;
            output.say(&json!({"channel": channel, "released": released}), || {
                if released {
                    format!("{channel} is released from quarantine; its webhooks are verified again")
                } else {
                    format!("{channel} is not in quarantine, and its webhooks are not paused")
                }
            })
        }
        ChannelCommand::Remove(RemoveArgs { channel, leave_listings }) => {
            let (subscriptions, tenant) = (&host.app.subscriptions, &host.tenant);
            let id = match leave_listings {
                true => subscriptions.remove_channel_and_leave_listings(tenant, &channel).await?,
                false => subscriptions.remove_channel(tenant, &channel).await?,
            };
            output.say(&json!({"channel": id, "removed": true}), || {
                format!("{channel} is removed and its secrets are forgotten")
            })
        }
    }
}

pub(super) fn texts(pairs: Vec<(String, String)>) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect()
}

async fn add(host: &Host, arguments: AddArgs, output: Output) -> Result<()> {
    let AddArgs { adapter, name, settings, secrets, untested } = arguments;
    let new = NewChannel { adapter, name: name.clone(), settings: texts(settings), secrets: secrets.read()?, untested };
    let (id, account) = host.app.channels.add_channel(&host.tenant, new).await?;
    let document = json!({"channel": id, "id": id, "name": name, "account": account});
    output.say(&document, || {
        let account = account.as_ref().map_or_else(|| "not tested".to_owned(), words);
        let word = shell_word(&name);
        format!("{name} is connected ({id})\n{account}\nImport it: entrepot import {word} --full --wait")
    })
}

fn words(account: &AccountReport) -> String {
    let mut lines = vec![format!("  {}", account.name)];
    lines.extend(account.url.iter().map(|url| format!("  {url}")));
    lines.extend(account.currency.iter().map(|currency| format!("  currency: {currency}")));
    lines.extend(account.details.iter().map(|(name, value)| format!("  {name}: {value}")));
    lines.extend(account.warnings.iter().map(|warning| format!("  warning: {warning}")));
    lines.join("\n")
}

async fn list(host: &Host, output: Output) -> Result<()> {
    let rows = host.app.channels.channels(&host.tenant).await?;
    let hooks = host.db.tenant(&host.tenant).all_hooks().await?;
    let now = host.db.clock().now();
    let of = |row: &ChannelRow| hooks.iter().find(|hooks| hooks.channel_id == row.id);
    let documents: Vec<Value> = rows.iter().map(|row| document(row, of(row), now)).collect();
    output.say(&documents, || {
        if rows.is_empty() {
            return "no channel yet; entrepot channel add --adapter A --name N --set KEY=VALUE --secret-stdin KEY"
                .into();
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let state = row.problem.clone().unwrap_or_else(|| "fine".into());
                let hooks = shortened(&of_hooks(of(row), now), LONGEST);
                vec![row.name.clone(), row.adapter_id.clone(), row.id.clone(), state, hooks]
            })
            .collect();
        let shown = table(&["NAME", "ADAPTER", "ID", "STATE", "WEBHOOKS"], &cells);
        match shown.contains('…') {
            true => format!("{shown}\nWhat is cut (…) stands whole in `entrepot doctor`, and in --json"),
            false => shown,
        }
    })
}

fn document(row: &ChannelRow, hooks: Option<&HooksRow>, now: i64) -> Value {
    let mut document = json!(row);
    let hooks = hooks.filter(|hooks| is_known(hooks, now));
    document["webhooks"] = hooks.map_or(Value::Null, |hooks| {
        json!({
            "delivers_to": hooks.callback_url, "looked_at": hooks.mended_at, "problem": hooks.problem, "switched_off": hooks.lost,
            "switched_off_at": hooks.lost_at, "paused_until": (hooks.paused_until > now).then_some(hooks.paused_until),
        })
    });
    document
}

/// This host looks after them, or knows a problem of those that were made by hand.
fn is_known(hooks: &HooksRow, now: i64) -> bool {
    hooks.callback_url.is_some() || hooks.problem.is_some() || hooks.paused_until > now
}

/// How a channel's webhooks were found last, for people.
fn of_hooks(hooks: Option<&HooksRow>, now: i64) -> String {
    let Some(hooks) = hooks.filter(|hooks| is_known(hooks, now)) else { return "not subscribed".to_owned() };
    match (&hooks.problem, &hooks.lost, hooks.lost_at) {
        (Some(problem), ..) => problem.clone(),
        _ if hooks.paused_until > now => format!("paused until {} (UTC)", moment(hooks.paused_until)),
        (None, Some(lost), Some(at)) => format!("active; found switched off {} (UTC): {lost}", moment(at)),
        _ => "active".to_owned(),
    }
}

fn choices(asked: &AskedChoices, channel: &str) -> String {
    if asked.choices.is_empty() {
        return format!("the account has nothing to choose from for {}", asked.setting);
    }
    let rows: Vec<Vec<String>> =
        asked.choices.iter().map(|choice| vec![choice.value.clone(), choice.name.clone()]).collect();
    let set = format!("entrepot channel set {} --set {}=VALUE", shell_word(channel), asked.setting);
    format!("{}\nto choose one: {set}", table(&["VALUE", "NAME"], &rows))
}
