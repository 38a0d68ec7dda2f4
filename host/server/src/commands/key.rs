//! `entrepot key adopt`, `entrepot key rotate`

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Result;
use entrepot_channels::{MasterKeyUse, Rotated};
use entrepot_config::Config;
use entrepot_core::Progress;
use entrepot_domain::Clock;
use serde_json::json;

use crate::host::{Host, Tables, open_database, own_program};
use crate::key_file;
use crate::output::{Output, count, operator};

/// In milliseconds.
const A_DAY: i64 = 24 * 60 * 60 * 1_000;
const LOOK: Duration = Duration::from_secs(1);

pub(crate) async fn adopt(config: Config, output: Output) -> Result<()> {
    let db = open_database(&config, Clock::System, Tables::AsTheyAre).await?;
    let Some(keys) = crate::master_key::adopt(&config, &db).await? else {
        return output.say(&json!({"adopted": []}), || {
            "the database is written with this master key already; nothing was changed".to_owned()
        });
    };
    let host = Host::open_with(config, Clock::System, own_program(), Tables::AsTheyAre).await?;
    host.app.services.admission().adopted(&keys, &operator()).await?;
    output.say(&json!({"adopted": keys}), || {
        format!(
            "the database is written with {} from now on. What was written with another key has to be given once more, in this order: \
             trust the publishers' keys (entrepot adapter trust KEY), remove the adapters, install and approve them again (entrepot adapter \
             list), say settings and secrets of the channels anew (entrepot channel set CHANNEL says which). `entrepot doctor` says what is \
             left",
            keys.join(", ")
        )
    })
}

pub(crate) async fn rotate(config: Config, output: Output) -> Result<()> {
    let file = config.master_key.is_none().then(|| config.key_file());
    let turn = file.as_deref().map(key_file::lock).transpose()?;
    let host = Host::open_with(config, Clock::System, own_program(), Tables::AsTheyAre).await?;
    let keys = host.app.channels.master_keys().await?;
    if !is_under_way(&keys) {
        let Some(path) = &file else { return nothing_to_do(&keys, output) };
        // A host that knows none of the keys would not take the new one: it may not have seen the last change yet.
        let since = host.db.clock().now() - A_DAY;
        let kept =
            keys.iter().filter(|key| key.in_use || !key.is_free() || key.retired_at.is_some_and(|at| at > since));
        let keep: Vec<&str> = kept.map(|key| key.key_id.as_str()).collect();
        key_file::replace(path, &host.app.services.keys().succeeded(&keep))?;
        host.app.services.keys().refresh();
        host.app.channels.prepare_database().await?;
    }
    drop(turn);
    let (operations, tenant) = (host.app.operations.clone(), host.tenant.clone());
    let actor = operator();
    let done = host.app.key_rotation.rotate(&host.tenant, &actor, |started| {
        let id = started.id.to_string();
        if std::io::stderr().is_terminal() {
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(LOOK).await;
                    let Ok(report) = operations.operation(&tenant, &id).await else { continue };
                    let Progress { done, total } = report.progress;
                    eprintln!("{done} of {} written anew", total.unwrap_or(done));
                }
            });
        }
    });
    let done = done.await?;
    let free: Vec<String> =
        host.app.channels.master_keys().await?.into_iter().filter(is_removable).map(|key| key.key_id).collect();
    let place = file.map_or_else(|| "ENTREPOT_MASTER_KEY of every host".to_owned(), |path| path.display().to_string());
    let document = json!({"key_id": done.key_id, "rewritten": done.rewritten, "unfit": done.unfit, "removable": free});
    output.say(&document, || said(&done, &free, &place))
}

/// Something is under another key that is given; or all is done, and was not written down.
fn is_under_way(keys: &[MasterKeyUse]) -> bool {
    let Some((first, others)) = keys.split_first() else { return false };
    others
        .iter()
        .any(|key| key.given && key.retired_at.is_none() && (!key.is_free() || key.known_since < first.known_since))
}

/// Nothing needs it, and it is given.
pub(crate) fn is_removable(key: &MasterKeyUse) -> bool {
    key.given && key.retired_at.is_some() && !key.in_use && key.is_free()
}

fn nothing_to_do(keys: &[MasterKeyUse], output: Output) -> Result<()> {
    let first = keys.first().map_or("", |key| key.key_id.as_str());
    let second =
        keys.iter().find(|key| key.given && !key.in_use && key.retired_at.is_none()).map(|key| key.key_id.as_str());
    let free: Vec<&str> = keys.iter().filter(|key| is_removable(key)).map(|key| key.key_id.as_str()).collect();
    output.say(&json!({"key_id": first, "rewritten": 0, "unfit": 0, "removable": free}), || match second {
        Some(second) => format!(
            "nothing to do: everything is under {first}, which is first in ENTREPOT_MASTER_KEY. To change to {second}, give every host both \
             with {second} first, and rotate again"
        ),
        None => format!(
            "nothing to do: everything is under {first}. To change it, make a key with `entrepot key new`. Give every host both, with a comma \
             between: first the old one before the new one, on all of them, then the new one before the old one; and rotate again"
        ),
    })
}

fn said(done: &Rotated, free: &[String], place: &str) -> String {
    let Rotated { key_id, rewritten, unfit } = done;
    let values = count(*rewritten, "value was", "values were");
    let mut said = format!("everything is under {key_id}; {values} written anew. ");
    match free {
        [] => said += "`entrepot doctor` says when the old key is not needed any more",
        free => {
            said += &format!("{} not needed any more: take it out of {place}", is_or_are(free));
        }
    }
    if *unfit > 0 {
        let left = count(*unfit, "value is", "values are");
        said += &format!(
            ". {left} not as this host wrote it, and left as it was: `entrepot adapter audit --verify` and `entrepot doctor` name it; what \
             is repaired later is written under {key_id}"
        );
    }
    said
}

fn is_or_are(ids: &[String]) -> String {
    format!("{} {}", ids.join(", "), if ids.len() == 1 { "is" } else { "are" })
}
