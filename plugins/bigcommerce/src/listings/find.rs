//! What the store has already: by SKU, by title, and by the mark that a product carries which was made for a listing.

use std::collections::BTreeMap;

use entrepot_guest::lenient::Fields;
use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;

use super::shop::Shop;
use crate::client::{AT_ONCE, Query};
use crate::mark;

/// SKUs of one request.
const SKUS: usize = 50;
/// What has no SKU is looked for among the newest.
const NEWEST: &str = "250";

/// A product with the mark of a listing. Who copies a product copies that, too.
pub(super) struct Marked {
    id: u64,
    mark: String,
    title: String,
    sku: String,
}

/// A product that is in a listing's way, or is what became of it.
pub(super) enum Way {
    /// It was made for this listing.
    Own(u64),
    /// Another one with the same SKU, at this place of the variants.
    Sku(usize, u64),
    /// Another one with the same title.
    Title,
}

/// SKU and product. A SKU is one whatever its case, and so it is asked for.
pub(super) fn by_sku<T: Transport>(shop: &Shop<'_, T>, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    let wanted: Vec<&str> = skus.iter().map(String::as_str).filter(|sku| !sku.is_empty()).collect();
    // A comma parts them.
    let askable: Vec<&str> = wanted.iter().copied().filter(|sku| !sku.contains(',')).collect();
    for some in askable.chunks(SKUS) {
        let query: Query<'_> =
            vec![("sku:in", some.join(",")), ("limit", "250".to_owned()), ("include_fields", "sku".to_owned())];
        shop.client.all("/v3/catalog/products", &query, None, |elements| {
            for fields in elements.iter().map(|element| element.fields()) {
                let (id, sku) = (fields.get("id").id(), fields.get("sku").owned().unwrap_or_default());
                let of = some.iter().filter(|wanted| same(wanted, &sku));
                found.extend(of.filter_map(|wanted| Some((*wanted, id?))));
            }
        })?;
    }
    // Those of variants are not among the products': each is asked for by itself.
    let rest: Vec<&str> = wanted.into_iter().filter(|sku| !found.contains_key(sku)).collect();
    found.extend(of_variants(shop, &rest, false)?);
    Ok(found.into_iter().map(|(sku, product)| (sku.to_owned(), product.to_string())).collect())
}

