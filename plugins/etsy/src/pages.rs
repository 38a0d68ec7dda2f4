//! Where a run is, and where it goes from there. Pure: pages in, positions out.
//!
//! Etsy pages by offset through lists that move while they are read: a listing that sells out leaves the active ones, and every
//! row behind it moves up, past the reader. So each page is asked for with an overlap: it must show a row that the page before
//! ended with, unchanged. Rows that nobody touches keep their order among each other, so what follows that row is everything
//! untouched that has not been read. Where no such row is shown, the reader goes back, at last to the beginning.
//! No order is relied on: `sort_on` has no effect without a search, and `updated` is not strictly descending even then.

use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// The states a listing can be in; a list shows one of them, by default only the active ones. Their order matters: whatever
/// leaves the active ones goes to a list that is read later, and what becomes inactive goes to the last.
pub(crate) const STATES: [&str; 5] = ["active", "draft", "sold_out", "expired", "inactive"];

/// How many rows of the page before are asked for again.
const OVERLAP: usize = 3;

/// Steps back in one run: a shop that moves faster than it can be read is tried again later.
const MOST_BACKS: u16 = 200;

const SIZES: [u64; 5] = [100, 50, 25, 10, 5];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Phase {
    #[default]
    Items,
    /// The ids of everything there is, once more.
    Sweep,
}

/// A row as it was shown: the listing's id and when it last changed, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark(pub(crate) u64, pub(crate) i64);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    pub(crate) phase: Phase,
    /// Which list of the phase.
    pub(crate) list: usize,
    pub(crate) offset: u64,
    /// What the page before ended with.
    pub(crate) marks: Vec<Mark>,
    pub(crate) backs: u16,
    /// Whether the last step was one back.
    pub(crate) lost: bool,
    /// What Etsy counted in the lists that were swept so far; none: it did not say.
    counted: Option<u64>,
}

/// What a page gives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Rows from this one on are new; `None`: the list is at its end.
    From(usize, Option<Cursor>),
    /// The list moved; ask here.
    Lost(Cursor),
}

/// How many rows to ask for.
pub(crate) fn size(limit: u32, attempt: u32) -> u64 {
    let most = SIZES[(attempt as usize).min(SIZES.len() - 1)];
    if limit == 0 { most } else { u64::from(limit).clamp(5, most) }
}

impl Cursor {
    /// The beginning of one of the lists.
    pub(crate) fn of_list(list: usize) -> Self {
        Self { list, ..Self::default() }
    }

