//! What is written of items: the item as it came, the product it became, or why it became none.

use std::borrow::Cow;
use std::collections::HashMap;

use entrepot_domain::RunId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::catalogue::ProductWrite;
use entrepot_store::dead_letters::NewDeadLetter;
use entrepot_store::items::ItemWrite;
use entrepot_store::{ScopedTx, StoreError, pack};

use super::Prepared;
use entrepot_channels::OpenChannel;

pub(super) async fn write_items(
    writes: &[Prepared],
    as_of: Option<Timestamp>,
    tx: &mut ScopedTx,
    channel: &OpenChannel,
    run: &RunId,
) -> Result<(), StoreError> {
    let digest = channel.generation.grant.digest.as_str();
    let items: Vec<ItemWrite<'_>> = writes
        .iter()
        .map(|write| ItemWrite {
            source_id: &write.item.source_id,
            product_id: write.product_id(),
            content_hash: write.hash,
            body: write.packed.as_deref().map_or_else(|| Cow::Owned(pack(&write.item.body)), Cow::Borrowed),
            source_updated_at: write.item.updated_at,
            mapped_with: &channel.mapped_with,
            problem: write
                .outcome
                .as_ref()
                .err()
                .map(|issues| issues.first().map_or("unknown", |issue| issue.code.as_str())),
        })
        .collect();
    tx.write_items(&channel.id, digest, &items).await?;
    let mut products = Vec::new();
    let mut collections = HashMap::new();
    for write in writes {
        if let (Ok(product), Some(id)) = (&write.outcome, write.product_id()) {
            collections
                .extend(product.collections.iter().map(|collection| (collection.source_id.as_str(), collection)));
            products.push(ProductWrite { id, exists: write.known_product.is_some(), product });
        }
    }
    tx.write_collections(&channel.id, &collections).await?;
    tx.write_products(&channel.id, &products, as_of).await?;
    let letters: Vec<NewDeadLetter<'_>> = writes
        .iter()
        .filter_map(|write| {
            Some(NewDeadLetter { source_id: &write.item.source_id, issues: write.outcome.as_ref().err()? })
        })
        .collect();
    tx.write_dead_letters(&channel.id, run, digest, &letters).await?;
    let settled: Vec<&str> =
        writes.iter().filter(|write| write.settles).map(|write| write.item.source_id.as_str()).collect();
    tx.settle_dead_letters(&channel.id, &settled).await?;
    Ok(())
}
