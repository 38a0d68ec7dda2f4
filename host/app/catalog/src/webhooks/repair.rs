//! Looking after subscriptions: what a marketplace switched off or removed is made anew, said to the operator, and what was missed meanwhile
//! is looked for.
// See docs/decisions/0042-webhook-subscription-repair.md

use std::collections::BTreeSet;
use std::time::Duration;

use entrepot_domain::catalog::limits::beginning;
use entrepot_domain::clock::millis;
use entrepot_domain::names::shown;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_metrics::Metric;
use entrepot_sandbox::Subscription;
use entrepot_store::Scoped;
use entrepot_store::inboxes::Subscribed;
use futures_util::{StreamExt, stream};

use crate::Subscriptions;
use entrepot_channels::OpenChannel;
use entrepot_core::AppError;

/// How often subscriptions are looked after.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Sooner where it did not work: a shop that is away for a moment should not cost another hour.
const AGAIN: Duration = Duration::from_secs(10 * 60);
/// Webhooks that were made by hand are looked at where something came in this time.
const TOLD: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Channels that are looked after at the same time.
const AT_ONCE: usize = 8;
/// Topics that are named, and characters of a topic and of a reason.
const NAMED: usize = 10;
const LONGEST_TOPIC: usize = 80;
const LONGEST_WHY: usize = 500;

/// What a look at a channel's subscriptions found.
#[derive(Default)]
struct Found {
    /// Topics of those that were switched off or removed since the last look.
    lost: BTreeSet<String>,
    /// Why they could not be put in order.
    problem: Option<String>,
}

