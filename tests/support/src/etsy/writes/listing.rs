//! Listings: drafts that are made, filled and published, for a fee.

use serde_json::json;

use super::super::answers::{not_found, ok, refusal};
use super::super::model::Listing;
use super::super::parameters::{WHEN_MADE, WHO_MADE};
use super::super::render::{self, With};
use super::super::store::State;
use super::{bad, body, nothing};
use crate::server::{Answer, Request};

type Fields = [(String, String)];

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn shown(state: &State, id: u64, status: u16) -> Result<Answer, Answer> {
    let listing = state.listings.get(&id).ok_or_else(not_found)?;
    let with = With { media: false, owner: true, shop_scoped: true };
    Ok(Answer::new(status, "application/json", render::listing(state, listing, with).to_string()))
}

pub(super) fn create(state: &mut State, request: &Request, _: &[u64]) -> Result<Answer, Answer> {
    let fields = body::form(request, "createDraftListing")?;
    let number = |name: &str| field(&fields, name).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    let (quantity, price) = (number("quantity"), number("price"));
    if !(1.0..=999.0).contains(&quantity) {
        return Err(bad("The quantity must be between 1 and 999"));
    }
    if price <= 0.0 {
        return Err(bad("The price must be greater than zero"));
    }
    let mut listing = Listing::simple("", "", (price * state.options.divisor as f64).round() as i64, quantity as u64);
    listing.state = "draft";
    fill(state, &mut listing, &fields)?;
    if listing.kind == "physical" && (listing.shipping_profile.is_none() || listing.readiness.is_none()) {
        return Err(bad("shipping_profile_id and readiness_state_id are required for physical listings"));
    }
    for product in listing.products.iter_mut().flatten() {
        product.offering.readiness = listing.readiness;
    }
    let id = state.insert(listing);
    shown(state, id, 201)
}

/// Price and quantity belong to the inventory, and are no parameters here.
pub(super) fn update(state: &mut State, request: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let (fields, id) = (body::form(request, "updateListing")?, numbers[0]);
    let mut listing = state.listings.get(&id).cloned().ok_or_else(not_found)?;
    fill(state, &mut listing, &fields)?;
    if let Some(ids) = field(&fields, "image_ids") {
        let ids: Vec<u64> = list(ids).iter().filter_map(|id| id.parse().ok()).collect();
        let of = |id: &u64| listing.images.iter().find(|image| image.id == *id).cloned();
        listing.images =
            ids.iter().map(of).collect::<Option<_>>().ok_or_else(|| bad("image_ids names an unknown image"))?;
    }
    match (field(&fields, "state"), listing.state) {
        (Some("active"), "active") | (None, _) | (Some("inactive"), "inactive") => {}
        (Some("active"), before) => {
            publishable(&listing)?;
            if before == "sold_out" {
                // Whatever was sold, one is there.
                let mut products = listing.products.iter_mut().flatten();
                products.by_ref().take(1).for_each(|product| product.offering.quantity = 1);
                products.for_each(|product| product.offering.quantity = 0);
            }
            state.fees += u64::from(before != "inactive");
            listing.state = "active";
        }
        (Some("inactive"), "active") => listing.state = "inactive",
        (Some(_), before) => return Err(refusal(409, &format!("A listing that is {before} cannot become inactive"))),
    }
    state.listings.insert(id, listing);
    state.touch(id);
    shown(state, id, 200)
}

fn publishable(listing: &Listing) -> Result<(), Answer> {
    if listing.images.is_empty() {
        return Err(bad("A listing needs at least one image to be published"));
    }
    if listing.kind == "physical" && listing.return_policy.is_none() {
        return Err(bad("return_policy_id is required to publish a physical listing"));
    }
    Ok(())
}

