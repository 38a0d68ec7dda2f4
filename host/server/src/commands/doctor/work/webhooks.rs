//! Webhooks: are they wanted, active, and taken?

use anyhow::Result;
use entrepot_domain::ChannelId;
use entrepot_domain::names::shell_word;
use entrepot_store::channels::ChannelRow;
use entrepot_store::subscriptions::HooksRow;

use super::super::Checks;
use super::{MINUTE, ago, is_of, span};
use crate::host::Host;
use crate::output::count;

const DAY: i64 = 24 * 60 * MINUTE;
/// A channel that was told something in this time is told what happens. What was switched off in it is said.
const TOLD: i64 = 7 * DAY;

pub(super) async fn examine(host: &Host, checks: &mut Checks, channels: &[ChannelRow]) -> Result<()> {
    let (scoped, now) = (host.db.tenant(&host.tenant), host.db.clock().now());
    let public = &host.config.public_url;
    let elsewhere = host.db.subscribed_elsewhere(public).await?;
    for (_, channel) in elsewhere.into_iter().filter(|(tenant, _)| is_of(host, tenant)) {
        checks.fault(
            "webhooks",
            format!(
                "{channel}: the marketplace delivers to another address than {public}. \
                 Correct public_url, or let it deliver here: entrepot webhooks subscribe {}",
                shell_word(&channel)
            ),
        );
    }
    refused(host, checks, now).await?;
    let mut wanted = false;
    for channel in channels {
        let id = ChannelId::from(channel.id.as_str());
        found(scoped.hooks(&id).await?, &channel.name, now, checks);
        match host.app.channels.wanted_callback(&scoped, &id).await {
            Ok(None) => {}
            Ok(Some(_)) => {
                wanted = true;
                continue;
            }
            Err(error) => {
                checks.fault("webhooks", error.to_string());
                continue;
            }
        }
        let generation = host.app.services.admission().active(&channel.adapter_id).await;
        let told = scoped.deliveries(&id, "", "", 1).await?.iter().any(|last| now - last.received_at < TOLD);
        // Where the seller made webhooks by hand, they come without a subscription of ours.
        if !told && generation.is_ok_and(|generation| generation.adapter.receives_webhooks()) {
            checks.note(
                "webhooks",
                format!(
                    "{0}: no webhooks come, so changes wait for the next import. To be told of them: \
                     entrepot webhooks subscribe {0}",
                    shell_word(&channel.name)
                ),
            );
        }
    }
    if wanted && is_of_this_machine(public) && !host.config.egress.allow_loopback {
        checks.fault(
            "webhooks",
            format!("no marketplace can reach {public}; set public_url (ENTREPOT_PUBLIC_URL) and subscribe again"),
        );
    }
    Ok(())
}

/// As the hourly look found them.
fn found(hooks: Option<HooksRow>, name: &str, now: i64, checks: &mut Checks) {
    let Some(hooks) = hooks else { return };
    if let Some(problem) = hooks.problem {
        checks.fault(
            "webhooks",
            format!(
                "{name}: {problem}. They are looked after again within the hour; at once: entrepot webhooks subscribe {}",
                shell_word(name)
            ),
        );
    } else if let (Some(lost), Some(at)) = (hooks.lost, hooks.lost_at.filter(|at| now - at < TOLD)) {
        checks.note(
            "webhooks",
            format!(
                "{name}: the marketplace had switched off or removed webhooks, found {}: {lost}. They are active again. Why deliveries \
                 failed: entrepot webhooks refused {}",
                ago(now - at),
                shell_word(name)
            ),
        );
    }
    if hooks.paused_until > now {
        checks.fault(
            "webhooks",
            format!(
                "{name}: the adapter was stopped on delivery after delivery, and none is verified for {}; marketplaces deliver again. \
                 Install a repaired version of the adapter, then: entrepot channel release {}",
                span(hooks.paused_until - now),
                shell_word(name)
            ),
        );
    }
}

/// Of each channel how many, and why the last one.
async fn refused(host: &Host, checks: &mut Checks, now: i64) -> Result<()> {
    let rows = host.db.tenant(&host.tenant).refused_since(now - DAY).await?;
    for of_channel in rows.chunk_by(|one, next| one.name == next.name) {
        let Some(last) = of_channel.first() else { continue };
        let all: i64 = of_channel.iter().map(|row| row.number).sum();
        let reasons = match of_channel.len() {
            1 => String::new(),
            reasons => format!(" for {reasons} reasons"),
        };
        checks.note(
            "webhooks",
            format!(
                "{}: {} refused{reasons}, the last one {}: {}. All reasons: entrepot webhooks refused {}",
                last.name,
                count(all, "delivery was", "deliveries were"),
                ago(now - last.last_at),
                last.reason,
                shell_word(&last.name)
            ),
        );
    }
    Ok(())
}

fn is_of_this_machine(url: &str) -> bool {
    let Ok(uri) = url.parse::<axum::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_no_marketplace_reaches() {
        for near in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80", "http://0.0.0.0:8080"] {
            assert!(is_of_this_machine(near), "{near}");
        }
        assert!(!is_of_this_machine("https://entrepot.example.com"));
    }
}
