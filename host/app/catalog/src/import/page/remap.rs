//! Mapping what is kept once more: the settings that it depends on are others now.

use std::collections::{HashMap, VecDeque};

use entrepot_domain::catalog::{Issue, Product};
use entrepot_sandbox::RawItem;
use entrepot_store::items::{KnownItem, StoredItem};
use entrepot_store::pages::Seen;
use entrepot_store::{Scoped, StoreError};

use super::mapping::{ItemMapper, hash};
use super::{PORTION_BYTES, Prepared, PreparedPage, assemble};
use entrepot_channels::OpenChannel;
use entrepot_core::Services;
use entrepot_core::retry_transient;

/// Maps these items again: all of them, or, if they become much, a portion; the rest is left.
pub(crate) async fn map_again(
    services: &Services,
    scoped: &Scoped,
    channel: &OpenChannel,
    mapper: &mut ItemMapper,
    seen: &Seen,
    items: &mut VecDeque<StoredItem>,
) -> Result<PreparedPage, StoreError> {
    let patience = services.options().database_patience;
    let ids: Vec<&str> = items.iter().map(|item| item.source_id.as_str()).collect();
    let mut known: HashMap<String, KnownItem> =
        retry_transient(patience, || scoped.known_items(&channel.id, &ids)).await?;
    let (mut prepared, mut held) = (PreparedPage::default(), 0);
    while held < PORTION_BYTES
        && let Some(StoredItem { source_id, body, source_updated_at, .. }) = items.pop_front()
    {
        // This run was told that it is gone.
        if seen.gone.contains(&source_id) {
            continue;
        }
        let (problems, body) = (if body.is_none() { vec![damaged()] } else { Vec::new() }, body.unwrap_or_default());
        let item = RawItem { source_id, updated_at: source_updated_at, body, deleted: false, problems };
        // Somebody else brought it anew meanwhile, with the settings of now.
        let is_kept = |before: &KnownItem| !item.problems.is_empty() || before.content_hash == hash(&item);
        let Some(before) = known.remove(&item.source_id).filter(is_kept) else { continue };
        let counted = !seen.items.contains(&item.source_id);
        let outcome = if item.problems.is_empty() { mapper.map(&item).await } else { Err(item.problems.clone()) };
        let hash = hash(&item);
        let write = Prepared { counted, ..assemble(services, item, hash, Some(before), outcome) };
        if counted {
            prepared.fresh.push(write.item.source_id.clone());
            prepared.counts.fetched += 1;
            *write.counter()(&mut prepared.counts) += 1;
        }
        held += write.size();
        prepared.writes.push(write);
    }
    Ok(prepared)
}

/// Like an item that could not be read: the next run fetches it.
fn damaged() -> Issue {
    Issue::new(
        "",
        "raw-item-damaged",
        "what was kept of the item cannot be read any more; the next import fetches it anew",
    )
}

/// The currency of a price, if none was in it when all of the shop was read last.
pub(super) fn new_currency(channel: &OpenChannel, product: &Product) -> Option<String> {
    let known = channel.currencies.as_ref().filter(|known| !known.is_empty())?;
    let mut currencies = product.variants.iter().filter_map(|variant| variant.currency());
    currencies.find(|currency| !known.contains(*currency)).map(str::to_owned)
}
