//! What says of much that it is gone: a marketplace's mistake, or a stranger's with its key, does not empty a catalogue. Runs and
//! deliveries of a channel share one allowance for a day, so that many small steps delete no more than a large one.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::may_vanish;
use entrepot_store::inboxes::Deletions;
use entrepot_store::{Scoped, StoreError};

use crate::Imports;

/// So many as may vanish at once may do so in this time.
const SPAN_MS: i64 = 24 * 60 * 60 * 1000;

/// The code of deliveries that were held back.
pub(crate) const HELD_BACK: &str = "mass-deletion";

/// What will have been deleted within a day if so many more are.
#[derive(Clone, Copy)]
pub(crate) struct Deleting {
    pub(crate) by_now: Deletions,
    /// Not more than may be without being asked about.
    pub(crate) allowed: bool,
    /// How many may be.
    pub(crate) most: usize,
}

impl Imports {
    /// `more`: so many are gone. `brief`: so many of them were brought by the run that says so, and were never part of what there was.
    pub(crate) async fn deletions_with(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        more: usize,
        brief: usize,
    ) -> Result<Deleting, StoreError> {
        let (now, percent) = (self.services.db().clock().now(), self.services.options().mass_deletion_percent);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let mut by_now = scoped.deletions(channel).await?;
        let goes_on = (now - SPAN_MS..=now).contains(&by_now.since);
        if !goes_on {
            by_now = Deletions { since: now, deleted: 0, of: 0 };
        }
        let most = |by_now: Deletions| may_vanish(usize::try_from(by_now.of).unwrap_or(0), percent);
        let before = by_now.deleted;
        let lasting = before.saturating_add(number(more.saturating_sub(brief)));
        let allowed = |by_now: Deletions| usize::try_from(lasting).is_ok_and(|lasting| lasting <= most(by_now));
        by_now.deleted = before.saturating_add(number(more));
        if !allowed(by_now) {
            // There may be more by now than when it began. What came since the shop was last read in whole, or within the day, does not
            // count: a shop that shows all its products under new ids would delete those that it had.
            let since = scoped.last_full_end(channel).await?.unwrap_or(0).max(now - SPAN_MS);
            let established = number(scoped.count_established(channel, since).await?);
            by_now.of = by_now.of.max(established.saturating_add(before));
        }
        let mut allowed = allowed(by_now);
        if brief > 0 {
            let alive = scoped.count_established(channel, Timestamp::MAX).await?;
            allowed &= brief <= may_vanish(alive, percent);
            by_now.of = by_now.of.max(number(alive));
        }
        Ok(Deleting { by_now, allowed, most: most(by_now) })
    }
}
