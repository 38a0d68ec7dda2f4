//! Putting offers on sale: what all of it asks for, which until then may be missing.

use serde_json::{Value, json};

use super::answers::{Wrong, nothing, ok, wrong};
use super::options::Policy;
use super::store::{Offer, State};
use super::{bulk, groups, listed, schema};
use crate::server::Answer;

fn no_offer(id: &str) -> Wrong {
    wrong(404, 25713, format!("This Offer is not available : {id}."))
}

/// `live`: it is on sale and may have sold out.
pub(super) fn is_whole(state: &State, offer: &Offer, live: bool) -> Result<(), Wrong> {
    let (body, options) = (&offer.body, &state.options);
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    category(state, text("categoryId"))?;
    if !options.locations.iter().any(|key| key == text("merchantLocationKey")) {
        return Err(wrong(400, 25012, "Invalid location. The inventory location is missing or unknown."));
    }
    for (name, known, id, what) in [
        ("fulfillmentPolicyId", &options.fulfillment, 25007, "Shipping"),
        ("paymentPolicyId", &options.payment, 25008, "Payment"),
        ("returnPolicyId", &options.returns, 25009, "Return"),
    ] {
        policy(body["listingPolicies"][name].as_str(), known, &offer.marketplace, id, what)?;
    }
    let price = &body["pricingSummary"]["price"];
    let amount = price["value"].as_str().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    if amount <= 0.0 || price["currency"] != json!(options.currency) {
        return Err(wrong(400, 25003, format!("Invalid price. A price above zero in {} is needed.", options.currency)));
    }
    if body["availableQuantity"].is_null()
        || (!live && state.quantity(&offer.sku) == 0 && state.groups_of(&offer.sku).is_empty())
    {
        return Err(wrong(400, 25004, "Invalid quantity. There has to be one at least."));
    }
    if live && text("listingDescription").is_empty() {
        return Err(wrong(400, 25016, "Invalid listingDescription. It is needed to revise a listing."));
    }
    item(state, offer)
}

fn category(state: &State, id: &str) -> Result<(), Wrong> {
    if !state.categories.contains_key(id) {
        return Err(wrong(400, 25005, format!("Invalid category. The category {id} is not known.")));
    }
    match state.categories.values().any(|(_, parent)| parent.as_deref() == Some(id)) {
        true => Err(wrong(400, 62009, format!("The category {id} is not a leaf category."))),
        false => Ok(()),
    }
}

fn policy(id: Option<&str>, known: &[Policy], marketplace: &str, error: i64, what: &str) -> Result<(), Wrong> {
    match known.iter().find(|policy| Some(policy.id.as_str()) == id) {
        None => Err(wrong(400, error, format!("Invalid {what} policy information. The policy is missing or unknown."))),
        // Taken when the offer was made, and refused only now.
        Some(policy) if policy.marketplace != marketplace => Err(wrong(
            400,
            25713,
            format!("This Offer is not available : the {what} policy is of another marketplace."),
        )),
        Some(_) => Ok(()),
    }
}

fn item(state: &State, offer: &Offer) -> Result<(), Wrong> {
    let item = state
        .items
        .get(&offer.sku)
        .ok_or_else(|| wrong(400, 25702, format!("SKU {} is not available in the system", offer.sku)))?;
    let product = &item["product"];
    if product["title"].as_str().is_none_or(str::is_empty) {
        return Err(wrong(400, 25016, "Invalid title. It is missing."));
    }
    if product["imageUrls"].as_array().is_none_or(Vec::is_empty) {
        return Err(wrong(400, 25014, "Invalid pictures. There is none."));
    }
    if item["condition"].as_str().is_none_or(str::is_empty) {
        return Err(wrong(400, 25021, "Invalid condition information. It is missing."));
    }
    let category = offer.body["categoryId"].as_str().unwrap_or_default();
    let taken = state.options.conditions.get(category);
    if taken.is_some_and(|taken| !taken.iter().any(|(_, word, _)| item["condition"] == *word)) {
        return Err(wrong(400, 25021, "Invalid condition information. The category does not take it."));
    }
    for aspect in state.options.aspects.get(category).into_iter().flatten() {
        let said = product["aspects"][&aspect.name].as_array().map(Vec::as_slice).unwrap_or_default();
        if said.is_empty() && aspect.required {
            return Err(wrong(
                400,
                25002,
                format!("A user error has occurred. The item specific {} is missing.", aspect.name),
            )
            .with("2", &aspect.name));
        }
        let is_known =
            |value: &Value| value.as_str().is_some_and(|value| aspect.values.iter().any(|known| known == value));
        if aspect.closed && !said.iter().all(is_known) {
            return Err(wrong(
                400,
                25002,
                format!("A user error has occurred. {} has a value that is not offered.", aspect.name),
            ));
        }
    }
    let has_number =
        ["ean", "upc", "isbn"].iter().any(|name| product[*name].as_array().is_some_and(|all| !all.is_empty()));
    if state.options.silently_need_ean.iter().any(|own| own == category) && !has_number {
        return Err(wrong(400, 25002, "A user error has occurred. The item specific EAN is missing."));
    }
    Ok(())
}

pub(super) fn one(state: &mut State, id: &str) -> Result<Answer, Wrong> {
    alone(state, id).map(|answer| ok(&answer))
}