fn fill(state: &State, listing: &mut Listing, fields: &Fields) -> Result<(), Answer> {
    if let Some(title) = field(fields, "title") {
        title_is_good(title)?;
        listing.title = title.to_owned();
    }
    if let Some(text) = field(fields, "description") {
        if text.trim().is_empty() {
            return Err(bad("The description is empty"));
        }
        (listing.description, listing.rich_description) = (text.to_owned(), None);
    }
    if let Some(tags) = field(fields, "tags") {
        listing.tags = words(tags, 13, 20, "-'™©®", "tag")?;
    }
    if let Some(materials) = field(fields, "materials") {
        listing.materials = words(materials, 13, 45, "", "material")?;
    }
    let known = |words: &[&'static str], value: &str| words.iter().copied().find(|word| *word == value);
    if let Some(who) = field(fields, "who_made") {
        listing.who_made = Some(known(WHO_MADE, who).ok_or_else(|| bad("Invalid value for 'who_made'"))?);
    }
    if let Some(when) = field(fields, "when_made") {
        listing.when_made = Some(known(WHEN_MADE, when).ok_or_else(|| bad("Invalid value for 'when_made'"))?);
    }
    if let Some(supply) = field(fields, "is_supply") {
        listing.is_supply = matches!(supply, "true" | "1");
    }
    let number = |name: &str| field(fields, name).and_then(|text| text.parse::<u64>().ok());
    if let Some(id) = number("taxonomy_id") {
        if !state.taxonomy.contains_key(&id) {
            return Err(bad("taxonomy_id is not valid"));
        }
        listing.taxonomy = Some(id);
    }
    if let Some(id) = number("shipping_profile_id") {
        if !state.options.shipping_profiles.iter().any(|(own, _)| *own == id) {
            return Err(bad("shipping_profile_id is not valid"));
        }
        listing.shipping_profile = Some(id);
    }
    if let Some(id) = number("readiness_state_id") {
        if !render::profiles(state).contains(&id) {
            return Err(bad("readiness_state_id is not valid"));
        }
        listing.readiness = Some(id);
    }
    if let Some(id) = number("return_policy_id") {
        if !state.options.return_policies.contains(&id) {
            return Err(bad("return_policy_id is not valid"));
        }
        listing.return_policy = Some(id);
    }
    if let Some(section) = field(fields, "shop_section_id") {
        listing.section = section.parse().ok().filter(|id| state.sections.contains_key(id));
    }
    Ok(())
}

fn title_is_good(title: &str) -> Result<(), Answer> {
    if title.trim().is_empty() || title.chars().count() > 140 {
        return Err(bad("The title must have 1 to 140 characters"));
    }
    let more = |c: char| title.matches(c).count() > 1;
    if ['%', ':', '&', '+'].into_iter().any(more) {
        return Err(bad("The title may hold %, :, & and + once each"));
    }
    // \p{Sm} and \p{P} are not told apart here; what is neither, nor a letter or a digit, is a sign like these.
    let odd =
        |c: char| c.is_control() || ('\u{2600}'..='\u{27bf}').contains(&c) || c >= '\u{1f000}' || "$^`€£¥".contains(c);
    match title.chars().find(|c| odd(*c)) {
        Some(c) => Err(bad(format!("The title holds {c:?}, which is not allowed"))),
        None => Ok(()),
    }
}

fn words(text: &str, most: usize, characters: usize, signs: &str, what: &str) -> Result<Vec<String>, Answer> {
    let words = list(text);
    let good = |c: char| c.is_alphanumeric() || c == ' ' || signs.contains(c);
    if words.len() > most || words.iter().any(|word| word.chars().count() > characters || !word.chars().all(good)) {
        return Err(bad(format!(
            "A {what} is not valid: {most} of {characters} letters, digits and spaces are allowed"
        )));
    }
    Ok(words)
}

/// Etsy deletes what is sold out, a draft, expired or inactive, and of what is active only what can be bought.
pub(super) fn delete(state: &mut State, _: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let listing = state.listings.get(&numbers[0]).ok_or_else(not_found)?;
    let can_be_deleted = match listing.state {
        "active" => listing.quantity() > 0,
        state => matches!(state, "sold_out" | "draft" | "expired" | "inactive"),
    };
    if !can_be_deleted {
        return Err(refusal(409, &format!("A listing that is {} cannot be deleted", listing.state)));
    }
    state.listings.remove(&numbers[0]);
    Ok(nothing())
}

pub(super) fn set_property(state: &mut State, request: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let [id, property] = numbers else { return Err(not_found()) };
    let fields = body::form(request, "updateListingProperty")?;
    let taxonomy = state.listings.get(id).ok_or_else(not_found)?.taxonomy.unwrap_or_default();
    let node = state.node_properties.get(&taxonomy).into_iter().flatten().find(|one| one.id == *property);
    let node =
        node.filter(|node| node.attribute).ok_or_else(|| bad("The property is not valid for the taxonomy"))?.clone();
    let ids: Vec<u64> =
        list(field(&fields, "value_ids").unwrap_or_default()).iter().filter_map(|id| id.parse().ok()).collect();
    let values = list(field(&fields, "values").unwrap_or_default());
    let pairs: Vec<(u64, String)> = ids.into_iter().zip(values).collect();
    if pairs.is_empty() || !pairs.iter().all(|pair| node.values.contains(pair)) {
        return Err(bad("value_ids and values are not valid for the property"));
    }
    let answer = json!({"property_id": property, "property_name": node.name, "scale_id": null, "scale_name": null,
        "value_ids": pairs.iter().map(|(id, _)| id).collect::<Vec<_>>(), "values": pairs.iter().map(|(_, value)| value).collect::<Vec<_>>()});
    state.listings.get_mut(id).ok_or_else(not_found)?.properties.insert(*property, pairs);
    state.touch(*id);
    Ok(ok(&answer))
}

pub(super) fn delete_property(state: &mut State, _: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let [id, property] = numbers else { return Err(not_found()) };
    let listing = state.listings.get_mut(id).ok_or_else(not_found)?;
    listing.properties.remove(property).ok_or_else(not_found)?;
    Ok(nothing())
}
