//! `catalog.fetch-page` of what changed: it ends, goes on from any of its cursors, and says what is gone.

use std::collections::BTreeSet;

use entrepot_domain::run::RunScope;

use super::paging::{restarted, small_cursors};
use super::{Outcome, Subject, recorded, told};
use crate::case::Delta;

pub(super) async fn complete(subject: &Subject<'_>, delta: &Delta) -> Outcome {
    let (shop, replay) = subject.shop(None)?;
    let walk = shop.walk_over(RunScope::ChangedSince(delta.since)).await;
    recorded(&replay)?;
    let walk = walk.map_err(|error| told(&error))?;
    small_cursors(&walk.pages)?;
    if let Some(item) = walk.items.iter().find(|item| item.source_id.is_empty()) {
        let kind = if item.deleted { "what is gone" } else { "an item" };
        return Err(format!("{kind} has no source_id"));
    }
    let of = |deleted: bool| -> BTreeSet<&str> {
        walk.items.iter().filter(|item| item.deleted == deleted).map(|item| item.source_id.as_str()).collect()
    };
    let (gone, shown) = (of(true), of(false));
    if let Some(both) = gone.intersection(&shown).next() {
        return Err(format!("item {both} is shown and said to be gone"));
    }
    let wanted: BTreeSet<&str> = delta.gone.iter().map(String::as_str).collect();
    if let Some(kept) = wanted.difference(&gone).next() {
        return Err(format!("item {kept} is gone, and nothing says so; RawItem::tombstone does"));
    }
    if let Some(lost) = gone.difference(&wanted).next() {
        return Err(format!("item {lost} is said to be gone, and the test does not say so under delta.gone"));
    }
    restarted(subject, &walk.pages).await?;
    Ok(format!("{} items changed, {} gone, on {} pages", shown.len(), gone.len(), walk.pages.len()))
}
