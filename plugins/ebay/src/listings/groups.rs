//! Groups: what makes one listing of several items. Replaced as a whole where it differs.

use entrepot_guest::prelude::*;
use serde_json::Value;

use super::merge::{object, same};
use super::work::Work;
use super::{body, bulk};
use crate::client::{Client, value};
use entrepot_guest::lenient::Raw;

pub(super) fn write<T: Transport>(client: &Client<'_, T>, work: &mut Work<'_>) -> Result<(), Error> {
    let Some(key) = work.group.clone() else { return Ok(()) };
    let wanted = body::group(client.settings.market, work);
    let there = work.group_there.clone().map(|there| {
        let mut there = object(there);
        drop(there.remove("inventoryItemGroupKey"));
        Value::Object(there)
    });
    if there.is_some_and(|there| same(&there, &wanted)) {
        return Ok(());
    }
    match client.change(Method::Put, &["inventory_item_group", &key], Some(&wanted))? {
        Ok(text) => work.warnings.extend(bulk::warnings(&value(Raw::of(&text)))),
        Err(refusal) => return Err(refusal.error()),
    }
    work.group_there = Some(wanted);
    Ok(())
}
