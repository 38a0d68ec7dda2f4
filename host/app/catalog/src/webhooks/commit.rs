//! Writing what a batch of deliveries led to, together with what became of each of them.

use std::time::Duration;

use entrepot_domain::ChannelId;
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_metrics::Metric;
use entrepot_sandbox::{AdapterError, CallError};
use entrepot_store::Scoped;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::deliveries::{Outcome, Pending};

use super::batch::{Ready, concerns_all};
use super::stock;
use crate::deletions::HELD_BACK;
use crate::import::{Verdict, is_doubtful, judge};
use crate::{AdvanceRun, Deliveries};
use entrepot_channels::OpenChannel;
use entrepot_core::AppError;

/// Notes are for people, who read the first words.
const LONGEST_NOTE: usize = 1_000;
const DISCONNECTED: &str =
    "the seller removed the app or revoked its access; connect the account anew with `entrepot channel set`";

/// What the deliveries of a batch come to.
pub(super) struct Settled {
    outcomes: Vec<Outcome>,
    /// The whole inbox waits until then.
    wait: Option<Timestamp>,
    problem: Option<String>,
}

impl Deliveries {
    /// What becomes of each delivery.
    pub(super) async fn settle_batch(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        ready: &Ready,
    ) -> Result<Settled, AppError> {
        let now = self.services.db().clock().now();
        let mut settled = Settled { outcomes: Vec::new(), wait: None, problem: None };
        let passing = self.is_passing(scoped, channel, ready).await?;
        let refused_again =
            |(index, error): (&usize, &CallError)| is_doubtful(error) && ready.pending[*index].attempts > 0;
        let locked_out = !passing
            && ready.failed.iter().any(refused_again)
            && self.channels.locked_out(scoped, channel).await.is_some();
        for (index, delivery) in ready.pending.iter().enumerate() {
            let outcome = match ready.failed.get(&index) {
                None if let Some(why) = ready.held_back(index) => {
                    Outcome::Dead { code: HELD_BACK, failure: why.to_owned() }
                }
                None => Outcome::Done(note(ready, index)),
                Some(error) if passing => Outcome::Again { failure: error.to_string(), not_before: now, counts: false },
                Some(error) if is_doubtful(error) && !locked_out => {
                    let error = CallError::Adapter(AdapterError::Unavailable(error.to_string()));
                    self.failed_delivery(delivery, &error, now, &mut settled)
                }
                Some(error) => self.failed_delivery(delivery, error, now, &mut settled),
            };
            settled.outcomes.push(outcome);
        }
        if ready.plan.disconnected {
            settled.problem = Some(DISCONNECTED.to_owned());
        }
        Ok(settled)
    }

    /// Is it worth an immediate try, with another token, or with the version of the adapter that was in use before?
    async fn is_passing(&self, scoped: &Scoped, channel: &OpenChannel, ready: &Ready) -> Result<bool, AppError> {
        let any = |is: fn(&CallError) -> bool| ready.failed.values().any(is);
        let withdrawn = self.channels.account(scoped, channel).await;
        if any(is_refusal) {
            return self.channels.token_refused(scoped, channel).await;
        }
        Ok(withdrawn && any(|error| matches!(error, CallError::Stopped { .. })))
    }

    fn failed_delivery(&self, delivery: &Pending, error: &CallError, now: Timestamp, settled: &mut Settled) -> Outcome {
        // The marketplace said when: waiting for it is no failure, however often.
        let told_when = matches!(error, CallError::Adapter(AdapterError::RateLimited(Some(_))));
        match judge(error, delivery.attempts, told_when, self.services.options()) {
            Verdict::Retry { wait, counts, .. } => {
                let not_before = now + millis(wait);
                if concerns_all(error) {
                    settled.wait = settled.wait.max(Some(not_before));
                }
                Outcome::Again { failure: error.to_string(), not_before, counts }
            }
            Verdict::GiveUp { reconnect } => {
                if reconnect {
                    settled.problem = Some(error.to_string());
                }
                let tries = delivery.attempts + 1;
                let failure = format!(
                    "{error} ({tries} {}) — when that is mended: entrepot webhooks replay CHANNEL --id {}",
                    if tries == 1 { "try" } else { "tries" },
                    delivery.id
                );
                Outcome::Dead { code: error.code(), failure }
            }
        }
    }

