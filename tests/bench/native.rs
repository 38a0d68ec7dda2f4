//! Fetch, map natively, sanitise, and the same bulk writes as an import, with its checkpoints.

use std::collections::HashMap;

use anyhow::{Context, Result};
use entrepot_catalog::clean_html;
use entrepot_domain::run::{Counts, RunScope};
use entrepot_domain::{ChannelId, Clock, Id, ProductId, TenantId};
use entrepot_plugin_woocommerce::map_product;
use entrepot_store::catalogue::ProductWrite;
use entrepot_store::channels::ChannelRow;
use entrepot_store::items::ItemWrite;
use entrepot_store::runs::Progress;
use entrepot_store::{Db, pack};

use crate::convert::model;
use crate::shop::Shop;

const LEASE_MS: i64 = 60_000;

pub(crate) async fn import(shop: Shop, database: &str) -> Result<usize> {
    let db = Db::connect(database, Clock::System).await?;
    db.migrate().await?;
    let scoped = db.tenant(&TenantId::default_tenant());
    let guest = shop.channel.clone();
    let mut tx = scoped.begin().await?;
    let channel = ChannelId::make(0);
    tx.insert_channel(&ChannelRow::new(&channel, "bench", "bench", serde_json::Map::new(), 0)).await?;
    let run = tx.insert_run(&channel, RunScope::Full, None).await?;
    tx.lease_run(&run, "bench", LEASE_MS, None).await?.context("the lease")?;
    tx.commit().await?;

    let mut pages = shop.pages();
    let (mut records, mut seq) = (0, 0);
    while let Some(page) = pages.recv().await {
        let page = page?;
        let ids: Vec<&str> = page.items.iter().map(|item| item.source_id.as_str()).collect();
        scoped.known_items(&channel, &ids).await?;
        let mut mapped = Vec::with_capacity(page.items.len());
        for item in &page.items {
            let Ok(product) = map_product(&guest, item) else { continue };
            let Ok(mut product) = model::product(product) else { continue };
            for html in [&mut product.description_html, &mut product.summary_html].into_iter().flatten() {
                *html = clean_html(html).unwrap_or_default();
            }
            mapped.push((item, ProductId::make(db.clock().now()), product));
        }
        records += page.items.len();

        let items: Vec<ItemWrite<'_>> = mapped
            .iter()
            .map(|(item, id, _)| ItemWrite {
                source_id: &item.source_id,
                product_id: Some(id.as_str()),
                content_hash: hash(&item.body),
                body: pack(&item.body).into(),
                source_updated_at: item.updated_at,
                problem: None,
                mapped_with: "bench",
            })
            .collect();
        let products: Vec<ProductWrite<'_>> =
            mapped.iter().map(|(_, id, product)| ProductWrite { id: id.as_str(), exists: false, product }).collect();
        let collections: HashMap<_, _> =
            mapped.iter().flat_map(|(.., p)| p.collections.iter().map(|c| (c.source_id.as_str(), c))).collect();
        let progress = Progress {
            cursor: Some("next"),
            context: None,
            counts: Counts::default(),
            attempt: 0,
            throttled: 0,
            not_before: None,
            done: false,
            fruitless: 0,
            why: None,
        };
        let mut tx = scoped.begin().await?;
        tx.advance_run(&run, "bench", seq, &progress, LEASE_MS).await?;
        tx.insert_page(&run, seq, &ids, &page.listed, &[]).await?;
        tx.write_items(&channel, "bench", &items).await?;
        tx.write_collections(&channel, &collections).await?;
        tx.write_products(&channel, &products, None).await?;
        tx.commit().await?;
        seq += 1;
    }
    Ok(records)
}

fn hash(body: &str) -> [u8; 32] {
    *blake3::hash(body.as_bytes()).as_bytes()
}
