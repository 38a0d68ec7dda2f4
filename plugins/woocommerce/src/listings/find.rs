//! What the shop has already: by SKU, and by the mark that a product carries which was made for a listing.

use std::collections::HashMap;

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;

use super::body::LISTING;
use super::shop::Shop;

/// SKUs asked for at a time.
const AT_ONCE: usize = 50;
/// What has no SKU is looked for among the newest.
const NEWEST: &str = "100";

/// A product that may be what a listing is to become.
#[derive(Clone, Debug)]
pub(super) struct There {
    pub(super) id: u64,
    /// Of which listing it was made.
    pub(super) listing: Option<String>,
}

/// SKU and product; of a variation, its product.
pub(super) fn by_sku<T: Transport>(shop: &Shop<'_, T>, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for (sku, there) in with_skus(shop, skus)? {
        found.push((sku, there.id.to_string()));
    }
    Ok(found)
}

/// What is there of listings that have no id yet: what was made for them, or carries a SKU of theirs.
pub(super) fn of_listings<T: Transport>(
    shop: &Shop<'_, T>,
    listings: &[&Listing],
) -> Result<HashMap<String, There>, Error> {
    let mut found: HashMap<String, There> = HashMap::new();
    let asked: Vec<String> = listings.iter().flat_map(|listing| skus(listing)).map(str::to_owned).collect();
    for (sku, there) in with_skus(shop, &asked)? {
        let of = |listing: &&&Listing| there.listing.as_deref() == Some(&listing.listing_id);
        let owner = listings.iter().find(of).or_else(|| listings.iter().find(|listing| skus_of(listing, &sku)));
        if let Some(listing) = owner {
            let better = found.get(&listing.listing_id).is_none_or(|known| known.listing.is_none());
            if better {
                found.insert(listing.listing_id.clone(), there);
            }
        }
    }
    // A product with variations carries no SKU itself, and may stand there without them.
    let unfindable = |listing: &&Listing| !listing.product.options.is_empty() || !skus(listing).any(can_be_asked_for);
    if listings
        .iter()
        .copied()
        .filter(|listing| !found.contains_key(&listing.listing_id))
        .any(|listing| unfindable(&listing))
    {
        let query = vec![
            ("status", "any".into()),
            ("orderby", "id".into()),
            ("order", "desc".into()),
            ("per_page", NEWEST.into()),
            ("_fields", "id,sku,parent_id,meta_data".into()),
        ];
        let list = shop.list("/wc/v3/products", &query)?;
        for row in Raw::of(&list.text).read::<Fields<'_>>() {
            let Some((_, there)) = read(&row) else { continue };
            if let Some(listing) =
                there.listing.clone().filter(|id| listings.iter().any(|listing| listing.listing_id == *id))
            {
                found.insert(listing, there);
            }
        }
    }
    Ok(found)
}

fn skus(listing: &Listing) -> impl Iterator<Item = &str> {
    listing.product.variants.iter().filter_map(|variant| variant.sku.as_deref()).filter(|sku| !sku.is_empty())
}

fn skus_of(listing: &Listing, sku: &str) -> bool {
    skus(listing).any(|own| own == sku)
}

/// A comma parts them, so a SKU with one is asked for in vain.
fn can_be_asked_for(sku: &str) -> bool {
    !sku.is_empty() && !sku.contains(',')
}

fn with_skus<T: Transport>(shop: &Shop<'_, T>, skus: &[String]) -> Result<Vec<(String, There)>, Error> {
    let mut found = Vec::new();
    let askable: Vec<&str> = skus.iter().map(String::as_str).filter(|sku| can_be_asked_for(sku)).collect();
    for some in askable.chunks(AT_ONCE) {
        let query = vec![
            ("sku", some.join(",")),
            ("status", "any".into()),
            ("per_page", "100".into()),
            ("_fields", "id,sku,parent_id,meta_data".into()),
        ];
        let list = shop.list("/wc/v3/products", &query)?;
        let rows = Raw::of(&list.text).read::<Fields<'_>>();
        let of_variation = |row: &Fields<'_>| row.get("parent_id").id().is_some();
        let known: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((of_variation(row), read(row)?)))
            .filter(|(_, (sku, _))| some.contains(&sku.as_str()))
            .collect();
        let parents: Vec<u64> =
            known.iter().filter(|(of_variation, _)| *of_variation).map(|(_, (_, there))| there.id).collect();
        let marks = marks(shop, &parents)?;
        found.extend(known.into_iter().map(|(of_variation, (sku, there))| {
            let listing = if of_variation { marks.get(&there.id).cloned() } else { there.listing };
            (sku, There { listing, ..there })
        }));
    }
    Ok(found)
}

/// Of which listings these products were made: a variation does not carry its product's mark.
fn marks<T: Transport>(shop: &Shop<'_, T>, products: &[u64]) -> Result<HashMap<u64, String>, Error> {
    let mut marks = HashMap::new();
    let mut ids: Vec<u64> = products.to_vec();
    ids.sort_unstable();
    ids.dedup();
    for some in ids.chunks(AT_ONCE) {
        let query = vec![
            ("include", some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
            ("status", "any".into()),
            ("per_page", "100".into()),
            ("_fields", "id,sku,parent_id,meta_data".into()),
        ];
        let list = shop.list("/wc/v3/products", &query)?;
        let rows = Raw::of(&list.text).read::<Fields<'_>>();
        marks.extend(rows.iter().filter_map(read).filter_map(|(_, there)| Some((there.id, there.listing?))));
    }
    Ok(marks)
}

/// Of a variation, its product.
fn read(row: &Fields<'_>) -> Option<(String, There)> {
    let id = row.get("parent_id").id().or_else(|| row.get("id").id())?;
    let marks = row.get("meta_data").records();
    let mark = marks.iter().find(|meta| meta.get("key").word().as_deref() == Some(LISTING));
    let listing = mark.and_then(|meta| meta.get("value").owned());
    Some((row.get("sku").owned().unwrap_or_default(), There { id, listing }))
}
