//! How a listing stands, in a word with a mark, and in one line why and what happens next.

use entrepot_domain::clock::Timestamp;
use entrepot_listings::ListingReport;
use entrepot_store::listings::FoundListing;

use crate::failure::sentence;
use crate::kit::{Mark, Moment, Status};

pub(crate) struct Stand<'a> {
    status: &'a str,
    sync: &'a str,
    there: &'a str,
    in_doubt: bool,
    error: Option<&'a str>,
    next: Option<Timestamp>,
    /// Pieces that the marketplace was told; none: they are not counted.
    stock: Option<i64>,
}

impl<'a> From<&'a FoundListing> for Stand<'a> {
    fn from(found: &'a FoundListing) -> Self {
        Self {
            status: &found.status,
            sync: &found.sync_status,
            there: found.channel_status.as_deref().unwrap_or_default(),
            in_doubt: found.in_doubt,
            error: found.sync_error.as_deref(),
            next: found.not_before,
            stock: found.stock,
        }
    }
}

impl<'a> From<&'a ListingReport> for Stand<'a> {
    fn from(report: &'a ListingReport) -> Self {
        let told: Vec<i64> = report.variants.iter().filter_map(|variant| variant.told_stock).collect();
        let counted = !told.is_empty() && told.len() == report.variants.len();
        Self {
            status: &report.status,
            sync: &report.sync_status,
            there: report.channel_status.as_deref().unwrap_or_default(),
            in_doubt: report.in_doubt,
            error: report.sync_error.as_deref(),
            next: report.next_try_at,
            stock: counted.then(|| told.iter().sum()),
        }
    }
}

impl Stand<'_> {
    fn is_draft(&self) -> bool {
        self.status == "draft" && self.there.is_empty()
    }

    pub(crate) fn status(&self) -> Status {
        let (mark, word) = match (self.sync, self.status, self.there) {
            ("blocked", ..) => (Mark::Act, "refused"),
            ("conflict", ..) => (Mark::Act, "changed there"),
            _ if self.in_doubt => (Mark::Waiting, "in doubt"),
            ("failed", ..) => (Mark::Waiting, "failed"),
            ("sending", ..) => (Mark::Busy, "being sent"),
            ("waiting", ..) => (Mark::Busy, "worked on there"),
            _ if self.is_draft() => (Mark::Over, "draft"),
            ("pending", ..) => (Mark::Waiting, "to be sent"),
            (_, "archived", _) | ("synced", _, "ended") => (Mark::Over, "ended"),
            (_, "draft", _) => (Mark::Over, "hidden"),
            (_, _, "rejected") => (Mark::Act, "refused there"),
            (_, _, "in-review") => (Mark::Waiting, "in review there"),
            (_, _, "draft") => (Mark::Over, "hidden"),
            (_, _, "") => (Mark::Over, "not listed"),
            _ if self.is_out_of_stock() => (Mark::Waiting, "out of stock"),
            _ => (Mark::Good, "on sale"),
        };
        Status::new(mark, word)
    }

    fn is_out_of_stock(&self) -> bool {
        match self.stock {
            Some(pieces) => pieces <= 0,
            None => self.there == "out-of-stock",
        }
    }

    /// Nothing happens to it by itself before it is tried again or somebody changes it.
    pub(crate) fn rests(&self) -> bool {
        self.is_draft() || ["blocked", "synced", "failed", "conflict"].contains(&self.sync)
    }

    /// The time of the next try.
    pub(crate) fn again(&self, now: Timestamp) -> Option<Moment> {
        let waits = self.sync == "failed" || self.in_doubt;
        self.next.filter(|_| waits).map(|at| Moment { at, now })
    }

    /// Why it is so; nothing where that is as it should be.
    pub(crate) fn why(&self) -> Option<String> {
        let why = self.error.map(sentence);
        match (self.sync, self.status, self.there) {
            ("blocked" | "failed", ..) => why,
            ("synced", "archived", _) => why,
            _ => None,
        }
    }

    /// What somebody does about it, or what happens by itself.
    pub(crate) fn next(&self) -> &'static str {
        match (self.sync, self.status, self.there) {
            ("blocked", ..) => "Change what is wrong; then it is sent by itself.",
            ("conflict", ..) => {
                "Somebody changed it at the marketplace. Say whose value counts; until then its texts and pictures are not sent."
            }
            _ if self.in_doubt => {
                "It was sent and no answer came, so it may stand there. It is looked for there and sent again."
            }
            ("failed", ..) => "It is tried again by itself. Nothing is to be done here.",
            ("sending", ..) => "It is on its way.",
            ("waiting", ..) => "The marketplace took it and is not finished. It is asked again by itself.",
            _ if self.is_draft() => "Nothing was sent. Check it, change what buyers are to see, and publish it.",
            ("pending", ..) => "It is looked at in a moment, and sent if it differs from what stands there.",
            (_, "archived", "") => "It does not stand at the marketplace. Publish it to put it on sale.",
            (_, "archived", _) => "It was taken off. Publish it to put it on sale again.",
            ("synced", _, "ended") => {
                "Its product is gone from its shop, so it was taken off. It comes back by itself when the product does."
            }
            (_, _, "rejected") => {
                "The marketplace does not show it. Its page there says why; change it, and it is sent again."
            }
            (_, _, "in-review") => "The marketplace looks at it first.",
            (_, "draft", _) | (_, _, "draft") => {
                "It stands there and buyers do not see it: its product is not shown in its own shop, or it was set so."
            }
            (_, _, "") => "Its product is gone from its shop, so there is nothing to sell.",
            _ if self.is_out_of_stock() => {
                "Nothing is left to buy. It comes back by itself when its shop has stock again."
            }
            _ => "What stands there is what is wanted. Changes follow by themselves.",
        }
    }
}