fn alone(state: &mut State, id: &str) -> Result<Value, Wrong> {
    let offer = state.offers.get(id).ok_or_else(|| no_offer(id))?.clone();
    if !state.groups_of(&offer.sku).is_empty() {
        let message =
            "Offers associated with SKUs that are part of a variation group cannot be published using this endpoint.";
        return Err(wrong(400, 25732, message));
    }
    if let Some(number) = offer.listing {
        let warning = wrong(200, 25402, "System warning. The listing is live already.").error();
        return Ok(json!({"listingId": number, "warnings": [warning]}));
    }
    if offer.body["listingDescription"].as_str().is_none_or(str::is_empty)
        && state
            .items
            .get(&offer.sku)
            .is_some_and(|item| item["product"]["description"].as_str().is_none_or(str::is_empty))
    {
        return Err(wrong(400, 25016, "Invalid description. It is missing."));
    }
    is_whole(state, &offer, false)?;
    Ok(json!({"listingId": listed::publish(state, &[id.to_owned()], None)}))
}

pub(super) fn some(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("BulkOffer", body)?;
    let rows = bulk::rows(body, "offerId", 25730, 25731)?.into_iter().map(|row| {
        let id = row["offerId"].as_str().unwrap_or_default();
        bulk::row(&[("offerId", id)], alone(state, id), 200)
    });
    let rows = rows.collect();
    Ok(bulk::answer(rows))
}

/// The offers of a group's items on a marketplace.
fn offers_of(state: &State, body: &Value) -> Result<(String, Vec<String>), Wrong> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (key, marketplace) = (text("inventoryItemGroupKey"), text("marketplaceId"));
    let group = state.groups.get(&key);
    let group = group.ok_or_else(|| {
        wrong(
            404,
            25705,
            format!("The Inventory Item Group named {key} could not be found or is not available in the system."),
        )
    })?;
    let skus = groups::skus(group);
    let own = skus.iter().flat_map(|sku| state.offers_of(sku)).filter(|id| state.offers[id].marketplace == marketplace);
    Ok((key, own.collect()))
}

pub(super) fn group(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("PublishByInventoryItemGroupRequest", body)?;
    let (key, offers) = offers_of(state, body)?;
    let group = state.groups[&key].clone();
    let bad = |why: &str| wrong(400, 25013, format!("Invalid data in the Inventory Item Group. {why}"));
    if offers.is_empty() {
        return Err(wrong(400, 25725, "No offer found"));
    }
    for name in ["title", "description"] {
        if group[name].as_str().is_none_or(str::is_empty) {
            return Err(bad(&format!("The {name} is missing.")));
        }
    }
    let varies = &group["variesBy"];
    let names: Vec<String> = { varies["specifications"].as_array().into_iter().flatten() }
        .filter_map(|one| one["name"].as_str().map(str::to_owned))
        .collect();
    let by = varies["aspectsImageVariesBy"].as_array().map(Vec::as_slice).unwrap_or_default();
    if names.is_empty() || by.is_empty() || !by.iter().all(|name| names.iter().any(|own| name == own)) {
        return Err(bad("It does not say what variations differ in."));
    }
    let (mut seen, mut brands, mut left) = (Vec::new(), Vec::new(), 0);
    for id in &offers {
        let offer = state.offers[id].clone();
        let product = &state.items[&offer.sku]["product"];
        let value = |name: &String| product["aspects"][name][0].as_str().map(str::to_owned);
        let own: Option<Vec<String>> = names.iter().map(value).collect();
        let own = own.ok_or_else(|| bad(&format!("The item {} does not say what it is of each.", offer.sku)))?;
        if seen.contains(&own) {
            return Err(bad("Two items are the same."));
        }
        seen.push(own);
        brands.push(product["brand"].clone());
        left += state.quantity(&offer.sku);
        is_whole(state, &offer, offer.listing.is_some())?;
    }
    if brands.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(bad("The brand may not vary."));
    }
    for name in &names {
        let category = state.offers[&offers[0]].body["categoryId"].as_str().unwrap_or_default();
        let rule = state.options.aspects.get(category).into_iter().flatten().find(|aspect| aspect.name == *name);
        if rule.is_some_and(|rule| !rule.may_vary) {
            return Err(bad(&format!("{name} may not vary.")));
        }
    }
    let live = offers.iter().find_map(|id| state.offers[id].listing.clone());
    if let Some(number) = live {
        listed::join(state, &offers, &number);
        let warning = wrong(200, 25402, "System warning. The listing is live already.").error();
        return Ok(ok(&json!({"listingId": number, "warnings": [warning]})));
    }
    if left == 0 {
        return Err(wrong(400, 25004, "Invalid quantity. There has to be one at least."));
    }
    Ok(ok(&json!({"listingId": listed::publish(state, &offers, Some(&key))})))
}

pub(super) fn withdraw(state: &mut State, id: &str) -> Result<Answer, Wrong> {
    let number = state.offers.get(id).ok_or_else(|| no_offer(id))?.listing.clone();
    let number = number.ok_or_else(|| wrong(400, 25002, "A user error has occurred. The offer is not published."))?;
    listed::withdraw(state, &[id.to_owned()]);
    Ok(ok(&json!({"listingId": number})))
}

pub(super) fn withdraw_group(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("WithdrawByInventoryItemGroupRequest", body)?;
    let (_, offers) = offers_of(state, body)?;
    if offers.iter().all(|id| state.offers[id].listing.is_none()) {
        return Err(wrong(400, 25002, "A user error has occurred. The group is not published."));
    }
    listed::withdraw(state, &offers);
    Ok(nothing())
}
