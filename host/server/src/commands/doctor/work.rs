//! How the work is going: channels and their tokens, schedules, inboxes, webhooks, dead letters, room on the disk.

mod listings;
mod of_host;
mod webhooks;

use std::collections::HashSet;

use anyhow::Result;
use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::names::shell_word;
use entrepot_domain::run::RunState;
use entrepot_store::channels::ChannelRow;
use entrepot_store::overview::DeadLetterReason;

pub(super) use self::of_host::of_the_host;
use super::Checks;
use crate::host::Host;
use crate::output::count;

const MINUTE: i64 = 60_000;
/// A delivery that waits for longer is waiting for something that is broken.
const LATE_DELIVERY: i64 = 10 * MINUTE;

pub(super) async fn examine(host: &Host, checks: &mut Checks) -> Result<()> {
    let channels = host.app.channels.channels(&host.tenant).await?;
    hidden(host, checks).await?;
    let installed: HashSet<String> = host.db.adapters().await?.into_iter().map(|row| row.adapter_id).collect();
    for channel in &channels {
        let id = ChannelId::from(channel.id.as_str());
        let in_force = host.app.services.admission().in_force_for(&channel.adapter_id, &id).await;
        match &channel.problem {
            Some(problem) => checks.fault("channel", format!("{}: {problem}", channel.name)),
            None if !installed.contains(&channel.adapter_id) => checks.fault(
                "channel",
                format!(
                    "{}: somebody deleted the adapter {} in the database, so nothing is imported; install it again: entrepot adapter install",
                    channel.name, channel.adapter_id
                ),
            ),
            // That a grant is not as it was given is said of the adapter.
            None if matches!(in_force, Ok(None)) => checks.fault(
                "channel",
                format!(
                    "{}: its adapter {} is not in use, so nothing is imported; see entrepot adapter list",
                    channel.name, channel.adapter_id
                ),
            ),
            None => checks.fine("channel", format!("{} is fine", channel.name)),
        }
        for damaged in host.app.channels.damaged_secrets(&host.tenant, channel).await? {
            // Once is enough.
            if channel.problem.as_ref() != Some(&damaged) {
                checks.fault("secret", damaged);
            }
        }
    }
    tokens(host, checks).await?;
    quarantine(host, checks, &channels).await?;
    imports(host, checks, &channels).await?;
    schedules(host, checks).await?;
    inboxes(host, checks).await?;
    webhooks::examine(host, checks, &channels).await?;
    listings::examine(host, checks).await?;
    dead_letters(host, checks).await
}

/// Channels that the audit log knows, and no list shows: somebody deleted their rows, or marked them as removed.
async fn hidden(host: &Host, checks: &mut Checks) -> Result<()> {
    let known: HashSet<String> = host.db.begin().await?.channel_ids().await?.into_iter().collect();
    let mut told: Vec<String> = host
        .app
        .services
        .admission()
        .channel_macs()
        .await?
        .into_iter()
        .filter_map(|(id, mac)| mac.map(|_| id))
        .collect();
    told.retain(|id| !known.contains(id));
    told.sort();
    for id in told {
        checks.fault(
            "channel",
            format!(
                "{id}: somebody deleted or hid its row in the database, and the audit log has it still; bring it back from a backup, or write \
                 down that it is gone: entrepot channel remove {id}"
            ),
        );
    }
    Ok(())
}

/// What is read of all tenants is said of the one whose it is.
fn is_of(host: &Host, tenant: &str) -> bool {
    host.tenant.as_str() == tenant
}

async fn tokens(host: &Host, checks: &mut Checks) -> Result<()> {
    let now = host.db.clock().now();
    for ending in host.db.tokens_ending(now).await?.into_iter().filter(|ending| is_of(host, &ending.tenant_id)) {
        let since = ago(now - ending.expires_at);
        match ending.problem {
            Some(problem) => checks.fault(
                "token",
                format!("{}: the access token ended {since} and could not be renewed: {problem}", ending.channel),
            ),
            None => checks.note(
                "token",
                format!("{}: the access token ended {since}; it is renewed when it is needed next", ending.channel),
            ),
        }
    }
    Ok(())
}

async fn quarantine(host: &Host, checks: &mut Checks, channels: &[ChannelRow]) -> Result<()> {
    let (scoped, now) = (host.db.tenant(&host.tenant), host.db.clock().now());
    for channel in channels {
        let found = scoped.quarantine(&ChannelId::from(channel.id.as_str())).await?;
        let Some(quarantine) = found.filter(|quarantine| quarantine.until > now) else { continue };
        checks.fault(
            "quarantine",
            format!(
                "{0}: the adapter {1} is not called for {2}: {3}. Install a mended version, or try again at once: \
                 entrepot channel release {0}",
                shell_word(&channel.name),
                channel.adapter_id,
                span(quarantine.until - now),
                quarantine.reason
            ),
        );
    }
    Ok(())
}

