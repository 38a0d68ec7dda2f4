//! Where a run is. `offset` is the number of a page here and not of a record, so the size of pages decides where one begins.

use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// Each divides those before it: a page that failed is read in smaller ones, and the next one begins where it ended.
const SIZES: [u64; 7] = [200, 100, 50, 25, 5, 1, 1];

/// From this attempt on, an item whose offers cannot be read is set aside instead of stopping the page.
pub(crate) const GIVE_UP: u32 = 3;
/// From this attempt on, a place of the list that cannot be read is passed by.
pub(crate) const HOPELESS: u32 = 5;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Phase {
    #[default]
    Items,
    /// The ids of everything there is, once more: pages move while they are read.
    Sweep,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    pub(crate) phase: Phase,
    /// The record that the next page begins with.
    pub(crate) at: u64,
    /// Records that were shown in this phase.
    pub(crate) shown: u64,
    /// The products that they are of, as far as a page by itself tells them apart.
    pub(crate) products: u64,
}

impl Cursor {
    /// How many records to ask for, and the number of the page that has them.
    pub(crate) fn page(&self, limit: u32, attempt: u32) -> (u64, u64) {
        let most = SIZES[(attempt as usize).min(SIZES.len() - 1)];
        let most = if limit == 0 || self.phase == Phase::Sweep { most } else { most.min(u64::from(limit)) };
        let fits = |size: &&u64| **size <= most && self.at.is_multiple_of(**size);
        let size = SIZES.iter().find(fits).copied().unwrap_or(1);
        (size, self.at / size)
    }

    /// After a page of so many that had so many. A short one is no end while eBay counts more, or names a next one.
    pub(crate) fn after(&self, size: u64, had: u64, total: Option<u64>, names_next: bool) -> Option<Self> {
        let next = Self { at: self.at + size, shown: self.shown + had, ..self.clone() };
        let is_more = names_next || total.is_some_and(|total| next.at < total);
        // Behind the end eBay shows nothing and may go on naming pages.
        (is_more && (had > 0 || total.is_some_and(|total| next.at < total))).then_some(next)
    }

    /// The sweep, after a full run's last page of items.
    pub(crate) fn next_phase(&self, scope: Scope) -> Option<Self> {
        (self.phase == Phase::Items && scope == Scope::Everything)
            .then(|| Self { phase: Phase::Sweep, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_begins_where_the_one_before_ended() {
        let at = |at| Cursor { at, ..Cursor::default() };
        assert_eq!((at(0).page(0, 0), at(400).page(0, 0), at(0).page(100, 0)), ((200, 0), (200, 2), (100, 0)));
        // After a small page the next one is as large as its place allows.
        assert_eq!((at(400).page(0, 1), at(500).page(0, 0), at(525).page(0, 0)), ((100, 4), (100, 5), (25, 21)));
        assert_eq!((at(7).page(0, 0), at(10).page(0, 9), at(9).page(3, 0)), ((1, 7), (1, 10), (1, 9)));
        let sweep = Cursor { phase: Phase::Sweep, ..at(0) };
        assert_eq!(sweep.page(10, 0), (200, 0), "ids alone are cheap");
    }

    #[test]
    fn a_short_page_is_no_end() {
        let first = Cursor::default();
        let place = |next: Option<Cursor>| next.map(|next| next.at);
        assert_eq!(place(first.after(200, 150, Some(300), false)), Some(200));
        assert_eq!(place(first.after(200, 0, Some(300), false)), Some(200), "empty, and there are more");
        assert_eq!(place(first.after(200, 200, Some(200), false)), None);
        assert_eq!(place(first.after(200, 200, None, true)), Some(200));
        assert_eq!(place(first.after(200, 0, None, true)), None, "behind the end");
        assert_eq!(place(first.after(200, 200, Some(100), true)), Some(200), "it counts wrongly, and names a next one");
        let end = Cursor { at: 400, ..first };
        assert_eq!(
            (end.next_phase(Scope::ChangedSince), end.next_phase(Scope::Everything).map(|next| next.phase)),
            (None, Some(Phase::Sweep))
        );
    }
}
