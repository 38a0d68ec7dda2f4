//! Before a delta is closed: what it did not show, and was mapped with other settings than those of now, is mapped again from what is
//! kept of it. A full run shows everything.

use std::collections::VecDeque;

use entrepot_domain::run::RunScope;
use entrepot_queue::Outcome;

use super::active_run::ActiveRun;
use super::page::{ItemMapper, PORTION_BYTES, map_again};
use crate::Imports;
use entrepot_core::AppError;
use entrepot_core::retry_transient;

const AT_ONCE: i64 = 100;

impl Imports {
    /// The last page is committed: what is left to be done, and the end.
    pub(super) async fn after_the_last(
        &self,
        active: &mut ActiveRun,
        mapper: &mut ItemMapper,
    ) -> Result<Outcome, AppError> {
        if let Err(error) = self.bring_up_to_date(active, mapper).await {
            return self.on_write_error(active, error).await;
        }
        self.close_run(active).await?;
        Ok(Outcome::Done)
    }

    async fn bring_up_to_date(&self, active: &mut ActiveRun, mapper: &mut ItemMapper) -> Result<(), AppError> {
        if !matches!(active.row.scope(), RunScope::ChangedSince(_)) {
            return Ok(());
        }
        let (patience, mut after) = (self.services.options().database_patience, String::new());
        loop {
            let (scoped, channel) = (&active.scoped, &active.channel);
            let stale =
                async || scoped.stale_items(&channel.id, &channel.mapped_with, &after, AT_ONCE, PORTION_BYTES).await;
            let items = retry_transient(patience, stale).await?;
            let Some(last) = items.iter().map(|item| item.source_id.clone()).max() else { return Ok(()) };
            let mut items = VecDeque::from(items);
            while !items.is_empty() {
                let prepared =
                    map_again(&self.services, &active.scoped, &active.channel, mapper, &active.seen, &mut items)
                        .await?;
                self.stay_at_the_end(active, prepared).await?;
            }
            after = last;
        }
    }
}
