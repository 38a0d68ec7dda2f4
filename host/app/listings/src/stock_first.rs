//! Stock of listings whose content waits: for a person, for a mend, or for its turn. What is sold out is not to be sold meanwhile.

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};
use entrepot_domain::clock::millis;
use entrepot_domain::listing::{Intent, Status};
use entrepot_sandbox::OfferOutcome;
use entrepot_store::Scoped;
use entrepot_store::channel_work::ChannelWork;

use crate::Listings;
use crate::due::Due;
use crate::offers::{Sent, asks_to_wait, differing, note_offered};
use crate::waits::concerns_all;

impl Due {
    /// It is on sale there, as far as is known.
    fn is_on_sale(&self) -> bool {
        let row = &self.row;
        let stands = row.external_id.is_some() && row.last_synced_at.is_some() && row.pending.is_none();
        let is_on = matches!(row.channel_status.as_deref(), Some("active" | "out-of-stock" | "in-review"));
        stands && is_on && row.status == Status::Active.as_str() && self.wanted.listing.intent == Intent::Active
    }
}

impl Listings {
    /// Sends the stock that differs, and nothing else. How the listings stand stays as it is. False: the marketplace asks all to wait.
    pub(crate) async fn stock_first(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &mut [Due],
    ) -> Result<bool, AppError> {
        let differs = |(of, due): (usize, &Due)| if due.is_on_sale() { differing(of, due, true) } else { Vec::new() };
        let sent: Vec<Sent> = due.iter().enumerate().flat_map(differs).collect();
        if sent.is_empty() {
            return Ok(true);
        }
        let outcomes = match self.send_offers(scoped, channel, owner, due, &sent).await {
            Ok(outcomes) => outcomes,
            Err(AppError::Call(error)) => {
                tracing::info!(channel = channel.id.as_str(), "stock waits for what else is sent: {error}");
                return match concerns_all(&error) {
                    true => self.call_failed(scoped, channel, owner, &[], &error).await.map(|()| false),
                    false => Ok(true),
                };
            }
            Err(error) => return Err(error),
        };
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for (at, due) in due.iter().enumerate() {
                let of: Vec<_> = sent.iter().zip(&outcomes).filter(|(sent, _)| sent.of == at).collect();
                note_offered(&mut tx, &due.row.listing_id(), &of).await?;
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await?;
        for (sent, outcome) in sent.iter().zip(&outcomes) {
            let variant = &sent.offer.of_variant.variant_id;
            let known = due[sent.of].listed.iter_mut().find(|known| known.variant_id == *variant);
            if let (Some(known), OfferOutcome::Done | OfferOutcome::Pending(_)) = (known, outcome) {
                known.told_stock = sent.wanted.stock;
            }
        }
        match outcomes.iter().find_map(asks_to_wait) {
            Some(error) => self.call_failed(scoped, channel, owner, &[], &error).await.map(|()| false),
            None => Ok(true),
        }
    }
}
