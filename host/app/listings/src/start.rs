//! Having listings sent now.

use std::collections::BTreeSet;

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::listing::Status;
use entrepot_store::listings::{Edit, ListingFilter, ListingRow};
use serde::Serialize;

use crate::Listings;
use crate::job::SyncListings;

/// Listings that are marked in one transaction.
const AT_ONCE: i64 = 200;

/// What was begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Started {
    /// Listings that are looked at now.
    pub listings: usize,
    /// Of those, drafts that are published, and ended ones that were named.
    pub published: usize,
}

impl Listings {
    /// Publishes drafts of a channel, and has the others compared with what stands there and sent where they differ. `ids`: these alone.
    /// One that was refused is sent again. `dry_run`: only says how many.
    pub async fn push(
        &self,
        context: &RequestContext,
        channel: &str,
        ids: &[String],
        dry_run: bool,
    ) -> Result<Started, AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let channel = self.channel_id(&context.tenant, channel).await?;
        let mut rows = Vec::new();
        for id in ids.iter().collect::<BTreeSet<_>>() {
            let row = self.listing_row(&scoped, id).await?;
            if row.channel_id != channel.as_str() {
                return Err(AppError::Listing(format!("{id} is no listing of this channel")));
            }
            rows.push(row);
        }
        if ids.is_empty() {
            let (filter, mut before) =
                (ListingFilter { channel: channel.as_str(), ..ListingFilter::default() }, String::new());
            loop {
                let page = scoped.listings(filter, &before, AT_ONCE).await?;
                let Some(last) = page.last() else { break };
                before.clone_from(&last.id);
                rows.extend(page);
            }
        }
        // What was taken off stays off.
        rows.retain(|row| row.status != Status::Archived.as_str() || ids.contains(&row.id));
        let published = rows.iter().filter(|row| row.status != Status::Active.as_str()).count();
        let started = Started { listings: rows.len(), published };
        if dry_run {
            return Ok(started);
        }
        for some in rows.chunks(AT_ONCE as usize) {
            let mut tx = scoped.begin().await?;
            for row in some {
                if row.status != Status::Active.as_str() {
                    publish(&mut tx, row, &context.actor).await?;
                }
                tx.look_at_listing(&row.listing_id()).await?;
            }
            tx.commit().await?;
        }
        let mut tx = scoped.begin().await?;
        tx.resume_listing_lane(&channel).await?;
        let job = SyncListings { tenant: context.tenant.to_string(), channel: channel.to_string() };
        self.services.queue().enqueue(tx.raw(), job).await?;
        tx.commit().await?;
        Ok(started)
    }
}

async fn publish(tx: &mut entrepot_store::ScopedTx, row: &ListingRow, actor: &str) -> Result<(), AppError> {
    let edit = Edit {
        status: Status::Active.as_str(),
        overrides: &row.overrides,
        category: row.category_id.as_deref(),
        fields: &row.fields,
        version: row.version,
    };
    if !tx.edit_listing(&row.listing_id(), edit).await? {
        return Err(AppError::ListingChanged(row.id.clone()));
    }
    let detail = serde_json::json!({ "status": Status::Active }).to_string();
    Ok(tx.note_listing(&row.listing_id(), "edited", actor, &detail).await?)
}
