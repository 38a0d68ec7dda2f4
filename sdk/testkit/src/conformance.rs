//! What every adapter has to do right, whatever its marketplace: one check each, over what was recorded of it.

mod comma;
mod connection;
mod delta;
mod faults;
mod limits;
mod listings;
mod mapping;
mod money;
mod order;
mod otherwise;
mod paging;
mod secrets;
mod stock;
mod subscriptions;
mod webhooks;

use std::sync::Arc;

use anyhow::{Result, ensure};
use entrepot_sandbox::{CallError, Page, PageRequest};
use serde::Serialize;

use crate::case::Case;
use crate::fault::{Fault, FaultKind};
use crate::kit::{Kit, Shop, Walk};
use crate::replay::Replay;

/// What came of one check over one recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `capability/what`
    pub name: &'static str,
    pub case: String,
    pub passed: bool,
    /// What was looked at, or what is wrong.
    pub message: String,
}

/// What a check looked at, or what it found wrong.
type Outcome = Result<String, String>;

/// Everything the checks of one recording share.
struct Subject<'a> {
    kit: &'a Kit,
    case: &'a Case,
    /// A whole import; none: the adapter has no catalogue.
    walk: Option<Walk>,
    /// All stock; none: it comes with the catalogue.
    stock: Vec<(PageRequest, Page)>,
}

impl Subject<'_> {
    /// A connection of its own, with nothing asked yet.
    fn shop(&self, fault: Option<FaultKind>) -> Result<(Shop, Arc<Replay>), String> {
        let faults = fault.map(|kind| Fault { kind, part: String::new() }).into_iter().collect();
        let replay = self.case.replay(faults);
        let shop = self.kit.connect(&self.case.login, replay.clone()).map_err(|error| format!("{error:#}"))?;
        Ok((shop, replay))
    }

    fn walk(&self) -> Result<&Walk, String> {
        self.walk.as_ref().ok_or_else(|| "there is no import to look at".to_owned())
    }

    fn pages(&self, of: Pages) -> Result<&[(PageRequest, Page)], String> {
        match of {
            Pages::Items => Ok(&self.walk()?.pages),
            Pages::Stock => Ok(&self.stock),
        }
    }
}

/// Which pages are looked at.
#[derive(Clone, Copy)]
enum Pages {
    Items,
    Stock,
}

/// All checks for what the adapter exports, over each recording that is made to succeed.
pub async fn conformance(kit: &Kit, cases: &[Case]) -> Result<Vec<Check>> {
    let plain: Vec<&Case> = cases.iter().filter(|case| case.is_plain()).collect();
    ensure!(!plain.is_empty(), "there is no recording of something that works; conformance has nothing to look at");
    ensure!(
        !kit.has("webhooks/verify-webhook") || plain.iter().any(|case| !case.deliveries.is_empty()),
        "the adapter verifies webhooks and no test has a delivery: add one as [[webhook]]"
    );
    ensure!(
        !kit.has("listings/push-listings") || plain.iter().any(|case| !case.listings.is_empty()),
        "the adapter puts goods on sale and no test has a listing: add one as [[listing]]"
    );
    let mut checks = Vec::new();
    for case in plain {
        let mut note = |name: &'static str, outcome: Outcome| {
            let (passed, message) = outcome.map_or_else(|wrong| (false, wrong), |seen| (true, seen));
            checks.push(Check { name, case: case.name.clone(), passed, message });
        };
        let mut subject = Subject { kit, case, walk: None, stock: Vec::new() };
        if kit.has("connection/check") {
            note("connection/answers", connection::answers(&subject).await);
            note("connection/faults", faults::of_check(&subject).await);
        }
        if kit.has("catalog/fetch-page") {
            let (walk, outcome) = paging::complete(&subject).await;
            subject.walk = walk;
            note("catalog/paging", outcome);
            note("catalog/restart", paging::restart(&subject, Pages::Items).await);
            note("catalog/faults", faults::of_pages(&subject, Pages::Items).await);
            note("catalog/by-id", paging::by_id(&subject).await);
            note("catalog/pure", mapping::pure(&subject).await);
            note("catalog/total", mapping::total(&subject).await);
            note("catalog/money", money::exact(&subject).await);
            note("catalog/comma", comma::read_or_refused(&subject).await);
            note("catalog/order", order::says_nothing(&subject).await);
        }
        if let Some(delta) = case.delta.as_ref().filter(|_| kit.has("catalog/fetch-page")) {
            note("catalog/delta", delta::complete(&subject, delta).await);
        }
        if kit.has("stock/fetch-stock") {
            let (pages, outcome) = stock::complete(&subject).await;
            subject.stock = pages;
            note("stock/paging", outcome);
            note("stock/restart", paging::restart(&subject, Pages::Stock).await);
            note("stock/faults", faults::of_pages(&subject, Pages::Stock).await);
            note("stock/known", stock::known(&subject).await);
        }
        if kit.has("webhooks/verify-webhook") && !case.deliveries.is_empty() {
            note("webhooks/accepted", webhooks::accepted(&subject).await);
            note("webhooks/forged", webhooks::forged(&subject).await);
            note("webhooks/altered", webhooks::altered(&subject).await);
            note("webhooks/replayed", webhooks::replayed(&subject).await);
        }
        if let Some(url) = case.callback_url.as_ref().filter(|_| kit.has("webhooks/subscribe")) {
            note("webhooks/subscribed", subscriptions::once(&subject, url).await);
        }
        if kit.has("listings/push-listings") && !case.listings.is_empty() {
            note("listings/checked", listings::checked(&subject).await);
            note("listings/once", listings::once(&subject).await);
            note("listings/offers", listings::offers(&subject).await);
            note("listings/ended", listings::ended(&subject).await);
        }
        note("egress/otherwise", otherwise::refused(&subject));
        note("limits/headroom", limits::headroom(&subject).await);
        note("secrets/unseen", secrets::unseen(&subject).await);
    }
    Ok(checks)
}

pub use listings::sell_and_end;
pub(crate) use listings::{end_twice, offer_twice, push_thrice};
pub(crate) use paging::ask_by_id;
pub(crate) use subscriptions::subscribe_and_back;

fn told(error: &CallError) -> String {
    format!("{}: {error}", error.code())
}

/// Requests that nobody recorded decide nothing, so they are said first.
fn recorded(replay: &Replay) -> Result<(), String> {
    replay
        .missing()
        .into_iter()
        .next()
        .map_or(Ok(()), |missing| Err(format!("{missing}\n    record it: cargo adapter test --record")))
}
