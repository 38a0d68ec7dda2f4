//! `entrepot listing push C`

use std::time::Duration;

use anyhow::{Result, bail};
use entrepot_core::RequestContext;
use entrepot_domain::ChannelId;
use entrepot_listings::{ListingReport, Which};
use entrepot_queue::Outcome;
use serde_json::json;

use super::{PAGE, shown};
use crate::cli::PushArgs;
use crate::host::Host;
use crate::output::{Output, count};

/// A wait that is longer is not waited for: who gave the command is told.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(host: &Host, context: &RequestContext, arguments: PushArgs, output: Output) -> Result<()> {
    let PushArgs { channel, ids, dry_run, wait } = arguments;
    let started = host.app.listings.push(context, &channel, &ids, dry_run).await?;
    let listings = |number: usize| count(number as i64, "listing", "listings");
    if dry_run {
        return output.say(&started, || {
            format!(
                "{} would be looked at, of which {} are drafts and would be published",
                listings(started.listings),
                started.published
            )
        });
    }
    if !wait {
        return output.say(&started, || {
            format!(
                "{} to look at; a running `entrepot serve` works on them. Look: entrepot listing list {channel}",
                listings(started.listings)
            )
        });
    }
    let row = host.app.channels.shown_channel(&host.tenant, &channel).await?;
    let id = ChannelId::from(row.id);
    loop {
        match host.app.listings.sync(&host.tenant, &id).await? {
            Outcome::Later(wait) if wait <= PATIENCE => tokio::time::sleep(wait).await,
            _ => break,
        }
    }
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let which = Which { channel: channel.clone(), ..Which::default() };
        let page = host.app.listings.list(&host.tenant, which, &before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before.clone_from(&last.id);
        all.extend(page.into_iter().filter(|report| ids.is_empty() || ids.contains(&report.id)));
    }
    let synced = |report: &&ListingReport| report.sync_status == "synced";
    let unsynced = all.iter().filter(|report| !synced(report) && report.status != "draft").count();
    output
        .say(&json!({ "listings": all.len(), "synced": all.len() - unsynced, "items": all }), || shown::list(&all))?;
    if unsynced > 0 {
        bail!("{} not as wanted yet; the list says why", count(unsynced as i64, "listing is", "listings are"));
    }
    Ok(())
}
