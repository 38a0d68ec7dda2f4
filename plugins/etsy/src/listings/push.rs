//! One listing after the other: a draft is made, gets its pictures, its inventory and its attributes, and is published last. Each step looks at
//! what is there, so that a push goes on where another one ended.

use entrepot_guest::listing::{Intent, ListedVariant, Listing, ListingStatus, PushOutcome, Receipt, one_by_one};
use entrepot_guest::money::text as decimal;
use entrepot_guest::prelude::*;

use super::answered::{gone, refused, unsaid};
use super::content::{self, Fields};
use super::images::{self, Pictures};
use super::index::Found;
use super::inventory::{self, MOST_QUANTITY, Table};
use super::linked;
use super::marks::{self, materials};
use super::patch::patch;
use super::shop::Shop;
use super::state::State;
use super::terms::Terms;
use super::there::There;
use crate::client::{Body, Client};

pub(super) fn all<T: Transport + Media>(shop: &Shop<'_, T>, listings: &[Listing]) -> Result<Vec<PushOutcome>, Error> {
    Ok(one_by_one(listings, |listing| push(shop, listing)))
}

fn push<T: Transport + Media>(shop: &Shop<'_, T>, listing: &Listing) -> Result<Receipt, Error> {
    foreign(shop, listing)?;
    let terms = Terms::of(&shop.defaults, listing).map_err(Error::Invalid)?;
    let (client, mut state) = (&shop.client, State::of(&listing.state));
    let mut there = match target(shop, listing)? {
        Some(id) => There::read(client, &shop.lists, id)?.ok_or_else(|| Error::Invalid(vec![gone()]))?,
        None => create(shop, listing, &terms)?,
    };
    let id = there.id;
    // Numbers of properties and links of pictures would be lost.
    if there.is_without_record() && there.fields["has_variations"] == true {
        return Err(there.no_record());
    }
    let mut wanted = inventory::wanted(&listing.product, &there.table, terms.processing_profile, &listing.listing_id);
    let (is_active, stock) = (listing.intent == Intent::Active, wanted.stock());
    // Etsy sets what was sold out to one piece as it renews it, so the inventory comes after.
    if is_active && stock > 0 && there.state() == "sold_out" {
        there.fields = patch(client, id, vec![("state", "active".to_owned())])?;
    }
    let pictures = pictured(shop, listing, &terms, &state, &there)?;
    // Whoever pushes it wants it on sale: it comes back when there is stock.
    let hides = is_active && stock == 0 && matches!(there.state(), "active" | "inactive");
    // Etsy takes no inventory of nothing: what is on sale is taken off first, and has one piece then that nobody can buy.
    if stock == 0 && there.state() == "active" {
        let own = materials(&terms.materials, marks::of(listing), hides).join(",");
        there.fields = patch(client, id, vec![("materials", own), ("state", "inactive".to_owned())])?;
    }
    if stock == 0 && there.state() != "sold_out" {
        wanted.lines.iter_mut().take(1).for_each(|line| (line.quantity, line.enabled) = (1, true));
        wanted.on = wanted.on.fitting(&wanted.lines);
    }
    let table = match there.state() {
        // A write would renew it. What else is another goes with its stock.
        "sold_out" if stock == 0 && wanted.sells_as(&there.table) => there.table.clone(),
        "sold_out" if stock == 0 => return Err(waits_for_stock(id)),
        _ => written(client, listing, &there, &wanted, &pictures)?,
    };
    // Attributes are the category's: those of the one before are taken back while it is still in that.
    taken_back(client, id, &terms, &mut state)?;
    if there.fields["taxonomy_id"] != terms.category {
        there.fields = patch(client, id, vec![("taxonomy_id", terms.category.to_string())])?;
        state.properties.clear();
    }
    attributes(client, id, &terms, &mut state)?;
    let to = match there.state() {
        "active" if !is_active || stock == 0 => Some("inactive"),
        "active" => None,
        _ => (is_active && stock > 0).then_some("active"),
    };
    let mut fields = content::of(listing, &terms, &materials(&terms.materials, marks::of(listing), hides));
    fields = content::differing(fields, &there.fields);
    fields.extend(pictures.order.as_ref().map(|order| ("image_ids", joined(order))));
    fields.extend(to.map(|to| ("state", to.to_owned())));
    if !fields.is_empty() {
        there.fields = patch(client, id, fields)?;
    }
    let stands = there.state().to_owned();
    state.images = pictures.ids;
    state.materials = terms.materials;
    state.active = is_active;
    state.held = is_active && stock == 0 && stands == "draft";
    Ok(Receipt {
        external_id: id.to_string(),
        url: there.fields["url"].as_str().map(str::to_owned),
        status: status(&stands, is_active, stock),
        variants: listed(listing, &table, id),
        state: state.json(),
        warnings: Vec::new(),
        seen: None,
    })
}

