//! Goods that stand at the marketplace already: found by SKU, looked at, and taken for the listings that they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use entrepot_core::{ActiveOperation, AppError, Operation, Progress, RequestContext, StartedOperation};
use entrepot_domain::{ChannelId, ListingId};
use entrepot_store::Scoped;
use entrepot_store::listings::{ListingFilter, ListingRow};
use serde::{Deserialize, Serialize};

use crate::Listings;

/// Listings looked at at a time.
const PAGE: i64 = 50;
/// Lines of an outcome of each kind; it says how many there are.
const MOST_LINES: usize = 1_000;

/// Looks at the marketplace for what listings of a channel that have no id there are, by SKU. With `apply` what is found without doubt is
/// taken for them, so that nothing stands twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdoptListings {
    pub channel: String,
    pub apply: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Adoption {
    /// Id of the channel that was looked at.
    #[serde(default)]
    pub channel: String,
    /// Listings without an id at the marketplace.
    pub looked_at: u64,
    /// Of those, found without doubt.
    pub found: u64,
    /// Of those, adopted.
    pub adopted: u64,
    /// The first thousand that were found.
    pub lines: Vec<AdoptionLine>,
    /// The first thousand that may be several, or are another listing's.
    pub doubtful: Vec<AdoptionLine>,
}

/// One listing and what it may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdoptionLine {
    pub listing: String,
    pub sku: String,
    /// The marketplace's ids.
    pub external_ids: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    /// Listings from before this one are left.
    before: String,
    so_far: Adoption,
}

impl Listings {
    /// Looks, and waits for the end.
    pub async fn adopt(&self, context: &RequestContext, channel: &str, apply: bool) -> Result<Adoption, AppError> {
        let started = self.start_adopting(context, channel, apply).await?;
        self.operations.carry::<AdoptListings>(self, &context.tenant, &started.id).await
    }

    pub async fn start_adopting(
        &self,
        context: &RequestContext,
        channel: &str,
        apply: bool,
    ) -> Result<StartedOperation, AppError> {
        let channel = self.channel_id(&context.tenant, channel).await?.to_string();
        self.operations.start(&context.tenant, &context.actor, &AdoptListings { channel, apply }).await
    }
}

#[async_trait]
impl Operation for AdoptListings {
    type Context = Listings;
    type Outcome = Adoption;
    const KIND: &'static str = "adopt_listings";

    async fn run(&self, listings: &Listings, active: &ActiveOperation) -> Result<Option<Adoption>, AppError> {
        let (scoped, id) = (active.scoped(), ChannelId::from(self.channel.as_str()));
        let mut at = active.checkpoint::<Checkpoint>()?.unwrap_or_default();
        at.so_far.channel.clone_from(&self.channel);
        let filter = ListingFilter { channel: &self.channel, ..ListingFilter::default() };
        loop {
            let page = scoped.listings(filter, &at.before, PAGE).await?;
            let Some(last) = page.last().map(|row| row.id.clone()) else { return Ok(Some(at.so_far)) };
            let open: Vec<ListingRow> = page.into_iter().filter(|row| row.external_id.is_none()).collect();
            let channel = listings.channels.open_channel(active.tenant(), id.as_str()).await?;
            let skus = skus(scoped, &open).await?;
            let all: Vec<String> = skus.values().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
            let mut there: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            if !all.is_empty() {
                let (adapter, session) = (&channel.generation.adapter, channel.session(&listings.services));
                for (sku, external) in adapter.find_listings(&channel.view, session, all).await? {
                    there.entry(sku).or_default().insert(external);
                }
                listings.channels.account(scoped, &channel).await;
            }
            let mut tx = scoped.begin().await?;
            for row in open {
                let own = skus.get(&row.product_id).map(Vec::as_slice).unwrap_or_default();
                let ids: BTreeSet<&String> = own.iter().filter_map(|sku| there.get(sku)).flatten().collect();
                at.so_far.looked_at += 1;
                let Some(first) = ids.first() else { continue };
                let sku = own.iter().find(|sku| there.contains_key(*sku)).cloned().unwrap_or_default();
                let line = AdoptionLine {
                    listing: row.id.clone(),
                    sku,
                    external_ids: ids.iter().map(|id| (*id).clone()).collect(),
                };
                let taken = tx.listing_with_external_id(&id, first).await?;
                if ids.len() > 1 || taken.is_some() {
                    keep(&mut at.so_far.doubtful, line);
                    continue;
                }
                at.so_far.found += 1;
                if self.apply && tx.adopt_listing(&row.listing_id(), first).await? {
                    at.so_far.adopted += 1;
                    let detail = serde_json::json!({ "external_id": first, "sku": line.sku }).to_string();
                    tx.note_listing(&ListingId::from(row.id.as_str()), "adopted", active.actor(), &detail).await?;
                }
                keep(&mut at.so_far.lines, line);
            }
            at.before = last;
            let progress = Progress { done: i64::try_from(at.so_far.looked_at).unwrap_or(i64::MAX), total: None };
            active.keep(&mut tx, &at, progress).await?;
            tx.commit().await?;
            if active.is_turn_over() {
                return Ok(None);
            }
        }
    }
}

fn keep(lines: &mut Vec<AdoptionLine>, line: AdoptionLine) {
    if lines.len() < MOST_LINES {
        lines.push(line);
    }
}

/// SKUs of the listings' products.
async fn skus(scoped: &Scoped, rows: &[ListingRow]) -> Result<HashMap<String, Vec<String>>, AppError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.product_id.as_str()).collect();
    let products = scoped.products_with_ids(&ids).await?;
    let of = |sku: &Option<String>| sku.clone().filter(|sku| !sku.trim().is_empty());
    let known = products.into_iter().map(|stored| {
        let skus = stored.product.variants.iter().filter_map(|variant| of(&variant.sku)).collect();
        (stored.id.to_string(), skus)
    });
    Ok(known.collect())
}
