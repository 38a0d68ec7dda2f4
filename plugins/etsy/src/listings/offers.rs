//! Price and stock alone. An inventory is written whole, so it is read just before, changed where it differs, and written once for all of a
//! listing's offers. Of what is as it should be nothing is written.

use std::collections::BTreeMap;

use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::prelude::*;

use super::answered::gone;
use super::index::Lists;
use super::inventory::{MOST_QUANTITY, Table};
use super::linked;
use super::marks::{self, materials};
use super::patch::patch;
use super::push::waits_for_stock;
use super::state::State;
use super::there::There;
use crate::client::Client;

pub(super) fn all<T: Transport>(client: &Client<'_, T>, offers: &[Offer]) -> Vec<OfferOutcome> {
    let mut listings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, offer) in offers.iter().enumerate() {
        listings.entry(offer.external_id.as_str()).or_default().push(at);
    }
    let mut outcomes: Vec<Option<OfferOutcome>> = vec![None; offers.len()];
    let (mut ended, lists): (Option<Error>, _) = (None, Lists::default());
    for (id, places) in listings {
        let own: Vec<&Offer> = places.iter().map(|at| &offers[*at]).collect();
        let settled = match &ended {
            Some(error) => Err(error.clone()),
            None => one(client, &lists, id, &own),
        };
        match settled {
            Ok(settled) => places.iter().zip(settled).for_each(|(at, outcome)| outcomes[*at] = Some(outcome)),
            Err(error) => {
                if is_about_the_account(&error) {
                    ended = Some(error.clone());
                }
                let outcome = match error {
                    Error::Invalid(issues) => OfferOutcome::Refused(issues),
                    error => OfferOutcome::Failed(error),
                };
                places.iter().for_each(|at| outcomes[*at] = Some(outcome.clone()));
            }
        }
    }
    let lost = || OfferOutcome::Failed(Error::Other("an offer was left without an outcome".to_owned()));
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect()
}

fn one<T: Transport>(
    client: &Client<'_, T>,
    lists: &Lists,
    id: &str,
    offers: &[&Offer],
) -> Result<Vec<OfferOutcome>, Error> {
    let number = id.parse::<u64>().map_err(|_| {
        Error::Invalid(vec![issue("", "external-id-invalid", format!("{id:?} is no number of a listing of Etsy's."))])
    })?;
    let there = There::read(client, lists, number)?.ok_or_else(|| Error::Invalid(vec![gone()]))?;
    if there.is_without_record() {
        return Err(there.no_record());
    }
    let state = offers.first().map(|offer| State::of(&offer.state)).unwrap_or_default();
    let mut table = there.table.clone();
    // While it is taken off, or held back, what stands there is made up: nothing is left of any of them.
    if there.is_hidden() || (state.held && there.state() == "draft") {
        table.lines.iter_mut().for_each(|line| line.quantity = 0);
    }
    // A listing without options has one line, whatever it is called.
    let only = offers.len() == 1 && matches!(table.lines.as_slice(), [line] if line.choices.is_empty());
    let outcomes: Vec<OfferOutcome> = offers.iter().map(|offer| apply(&mut table, offer, only)).collect();
    if outcomes.iter().all(|outcome| *outcome != OfferOutcome::Done) {
        return Ok(outcomes);
    }
    match table.stock() > 0 {
        true => in_stock(client, &there, &state, table)?,
        false => out_of_stock(client, &there, &state, table)?,
    }
    Ok(outcomes)
}

fn apply(table: &mut Table, offer: &Offer, only: bool) -> OfferOutcome {
    let named = offer.of_variant.external_id.as_deref().unwrap_or(&offer.external_id);
    let sku = offer.of_variant.sku.as_deref().filter(|sku| !sku.is_empty());
    let by_name = table.lines.iter().position(|line| line.id == named);
    let by_sku = || table.lines.iter().position(|line| Some(line.sku.as_str()) == sku);
    let Some(at) = by_name.or_else(by_sku).or(only.then_some(0)) else {
        let message = "The listing on Etsy has no such variant any more. Push the listing to have it made again.";
        return OfferOutcome::Refused(vec![issue("", "variant-gone", message)]);
    };
    let line = &mut table.lines[at];
    if let Some(price) = &offer.price {
        if let Some(other) = line.price.as_ref().filter(|known| known.currency != price.currency) {
            let message = format!(
                "The shop sells in {}, and the price is in {}. Set a price in {} for this channel.",
                other.currency, price.currency, other.currency
            );
            return OfferOutcome::Refused(vec![issue("/price", "currency-other", message)]);
        }
        line.price = Some(price.clone());
    }
    if let Some(available) = offer.available {
        line.quantity = available.clamp(0, MOST_QUANTITY);
    }
    OfferOutcome::Done
}

fn in_stock<T: Transport>(client: &Client<'_, T>, there: &There, state: &State, table: Table) -> Result<(), Error> {
    // Etsy sets what was sold out to one piece as it renews it, so the inventory comes after.
    let is_sold_out = state.active && there.state() == "sold_out";
    if is_sold_out {
        patch(client, there.id, vec![("state", "active".to_owned())])?;
    }
    let writes = write(client, there, table, is_sold_out)?;
    let waits = there.is_hidden() || (state.held && there.state() == "draft");
    let own = || ("materials", materials(&state.materials, Vec::new(), false).join(","));
    if state.active && waits {
        patch(client, there.id, vec![own(), ("state", "active".to_owned())])?;
    } else if writes && !there.is_hidden() && marks::is_begun(&there.fields) {
        // Buyers read them, and its number is known by now.
        patch(client, there.id, vec![own()])?;
    }
    Ok(())
}

/// Etsy takes no inventory of nothing, so it is taken off, and comes back with stock. A new price is written all the same, but of what is
/// sold out on Etsy, where it waits for stock.
fn out_of_stock<T: Transport>(
    client: &Client<'_, T>,
    there: &There,
    state: &State,
    mut table: Table,
) -> Result<(), Error> {
    for (line, now) in table.lines.iter_mut().zip(&there.table.lines) {
        line.quantity = now.quantity;
    }
    if there.state() == "active" {
        let own = materials(&state.materials, Vec::new(), true).join(",");
        patch(client, there.id, vec![("materials", own), ("state", "inactive".to_owned())])?;
    }
    match table.stock() > 0 {
        true => write(client, there, table, false).map(drop),
        false if table.is_as(&there.table) => Ok(()),
        false => Err(waits_for_stock(there.id)),
    }
}

/// Where it differs, or `always`; links between variants and pictures are set again after. False: nothing was to be done.
fn write<T: Transport>(client: &Client<'_, T>, there: &There, mut table: Table, always: bool) -> Result<bool, Error> {
    if !always && table.is_as(&there.table) {
        return Ok(false);
    }
    table.on = there.table.on.fitting(&table.lines);
    let links = linked::read(client, there.id, &there.table)?;
    let written = table.put(client, there.id)?;
    linked::set(client, there.id, &written, &links).map(|()| true)
}
