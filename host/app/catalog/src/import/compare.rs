//! What a page says against what is known: which of them is newer, and should it have been known before?

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::Drift;
use entrepot_sandbox::RawItem;
use entrepot_store::items::KnownItem;
use entrepot_store::pages::Seen;

/// The hash of an item that could not be read completely.
pub(crate) const UNREAD: [u8; 32] = [0; 32];

/// Under which circumstances a page was read.
#[derive(Clone, Copy)]
pub(crate) struct FreshnessContext<'a> {
    /// What the run has seen before this page.
    pub(crate) seen: &'a Seen,
    /// When the marketplace was asked for it: what came meanwhile may be newer.
    pub(crate) asked_at: Timestamp,
    /// What happened before should be known already. `None`: nothing is expected to be.
    pub(crate) watermark: Option<Timestamp>,
}

impl FreshnessContext<'_> {
    /// Did a webhook, or another run, bring this item after the page was asked for, and is the page's state not the later one?
    /// An item the run itself has brought is another matter: of two pages the later one counts.
    pub(super) fn is_stale(&self, item: &RawItem, known: &KnownItem) -> bool {
        if self.seen.items.contains(&item.source_id) {
            return false;
        }
        let (came, state) = match known.deleted_at {
            Some(deleted_at) => (deleted_at, Some(deleted_at)),
            None => (known.fetched_at, known.source_updated_at),
        };
        let later = item.updated_at.zip(state).is_some_and(|(page, known)| page > known);
        came > self.asked_at && !later
    }

    /// Counts a new or changed item that deltas and webhooks should have brought. Not what an upgraded adapter reads otherwise, and
    /// not what is mapped anew because only its stock was told.
    pub(super) fn drift(&self, drift: &mut Drift, item: &RawItem, known: Option<&KnownItem>, digest: &str) {
        let Some(watermark) = self.watermark else { return };
        if item.updated_at.is_some_and(|at| at >= watermark) {
            return;
        }
        match known {
            None => drift.created += 1,
            Some(known) if known.deleted_at.is_some() => drift.created += 1,
            Some(known) => {
                let ours = known.content_hash != UNREAD && known.problem.is_none() && known.adapter_digest == digest;
                drift.updated += i64::from(ours);
            }
        }
    }
}
