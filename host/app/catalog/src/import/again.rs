//! Before a delta is closed: what it did not show, and was mapped with other settings than those of now, is mapped again from what is
//! kept of it. A full run shows everything.

use std::collections::VecDeque;

use entrepot_domain::run::RunScope;
use entrepot_queue::Outcome;
use entrepot_runtime::Mapper;

use super::active_run::Hand;
use super::page::{PORTION_BYTES, map_again};
use crate::Imports;
use entrepot_core::AppError;
use entrepot_core::with_patience;

const AT_ONCE: i64 = 100;

impl Imports {
    /// The last page is committed: what is left to be done, and the end.
    pub(super) async fn after_the_last(&self, hand: &mut Hand, mapper: &mut Mapper) -> Result<Outcome, AppError> {
        if let Err(error) = self.bring_up_to_date(hand, mapper).await {
            return self.not_written(hand, error).await;
        }
        self.close_run(hand).await?;
        Ok(Outcome::Done)
    }

    async fn bring_up_to_date(&self, hand: &mut Hand, mapper: &mut Mapper) -> Result<(), AppError> {
        if !matches!(hand.row.scope(), RunScope::ChangedSince(_)) {
            return Ok(());
        }
        let (patience, mut after) = (self.services.options().database_patience, String::new());
        loop {
            let (scoped, channel) = (&hand.scoped, &hand.channel);
            let stale =
                async || scoped.stale_items(&channel.id, &channel.mapped_with, &after, AT_ONCE, PORTION_BYTES).await;
            let items = with_patience(patience, stale).await?;
            let Some(last) = items.iter().map(|item| item.source_id.clone()).max() else { return Ok(()) };
            let mut items = VecDeque::from(items);
            while !items.is_empty() {
                let prepared =
                    map_again(&self.services, &hand.scoped, &hand.channel, mapper, &hand.seen, &mut items).await?;
                self.stay_at_the_end(hand, prepared).await?;
            }
            after = last;
        }
    }
}