    /// The state whose listings are read. The sweep ends with the active ones again: nothing becomes active unseen meanwhile.
    pub(crate) fn state(&self) -> Result<&'static str, Error> {
        let again = (self.phase == Phase::Sweep && self.list == STATES.len()).then_some(STATES[0]);
        let state = STATES.get(self.list).copied().or(again);
        state.ok_or_else(|| Error::Other(format!("the cursor names list {}, and there is none", self.list)))
    }

    /// With this list's count: how many listings there are in those that were swept. The one that is swept twice counts once.
    pub(crate) fn counted(&self, count: Option<u64>) -> Option<u64> {
        if self.list < STATES.len() {
            self.counted.zip(count).map(|(counted, count)| counted + count)
        } else {
            self.counted
        }
    }

    /// The next list of a run, after one of so many.
    pub(crate) fn next_list(&self, scope: Scope, count: Option<u64>) -> Option<Self> {
        let (phase, counted) = (self.phase, self.counted(count));
        let next = Self { phase, list: self.list + 1, backs: self.backs, counted, ..Self::default() };
        match self.phase {
            _ if next.list < STATES.len() => Some(next),
            // Found changes are what a delta is for; it deletes nothing, so it needs no second look.
            Phase::Items if scope == Scope::Everything => {
                Some(Self { phase: Phase::Sweep, backs: self.backs, counted: Some(0), ..Self::default() })
            }
            Phase::Sweep if next.list == STATES.len() => Some(next),
            _ => None,
        }
    }

    /// `asked` rows were asked for at this offset.
    pub(crate) fn take(&self, rows: &[Mark], count: Option<u64>, asked: u64) -> Result<Taken, Error> {
        let from = if self.offset == 0 {
            0
        } else {
            // The first of the known rows: more than needed is read rather than less.
            let Some(first) = rows.iter().position(|row| self.marks.contains(row)) else { return self.back() };
            first + rows[first..].iter().take_while(|row| self.marks.contains(row)).count()
        };
        let shown = rows.len() as u64;
        let ended = match count {
            // A full page that shows more than there are proves the count wrong.
            Some(count) if self.offset + shown >= count => shown < asked || self.offset + shown == count,
            // A count may be wrong; a short page with nothing new is the end all the same.
            _ => shown < asked && from == rows.len(),
        };
        if ended {
            return Ok(Taken::From(from, None));
        }
        let keep = OVERLAP.min(rows.len().saturating_sub(1));
        let next = Self {
            offset: self.offset + shown - keep as u64,
            marks: rows[rows.len() - keep..].to_vec(),
            lost: false,
            ..self.clone()
        };
        Ok(Taken::From(from, Some(next)))
    }

    /// The list from its beginning, by a reader that has gone back too often. Where the shop has come to rest since, the run goes on.
    pub(crate) fn anew(&self) -> Self {
        Self { offset: 0, marks: Vec::new(), lost: false, backs: MOST_BACKS / 2, ..self.clone() }
    }

    fn back(&self) -> Result<Taken, Error> {
        if self.backs >= MOST_BACKS {
            return Err(Error::Unavailable("the shop's lists move faster than they can be read".to_owned()));
        }
        // Where a page back shows nothing known either, rows were added in front or much is gone: from the beginning.
        let offset = if self.lost { 0 } else { self.offset.saturating_sub(100) };
        Ok(Taken::Lost(Self { offset, backs: self.backs + 1, lost: true, ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(ids: impl IntoIterator<Item = u64>) -> Vec<Mark> {
        ids.into_iter().map(|id| Mark(id, 1)).collect()
    }

    fn at(offset: u64, marks: impl IntoIterator<Item = u64>) -> Cursor {
        Cursor { offset, marks: rows(marks), ..Cursor::default() }
    }

    #[test]
    fn each_page_shows_the_end_of_the_one_before() {
        let Ok(Taken::From(0, Some(next))) = at(0, []).take(&rows(1..=100), Some(150), 100) else { panic!() };
        assert_eq!((next.offset, next.marks.clone()), (97, rows(98..=100)));
        assert_eq!(next.take(&rows(98..=150), Some(150), 100), Ok(Taken::From(3, None)));
        // Two rows in front left: one known row is still there.
        assert!(matches!(next.take(&rows(100..=150), Some(148), 100), Ok(Taken::From(1, None))));
        // One came: nothing is lost, and the end is further away.
        assert!(matches!(next.take(&rows(97..=150), Some(151), 100), Ok(Taken::From(4, None))));
    }

    #[test]
    fn where_nothing_known_is_shown_the_reader_goes_back() {
        let Ok(Taken::Lost(once)) = at(297, [298, 299, 300]).take(&rows(301..=350), Some(346), 100) else { panic!() };
        assert_eq!((once.offset, once.lost), (197, true));
        let Ok(Taken::Lost(twice)) = once.take(&rows(500..=600), Some(900), 100) else { panic!() };
        assert_eq!(twice.offset, 0);
        assert!(matches!(twice.take(&rows(1..=100), Some(900), 100), Ok(Taken::From(0, Some(_)))));
        let tired = Cursor { backs: MOST_BACKS, ..at(97, [100]) };
        assert!(matches!(tired.take(&[], Some(0), 100), Err(Error::Unavailable(_))));
        assert!(matches!(tired.anew().take(&rows(1..=100), Some(900), 100), Ok(Taken::From(0, Some(_)))));
        // A row that changed is no mark: it may stand anywhere.
        assert!(matches!(at(97, [100]).take(&[Mark(100, 2)], Some(98), 100), Ok(Taken::Lost(_))));
    }

    #[test]
    fn ends_whatever_the_count_says() {
        let end =
            |cursor: Cursor, shown: &[Mark], count| matches!(cursor.take(shown, count, 100), Ok(Taken::From(_, None)));
        assert!(end(at(0, []), &[], Some(0)) && end(at(0, []), &[], None) && end(at(0, []), &[], Some(9)));
        assert!(end(at(97, [98, 99, 100]), &rows(98..=100), Some(999)));
        assert!(!end(at(0, []), &rows(1..=40), None), "a short page may be a filtered one");
        assert!(!end(at(97, [100]), &rows(1..=100), Some(990)), "many came in front: the end is further away");
    }

    #[test]
    fn every_state_is_read_and_swept() {
        let mut seen = Vec::new();
        let mut cursor = Some(Cursor::default());
        while let Some(now) = cursor {
            seen.push((now.phase, now.state().unwrap_or_default()));
            cursor = now.next_list(Scope::Everything, Some(3));
        }
        assert_eq!(seen.len(), 11);
        assert_eq!(seen[10], (Phase::Sweep, "active"));
        let last = Cursor { list: 4, ..Cursor::default() };
        assert_eq!((last.next_list(Scope::ChangedSince, None), last.state()), (None, Ok("inactive")));
        let last = Cursor { phase: Phase::Sweep, list: 5, counted: Some(15), ..Cursor::default() };
        assert_eq!((last.counted(Some(3)), last.next_list(Scope::Everything, Some(3))), (Some(15), None));
        assert!(Cursor { list: 5, ..Cursor::default() }.state().is_err());
        assert_eq!([(100, 0), (100, 1), (1, 0), (0, 9), (30, 0)].map(|(l, a)| size(l, a)), [100, 50, 5, 5, 30]);
    }
}
