//! What came of listings that were sent: written down for each, with what people read.

use std::collections::HashSet;
use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};
use entrepot_domain::catalog::{Issue, web_address};
use entrepot_domain::clock::millis;
use entrepot_domain::{ChannelId, ListingId};
use entrepot_sandbox::{AdapterError, CallError, PushOutcome, Receipt};
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::listings::{Accepted, Block, Failure, ToldOffer};
use entrepot_store::{Scoped, ScopedTx};
use serde_json::json;

use crate::Listings;
use crate::due::Due;
use crate::waits::{asks_to_wait, is_away};

/// By this an adapter says that the listing stands there no longer.
pub(crate) const GONE: &str = "listing-gone";
/// What is said to be gone is asked about again after this.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// What is named in events where nobody did it.
pub(crate) const HOST: &str = "host";
/// The first wait, doubled with each try.
const FIRST_TRY: Duration = Duration::from_secs(5);
const LONGEST_TRY: Duration = Duration::from_secs(60 * 60);
/// What a marketplace is not finished with is asked about after this, and less often each time.
const FIRST_POLL: Duration = Duration::from_secs(2);
const LONGEST_POLL: Duration = Duration::from_secs(5 * 60);

fn longer(first: Duration, longest: Duration, tries: i64) -> i64 {
    let doublings = u32::try_from(tries.clamp(0, 12)).unwrap_or(12);
    millis(first.saturating_mul(1 << doublings).min(longest))
}

