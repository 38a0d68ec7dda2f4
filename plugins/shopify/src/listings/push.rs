//! Making products and bringing them up to date: one after the other, as far as each goes.

use entrepot_guest::listing::{Listing, PushOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::{Places, Refusal, gone, refusal};
use super::input::{is_large, task};
use super::shop::Shop;
use super::skus::Taken;
use super::stock::{self, Outcome, Quantity};
use super::task::{Phase, Task};
use super::there::{self, failed};
use crate::budget::FULL_MS;
use crate::client::user_errors;
use crate::pages::odd;
use crate::{documents, gid};

/// Bytes that the host keeps of what is pending.
const MOST_KEPT: usize = 1 << 20;

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, listings: &[Listing]) -> Result<Vec<PushOutcome>, Error> {
    if listings.iter().any(|listing| listing.external_id.is_none()) {
        shop.marks()?;
    }
    let mut asked: Vec<&str> = Vec::new();
    for listing in listings {
        // Of a large product that stands there the search would find all of it, and cost more than some shops grant at once.
        let stands =
            is_large(listing) && (listing.external_id.is_some() || there::marked(shop, &listing.listing_id)?.is_some());
        if !stands {
            asked.extend(listing.product.variants.iter().filter_map(|variant| variant.sku.as_deref()));
        }
    }
    let mut taken = Taken::of(&shop.client, asked.into_iter())?;
    let mut ended: Option<Error> = None;
    let mut outcomes = Vec::with_capacity(listings.len());
    for listing in listings {
        let outcome = match (&ended, refused(shop, listing)) {
            (Some(error), _) => PushOutcome::Failed(error.clone()),
            (None, Some(issue)) => PushOutcome::Refused(vec![issue]),
            (None, None) => {
                let mut task = task(shop, listing);
                let outcome = outcome(shop, &mut task, &taken);
                taken.add(&task);
                outcome
            }
        };
        if let PushOutcome::Failed(error) = &outcome
            && is_about_the_account(error)
        {
            ended = Some(error.clone());
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

pub(super) fn poll<T: Transport>(shop: &Shop<'_, T>, pending: &[String]) -> Vec<PushOutcome> {
    let one = |text: &String| {
        let Ok(mut task) = serde_json::from_str::<Task>(text) else {
            let why = "what was kept of a product that Shopify worked on cannot be read; it is sent again".to_owned();
            return PushOutcome::Failed(Error::Other(why));
        };
        // Who has its SKUs was asked when it was sent.
        outcome(shop, &mut task, &Taken::default())
    };
    pending.iter().map(one).collect()
}

/// What cannot be sent to this shop.
fn refused<T>(shop: &Shop<'_, T>, listing: &Listing) -> Option<Issue> {
    if let Some(id) = listing.external_id.as_deref().filter(|id| gid::made("Product", id).is_none()) {
        return Some(issue("", "external-id-invalid", format!("{id:?} is no id of a product of the shop.")));
    }
    let prices = listing.product.variants.iter().enumerate().filter_map(|(at, of)| Some((at, of.price.as_ref()?)));
    let (at, price) = { prices }.find(|(_, price)| price.currency != shop.currency)?;
    Some(issue(format!("/variants/{at}/price"), "currency-other", other_currency(&shop.currency, &price.currency)))
}

/// A shop sells in one currency, and would take the number for its own.
pub(super) fn other_currency(own: &str, other: &str) -> String {
    format!("The shop sells in {own}, and the price is in {other}. Set a price in {own} for this channel.")
}

fn outcome<T: Transport>(shop: &Shop<'_, T>, task: &mut Task, taken: &Taken) -> PushOutcome {
    let kept = |task: &Task| match serde_json::to_string(task) {
        Ok(text) => PushOutcome::Pending(text),
        Err(error) => PushOutcome::Failed(Error::Other(format!("what is pending cannot be written down: {error}"))),
    };
    // What is still to be sent may be more than the host keeps: that begins anew when the shop's points have come back.
    let is_small =
        |task: &Task| task.input.is_null() || serde_json::to_string(task).is_ok_and(|text| text.len() <= MOST_KEPT);
    match advance(shop, task, taken) {
        Ok(true) => PushOutcome::Done(task.receipt()),
        Ok(false) => kept(task),
        // After a refusal the host would take it that nothing stands. So it is sent once more, and found by its mark; what is refused then is
        // told as it is.
        Err(Refusal::Invalid(issues)) if task.is_made => {
            let said: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
            let id = task.product.as_deref().unwrap_or_default();
            let why = format!(
                "Shopify has made the product (number {id}), and not all that belongs to it: {}",
                said.join(" ")
            );
            PushOutcome::Failed(Error::Other(why))
        }
        Err(Refusal::Invalid(issues)) => PushOutcome::Refused(issues),
        Err(Refusal::Gone) => PushOutcome::Refused(vec![gone()]),
        // A large product takes more than the shop grants at once: it goes on from here.
        Err(Refusal::Failed(Error::RateLimited(_))) if task.is_large() && task.has_begun() && is_small(task) => {
            kept(task)
        }
        Err(Refusal::Failed(Error::RateLimited(wait))) if task.is_large() => {
            PushOutcome::Failed(Error::RateLimited(Some(wait.unwrap_or_default().max(FULL_MS))))
        }
        Err(Refusal::Failed(error)) => PushOutcome::Failed(error),
        Err(Refusal::OtherVariants | Refusal::OtherFiles) => PushOutcome::Failed(Error::Unavailable(
            "somebody changes the product's variants or pictures in Shopify at this moment".to_owned(),
        )),
    }
}

/// As far as it goes. True: it stands as it should.
fn advance<T: Transport>(shop: &Shop<'_, T>, task: &mut Task, taken: &Taken) -> Result<bool, Refusal> {
    loop {
        let done = match task.phase.clone() {
            Phase::Count => there::count(shop, task),
            Phase::Read => there::read(shop, task),
            Phase::Set => {
                let issues = taken.refusals(task);
                if issues.is_empty() { set(shop, task) } else { Err(Refusal::Invalid(issues)) }
            }
            Phase::Wait(operation) => match waited(shop, task, &operation) {
                Ok(false) => return Ok(false),
                waited => waited.map(drop),
            },
            Phase::Look => there::look(shop, task),
            Phase::Stock => counted(shop, task),
            Phase::Publish => published(shop, task),
            Phase::Done => return Ok(true),
        };
        match done {
            Ok(()) => {}
            // Somebody made, deleted or replaced something there: what is there is looked at, once.
            Err(Refusal::OtherVariants | Refusal::OtherFiles) if !task.again && !task.input.is_null() => {
                task.begin_again();
            }
            Err(refusal) => return Err(refusal),
        }
    }
}

fn set<T: Transport>(shop: &Shop<'_, T>, task: &mut Task) -> Result<(), Refusal> {
    let variables = json!({
        "identifier": task.identifier(),
        "input": task.whole(&shop.location),
        "synchronous": !task.is_large(),
    });
    let payload = shop.client.change(documents::PRODUCT_SET, variables, "productSet").map_err(Refusal::Failed)?;
    if let Some(refusal) = refusal(&payload["userErrors"], &places(task)) {
        return Err(refusal);
    }
    if let Some(product) = gid::of(&payload["product"]) {
        task.stands(product);
        return Ok(());
    }
    let operation = payload.pointer("/productSetOperation/id").and_then(Value::as_str);
    let operation = operation.ok_or_else(|| Refusal::Failed(odd("neither a product nor an operation")))?;
    task.phase = Phase::Wait(operation.to_owned());
    task.forget_input();
    Ok(())
}

fn places(task: &Task) -> Places {
    Places {
        variants: task.rows.iter().map(|row| row.at).collect(),
        pictures: task.pictures.iter().map(|picture| picture.at).collect(),
    }
}

/// Whether Shopify has finished.
fn waited<T: Transport>(shop: &Shop<'_, T>, task: &mut Task, operation: &str) -> Result<bool, Refusal> {
    let data = shop.client.ask(documents::PRODUCT_OPERATION, json!({ "id": operation })).map_err(failed)?.data;
    let operation = &data["productOperation"];
    if !operation.is_object() {
        let why = "Shopify no longer knows what it was at work on; the product is sent again".to_owned();
        return Err(Refusal::Failed(Error::Unavailable(why)));
    }
    if operation["status"] != "COMPLETE" {
        return Ok(false);
    }
    if let Some(refusal) = refusal(&operation["userErrors"], &places(task)) {
        return Err(refusal);
    }
    let product =
        gid::of(&operation["product"]).ok_or_else(|| Refusal::Failed(odd("an operation without its product")))?;
    task.stands(product);
    Ok(true)
}

/// Stock of what was there before: what is new has come with its own.
fn counted<T: Transport>(shop: &Shop<'_, T>, task: &mut Task) -> Result<(), Refusal> {
    let mut all = Vec::new();
    for row in task.rows.iter().filter(|row| row.tracked && row.stock != row.there) {
        if let (Some(quantity), Some(item)) =
            (row.stock, row.item.as_deref().and_then(|id| gid::made("InventoryItem", id)))
        {
            // The dates make it another change when the same numbers come again.
            let key = format!("{}/{}/{}/{}", task.listing, row.variant, task.since, row.since);
            let quantity = Quantity { item, location: shop.location.clone(), quantity, from: row.there, key };
            all.push((row.at, quantity));
        }
    }
    let (there, missing): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, quantity)| quantity.from.is_some());
    let quantities: Vec<Quantity> = there.iter().map(|(_, quantity)| quantity.clone()).collect();
    let set = stock::set(shop, &quantities);
    let begun = missing.iter().map(|(_, quantity)| stock::activate(shop, quantity));
    let outcomes: Vec<Outcome> = set.into_iter().chain(begun).collect();
    let mut issues = Vec::new();
    for ((at, _), outcome) in there.iter().chain(&missing).zip(outcomes) {
        match outcome {
            Outcome::Done => {}
            Outcome::Stale => {
                let why = "the shop's stock changes at this moment; the listing is sent again".to_owned();
                return Err(Refusal::Failed(Error::Unavailable(why)));
            }
            Outcome::Refused(found) => {
                issues.push(issue(format!("/variants/{at}{}", found.path), &found.code, found.message))
            }
            Outcome::Failed(error) => return Err(Refusal::Failed(error)),
        }
    }
    if !issues.is_empty() {
        return Err(Refusal::Invalid(issues));
    }
    task.phase = Phase::Publish;
    Ok(())
}

/// A product that is active and published nowhere is seen by nobody.
fn published<T: Transport>(shop: &Shop<'_, T>, task: &mut Task) -> Result<(), Refusal> {
    if task.active && !task.published {
        let id = task.product.as_deref().and_then(|product| gid::made("Product", product));
        let variables = json!({ "id": id, "publication": shop.publication });
        let payload =
            shop.client.change(documents::PUBLISH, variables, "publishablePublish").map_err(Refusal::Failed)?;
        if let Some(said) = user_errors(&payload) {
            let message = format!("Shopify does not publish it: {said}");
            return Err(Refusal::Invalid(vec![issue("", "not-published", message)]));
        }
        task.published = true;
        let url = payload.pointer("/publishable/onlineStoreUrl").and_then(Value::as_str);
        task.url = url.map(str::to_owned).or(task.url.take());
    }
    task.phase = Phase::Done;
    Ok(())
}
