//! Items whose bytes changed and whose content did not: the shop, or a plugin of it, wrote the same JSON in another order or with other
//! escapes.

use std::collections::{HashMap, HashSet, VecDeque};

use entrepot_domain::ChannelId;
use entrepot_sandbox::RawItem;
use entrepot_store::items::KnownItem;
use entrepot_store::{Scoped, StoreError};
use serde_json::Value;

use crate::import::compare::UNREAD;

/// Bytes of an item, and of all of a portion, that are compared. What is larger is taken for changed.
const MAX_COMPARED_LEN: usize = 256 << 10;
const MAX_COMPARED_IN_ALL: usize = 8 << 20;

/// Ids of those of `items`, whose hashes are `hashes`, that say what is kept of them.
pub(super) async fn rewritten(
    scoped: &Scoped,
    channel: &ChannelId,
    items: &VecDeque<RawItem>,
    hashes: &VecDeque<[u8; 32]>,
    known: &HashMap<String, KnownItem>,
) -> Result<HashSet<String>, StoreError> {
    let mut room = MAX_COMPARED_IN_ALL;
    let mut changed = HashMap::new();
    for (item, hash) in items.iter().zip(hashes) {
        let Some(before) = known.get(&item.source_id) else { continue };
        let was_read = before.deleted_at.is_none() && before.problem.is_none() && before.content_hash != UNREAD;
        let is_read = !item.deleted && item.problems.is_empty();
        if !was_read || !is_read || before.content_hash == hash || item.body.len() > MAX_COMPARED_LEN.min(room) {
            continue;
        }
        room -= item.body.len();
        changed.insert(item.source_id.as_str(), item.body.as_str());
    }
    if changed.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<&str> = changed.keys().copied().collect();
    let kept = scoped.stored_bodies(channel, &ids).await?;
    let same =
        kept.into_iter().filter(|(id, body)| changed.get(id.as_str()).is_some_and(|new| says_the_same(body, new)));
    Ok(same.map(|(id, _)| id).collect())
}

fn says_the_same(one: &str, other: &str) -> bool {
    // Equal bytes under another hash: it was not written by us. It is mapped again.
    if one == other {
        return false;
    }
    let parsed = |text| serde_json::from_str::<Value>(text).ok();
    parsed(one).zip(parsed(other)).is_some_and(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_otherwise_says_the_same() {
        let one = r#"{"name":"Grün","price":"5.00","tags":["a","b"]}"#;
        for other in [
            r#"{"price":"5.00","tags":["a","b"],"name":"Gr\u00fcn"}"#,
            r#"{ "name": "Grün", "price": "5.00", "tags": ["a", "b"] }"#,
        ] {
            assert!(says_the_same(one, other), "{other}");
        }
        for other in [
            one,
            r#"{"name":"Grün","price":"5.0","tags":["a","b"]}"#,
            r#"{"name":"Grün","price":"5.00","tags":["b","a"]}"#,
            "{",
        ] {
            assert!(!says_the_same(one, other), "{other}");
        }
    }
}