/// The pictures of now. What was begun with others says so with its mark, and has the mark of these as soon as they are what follows.
fn pictured<T: Transport + Media>(
    shop: &Shop<'_, T>,
    listing: &Listing,
    terms: &Terms,
    state: &State,
    there: &There,
) -> Result<Pictures, Error> {
    let (id, is_draft) = (there.id, there.state() == "draft");
    let has_others = state.images.is_empty() && marks::has_other_pictures(listing, &there.fields);
    let marked = || {
        let marks = marks::of(&Listing { external_id: None, ..listing.clone() });
        let own = materials(&terms.materials, marks, there.is_hidden()).join(",");
        patch(&shop.client, id, vec![("materials", own)]).map(drop)
    };
    if has_others && is_draft {
        images::clear(&shop.client, id)?;
        marked()?;
    }
    let is_active = there.state() == "active";
    let before = images::Before { known: &state.images, replaces: has_others && !is_draft, is_active };
    let pictures = images::push(shop, id, listing, &before)?;
    if before.replaces {
        marked()?;
    }
    Ok(pictures)
}

/// Of what is sold out on Etsy nothing but stock can be written: that renews it.
pub(super) fn waits_for_stock(id: u64) -> Error {
    let why =
        format!("listing {id} is sold out on Etsy: what is changed is sent as soon as there is stock, which renews it");
    Error::Unavailable(why)
}

/// A shop sells in one currency, and would take the number for its own.
fn foreign<T>(shop: &Shop<'_, T>, listing: &Listing) -> Result<(), Error> {
    let variants = listing.product.variants.iter().enumerate();
    let other = variants.filter_map(|(at, variant)| Some((at, variant.price.as_ref()?)));
    let Some((at, price)) = other.into_iter().find(|(_, price)| price.currency != shop.currency) else { return Ok(()) };
    let message = format!(
        "The shop sells in {}, and the price is in {}. Set a price in {} for this channel.",
        shop.currency, price.currency, shop.currency
    );
    Err(Error::Invalid(vec![issue(format!("/variants/{at}/price"), "currency-other", message)]))
}

/// The listing that it is; none: it is to be made.
fn target<T: Transport>(shop: &Shop<'_, T>, listing: &Listing) -> Result<Option<u64>, Error> {
    if let Some(id) = &listing.external_id {
        let message = format!("{id:?} is no number of a listing of Etsy's.");
        return id.parse().map(Some).map_err(|_| Error::Invalid(vec![issue("", "external-id-invalid", message)]));
    }
    match shop.lists.with(&shop.client, |index| index.find(listing))? {
        Found::Own(id) => Ok(Some(id)),
        Found::Nothing => Ok(None),
        Found::Taken(id, sku) => {
            let message = format!(
                "The shop has listing {id} with the SKU {sku:?} already, and goods are to stand there once. Adopt it (entrepot listing adopt), \
                 or change the SKU."
            );
            Err(Error::Invalid(vec![issue("/variants/0/sku", "sku-taken", message)]))
        }
        Found::Alike(id) => {
            let message = format!(
                "The shop has listing {id} with this title and description already, and no SKU that tells it apart; goods are to stand there \
                 once. Give it the SKU on Etsy and adopt it (entrepot listing adopt), or change the title."
            );
            Err(Error::Invalid(vec![issue("/title", "title-taken", message)]))
        }
    }
}

fn create<T: Transport>(shop: &Shop<'_, T>, listing: &Listing, terms: &Terms) -> Result<There, Error> {
    let table = inventory::wanted(&listing.product, &Table::default(), terms.processing_profile, &listing.listing_id);
    let lowest = table.lines.iter().filter_map(|line| line.price.clone()).min_by_key(|price| price.minor);
    let price = lowest.as_ref().and_then(decimal).unwrap_or_default();
    let mut fields = content::of(listing, terms, &materials(&terms.materials, marks::of(listing), false));
    fields.extend([
        ("quantity", table.stock().clamp(1, MOST_QUANTITY).to_string()),
        ("price", price),
        ("readiness_state_id", terms.processing_profile.to_string()),
        ("type", "physical".to_owned()),
    ]);
    fields.retain(|(_, value)| !value.is_empty());
    let client = &shop.client;
    let answer = client.change(Method::Post, &client.of_shop("/listings"), Body::Form(fields));
    let answer = answer.map_err(|error| refused(error, "", "listing-refused"))?;
    let Some(id) = answer["listing_id"].as_u64().filter(|id| *id > 0) else {
        return Err(unsaid("it has made a draft"));
    };
    shop.lists.with(client, |index| index.add(id, listing))?;
    match answer["state"].as_str() {
        Some(_) => Ok(There { id, fields: answer, table: Table::default() }),
        None => Err(unsaid(&format!("listing {id} is a draft"))),
    }
}

