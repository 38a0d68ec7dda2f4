//! Where a run is, and where it goes from there. Pure: pages in, positions out.
//!
//! WooCommerce pages by number, so a product deleted from an earlier page moves the next one into a page already read. Three
//! things together lose nothing: order by id, a step back when the total shrank, and a sweep over all ids at the end.

use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Phase {
    #[default]
    Products,
    Sweep,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    pub(crate) phase: Phase,
    /// Items before this page; a multiple of the page size, so that it is a page number at any size.
    pub(crate) offset: u64,
    /// The total the previous page declared.
    pub(crate) total: Option<u64>,
    /// The page size that worked last; 0 for the first page.
    pub(crate) size: u64,
    /// Pages since `size` changed.
    pub(crate) steady: u8,
    /// Steps back so far: a shop whose totals flicker must not be read for ever.
    pub(crate) backs: u8,
    /// Fingerprint of the previous page's ids.
    pub(crate) previous: u64,
    /// Sweep: ids in this pass, and the passes begun anew.
    pub(crate) listed: u64,
    pub(crate) redo: u8,
}

/// Each divides the one before: a position can be gone on from at a smaller size.
const SIZES: [u64; 5] = [100, 50, 25, 5, 1];

const MOST_BACKS: u8 = 100;

/// What came back for a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Got {
    pub(crate) items: u64,
    pub(crate) total: Option<u64>,
    pub(crate) fingerprint: u64,
}

impl Cursor {
    /// How many items to ask for: fewer with each failed attempt, and more again after some pages that went well.
    pub(crate) fn size(&self, limit: u32, attempt: u32) -> u64 {
        let limit = if limit == 0 { 100 } else { u64::from(limit) };
        let last = SIZES.iter().position(|size| *size == self.size).unwrap_or(0);
        let now = if attempt > 0 { last + attempt as usize } else { last - usize::from(last > 0 && self.steady >= 4) };
        let cap = SIZES[now.min(SIZES.len() - 1)].min(limit);
        SIZES.into_iter().find(|size| *size <= cap && self.offset.is_multiple_of(*size)).unwrap_or(1)
    }

    pub(crate) fn page(&self, size: u64) -> u64 {
        self.offset / size + 1
    }

    /// Where to go on; `None` after the last page.
    pub(crate) fn advance(&self, size: u64, got: Got) -> Result<Option<Self>, Error> {
        let total = got.believable_total(self.offset);
        let mut next = Self { total, size, ..self.clone() };
        next.steady = if size == self.size { self.steady.saturating_add(1) } else { 0 };
        next.previous = got.fingerprint;
        if let (Some(before), Some(now)) = (self.total, total)
            && now < before
            && self.offset > 0
            && self.backs < MOST_BACKS
        {
            next.offset = self.offset.saturating_sub((before - now).div_ceil(size) * size);
            next.backs += 1;
            return Ok(Some(next));
        }
        if got.items == 0 || (got.items < size && total.is_some_and(|total| self.offset + size >= total)) {
            return Ok(None);
        }
        if self.offset > 0 && got.fingerprint == self.previous {
            return Err(same_page_again());
        }
        next.offset = self.offset + size;
        Ok(Some(next))
    }
}

impl Got {
    /// A page past the end may declare 0, and a total below what is on the page and before it is none.
    pub(crate) fn believable_total(self, offset: u64) -> Option<u64> {
        let seen = if self.items == 0 { offset.min(1) } else { offset + self.items };
        self.total.filter(|total| *total >= seen)
    }

    /// The total to show: a page past the end proves less than one with items.
    pub(crate) fn declared_total(self, offset: u64) -> Option<u64> {
        self.believable_total(offset).filter(|total| *total >= offset)
    }
}

pub(crate) fn same_page_again() -> Error {
    Error::Unavailable(
        "the shop answers different pages with the same products: a cache in front of it ignores the page number"
            .to_owned(),
    )
}

/// FNV-1a.
pub(crate) fn fingerprint(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64, size: u64, total: u64) -> Cursor {
        Cursor { offset, size, total: Some(total), previous: 1, ..Cursor::default() }
    }

    fn got(items: u64, total: Option<u64>) -> Got {
        Got { items, total, fingerprint: 2 }
    }

    fn offset(next: Result<Option<Cursor>, Error>) -> Option<u64> {
        next.ok().flatten().map(|cursor| cursor.offset)
    }

    #[test]
    fn asks_for_less_after_failures_and_keeps_positions_aligned() {
        let cursor = at(300, 100, 1000);
        assert_eq!([0, 1, 2, 3, 4, 9].map(|attempt| cursor.size(100, attempt)), [100, 50, 25, 5, 1, 1]);
        assert_eq!(cursor.size(30, 0), 25);
        assert_eq!(at(350, 50, 1000).size(100, 0), 50);
        assert_eq!(Cursor { steady: 4, ..at(400, 50, 1000) }.size(100, 0), 100);
        assert_eq!(Cursor { steady: 4, ..at(350, 50, 1000) }.size(100, 0), 50);
        assert_eq!((at(350, 50, 1).page(50), at(350, 50, 1).page(25)), (8, 15));
    }

    #[test]
    fn steps_back_when_the_total_shrank() {
        assert_eq!(offset(at(300, 100, 1000).advance(100, got(100, Some(999)))), Some(200));
        assert_eq!(offset(at(300, 100, 1000).advance(100, got(100, Some(899)))), Some(100));
        assert_eq!(offset(at(300, 100, 1000).advance(100, got(100, Some(400)))), Some(0));
        assert_eq!(offset(at(300, 100, 301).advance(100, got(0, Some(300)))), Some(200), "even from an empty page");
        assert_eq!(offset(at(300, 100, 1000).advance(100, got(100, Some(1001)))), Some(400), "growth needs no step");
        let tired = Cursor { backs: MOST_BACKS, ..at(300, 100, 1000) };
        assert_eq!(offset(tired.advance(100, got(100, Some(999)))), Some(400));
    }

    #[test]
    fn ends_whatever_the_header_says() {
        let end = |cursor: Cursor, items, total| cursor.advance(100, got(items, total)) == Ok(None);
        assert!(end(at(200, 100, 211), 11, Some(211)));
        assert!(end(at(200, 100, 200), 0, Some(200)));
        assert!(end(at(200, 100, 200), 0, Some(0)), "an empty page that declares nothing");
        assert!(end(at(200, 100, 9999), 0, Some(9999)), "a header that promises more than there is");
        assert!(!end(at(200, 100, 5), 11, Some(5)), "a header that promises less: go on to the empty page");
        assert!(!end(at(200, 100, 5), 11, None), "no header: a short page may be a filtered one");
        assert!(!end(at(200, 100, 900), 60, Some(900)), "a plugin hides some of this page");
    }

    #[test]
    fn the_same_page_twice_is_no_progress() {
        let cursor = Cursor { previous: 2, ..at(100, 100, 1000) };
        assert!(matches!(cursor.advance(100, got(100, Some(1000))), Err(Error::Unavailable(_))));
    }
}
