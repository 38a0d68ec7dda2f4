//! What is written of a run between its pages.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::Counts;

/// Where a run stands after a page: written together with the page's rows.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    pub cursor: Option<&'a str>,
    /// `Some`: replaces what is kept.
    pub context: Option<&'a str>,
    pub counts: Counts,
    /// Failed tries of the page at the cursor, and how many of them because the marketplace asked to slow down.
    pub attempt: i64,
    pub throttled: i64,
    pub not_before: Option<Timestamp>,
    /// That was the last page.
    pub done: bool,
    /// Pages in a row that brought nothing new; 0: this one did.
    pub fruitless: i64,
    /// What is waited for, for people.
    pub why: Option<&'a str>,
}

/// A page that did not come, and when it is asked for again.
#[derive(Clone, Copy, Debug)]
pub struct Postponed<'a> {
    pub attempt: i64,
    pub throttled: i64,
    /// A run that brought nothing since then stands still.
    pub stalled_before: Timestamp,
    pub not_before: Timestamp,
    pub counts: Counts,
    pub why: &'a str,
}
