//! The variations of a product that was sent: what is there is changed, what is missing made, what was ours and is wanted no more deleted.

use std::collections::HashSet;

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::listing::{ListedVariant, Listing, PushOutcome};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::{State, refusal};
use super::body::{self, VARIANT};
use super::shop::Shop;

/// Rows of a page, and of a batch.
const PAGE: usize = 100;
const MOST_PAGES: usize = 100;

struct There {
    id: u64,
    sku: Option<String>,
    /// Of which variant it was made.
    of: Option<String>,
}

/// All of them stand afterwards, or it is an error: a refusal of one is one of the listing, which names it.
pub(super) fn push<T: Transport>(
    shop: &Shop<'_, T>,
    listing: &Listing,
    parent: u64,
    state: &mut State,
) -> Result<Vec<ListedVariant>, Error> {
    let there = there(shop, parent)?;
    let mut used = HashSet::new();
    let (mut create, mut update) = (Vec::new(), Vec::new());
    for (at, (variant, listed)) in listing.product.variants.iter().zip(&listing.variants).enumerate() {
        let own = |known: &&There| {
            listed.external_id.as_deref() == Some(&known.id.to_string())
                || known.of.as_deref() == Some(&variant.source_id)
                || (known.of.is_none() && known.sku.is_some() && known.sku == variant.sku)
        };
        let mut body = body::variation(shop, &listing.product, variant, &state.images);
        match there.iter().filter(|known| !used.contains(&known.id)).find(own) {
            Some(known) => {
                used.insert(known.id);
                body["id"] = json!(known.id);
                update.push((at, body));
            }
            None => create.push((at, body)),
        }
    }
    // What somebody made in the shop by hand stays.
    let delete: Vec<u64> =
        there.iter().filter(|known| known.of.is_some() && !used.contains(&known.id)).map(|known| known.id).collect();
    let mut ids: Vec<Option<u64>> = vec![None; listing.product.variants.len()];
    // What is not wanted any more goes first: a SKU of it may be needed again.
    for some in delete.chunks(PAGE) {
        batch(shop, parent, json!({ "delete": some }))?;
    }
    for (part, rows) in [("update", update), ("create", create)] {
        for some in rows.chunks(PAGE) {
            let bodies: Vec<&Value> = some.iter().map(|(_, body)| body).collect();
            let answer = batch(shop, parent, json!({ part: bodies }))?;
            let answered = Raw::of(&answer).fields();
            let answered = answered.get(part).items();
            for (row, (at, _)) in some.iter().enumerate() {
                let fields = answered.get(row).map(|row| row.fields()).unwrap_or_default();
                match refusal(&fields) {
                    Some(PushOutcome::Refused(issues)) => return Err(Error::Invalid(placed(issues, *at))),
                    Some(PushOutcome::Failed(error)) => return Err(error),
                    _ => ids[*at] = fields.get("id").id(),
                }
            }
        }
    }
    let listed = listing.variants.iter().zip(ids).map(|(listed, id)| {
        let id = id.ok_or_else(|| {
            Error::Unavailable(format!("the shop does not say what became of variant {}", listed.variant_id))
        })?;
        Ok(ListedVariant { external_id: Some(id.to_string()), item_id: Some(id.to_string()), ..listed.clone() })
    });
    listed.collect()
}

fn placed(issues: Vec<Issue>, at: usize) -> Vec<Issue> {
    let place = |issue: Issue| Issue { path: issue.path.replace("/variants/0/", &format!("/variants/{at}/")), ..issue };
    issues.into_iter().map(place).collect()
}

fn batch<T: Transport>(shop: &Shop<'_, T>, parent: u64, body: Value) -> Result<String, Error> {
    shop.post(&format!("/wc/v3/products/{parent}/variations/batch"), &body).map(|answer| answer.0)
}

fn there<T: Transport>(shop: &Shop<'_, T>, parent: u64) -> Result<Vec<There>, Error> {
    let mut all: Vec<There> = Vec::new();
    for page in 1..=MOST_PAGES {
        let query = vec![
            ("status", "any".into()),
            ("orderby", "id".into()),
            ("order", "asc".into()),
            ("per_page", PAGE.to_string()),
            ("page", page.to_string()),
            ("_fields", "id,sku,meta_data".into()),
        ];
        let list = shop.list(&format!("/wc/v3/products/{parent}/variations"), &query)?;
        let rows = Raw::of(&list.text).read::<Fields<'_>>();
        let found = rows.iter().filter_map(|row| {
            let marks = row.get("meta_data").records();
            let mark = marks.iter().find(|meta| meta.get("key").word().as_deref() == Some(VARIANT));
            let of = mark.and_then(|meta| meta.get("value").owned());
            Some(There { id: row.get("id").id()?, sku: row.get("sku").owned(), of })
        });
        let before = all.len();
        all.extend(found);
        if rows.len() < PAGE || all.len() == before || list.total.is_some_and(|total| all.len() as u64 >= total) {
            return Ok(all);
        }
    }
    Ok(all)
}