impl Listings {
    /// False: the marketplace asks all of them to wait.
    pub(crate) async fn settle_pushed(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &[Due],
        outcomes: Vec<PushOutcome>,
    ) -> Result<bool, AppError> {
        let (wait, outcomes) = (outcomes.iter().find_map(asks_to_wait), each_its_own(outcomes));
        let all_wait = match &wait {
            Some(error) => Some(self.wait_after(scoped, channel, error).await?),
            None => None,
        };
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for (due, outcome) in due.iter().zip(&outcomes) {
                self.settle_one(&mut tx, due, outcome, all_wait).await?;
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await?;
        if let Some(error) = &wait {
            self.call_failed(scoped, channel, owner, &[], error).await?;
        }
        Ok(wait.is_none())
    }

    /// `all_wait`: for so long, where the marketplace asked for it.
    async fn settle_one(
        &self,
        tx: &mut ScopedTx,
        due: &Due,
        outcome: &PushOutcome,
        all_wait: Option<Duration>,
    ) -> Result<(), AppError> {
        let (id, row) = (due.row.listing_id(), &due.row);
        let now = self.services.db().clock().now();
        match outcome {
            PushOutcome::Done(receipt) => self.accept(tx, &id, due, receipt).await,
            PushOutcome::Refused(issues) if issues.iter().any(|issue| issue.code == GONE) => {
                self.gone(tx, due, issues).await
            }
            PushOutcome::Refused(issues) => {
                let said = issues.first().map(|issue| issue.message.clone()).unwrap_or_default();
                let block = Block {
                    refused: Some(&due.wanted.hash),
                    // One that was in doubt before may stand as it was sent then.
                    nothing_new_stands: !row.is_in_doubt(),
                    issues: &json(issues),
                    why: &said,
                };
                tx.listing_is_blocked(&id, block, row.touches).await?;
                note(tx, &id, "refused", json!({ "issues": issues })).await
            }
            PushOutcome::Pending(state) => {
                let at = now + longer(FIRST_POLL, LONGEST_POLL, row.tries);
                Ok(tx.listing_waits(&id, state, at).await?)
            }
            PushOutcome::Failed(error) => {
                let all_wait = all_wait.filter(|_| asks_to_wait(outcome).is_some());
                self.fail(tx, due, &error.to_string(), all_wait, false).await
            }
        }
    }

    /// Somebody took it away at the marketplace. It is not made anew before somebody asks for it. A marketplace that says so while
    /// something is wrong with it would have goods end that are on sale: it is asked once more, a while later.
    pub(crate) async fn gone(&self, tx: &mut ScopedTx, due: &Due, issues: &[Issue]) -> Result<(), AppError> {
        let (id, now) = (&due.row.listing_id(), self.services.db().clock().now());
        // An instant ahead was written by a clock that was.
        let first = due.row.gone_at.filter(|at| *at <= now);
        let left = first.map_or(millis(ASK_AGAIN), |first| first + millis(ASK_AGAIN) - now);
        if left > 0 {
            if first.is_none() {
                tx.listing_may_be_gone(id, now).await?;
            }
            let wait = Duration::from_millis(left.unsigned_abs());
            return self
                .fail(
                    tx,
                    due,
                    "the marketplace says that it is gone; it is asked once more before that is believed",
                    Some(wait),
                    false,
                )
                .await;
        }
        let said =
            issues.iter().find(|issue| issue.code == GONE).map(|issue| issue.message.clone()).unwrap_or_default();
        tx.listing_is_gone(id, &said).await?;
        note(tx, id, "gone", json!({ "issues": issues })).await
    }

    async fn accept(&self, tx: &mut ScopedTx, id: &ListingId, due: &Due, receipt: &Receipt) -> Result<(), AppError> {
        let channel = ChannelId::from(due.row.channel_id.as_str());
        if let Some(other) = tx.listing_with_external_id(&channel, &receipt.external_id).await?
            && other != due.row.id
        {
            if due.row.external_id.is_some() {
                let why = format!(
                    "the marketplace answered with {} in the place of {}, which is another listing's: {other}",
                    receipt.external_id,
                    due.row.external_id.as_deref().unwrap_or_default()
                );
                return self.fail(tx, due, &why, None, false).await;
            }
            // The marketplace gave its id to another one: a shop that was set up anew begins to count again.
            let why = format!("{} is another listing's there by now: {}", receipt.external_id, due.row.id);
            let other = ListingId::from(other);
            tx.listing_is_gone(&other, &why).await?;
            note(tx, &other, "gone", json!({ "why": why })).await?;
        }
        // It was never there, or is there no longer: the adapter has no other id to answer with.
        if due.wanted.is_to_end() && due.row.external_id.is_none() && receipt.external_id == due.row.id {
            tx.listing_is_gone(id, "ended; the marketplace did not have it").await?;
            return note(tx, id, "ended", json!({ "gone": true })).await;
        }
        // An adapter, and its marketplace, say what they like.
        let url = receipt.url.as_deref().and_then(web_address);
        let accepted = Accepted {
            external_id: &receipt.external_id,
            url: url.as_deref(),
            channel_status: receipt.status.as_str(),
            state: &receipt.state,
            issues: &json(&receipt.warnings),
        };
        tx.listing_is_accepted(id, accepted).await?;
        if due.wanted.is_to_end() {
            tx.drop_conflicts(id).await?;
            return note(
                tx,
                id,
                "ended",
                json!({ "external_id": receipt.external_id, "gone": due.row.status == "active" }),
            )
            .await;
        }
        // An adapter that names none of them knows the listing as a whole.
        let listed = if receipt.variants.is_empty() { &due.wanted.listing.variants } else { &receipt.variants };
        tx.put_listed_variants(id, listed).await?;
        // What was waited for was sent a while ago: price and stock may be others by now, so they are sent once more.
        if due.row.pending.is_some() {
            return note_accepted(tx, id, receipt).await;
        }
        // Price and stock went with it.
        let offers: Vec<_> = due.wanted.offers().collect();
        let told = offers.iter().map(|(listed, offer)| ToldOffer {
            variant: &listed.variant_id,
            price: offer.price.as_ref(),
            before: offer.before.as_ref(),
            stock: offer.stock,
        });
        tx.note_told(id, &told.collect::<Vec<_>>()).await?;
        note_accepted(tx, id, receipt).await
    }

    /// Tried again later, after a longer wait each time.
    /// `all_wait`: the channel's listings wait for so long, whatever the tries. `unanswered`: what is pending there still is.
    pub(crate) async fn fail(
        &self,
        tx: &mut ScopedTx,
        due: &Due,
        why: &str,
        all_wait: Option<Duration>,
        unanswered: bool,
    ) -> Result<(), AppError> {
        let (id, now) = (due.row.listing_id(), self.services.db().clock().now());
        let wait = all_wait.map_or_else(|| longer(FIRST_TRY, LONGEST_TRY, due.row.tries), millis);
        let failure = Failure { why, at: now + wait, counts: all_wait.is_none(), keeps_pending: unanswered };
        tx.listing_failed(&id, failure).await?;
        // The same failure is one line of history, not one a minute.
        if due.row.sync_error.as_deref() != Some(why) {
            note(tx, &id, "failed", json!({ "why": why, "again_at": now + wait })).await?;
        }
        Ok(())
    }

    pub(crate) async fn note_failed(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        owner: &str,
        failed: &[Due],
        error: &CallError,
        all_wait: Option<Duration>,
    ) -> Result<(), AppError> {
        // Any other error is the adapter's answer to what was pending, or its end.
        let unanswered = all_wait.is_some() || is_away(error);
        let why = error.to_string();
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, channel, owner, millis(self.services.options().lease)).await?;
            for due in failed {
                self.fail(&mut tx, due, &why, all_wait, unanswered).await?;
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await
    }

    /// What stands there is what is wanted, or nothing is.
    pub(crate) async fn settle(&self, scoped: &Scoped, due: &Due) -> Result<(), AppError> {
        let mut tx = scoped.begin().await?;
        tx.listing_is_settled(&due.row.listing_id(), &due.wanted.hash, due.row.touches).await?;
        Ok(tx.commit().await?)
    }

    /// It cannot be sent like this.
    pub(crate) async fn block(&self, scoped: &Scoped, due: &Due, issues: &[Issue]) -> Result<(), AppError> {
        let (id, found) = (due.row.listing_id(), json(issues));
        let said = issues.first().map(|issue| issue.message.clone()).unwrap_or_default();
        let mut tx = scoped.begin().await?;
        let block = Block { refused: None, nothing_new_stands: false, issues: &found, why: &said };
        tx.listing_is_blocked(&id, block, due.row.touches).await?;
        if due.row.issues != found || due.row.sync_status != "blocked" {
            note(&mut tx, &id, "blocked", json!({ "issues": issues })).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn note_accepted(tx: &mut ScopedTx, id: &ListingId, receipt: &Receipt) -> Result<(), AppError> {
    let detail = json!({ "external_id": receipt.external_id, "url": receipt.url.as_deref().and_then(web_address), "status": receipt.status, "warnings": receipt.warnings });
    note(tx, id, "accepted", detail).await
}

/// One id is of one listing: who gets the same as another has no answer yet.
fn each_its_own(mut outcomes: Vec<PushOutcome>) -> Vec<PushOutcome> {
    let mut given = HashSet::new();
    for outcome in &mut outcomes {
        if let PushOutcome::Done(receipt) = outcome
            && !given.insert(receipt.external_id.clone())
        {
            let why = format!("the marketplace answered with {} for several listings", receipt.external_id);
            *outcome = PushOutcome::Failed(AdapterError::Unavailable(why));
        }
    }
    outcomes
}

pub(crate) async fn note(
    tx: &mut ScopedTx,
    id: &ListingId,
    kind: &str,
    detail: serde_json::Value,
) -> Result<(), AppError> {
    Ok(tx.note_listing(id, kind, HOST, &detail.to_string()).await?)
}

pub(crate) fn json(issues: &[Issue]) -> String {
    serde_json::to_string(issues).unwrap_or_else(|_| "[]".to_owned())
}