impl Subscriptions {
    /// Mends the subscriptions that nobody looked after for an hour, one host each. How many channels were looked after.
    pub async fn repair_subscriptions(&self) -> Result<usize, AppError> {
        let now = self.services.db().clock().now();
        let due = self.services.db().subscriptions_due(now - millis(EVERY), now - millis(TOLD)).await?;
        // A marketplace that does not answer keeps the others from being looked after no longer than it takes them.
        let mut looks = stream::iter(due).map(|of| self.claim_and_look_after(of)).buffer_unordered(AT_ONCE);
        let (mut looked_after, mut failure) = (0, None);
        while let Some(look) = looks.next().await {
            match look {
                Ok(claimed) => looked_after += usize::from(claimed),
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(looked_after), Err)
    }

    /// False: another host looks after them.
    async fn claim_and_look_after(&self, of: Subscribed) -> Result<bool, AppError> {
        let scoped = self.services.db().tenant(&TenantId::from(of.tenant_id.as_str()));
        let mut tx = scoped.begin().await?;
        let claimed = tx.claim_subscriptions(&of).await?;
        tx.commit().await?;
        if claimed {
            let found = self.look_after(&scoped, &of).await;
            self.say_found(&scoped, &of, found).await?;
        }
        Ok(claimed)
    }

    async fn look_after(&self, scoped: &Scoped, of: &Subscribed) -> Result<Found, AppError> {
        let id = ChannelId::from(of.channel_id.as_str());
        if of.callback_url.is_empty() {
            return self.look_at_those_made_by_hand(scoped, &id).await;
        }
        self.channels.check_callback(scoped.tenant(), &id, &of.callback_url, of.mac.as_deref())?;
        let open = self.channels.open_channel(scoped.tenant(), &of.channel_id).await?;
        let before = match self.ours_at(&open, &of.callback_url).await {
            Ok(before) => before,
            Err(error) => {
                self.channels.account(scoped, &open).await;
                return Err(error);
            }
        };
        Ok(match self.make_subscriptions(scoped, &open, &of.callback_url).await {
            Ok(made) => {
                let off =
                    made.iter().filter(|made| !made.active).map(|made| made.topic.clone()).collect::<BTreeSet<_>>();
                let problem = (!off.is_empty()).then(|| {
                    format!("webhooks stay switched off at the marketplace: {}. Switch them on there", named(&off))
                });
                Found { lost: lost(&before, &made), problem }
            }
            Err(error) => {
                let off = before.iter().filter(|before| !before.active).map(|before| before.topic.clone());
                let off: BTreeSet<String> = off.collect();
                let what = if off.is_empty() {
                    "webhooks could not be put in order".to_owned()
                } else {
                    format!("the marketplace switched off {}, and they could not be switched on again", named(&off))
                };
                Found { lost: off, problem: Some(format!("{what}: {error}")) }
            }
        })
    }

    /// Nobody asked this host to look after them, so they are left as they are. Where they may not be listed, nothing is known of them.
    async fn look_at_those_made_by_hand(&self, scoped: &Scoped, channel: &ChannelId) -> Result<Found, AppError> {
        let open = match self.channels.open_channel(scoped.tenant(), channel.as_str()).await {
            Err(error) if error.is_of_the_database() => return Err(error),
            // Said elsewhere.
            Err(_) => return Ok(Found::default()),
            Ok(open) => open,
        };
        let found = open.generation.adapter.webhook_subscriptions(&open.view, open.session(&self.services)).await;
        self.channels.account(scoped, &open).await;
        let here = format!("/hooks/{channel}");
        let off = found.unwrap_or_default().into_iter().filter(|of| !of.active && of.callback_url.ends_with(&here));
        let off: BTreeSet<String> = off.map(|of| of.topic).collect();
        let problem = (!off.is_empty()).then(|| {
            format!(
                "the marketplace switched off webhooks that were made by hand: {}. Switch them on again there",
                named(&off)
            )
        });
        Ok(Found { lost: off, problem })
    }

    /// Those that deliver to this channel here.
    async fn ours_at(&self, open: &OpenChannel, url: &str) -> Result<Vec<Subscription>, AppError> {
        let found = open.generation.adapter.webhook_subscriptions(&open.view, open.session(&self.services)).await?;
        Ok(found.into_iter().filter(|found| found.callback_url == url).collect())
    }

    /// To the log, the metrics and the database, where `doctor` and lists of channels find it.
    async fn say_found(
        &self,
        scoped: &Scoped,
        of: &Subscribed,
        found: Result<Found, AppError>,
    ) -> Result<(), AppError> {
        let (channel, now) = (ChannelId::from(of.channel_id.as_str()), self.services.db().clock().now());
        let Found { lost, problem } = match found {
            Ok(found) => found,
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                Found { problem: Some(format!("webhooks could not be looked after: {error}")), ..Found::default() }
            }
        };
        let problem = problem.map(|why| beginning(&why.chars().map(shown).collect::<String>(), LONGEST_WHY));
        let adapter = scoped.channel(channel.as_str()).await?.map(|row| row.adapter_id).unwrap_or_default();
        let count = |outcome: &str, number: usize| {
            self.services.metrics().add(Metric::WebhooksLost, &[&adapter, outcome], number as u64);
        };
        match &problem {
            Some(why) => {
                tracing::warn!(channel = channel.as_str(), "{why}");
                count("failed", lost.len().max(1));
            }
            None if !lost.is_empty() => {
                tracing::warn!(
                    channel = channel.as_str(),
                    "the marketplace had switched off or removed webhooks: {}. They are active again, and an import of what changed \
                     begins; `entrepot webhooks refused` may say why deliveries failed",
                    named(&lost)
                );
                count("mended", lost.len());
            }
            None => {}
        }
        let by_hand = of.callback_url.is_empty();
        let looked_at = if problem.is_some() && !by_hand { now - millis(EVERY) + millis(AGAIN) } else { now };
        let mut tx = scoped.begin().await?;
        let words = (!lost.is_empty()).then(|| named(&lost));
        tx.note_hooks(of, problem.as_deref(), words.as_deref(), looked_at).await?;
        let on_again = by_hand && of.problem.is_some();
        if problem.is_none() && (!lost.is_empty() || on_again) {
            tx.request_import(&channel).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Topics that were delivered to nobody: there is one now, and there was no active one.
fn lost(before: &[Subscription], now: &[Subscription]) -> BTreeSet<String> {
    let delivered = |topic: &str| before.iter().any(|before| before.active && before.topic == topic);
    let topics = now.iter().filter(|now| now.active).map(|now| now.topic.as_str());
    topics.filter(|topic| !delivered(topic)).map(str::to_owned).collect()
}

fn named(topics: &BTreeSet<String>) -> String {
    let names = topics.iter().take(NAMED);
    let names = names.map(|topic| beginning(&topic.chars().map(shown).collect::<String>(), LONGEST_TOPIC));
    let names = names.collect::<Vec<_>>().join(", ");
    if topics.len() > NAMED { format!("{names} and {} more", topics.len() - NAMED) } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(topic: &str, active: bool) -> Subscription {
        Subscription { id: topic.into(), topic: topic.into(), callback_url: "https://here".into(), active }
    }

    #[test]
    fn what_was_switched_off_or_removed_is_lost_and_what_was_made_anew_is_not() {
        let now = [subscription("a", true), subscription("b", true), subscription("c", true)];
        let before = [subscription("a", true), subscription("b", false)];
        assert_eq!(named(&lost(&before, &now)), "b, c");
        assert!(lost(&now, &now).is_empty());
    }

    #[test]
    fn many_topics_are_a_few_and_a_number() {
        let topics: BTreeSet<String> = (10..30).map(|number| format!("t{number}")).collect();
        assert!(named(&topics).ends_with("t19 and 10 more"), "{}", named(&topics));
    }
}