/// Runs that stalled, and those that ended short of what the shop has.
async fn imports(host: &Host, checks: &mut Checks, channels: &[ChannelRow]) -> Result<()> {
    let (scoped, now) = (host.db.tenant(&host.tenant), host.db.clock().now());
    for run in host.db.stalled_runs().await?.into_iter().filter(|run| is_of(host, &run.tenant_id)) {
        let why = run.failure.map_or_else(String::new, |why| format!(": {why}"));
        let until = run.not_before.filter(|at| *at > now);
        let until =
            until.map_or_else(String::new, |at| format!("; it waits until {} (UTC)", crate::output::moment(at)));
        checks.fault(
            "import",
            format!(
                "{}: {} has brought nothing new since {}{why}{until}. To give it up: entrepot cancel {}",
                run.channel,
                run.id,
                ago(now - run.since),
                run.id
            ),
        );
    }
    for channel in channels {
        let last = scoped.latest_run(&ChannelId::from(channel.id.as_str())).await?;
        let Some(run) = last.filter(|run| run.state() == RunState::Incomplete) else { continue };
        let why = run.failure.unwrap_or_default();
        checks.fault("import", format!("{}: the last import ended incomplete: {why}", channel.name));
    }
    Ok(())
}

async fn schedules(host: &Host, checks: &mut Checks) -> Result<()> {
    let mut overdue = host.db.overdue_schedules(host.app.monitor.overdue_before()).await?;
    overdue.retain(|late| is_of(host, &late.tenant_id));
    for late in &overdue {
        checks.fault(
            "schedule",
            format!(
                "{}: the {} import was due {}, and nobody began it; is a host with workers running? \
                 Start one: entrepot serve",
                late.channel,
                late.kind,
                ago(host.db.clock().now().saturating_sub(late.next_at))
            ),
        );
    }
    if overdue.is_empty() {
        checks.fine("schedules", "none is overdue");
    }
    Ok(())
}

async fn inboxes(host: &Host, checks: &mut Checks) -> Result<()> {
    let now = host.db.clock().now();
    let mut waiting = host.db.waiting_by_channel().await?;
    waiting.retain(|waits| is_of(host, &waits.tenant_id));
    for waits in &waiting {
        let age = now - waits.oldest;
        let number = count(waits.number, "delivery waits", "deliveries wait");
        let detail = format!("{}: {number}, the oldest since {}", waits.name, span(age));
        if age > LATE_DELIVERY {
            let list = format!("entrepot webhooks list {} --state pending", shell_word(&waits.name));
            checks.fault(
                "inbox",
                format!(
                    "{detail}; is a host with workers running? Start one: entrepot serve. What they wait for: {list}"
                ),
            );
        } else {
            checks.note("inbox", detail);
        }
    }
    if waiting.is_empty() {
        checks.fine("inbox", "no delivery waits");
    }
    Ok(())
}

async fn dead_letters(host: &Host, checks: &mut Checks) -> Result<()> {
    let mut reasons = host.db.dead_letter_reasons().await?;
    reasons.retain(|reason| is_of(host, &reason.tenant_id));
    for DeadLetterReason { name, kind, code, number, .. } in &reasons {
        let what = match kind.as_str() {
            "item" => format!("{} could not be imported", count(*number, "item", "items")),
            "delivery" => format!("{} could not be worked off", count(*number, "delivery", "deliveries")),
            _ => "the last import failed".to_owned(),
        };
        checks.note(
            "dead letters",
            format!("{name}: {what}: {code}. To see why: entrepot dead-letters list {}", shell_word(name)),
        );
    }
    if reasons.is_empty() {
        checks.fine("dead letters", "there are none");
    }
    Ok(())
}

fn ago(ms: Timestamp) -> String {
    format!("{} ago", span(ms))
}

fn span(ms: Timestamp) -> String {
    let minutes = ms.max(0) / MINUTE;
    match minutes {
        0 => "less than a minute".to_owned(),
        1..120 => count(minutes, "minute", "minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / (24 * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_well() {
        assert_eq!(
            [0, 1, 90, 300, 6000].map(|minutes| span(minutes * MINUTE)),
            ["less than a minute", "1 minute", "90 minutes", "5 hours", "4 days"]
        );
    }
}
