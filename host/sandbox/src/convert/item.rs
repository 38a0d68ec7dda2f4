//! Raw items.

use entrepot_domain::catalog::Issue;
use entrepot_domain::catalog::limits::{MAX_ID_LEN, MAX_ITEM_LEN, UNIDENTIFIED, beginning, few};
use entrepot_domain::delivery::RawItem;

use super::error::issue;
use super::text::{short_hash, storable};
use crate::bindings::items;

/// Without its problems: the host keeps them, and nothing is mapped that has any.
pub(crate) fn to_wit(item: &RawItem) -> items::RawItem {
    items::RawItem {
        source_id: item.source_id.clone(),
        updated_at: item.updated_at,
        body: item.body.clone(),
        deleted: item.deleted,
        problems: Vec::new(),
    }
}

pub(crate) fn raw_item(item: items::RawItem) -> RawItem {
    let items::RawItem { source_id, updated_at, body, deleted, problems } = item;
    let (source_id, problems) = (storable(source_id), problems.into_iter().map(issue).collect());
    let mut item = identified(RawItem { source_id, updated_at, body, deleted, problems });
    if item.body.len() > MAX_ITEM_LEN {
        let message = format!("the item is {} bytes large; at most {MAX_ITEM_LEN} are read", item.body.len());
        item.problems.push(Issue::new("", "item-too-large", message));
        item.body = String::new();
    }
    item.problems = few(item.problems);
    item
}

/// Gives an item that came without an id that can be used another one, and the reason why it is not imported.
pub(super) fn identified(mut item: RawItem) -> RawItem {
    let (code, message) = match item.source_id.len() {
        0 => ("source-id-missing", "the marketplace shows an item without an id".to_owned()),
        length if length > MAX_ID_LEN => {
            let start = beginning(&item.source_id, 40);
            let message =
                format!("the marketplace's id {start:?} is {length} bytes long; at most {MAX_ID_LEN} are taken");
            ("source-id-too-long", message)
        }
        _ => return item,
    };
    let named_by = if item.source_id.is_empty() { &item.body } else { &item.source_id };
    item.source_id = format!("{UNIDENTIFIED}{}", short_hash(named_by));
    item.problems.push(Issue::new("", code, message));
    item
}
