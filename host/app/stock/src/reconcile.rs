//! Levels held against the ledger: what does not agree is shown, and mended by an entry that says so.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::TenantId;
use entrepot_store::own_stock::LedgerEntry;
use serde::Serialize;

use crate::Stock;

/// Items looked at at a time.
const PAGE: i64 = 200;

/// A level that is not what its movements add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    pub sku: String,
    pub location: String,
    /// As it is kept.
    pub on_hand: i64,
    /// As the movements add up.
    pub by_ledger: i64,
    /// An entry says so now.
    pub mended: bool,
}

impl Stock {
    /// Nothing is changed.
    pub async fn mismatches(&self, tenant: &TenantId) -> Result<Vec<Mismatch>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let items = scoped.stock_items(&after, PAGE).await?;
            let Some(last) = items.last() else { return Ok(found) };
            after.clone_from(&last.sku);
            for item in &items {
                let levels = scoped.stock_levels(&[&item.id]).await?;
                let sums = scoped.stock_sums(&item.id).await?;
                let kept = |location: &str| {
                    levels.iter().find(|level| level.location == location).map_or(0, |level| level.on_hand)
                };
                let moved = |location: &str| sums.iter().find(|(of, _)| of == location).map_or(0, |(_, sum)| *sum);
                let mut places: Vec<&str> = levels.iter().map(|level| level.location.as_str()).collect();
                places.extend(sums.iter().map(|(location, _)| location.as_str()));
                places.sort_unstable();
                places.dedup();
                let wrong = places.into_iter().filter(|location| kept(location) != moved(location));
                found.extend(wrong.map(|location| Mismatch {
                    sku: item.sku.clone(),
                    location: location.to_owned(),
                    on_hand: kept(location),
                    by_ledger: moved(location),
                    mended: false,
                }));
            }
        }
    }

    /// The level counts; an entry brings the ledger to it.
    pub async fn reconcile(&self, context: &RequestContext) -> Result<Vec<Mismatch>, AppError> {
        let scoped = self.scoped(context);
        let mut mended = Vec::new();
        for mismatch in self.mismatches(&context.tenant).await? {
            let Mismatch { sku, location, on_hand, by_ledger, .. } = &mismatch;
            let item = self.item(&scoped, sku).await?;
            let level = scoped.stock_levels(&[&item.id]).await?.into_iter().find(|level| level.location == *location);
            let mut tx = scoped.begin().await?;
            if let Some(level) = &level
                && !tx.set_stock_level((&item.id, location), Some(*on_hand), (*on_hand, level.buffer)).await?
            {
                // Somebody counted meanwhile; the next look tells.
                continue;
            }
            let entry = LedgerEntry {
                item: &item.id,
                location,
                kind: "reconcile",
                on_hand_delta: on_hand - by_ledger,
                on_hand_after: *on_hand,
                reserved_after: level.map_or(0, |level| level.reserved),
                reason: "the level and its movements did not agree",
                actor: &context.actor,
                key: None,
            };
            tx.add_stock_entry(entry).await?;
            tx.commit().await?;
            mended.push(Mismatch { mended: true, ..mismatch });
        }
        Ok(mended)
    }
}