    /// The lease first: whoever lost the inbox stops there and writes nothing.
    pub(super) async fn write_batch(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        ready: &Ready,
        settled: &Settled,
    ) -> Result<(), AppError> {
        let mut tx = scoped.begin().await?;
        tx.hold_channel_work(ChannelWork::Deliveries, &channel.id, owner, millis(self.services.options().lease))
            .await?;
        ready.page.hold(&mut tx, &channel.id).await?;
        let mut unknown = Vec::new();
        for ((item, location), number) in &ready.plan.stock {
            if !stock::set(&mut tx, channel, (item, location), number, (&ready.pending, ready.until)).await? {
                unknown.push((
                    &number.by,
                    format!("stock of {item} at {location}: no such level is known, or something newer is"),
                ));
            }
        }
        ready.page.write(&mut tx, channel, &ready.met_by()).await?;
        if let (Ok(deletions), false) = (&ready.deletions, ready.page.deleted.is_empty()) {
            tx.delete_items(&channel.id, &ready.page.deleted).await?;
            tx.note_deletions(&channel.id, *deletions).await?;
        }
        let outcomes: Vec<(&str, Outcome)> = ready
            .pending
            .iter()
            .zip(&settled.outcomes)
            .enumerate()
            .map(|(index, (delivery, outcome))| {
                let words = unknown.iter().filter(|(by, _)| by.contains(&index)).map(|(_, words)| words.as_str());
                let outcome = match outcome {
                    Outcome::Done(note) => {
                        Outcome::Done([note.as_str()].into_iter().chain(words).collect::<Vec<_>>().join("; "))
                    }
                    other => other.clone(),
                };
                (delivery.id.as_str(), outcome)
            })
            .collect();
        tx.settle_deliveries(&channel.id, &outcomes).await?;
        if let Some(problem) = &settled.problem {
            tx.set_channel_problem(&channel.id, Some(problem)).await?;
        }
        if let Some(at) = settled.wait {
            tx.postpone_inbox(&channel.id, owner, at).await?;
        }
        if ready.plan.run_ready
            && let Some(run) = tx.wake_run(&channel.id).await?
        {
            let job = AdvanceRun::new(scoped.tenant(), &run);
            self.services.queue().enqueue(tx.raw(), job).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What was committed.
    pub(super) fn count_batch(&self, channel: &OpenChannel, ready: &Ready, settled: &Settled) {
        let (adapter, now) = (channel.view.adapter.as_str(), self.services.db().clock().now());
        self.imports.count_items(adapter, "webhook", &ready.page.counts);
        for (delivery, outcome) in ready.pending.iter().zip(&settled.outcomes) {
            let label = match outcome {
                Outcome::Done(_) => "done",
                Outcome::Again { .. } => "again",
                Outcome::Dead { .. } => "dead",
            };
            self.services.metrics().add(Metric::Deliveries, &[adapter, label], 1);
            match outcome {
                Outcome::Done(_) => {
                    let waited = u64::try_from(now.saturating_sub(delivery.received_at)).unwrap_or(0);
                    self.services.metrics().observe(Metric::DeliverySeconds, &[adapter], Duration::from_millis(waited));
                }
                Outcome::Again { .. } => self.services.metrics().add(Metric::Retries, &[adapter, "webhook"], 1),
                Outcome::Dead { failure, .. } => {
                    tracing::warn!(delivery = delivery.id, "a delivery is given up: {failure}");
                }
            }
        }
    }

    /// The channel cannot be worked on now: says so at its deliveries, and leaves them for later.
    pub(super) async fn put_off(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        owner: &str,
        why: &str,
        wait: Duration,
    ) -> Result<(), AppError> {
        let mut tx = scoped.begin().await?;
        let at = self.services.db().clock().now() + millis(wait);
        tx.postpone_inbox(channel, owner, at).await?;
        tx.explain_deliveries(channel, why).await?;
        Ok(tx.commit().await?)
    }
}

fn is_refusal(error: &CallError) -> bool {
    matches!(error, CallError::Adapter(AdapterError::Unauthorized(_)))
}

fn note(ready: &Ready, index: usize) -> String {
    let items = ready.shown.iter().filter(|(_, by)| by.contains(&index));
    let fate = |id: &str| ready.fates.get(id).copied().unwrap_or_else(|| ready.page.fate(id));
    let items = items.map(|(id, _)| format!("{id}: {}", fate(id)));
    let stock = ready.plan.stock.values().filter(|number| number.by.contains(&index)).count();
    let stock = (stock > 0).then(|| format!("{stock} stock {}", if stock == 1 { "level" } else { "levels" }));
    let words: Vec<String> = ready.plan.notes[index].iter().cloned().chain(items).chain(stock).collect();
    let words = if words.is_empty() { "nothing to do".to_owned() } else { words.join("; ") };
    words.chars().take(LONGEST_NOTE).collect()
}
