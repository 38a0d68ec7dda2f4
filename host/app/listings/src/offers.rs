//! Price and stock by themselves: what differs from what was told, in the marketplace's bulk calls.

use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};
use entrepot_domain::ListingId;
use entrepot_domain::catalog::Issue;
use entrepot_domain::clock::millis;
use entrepot_sandbox::{AdapterError, CallError, Offer, OfferOutcome};
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::listings::{Block, ListedVariantRow, ToldOffer};
use entrepot_store::{Scoped, ScopedTx};
use serde_json::json;

use crate::Listings;
use crate::due::Due;
use crate::outcomes::{GONE, json as issues_json, note};
use crate::waits::concerns_all;
use crate::wanted::WantedOffer;

/// An offer, of which listing of the batch it is, and what it is to become.
pub(crate) struct Sent {
    pub(crate) of: usize,
    pub(crate) offer: Offer,
    pub(crate) wanted: WantedOffer,
}

impl Listings {
    /// Listings that stand: those whose price and stock are as told are settled, the others' offers are sent. False: the marketplace asks
    /// all to wait.
    pub(crate) async fn offer_these(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: Vec<Due>,
    ) -> Result<bool, AppError> {
        let sent: Vec<Sent> = due.iter().enumerate().flat_map(|(of, due)| differing(of, due, false)).collect();
        let outcomes = match self.send_offers(scoped, channel, owner, &due, &sent).await {
            Ok(outcomes) => outcomes,
            Err(AppError::Call(error)) => {
                let concerned: Vec<Due> = due
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| sent.iter().any(|sent| sent.of == *at))
                    .map(|(_, due)| due)
                    .collect();
                self.call_failed(scoped, channel, owner, &concerned, &error).await?;
                return Ok(!concerns_all(&error));
            }
            Err(error) => return Err(error),
        };
        let wait = outcomes.iter().find_map(asks_to_wait);
        let all_wait = match &wait {
            Some(error) => Some(self.wait_after(scoped, channel, error).await?),
            None => None,
        };
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for (at, due) in due.iter().enumerate() {
                let of: Vec<_> = sent.iter().zip(&outcomes).filter(|(sent, _)| sent.of == at).collect();
                self.settle_offers(&mut tx, due, &of, all_wait).await?;
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await?;
        match wait {
            Some(error) => self.call_failed(scoped, channel, owner, &[], &error).await.map(|()| false),
            None => Ok(true),
        }
    }

    /// One outcome for each. What was sent stands in the database before: without an answer it may be what stands there, too.
    pub(crate) async fn send_offers(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &[Due],
        sent: &[Sent],
    ) -> Result<Vec<OfferOutcome>, AppError> {
        if sent.is_empty() {
            return Ok(Vec::new());
        }
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for sent in sent {
                tx.note_sent(&due[sent.of].row.listing_id(), &[told(sent)]).await?;
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await?;
        let mut outcomes = self.offers(channel, sent).await?;
        // Somebody sold one meanwhile: the number that is there is reckoned with, once.
        let stale: Vec<usize> =
            (0..outcomes.len()).filter(|at| matches!(outcomes[*at], OfferOutcome::Stale(Some(_)))).collect();
        if !stale.is_empty() {
            let again: Vec<Sent> = stale.iter().map(|at| reckoned(&sent[*at], &outcomes[*at])).collect();
            if let Ok(second) = self.offers(channel, &again).await {
                for (at, outcome) in stale.into_iter().zip(second) {
                    outcomes[at] = outcome;
                }
            }
        }
        Ok(outcomes)
    }

    async fn offers(&self, channel: &OpenChannel, sent: &[Sent]) -> Result<Vec<OfferOutcome>, CallError> {
        let (adapter, session) = (&channel.generation.adapter, channel.session(&self.services));
        let offers = sent.iter().map(|sent| sent.offer.clone()).collect();
        adapter.push_offers(&channel.view, session, offers).await
    }

    async fn settle_offers(
        &self,
        tx: &mut ScopedTx,
        due: &Due,
        of: &[(&Sent, &OfferOutcome)],
        all_wait: Option<Duration>,
    ) -> Result<(), AppError> {
        let id = due.row.listing_id();
        note_offered(tx, &id, of).await?;
        let mut refused: Vec<Issue> = Vec::new();
        let mut failed = None;
        for (sent, outcome) in of {
            match outcome {
                OfferOutcome::Refused(issues) => refused.extend(issues.iter().cloned()),
                OfferOutcome::Failed(error) => {
                    failed = Some((error.to_string(), all_wait.filter(|_| asks_to_wait(outcome).is_some())));
                }
                OfferOutcome::Stale(_) => {
                    let variant = &sent.offer.of_variant.variant_id;
                    failed = Some((format!("the marketplace has another stock of {variant} than it told"), None));
                }
                OfferOutcome::Done | OfferOutcome::Pending(_) => {}
            }
        }
        if refused.iter().any(|issue| issue.code == GONE) {
            return self.gone(tx, due, &refused).await;
        }
        if !refused.is_empty() {
            let said = refused.first().map(|issue| issue.message.clone()).unwrap_or_default();
            let block = Block { refused: None, nothing_new_stands: false, issues: &issues_json(&refused), why: &said };
            tx.listing_is_blocked(&id, block, due.row.touches).await?;
            return note(tx, &id, "refused", json!({ "issues": refused })).await;
        }
        match failed.or_else(|| due.held.clone().map(|why| (why, None))) {
            Some((why, all_wait)) => self.fail(tx, due, &why, all_wait, false).await,
            None => Ok(tx.listing_is_settled(&id, &due.wanted.hash, due.row.touches).await?),
        }
    }
}

impl WantedOffer {
    fn is_priced_as(&self, other: &Self) -> bool {
        (&self.price, &self.before) == (&other.price, &other.before)
    }
}

impl Due {
    /// Price and stock as they are to be sent: a price that somebody is to decide about, or that could not be looked at, stays as it was told.
    fn offered(&self, known: &ListedVariantRow, wanted: WantedOffer) -> WantedOffer {
        match self.held.is_some() || self.is_price_in_conflict(&known.variant_id) {
            true => WantedOffer { stock: wanted.stock, ..as_told(known) },
            false => wanted,
        }
    }

