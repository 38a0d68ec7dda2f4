//! Items that a page shows twice.

use std::collections::{HashMap, VecDeque};

use entrepot_sandbox::RawItem;

/// Of an item that a page shows twice, the last.
pub(crate) fn distinct(items: Vec<RawItem>) -> VecDeque<RawItem> {
    let mut last = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        last.insert(item.source_id.clone(), index);
    }
    items
        .into_iter()
        .enumerate()
        .filter(|(index, item)| last[&item.source_id] == *index)
        .map(|(_, item)| item)
        .collect()
}
