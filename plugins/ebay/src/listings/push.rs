//! Making and changing listings: what is there is read, then items, groups, offers, and publishing last. Each step is done for the whole
//! batch, and each may be done again.

use entrepot_guest::listing::{Listing, PushOutcome, is_about_the_account};
use entrepot_guest::prelude::*;

use super::terms::Defaults;
use super::work::{Work, each};
use super::{groups, items, offered, publish, there};
use crate::client::Client;

pub(super) fn all<T: Transport>(client: &Client<'_, T>, defaults: &Defaults, listings: &[Listing]) -> Vec<PushOutcome> {
    let mut works: Vec<Work<'_>> =
        listings.iter().map(|listing| Work::of(&client.settings, defaults, listing)).collect();
    if let Err(error) = steps(client, &mut works) {
        let error = if is_about_the_account(&error) { error } else { Error::Unavailable(said(error)) };
        works.iter_mut().filter(|work| work.is_open()).for_each(|work| work.fail(error.clone()));
    }
    let settled = |mut work: Work<'_>| match work.outcome.take() {
        Some(outcome) => outcome,
        None => PushOutcome::Done(work.receipt(&client.settings)),
    };
    works.into_iter().map(settled).collect()
}

fn said(error: Error) -> String {
    match error {
        Error::Unavailable(why) | Error::Other(why) | Error::Unsupported(why) => why,
        other => format!("{other:?}"),
    }
}

fn steps<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    each(works, |work| foreign(client, work))?;
    there::read(client, works)?;
    each(works, there::fits)?;
    items::write(client, works)?;
    each(works, |work| groups::write(client, work))?;
    offered::write(client, works)?;
    publish::all(client, works)?;
    each(works, |work| items::clear(client, work))
}

/// A marketplace sells in one currency, and would take the number for its own.
fn foreign<T: Transport>(client: &Client<'_, T>, work: &mut Work<'_>) -> Result<(), Error> {
    let own = client.settings.market.currency;
    let prices = work.parts.iter().enumerate().filter_map(|(at, part)| Some((at, part.variant.price.as_ref()?)));
    match { prices }.find(|(_, price)| price.currency != own) {
        None => Ok(()),
        Some((at, price)) => Err(Error::Invalid(vec![other_currency(&format!("/variants/{at}/price"), price, own)])),
    }
}

pub(super) fn other_currency(path: &str, price: &Money, own: &str) -> Issue {
    let other = &price.currency;
    let message =
        format!("The marketplace sells in {own}, and the price is in {other}. Set a price in {own} for this channel.");
    issue(path, "currency-other", message)
}