    /// A price is to be sent, by itself.
    pub(crate) fn offers_a_price(&self) -> bool {
        self.wanted.offers().any(|(listed, wanted)| {
            let known = self.listed.iter().find(|known| known.variant_id == listed.variant_id);
            known.is_some_and(|known| {
                known.is_price_in_doubt() || !as_told(known).is_priced_as(&self.offered(known, wanted))
            })
        })
    }
}

/// What the marketplace took is told, and what it did not take is no longer in doubt.
pub(crate) async fn note_offered(
    tx: &mut ScopedTx,
    id: &ListingId,
    of: &[(&Sent, &OfferOutcome)],
) -> Result<(), AppError> {
    let mut taken = Vec::new();
    for (sent, outcome) in of {
        match outcome {
            // One that is pending was taken; what comes of it is seen when the channel is imported.
            OfferOutcome::Done | OfferOutcome::Pending(_) => taken.push(*sent),
            OfferOutcome::Refused(_) | OfferOutcome::Stale(_) => {
                tx.note_not_taken(id, &sent.offer.of_variant.variant_id).await?;
            }
            OfferOutcome::Failed(_) => {}
        }
    }
    tx.note_told(id, &taken.iter().map(|sent| told(sent)).collect::<Vec<_>>()).await?;
    if taken.is_empty() {
        return Ok(());
    }
    let change = |sent: &&Sent| {
        let Sent { offer, wanted, .. } = sent;
        json!({ "variant": offer.of_variant.variant_id, "price": wanted.price, "stock": wanted.stock })
    };
    note(tx, id, "offered", json!({ "offers": taken.iter().map(change).collect::<Vec<_>>() })).await
}

/// The offers that are not as they were told, or of which nobody said what became. `stock_alone`: prices stay as they are.
pub(crate) fn differing(of: usize, due: &Due, stock_alone: bool) -> Vec<Sent> {
    let external_id = due.row.external_id.clone().unwrap_or_default();
    let known = |id: &str| due.listed.iter().find(|known| known.variant_id == id);
    let sent = due.wanted.offers().filter_map(|(listed, wanted)| {
        let known = known(&listed.variant_id)?;
        let told = as_told(known);
        let wanted = match stock_alone {
            true => WantedOffer { stock: wanted.stock, ..told.clone() },
            false => due.offered(known, wanted),
        };
        // What is as it was told is not told again: there it may have been changed since.
        let keeps_price = stock_alone || due.held.is_some() || due.is_price_in_conflict(&known.variant_id);
        let priced = told.is_priced_as(&wanted) && (keeps_price || !known.is_price_in_doubt());
        let stocked = told.stock == wanted.stock && !known.is_stock_in_doubt();
        if priced && stocked {
            return None;
        }
        let offer = Offer {
            listing_id: due.row.id.clone(),
            external_id: external_id.clone(),
            of_variant: listed.clone(),
            price: wanted.price.clone().filter(|_| !priced),
            compare_at: wanted.before.clone().filter(|_| !priced),
            available: wanted.stock.filter(|_| !stocked),
            location_id: None,
            expected: known.told_stock,
            key: key(&due.row.id, &listed.variant_id, &wanted, due.row.touches),
            state: due.row.state.clone(),
        };
        Some(Sent { of, offer, wanted })
    });
    sent.collect()
}

/// The same for each try of the same change.
fn key(listing: &str, variant: &str, wanted: &WantedOffer, touches: i64) -> String {
    let text = json!([listing, variant, wanted.price, wanted.before, wanted.stock, touches]).to_string();
    blake3::hash(text.as_bytes()).to_hex().chars().take(32).collect()
}

fn as_told(known: &ListedVariantRow) -> WantedOffer {
    let before = known.told_before.zip(known.currency.clone());
    WantedOffer {
        price: known.price(),
        before: before.map(|(minor, currency)| entrepot_domain::Money::new(minor, currency)),
        stock: known.told_stock,
    }
}

/// The same with the number that the marketplace has.
fn reckoned(sent: &Sent, outcome: &OfferOutcome) -> Sent {
    let expected = match outcome {
        OfferOutcome::Stale(there) => *there,
        _ => sent.offer.expected,
    };
    let key = format!("{}-{}", sent.offer.key, expected.unwrap_or_default());
    Sent { of: sent.of, offer: Offer { expected, key, ..sent.offer.clone() }, wanted: sent.wanted.clone() }
}

fn told(sent: &Sent) -> ToldOffer<'_> {
    ToldOffer {
        variant: &sent.offer.of_variant.variant_id,
        price: sent.wanted.price.as_ref(),
        before: sent.wanted.before.as_ref(),
        stock: sent.wanted.stock,
    }
}

pub(crate) fn asks_to_wait(outcome: &OfferOutcome) -> Option<CallError> {
    use AdapterError::{Denied, RateLimited, Unauthorized};
    match outcome {
        OfferOutcome::Failed(error @ (RateLimited(_) | Unauthorized(_) | Denied(_))) => {
            Some(CallError::Adapter(error.clone()))
        }
        _ => None,
    }
}
