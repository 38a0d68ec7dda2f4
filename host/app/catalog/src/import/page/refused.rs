//! What the database refuses, however often it is tried: the item that it is about becomes a dead letter, and the others are written.

use std::ops::Range;

use entrepot_domain::RunId;
use entrepot_domain::catalog::Issue;
use entrepot_domain::catalog::limits::beginning;
use entrepot_store::{Scoped, StoreError};

use super::rows::write_items;
use super::{Prepared, PreparedPage};
use crate::import::compare::UNREAD;
use entrepot_channels::OpenChannel;
use entrepot_core::Services;
use entrepot_core::retry_transient;

/// The code of an item that the database did not take.
pub(crate) const REFUSED: &str = "refused-by-database";
/// Characters of what the database said.
const LONGEST: usize = 300;

impl PreparedPage {
    /// After the database refused the page: finds the items it refuses, and makes dead letters of them. False: it is not about items.
    pub(crate) async fn set_refused_aside(
        &mut self,
        services: &Services,
        scoped: &Scoped,
        channel: &OpenChannel,
        run: &RunId,
        conflicts_last: bool,
    ) -> Result<bool, StoreError> {
        let mut found = false;
        let mut ranges: Vec<_> = std::iter::once(0..self.writes.len()).collect();
        while let Some(range) = ranges.pop() {
            let error = match self.probe(services, scoped, channel, run, &range).await {
                Err(error) if error.is_refusal_if(conflicts_last) => error,
                outcome => {
                    outcome?;
                    continue;
                }
            };
            match range.len() {
                0 => {}
                1 => {
                    let write = &mut self.writes[range.start];
                    let (id, why) = (write.item.source_id.as_str(), error.to_string());
                    tracing::warn!(item = id, "the database refuses an item: {why}");
                    let before = (write.counted, write.counter());
                    if !write.refuse(&why) {
                        return Ok(false);
                    }
                    if let (true, counter) = before {
                        *counter(&mut self.counts) -= 1;
                        self.counts.dead_letters += 1;
                    }
                    found = true;
                    // Is the dead letter taken?
                    ranges.push(range);
                }
                length => {
                    let middle = range.start + length / 2;
                    ranges.extend([range.start..middle, middle..range.end]);
                }
            }
        }
        Ok(found)
    }

    /// Writes these items into a transaction that comes to nothing.
    async fn probe(
        &self,
        services: &Services,
        scoped: &Scoped,
        channel: &OpenChannel,
        run: &RunId,
        range: &Range<usize>,
    ) -> Result<(), StoreError> {
        retry_transient(services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            write_items(&self.writes[range.clone()], self.asked_at, &mut tx, channel, run).await
        })
        .await
    }
}

impl Prepared {
    /// False: it was refused before, and there is nothing left to do without.
    fn refuse(&mut self, why: &str) -> bool {
        let known = self.outcome.as_ref().is_err_and(|issues| issues.iter().any(|issue| issue.code == REFUSED));
        if known && self.item.body.is_empty() {
            return false;
        }
        if known {
            (self.item.body, self.packed) = (String::new(), None);
        }
        let why = beginning(why, LONGEST);
        let message = format!("it cannot be stored: {why}. Correct it in the shop; the next import tries again");
        self.hash = UNREAD;
        (self.outcome, self.new_product, self.settles) = (Err(vec![Issue::new("", REFUSED, message)]), None, false);
        true
    }
}
