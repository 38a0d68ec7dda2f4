//! Where a run is, and where it goes from there. Pure: pages in, positions out.
//!
//! WooCommerce pages by number, so a product deleted from an earlier page moves the next one into a page already read. Three
//! things together lose nothing: order by id, a step back when the total shrank, and a sweep over all ids at the end.

use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// From this attempt on, elements of which none is an object are kept as dead letters instead of taking the page for a broken one.
pub(crate) const GIVE_UP: u32 = 3;

/// From this attempt on, a single place at which the shop fails is passed by, though nobody knows what stands there.
pub(crate) const HOPELESS: u32 = 6;

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
    /// The most that the shop gives a page, whatever is asked; 0: what is asked.
    pub(crate) cap: u64,
    /// Pages since `size` changed.
    pub(crate) steady: u8,
    /// Steps back so far: a shop whose totals flicker must not be read for ever.
    pub(crate) backs: u8,
    /// Empty pages in a row, where the total promises more.
    pub(crate) empty: u8,
    /// Products in a row that the shop failed at.
    pub(crate) failed: u8,
    /// Fingerprint of the previous page's ids.
    pub(crate) previous: u64,
    /// Sweep: ids in this pass, and the passes begun anew.
    pub(crate) listed: u64,
    pub(crate) redo: u8,
}

/// What WooCommerce gives at most.
pub(crate) const LARGEST: u64 = 100;

const MOST_BACKS: u8 = 100;

/// A plugin may hide all of a page. More such pages in a row, and it is the total that is wrong.
const MOST_EMPTY: u8 = 2;

/// What came back for a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Got {
    pub(crate) items: u64,
    pub(crate) total: Option<u64>,
    /// How many pages the shop says there are.
    pub(crate) pages: Option<u64>,
    pub(crate) fingerprint: u64,
}

impl Cursor {
    /// How many items to ask for: fewer with each failed attempt, and more again after some pages that went well. Positions are page
    /// numbers, so only what divides the position will do. `most` is what the shop takes as a page size.
    pub(crate) fn size(&self, limit: u32, most: u64, attempt: u32) -> u64 {
        let limit = if limit == 0 { LARGEST } else { u64::from(limit) };
        let last = if self.size == 0 { LARGEST } else { self.size };
        let wanted = match attempt {
            0 if self.steady >= 4 => last * 2,
            attempt => last >> attempt.min(8),
        };
        let cap = if self.cap == 0 { LARGEST } else { self.cap };
        let wanted = wanted.min(cap).min(limit).min(most).clamp(1, LARGEST);
        (1..=wanted).rev().find(|size| self.offset.is_multiple_of(*size)).unwrap_or(1)
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
        if got.items > 0 && self.offset > 0 && got.fingerprint == self.previous {
            return Err(same_page_again());
        }
        Ok(next.step(size, got).then_some(next))
    }

    /// Moves past a page; `false`: it was the last. A short page is none while the shop's total says more: a plugin hides some of it,
    /// or the shop gives fewer a page than it was asked for.
    pub(crate) fn step(&mut self, size: u64, got: Got) -> bool {
        let total = got.believable_total(self.offset);
        if got.items == 0 {
            self.empty += 1;
            let more = total.is_some_and(|total| total > self.offset) && self.empty <= MOST_EMPTY;
            self.offset += size;
            return more;
        }
        self.empty = 0;
        if got.items >= size {
            self.offset += size;
            return true;
        }
        // Its pages are as large as they were asked for, if there are as many of them.
        let as_asked = total.zip(got.pages).is_some_and(|(total, pages)| pages == total.div_ceil(size));
        let end = self.offset + if as_asked { size } else { got.items };
        self.offset = end;
        if !as_asked {
            self.cap = got.items;
            // A few are read twice, so that the position is a page number again.
            self.offset = end / got.items * got.items;
        }
        total.is_none_or(|total| end < total)
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
        "the shop answers different pages with the same products: a cache in front of it ignores the page number. Have /wp-json exempted \
         from that cache: it is a plugin of the shop, or the hosting company's"
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

    /// As a shop says it that gives as many as it is asked for.
    fn got(items: u64, total: Option<u64>) -> Got {
        Got { items, total, pages: total.map(|total| total.div_ceil(100)), fingerprint: 2 }
    }

    fn offset(next: Result<Option<Cursor>, Error>) -> Option<u64> {
        next.ok().flatten().map(|cursor| cursor.offset)
    }

    #[test]
    fn asks_for_less_after_failures_and_keeps_positions_aligned() {
        let cursor = at(300, 100, 1000);
        assert_eq!([0, 1, 2, 3, 4, 9].map(|attempt| cursor.size(100, 100, attempt)), [100, 50, 25, 12, 6, 1]);
        assert_eq!((cursor.size(30, 100, 0), cursor.size(100, 20, 0)), (30, 20));
        assert_eq!(at(350, 50, 1000).size(100, 100, 0), 50);
        assert_eq!(Cursor { steady: 4, ..at(400, 50, 1000) }.size(100, 100, 0), 100);
        assert_eq!(Cursor { steady: 4, ..at(350, 50, 1000) }.size(100, 100, 0), 70);
        assert_eq!(Cursor { steady: 4, cap: 10, ..at(350, 10, 1000) }.size(100, 100, 0), 10);
        assert_eq!(at(97, 100, 1000).size(50, 100, 0), 1, "a position that nothing divides");
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
        let promised = Cursor { empty: MOST_EMPTY, ..at(200, 100, 9999) };
        assert!(end(promised, 0, Some(9999)), "a header that promises more than there is");
        assert!(!end(at(200, 100, 9999), 0, Some(9999)), "a plugin may hide all of a page");
        assert!(!end(at(200, 100, 5), 11, Some(5)), "a header that promises less: go on to the empty page");
        assert!(!end(at(200, 100, 5), 11, None), "no header: a short page may be a filtered one");
        assert!(!end(at(200, 100, 900), 60, Some(900)), "a plugin hides some of this page");
    }

    #[test]
    fn a_short_page_is_no_end_while_the_total_says_more() {
        let capped = |total, pages| Got { items: 10, total, pages, fingerprint: 2 };
        for (total, pages) in [(Some(35), Some(4)), (Some(35), None), (None, None), (None, Some(4))] {
            let next = at(0, 0, 0).advance(100, capped(total, pages)).unwrap_or_default().unwrap_or_default();
            assert_eq!((next.offset, next.cap, next.size(100, 100, 0)), (10, 10, 10), "{total:?} {pages:?}");
        }
        // Ninety of a hundred, on as many pages as there should be: the others are hidden, and not the next ones.
        let hidden = at(0, 0, 0).advance(100, Got { items: 90, total: Some(600), pages: Some(6), fingerprint: 2 });
        assert_eq!(offset(hidden), Some(100));
    }

    #[test]
    fn the_same_page_twice_is_no_progress() {
        let cursor = Cursor { previous: 2, ..at(100, 100, 1000) };
        assert!(matches!(cursor.advance(100, got(100, Some(1000))), Err(Error::Unavailable(_))));
    }
}
