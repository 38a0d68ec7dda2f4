//! Deliveries that say of much that it is gone: a marketplace's mistake, or a stranger's with its key, does not empty a catalogue.

use entrepot_domain::ChannelId;
use entrepot_domain::run::may_vanish;
use entrepot_store::inboxes::Deletions;
use entrepot_store::{Scoped, StoreError};

use crate::Sync;

/// So many as may vanish at once may do so in this time.
const SPAN_MS: i64 = 24 * 60 * 60 * 1000;

/// The code of deliveries that were held back.
pub(crate) const HELD_BACK: &str = "mass-deletion";

impl Sync {
    /// What deliveries will have deleted, if so many more are; an error: they are too many, and why.
    pub(super) async fn may_delete(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        more: usize,
    ) -> Result<Result<Deletions, String>, StoreError> {
        let now = self.db().clock().now();
        let mut deletions = scoped.deletions(channel).await?;
        if !(now - SPAN_MS..=now).contains(&deletions.since) {
            let alive = scoped.count_alive(channel).await?;
            deletions = Deletions { since: now, deleted: 0, of: i64::try_from(alive).unwrap_or(i64::MAX) };
        }
        deletions.deleted = deletions.deleted.saturating_add(i64::try_from(more).unwrap_or(i64::MAX));
        let percent = self.parts().options.mass_deletion_percent;
        let most = may_vanish(usize::try_from(deletions.of).unwrap_or(0), percent);
        if usize::try_from(deletions.deleted).is_ok_and(|deleted| deleted <= most) {
            return Ok(Ok(deletions));
        }
        Ok(Err(format!(
            "deliveries say of {} of {} products within a day that they are gone, more than may vanish at once ({percent}%, and never \
             most of them); these stay. If that is right: entrepot import CHANNEL --full --allow-mass-deletion",
            deletions.deleted, deletions.of
        )))
    }
}
