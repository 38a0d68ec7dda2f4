//! `entrepot adapter …`: one file per command.

mod approve;
mod audit;
mod inspect;
mod install;
mod list;
mod terms;
mod trust;

use anyhow::{Result, bail};
use serde_json::json;

use crate::cli::AdapterCommand;
use crate::host::Host;
use crate::output::{Output, operator};

/// After another version came into use: what the one before failed on, it may be able to map.
async fn offer(host: &Host, adapter: &str) -> Result<(i64, Option<String>)> {
    let items = host.app.dead_letters.mappable(&host.tenant, adapter).await?;
    let them = if items == 1 { "item that another version failed on" } else { "items that other versions failed on" };
    let words = format!(
        "{items} {them} can be mapped again from what is kept: entrepot dead-letters replay --adapter {adapter} --kind item --without-fetching"
    );
    Ok((items, (items > 0).then_some(words)))
}

/// What the ceilings of this host took away.
fn cut_lines(cut: &[String]) -> impl Iterator<Item = String> {
    cut.iter().map(|cut| format!("  cut: {cut}; this host gives no more"))
}

pub(crate) async fn run(host: &Host, command: AdapterCommand, output: Output) -> Result<()> {
    let admission = host.app.services.admission();
    match command {
        AdapterCommand::Install { reference, approve, allow_older, allow_yanked } => {
            let options = entrepot_adapters::InstallOptions { allow_older, allow_yanked };
            install::run(host, &reference, approve, options, output).await
        }
        AdapterCommand::List => list::run(host, output).await,
        AdapterCommand::Inspect { adapter } => inspect::run(host, &adapter, output).await,
        AdapterCommand::Diff { adapter } => {
            let review = admission.review(&adapter).await?;
            output.say(&review, || inspect::changes(&review).join("\n"))
        }
        AdapterCommand::Approve(args) => approve::run(host, &args, output).await,
        AdapterCommand::Promote { adapter } => {
            let grant = admission.promote(&adapter, &operator()).await?;
            let document =
                json!({"adapter": adapter, "version": grant.version, "digest": grant.digest, "state": "approved"});
            output.say(&document, || format!("{adapter} {} is in use for all channels", grant.version))
        }
        AdapterCommand::Rollback { adapter, accept_wider } => {
            let grant = admission.rollback_with(&adapter, accept_wider, &operator()).await?;
            let terms = grant.terms(admission.ceilings());
            let document = json!({
                "adapter": adapter, "version": grant.version, "digest": grant.digest, "state": "approved", "terms": terms,
            });
            output.say(&document, || {
                let lines = terms::lines(&terms).into_iter().map(|line| format!("  {line}"));
                let said = format!("{adapter} {} and its grant are in use again", grant.version);
                std::iter::once(said).chain(lines).collect::<Vec<_>>().join("\n")
            })
        }
        AdapterCommand::Revoke { adapter } => {
            admission.revoke(&adapter, &operator()).await?;
            let document = json!({"adapter": adapter, "state": "revoked"});
            output.say(&document, || {
                format!("{adapter} is out of use; let it in again with: entrepot adapter approve {adapter}")
            })
        }
        AdapterCommand::Remove { adapter: (adapter, version) } => {
            let removed = admission.remove(&adapter, &version, &operator()).await?;
            let document = json!({
                "adapter": removed.adapter_id, "version": removed.version, "state": "removed", "grants": removed.grants,
            });
            output.say(&document, || format!("{adapter} {version} is removed; the log keeps what it was"))
        }
        AdapterCommand::Trust { key } => trust::run(host, key.as_deref(), output).await,
        AdapterCommand::Untrust { key_id: None, .. } => {
            let given_up = admission.untrust_all(&operator()).await?;
            output.say(&json!({"given_up": given_up}), || {
                let count = given_up.len();
                format!(
                    "no key is trusted any more; {count} {} given up. What is signed is let in once its publisher's key is trusted again: \
                     entrepot adapter trust KEY. Unsigned files are let in unless ENTREPOT_REQUIRE_SIGNATURES=1 is set",
                    if count == 1 { "was" } else { "were" }
                )
            })
        }
        AdapterCommand::Untrust { key_id: Some(key_id), .. } => {
            admission.untrust(&key_id, &operator()).await?;
            let document = json!({"key_id": key_id, "trusted": false});
            output.say(&document, || {
                format!(
                    "{key_id} is no longer trusted; what it signed and was approved stays in use until it is revoked"
                )
            })
        }
        AdapterCommand::Audit { adapter: _, verify: true, expect, .. } => {
            audit::verify(host, expect.as_deref(), output).await
        }
        AdapterCommand::Audit { adapter: Some(adapter), days, .. } => audit::run(host, &adapter, days, output).await,
        AdapterCommand::Audit { .. } => bail!("name an adapter, or check the whole log with --verify"),
    }
}