/// Products of variants with these SKUs; `one`: the first that is found is enough.
fn of_variants<'s, T: Transport>(
    shop: &Shop<'_, T>,
    skus: &[&'s str],
    one: bool,
) -> Result<Vec<(&'s str, u64)>, Error> {
    let query = |sku: &str| -> Query<'_> { vec![("sku", sku.to_owned()), ("include_fields", "sku,product_id".into())] };
    let mut found = Vec::new();
    for some in skus.chunks(AT_ONCE) {
        let requests: Vec<_> =
            some.iter().map(|sku| shop.client.request("/v3/catalog/variants", &query(sku))).collect();
        for (sku, list) in some.iter().zip(shop.client.lists(&requests)) {
            let list = list?;
            let records: Vec<Fields<'_>> = list.elements()?.data.into_iter().map(|element| element.fields()).collect();
            let mut of =
                records.iter().filter(|record| record.get("sku").owned().is_some_and(|there| same(sku, &there)));
            found.extend(of.find_map(|record| record.get("product_id").id()).map(|product| (*sku, product)));
        }
        if one && !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// What is in the way of a listing under this title. `own`: the product that it is already.
pub(super) fn in_the_way<T: Transport>(
    shop: &Shop<'_, T>,
    listing: &Listing,
    title: &str,
    own: Option<u64>,
) -> Result<Option<Way>, Error> {
    let skus: Vec<(usize, &str)> = { listing.product.variants.iter().enumerate() }
        .filter_map(|(at, variant)| Some((at, variant.sku.as_deref().filter(|sku| !sku.is_empty())?)))
        .collect();
    let query: Query<'_> = vec![
        ("name", title.to_owned()),
        ("include", "variants".to_owned()),
        ("include_fields", "name,sku,search_keywords".to_owned()),
    ];
    let list = shop.client.list("/v3/catalog/products", &query)?;
    let mut is_taken = false;
    for fields in list.elements()?.data.into_iter().map(|element| element.fields()) {
        let Some(id) = fields.get("id").id().filter(|id| Some(*id) != own) else { continue };
        if !same(title, &fields.get("name").owned().unwrap_or_default()) {
            continue;
        }
        if mark::is_in(&fields.get("search_keywords").owned().unwrap_or_default(), &listing.listing_id) {
            return Ok(Some(Way::Own(id)));
        }
        let variants = fields.get("variants").records();
        let mut there = variants.iter().chain([&fields]).filter_map(|of| of.get("sku").owned());
        if let Some((at, _)) = there.find_map(|sku| skus.iter().find(|(_, own)| same(own, &sku))) {
            return Ok(Some(Way::Sku(*at, id)));
        }
        is_taken = true;
    }
    if is_taken {
        return Ok(Some(Way::Title));
    }
    let words: Vec<&str> = skus.iter().map(|(_, sku)| *sku).collect();
    // Of a product that stands there its own SKUs are found, too, so all are asked for.
    let found = of_variants(shop, &words, own.is_none())?;
    let Some((sku, id)) = found.into_iter().find(|(_, id)| Some(*id) != own) else { return Ok(None) };
    let at = skus.iter().find(|(_, own)| *own == sku).map_or(0, |(at, _)| *at);
    let mark = mark::of(&listing.listing_id);
    let has_mark = |marked: &Marked| marked.id == id && marked.mark == mark;
    let is_own = own.is_none() && marked(shop, &vec![("id:in", id.to_string())])?.iter().any(has_mark);
    Ok(Some(if is_own { Way::Own(id) } else { Way::Sku(at, id) }))
}

/// Those with a mark, of those that were made last.
pub(super) fn newest<T: Transport>(shop: &Shop<'_, T>) -> Result<Vec<Marked>, Error> {
    let order = [("sort", "id"), ("direction", "desc"), ("limit", NEWEST)];
    marked(shop, &order.map(|(name, value)| (name, value.to_owned())).to_vec())
}

/// Which of these was made for a listing: it has its SKU or its title, too. Of what has no SKU the title may be another one by now.
pub(super) fn made_of(marked: &[Marked], listing: &Listing) -> Option<u64> {
    let mark = mark::of(&listing.listing_id);
    let skus = listing.product.variants.iter().filter_map(|variant| variant.sku.as_deref());
    let skus: Vec<&str> = skus.filter(|sku| !sku.is_empty()).collect();
    let is_it = |of: &&Marked| {
        let is_called_so = same(&of.title, listing.product.title.trim());
        let has_its_sku = (skus.is_empty() && of.sku.is_empty()) || skus.iter().any(|sku| same(sku, &of.sku));
        of.mark == mark && (is_called_so || has_its_sku)
    };
    // A copy is made later.
    marked.iter().filter(is_it).map(|of| of.id).min()
}

fn marked<T: Transport>(shop: &Shop<'_, T>, query: &Query<'_>) -> Result<Vec<Marked>, Error> {
    let mut query = query.clone();
    query.push(("include_fields", "name,sku,search_keywords".to_owned()));
    let list = shop.client.list("/v3/catalog/products", &query)?;
    let mut found = Vec::new();
    for fields in list.elements()?.data.into_iter().map(|element| element.fields()) {
        let Some(id) = fields.get("id").id() else { continue };
        let text = |name: &str| fields.get(name).owned().unwrap_or_default();
        let words = text("search_keywords");
        for mark in words.split(',').map(str::trim).filter(|word| mark::is_one(word)) {
            found.push(Marked { id, mark: mark.to_owned(), title: text("name"), sku: text("sku") });
        }
    }
    Ok(found)
}

/// The product that was made for a listing whose answer was lost.
pub(super) fn made_for<T: Transport>(shop: &Shop<'_, T>, listing: &Listing) -> Result<Option<u64>, Error> {
    if let Some(id) = made_of(&newest(shop)?, listing) {
        return Ok(Some(id));
    }
    match in_the_way(shop, listing, listing.product.title.trim(), None)? {
        Some(Way::Own(id)) => Ok(Some(id)),
        _ => Ok(None),
    }
}
