//! Stock alone: each level once, and of what the catalogue knows.

use std::collections::HashSet;

use entrepot_domain::catalog::Inventory;
use entrepot_sandbox::{Page, PageRequest};

use super::paging::small_cursors;
use super::{Outcome, Subject, recorded, told};

pub(super) async fn complete(subject: &Subject<'_>) -> (Vec<(PageRequest, Page)>, Outcome) {
    let walked = async {
        let (shop, replay) = subject.shop(None)?;
        let pages = shop.walk_stock().await;
        recorded(&replay)?;
        pages.map_err(|error| told(&error))
    };
    match walked.await {
        Ok(pages) => {
            let outcome = accounted(&pages);
            (pages, outcome)
        }
        Err(wrong) => (Vec::new(), Err(wrong)),
    }
}

fn accounted(pages: &[(PageRequest, Page)]) -> Outcome {
    small_cursors(pages)?;
    let mut seen = HashSet::new();
    for level in pages.iter().flat_map(|(_, page)| &page.stock) {
        if !seen.insert((level.item_id.as_str(), level.location_id.as_str())) {
            return Err(format!("the level of {} at {} comes twice", level.item_id, level.location_id));
        }
    }
    if seen.is_empty() {
        return Err("no stock was told; record an account with goods that are counted".into());
    }
    let levels = seen.len() as u64;
    match pages.iter().rev().find_map(|(_, page)| page.total).filter(|declared| *declared != levels) {
        Some(declared) => Err(format!("the pages declare {declared} levels and show {levels}")),
        None => Ok(format!("{levels} levels on {} pages", pages.len())),
    }
}

/// The host finds a level by the same words that the product has for it.
pub(super) async fn known(subject: &Subject<'_>) -> Outcome {
    let walk = subject.walk()?;
    let (shop, _) = subject.shop(None)?;
    let mut mapper = shop.mapper();
    let mut of_products = HashSet::new();
    for item in walk.items.iter().filter(|item| !item.deleted && item.problems.is_empty()) {
        let Ok(product) = mapper.map(item).await else { continue };
        for variant in product.variants {
            let Inventory::Tracked(levels) = variant.inventory else { continue };
            let named = levels
                .into_iter()
                .map(|level| (level.item_id.unwrap_or_else(|| variant.source_id.clone()), level.location_id));
            of_products.extend(named);
        }
    }
    let told = subject.stock.iter().flat_map(|(_, page)| &page.stock);
    let known = told.clone().filter(|level| of_products.contains(&(level.item_id.clone(), level.location_id.clone())));
    match (known.count(), told.clone().next()) {
        (0, Some(level)) => Err(format!(
            "no level is one of a mapped product's; the first is of item {} at {}",
            level.item_id, level.location_id
        )),
        (known, _) => Ok(format!("{known} of {} levels are of mapped products", told.count())),
    }
}