/// The inventory as it is there then, with the pictures of single variants.
fn written<T: Transport>(
    client: &Client<'_, T>,
    listing: &Listing,
    there: &There,
    wanted: &Table,
    pictures: &Pictures,
) -> Result<Table, Error> {
    let own = linked::wanted(&listing.product, wanted, &pictures.ids);
    let writes = !wanted.is_as(&there.table);
    if !writes && own.is_empty() {
        return Ok(there.table.clone());
    }
    let before = linked::read(client, there.id, &there.table)?;
    let table = if writes { wanted.put(client, there.id)? } else { there.table.clone() };
    let links = if own.is_empty() { &before } else { &own };
    // A write has taken them away.
    if writes || *links != before {
        linked::set(client, there.id, &table, links)?;
    }
    Ok(table)
}

/// What the category asks for, each where it differs from what was set last.
fn attributes<T: Transport>(client: &Client<'_, T>, id: u64, terms: &Terms, state: &mut State) -> Result<(), Error> {
    for (property, chosen) in &terms.properties {
        let key = property.to_string();
        let text = chosen.iter().map(|one| one.text()).collect::<Vec<_>>().join("|");
        if state.properties.get(&key) == Some(&text) {
            continue;
        }
        let mut fields: Fields = vec![
            ("value_ids", joined(&chosen.iter().map(|one| one.id).collect::<Vec<_>>())),
            ("values", chosen.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(",")),
        ];
        fields.extend(chosen.iter().find_map(|one| one.scale).map(|scale| ("scale_id", scale.to_string())));
        let answer = client.change(Method::Put, &property_of(client, id, &key), Body::Form(fields));
        let answer = answer.map_err(|error| refused(error, &format!("/fields/property_{key}"), "field-refused"))?;
        if answer["property_id"] != *property {
            return Err(unsaid(&format!("it has set the attribute {property}")));
        }
        state.properties.insert(key, text);
    }
    Ok(())
}

/// Attributes that are no longer wanted.
fn taken_back<T: Transport>(client: &Client<'_, T>, id: u64, terms: &Terms, state: &mut State) -> Result<(), Error> {
    let over: Vec<String> = state.properties.keys().cloned().collect();
    for key in over.into_iter().filter(|key| !terms.properties.keys().any(|id| id.to_string() == *key)) {
        match client.delete(&property_of(client, id, &key)) {
            Ok(()) | Err(Error::NotFound) => drop(state.properties.remove(&key)),
            Err(error) => return Err(refused(error, &format!("/fields/property_{key}"), "field-refused")),
        }
    }
    Ok(())
}

fn property_of<T: Transport>(client: &Client<'_, T>, id: u64, property: &str) -> String {
    client.of_shop(&format!("/listings/{id}/properties/{property}"))
}

fn status(state: &str, is_active: bool, stock: i64) -> ListingStatus {
    match state {
        "active" => ListingStatus::Active,
        _ if is_active && stock == 0 => ListingStatus::OutOfStock,
        "sold_out" => ListingStatus::OutOfStock,
        "expired" => ListingStatus::Ended,
        _ => ListingStatus::Draft,
    }
}

/// By what they are of each option.
fn listed(listing: &Listing, table: &Table, id: u64) -> Vec<ListedVariant> {
    let variants = listing.product.variants.iter().zip(&listing.variants);
    let of = |(variant, listed): (&model::ProductVariant, &ListedVariant)| {
        let same = |line: &&inventory::Line| {
            line.choices.len() == variant.option_values.len()
                && line.choices.iter().all(|choice| variant.option_values.contains(&choice.value))
        };
        let mut lines = table.lines.iter().filter(same);
        let by_place = lines
            .clone()
            .find(|line| line.choices.iter().zip(&variant.option_values).all(|(choice, value)| choice.value == *value));
        let name = by_place.or_else(|| lines.next()).map_or_else(|| id.to_string(), |line| line.id.clone());
        ListedVariant { external_id: Some(name), ..listed.clone() }
    };
    variants.map(of).collect()
}

fn joined(ids: &[u64]) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}
