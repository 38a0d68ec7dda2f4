//! Goods by their SKU.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;

use crate::client::Client;
use crate::details;
use crate::item::Id;

pub(super) fn by_sku<T: Transport>(client: &Client<'_, T>, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    let wanted: Vec<&String> = skus.iter().filter(|sku| !sku.trim().is_empty()).collect();
    let there: Vec<String> = wanted.iter().map(|sku| client.settings.sku_there(sku)).collect();
    let mut names: Vec<&str> = there.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let items = details::items(client, &names)?;
    let mut found = Vec::new();
    for (sku, own) in wanted.iter().zip(&there) {
        let Some(item) = items.get(own) else { continue };
        let item = item.clone()?;
        let groups = details::groups_of(&Raw::of(&item).fields());
        let ids =
            if groups.is_empty() { vec![Id::Item(own.clone())] } else { groups.into_iter().map(Id::Group).collect() };
        found.extend(ids.into_iter().map(|id| ((*sku).clone(), id.to_string())));
    }
    Ok(found)
}
