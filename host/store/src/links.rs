//! What is the same goods in several channels: links, and the pairs they are made of. How they are found and reviewed is in
//! [`batches`] and [`proposals`].

use std::collections::HashMap;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, LinkPairId};
use entrepot_matching::{Groups, VariantKey};
use serde::Serialize;
use sqlx::types::Json;

use crate::bulk::{self, Column};
use crate::{Scoped, ScopedTx, StoreError, Tx};

pub mod batches;
pub mod goods;
pub mod proposals;

/// A variant's place in a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct MemberRow {
    pub product_id: String,
    pub variant_id: String,
    pub channel_id: String,
    pub link_id: String,
}

impl MemberRow {
    pub fn key(&self) -> VariantKey {
        (self.product_id.clone(), self.variant_id.clone())
    }
}

/// Somebody's word that two are the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct PairRow {
    pub id: String,
    pub product_id: String,
    pub variant_id: String,
    pub other_product_id: String,
    pub other_variant_id: String,
    /// `None`: made by hand.
    pub batch_id: Option<String>,
    pub proposal: Option<i64>,
    pub made_by: String,
    pub made_at: Timestamp,
}

impl PairRow {
    pub fn keys(&self) -> (VariantKey, VariantKey) {
        let one = (self.product_id.clone(), self.variant_id.clone());
        (one, (self.other_product_id.clone(), self.other_variant_id.clone()))
    }
}

/// A pair to be written.
pub struct NewPair<'a> {
    pub one: &'a VariantKey,
    pub other: &'a VariantKey,
    /// The batch and the proposal it comes from; `None`: by hand.
    pub of: Option<(&'a str, i64)>,
}

/// Members of all links that any variant of these products is in.
const AROUND: [&str; 2] = [
    "SELECT DISTINCT o.product_id, o.variant_id, o.channel_id, o.link_id FROM jsonb_array_elements_text($3) AS wanted (id) \
     CROSS JOIN LATERAL (SELECT link_id FROM link_members WHERE tenant_id = $1 AND $2 = $2 AND product_id = wanted.id OFFSET 0) AS m \
     CROSS JOIN LATERAL (SELECT product_id, variant_id, channel_id, link_id FROM link_members \
     WHERE tenant_id = $1 AND link_id = m.link_id OFFSET 0) AS o ORDER BY o.link_id, o.channel_id",
    "SELECT product_id, variant_id, channel_id, link_id FROM link_members WHERE tenant_id = $1 AND $2 = $2 AND link_id IN \
     (SELECT link_id FROM link_members WHERE tenant_id = $1 AND product_id IN (SELECT value FROM json_each($3))) \
     ORDER BY link_id, channel_id",
];
/// Pairs that hold and whose first product is one of these.
const PAIRS: [&str; 2] = select_by_ids!(
    "id, product_id, variant_id, other_product_id, other_variant_id, batch_id, proposal, made_by, made_at",
    "link_pairs",
    "tenant_id = $1 AND $2 = $2 AND ended_at IS NULL",
    "product_id",
    "ORDER BY id"
);
const OF_BATCH: &str = "SELECT id, product_id, variant_id, other_product_id, other_variant_id, batch_id, proposal, made_by, made_at \
    FROM link_pairs WHERE tenant_id = $1 AND batch_id = $2 AND id > $3 AND ended_at IS NULL ORDER BY id LIMIT $4";
const PUT_MEMBERS: &str = "INSERT INTO link_members (tenant_id, product_id, variant_id, channel_id, link_id)";
const MOVE_MEMBERS: &str = "ON CONFLICT (tenant_id, product_id, variant_id) DO UPDATE SET link_id = excluded.link_id";
const CLEAR: [&str; 2] = change_by_ids!("DELETE FROM link_members WHERE tenant_id = $1 AND $2 = $2 AND link_id", "");
const INSERT_PAIRS: &str = "INSERT INTO link_pairs (tenant_id, id, product_id, variant_id, other_product_id, other_variant_id, \
    batch_id, proposal, made_by, made_at)";
const END: [&str; 2] = change_by_ids!(
    "UPDATE link_pairs SET ended_by = $4, ended_at = $5 WHERE tenant_id = $1 AND $2 = $2 AND ended_at IS NULL AND id",
    ""
);

impl Scoped {
    /// Members of all links that any variant of these products is in, link by link.
    pub async fn link_members(&self, products: &[&str]) -> Result<Vec<MemberRow>, StoreError> {
        Ok(read_all_forked!(self, MemberRow, AROUND, self.tenant().as_str(), "", Json(products))?)
    }

    /// Pairs among the members of links.
    pub async fn link_pairs(&self, members: &[MemberRow]) -> Result<Vec<PairRow>, StoreError> {
        let products: Vec<&str> = members.iter().map(|member| member.product_id.as_str()).collect();
        Ok(read_all_forked!(self, PairRow, PAIRS, self.tenant().as_str(), "", Json(products))?)
    }
}

impl ScopedTx {
    /// Until the transaction ends nobody else changes this tenant's links: what hangs together is read, reckoned and written.
    pub async fn lock_links(&mut self) -> Result<(), StoreError> {
        if let Tx::Postgres(tx) = &mut self.tx {
            // SQLite's writers are alone anyway. This lock leaves rows free that refer to the tenant.
            let lock = sqlx::query("SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE");
            lock.bind(self.tenant.as_str()).execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// See [`Scoped::link_members`].
    pub async fn link_members(&mut self, products: &[&str]) -> Result<Vec<MemberRow>, StoreError> {
        Ok(tx_all_forked!(&mut self.tx, MemberRow, AROUND, self.tenant.as_str(), "", Json(products))?)
    }

    /// See [`Scoped::link_pairs`].
    pub async fn link_pairs(&mut self, members: &[MemberRow]) -> Result<Vec<PairRow>, StoreError> {
        let products: Vec<&str> = members.iter().map(|member| member.product_id.as_str()).collect();
        Ok(tx_all_forked!(&mut self.tx, PairRow, PAIRS, self.tenant.as_str(), "", Json(products))?)
    }

    /// Pairs that a batch made and that hold, ordered by id, from after `after`.
    pub async fn pairs_of_batch(&mut self, batch: &str, after: &str, limit: i64) -> Result<Vec<PairRow>, StoreError> {
        Ok(tx_all!(&mut self.tx, PairRow, OF_BATCH, self.tenant.as_str(), batch, after, limit)?)
    }

    /// Writes what changed in these groups, and the pairs that changed it.
    pub async fn write_links(&mut self, groups: &Groups, pairs: &[NewPair<'_>], actor: &str) -> Result<(), StoreError> {
        let members: Vec<_> = groups.changed().collect();
        let columns = [
            Column::Text(vec![Some(self.tenant.as_str()); members.len()]),
            Column::Text(members.iter().map(|(key, ..)| Some(key.0.as_str())).collect()),
            Column::Text(members.iter().map(|(key, ..)| Some(key.1.as_str())).collect()),
            Column::Text(members.iter().map(|(_, channel, _)| Some(*channel)).collect()),
            Column::Text(members.iter().map(|(.., link)| Some(*link)).collect()),
        ];
        bulk::insert(&mut self.tx, PUT_MEMBERS, MOVE_MEMBERS, &columns).await?;
        // What is the same goods from now on may share the stock that is counted here.
        let products: Vec<&str> = members.iter().map(|(key, ..)| key.0.as_str()).collect();
        self.touch_listings(&products).await?;
        let now = self.clock.now();
        let ids: Vec<LinkPairId> = pairs.iter().map(|_| LinkPairId::make(now)).collect();
        let sorted: Vec<_> = pairs.iter().map(|pair| (pair.one.min(pair.other), pair.one.max(pair.other))).collect();
        let columns = [
            Column::Text(vec![Some(self.tenant.as_str()); pairs.len()]),
            Column::Text(ids.iter().map(|id| Some(id.as_str())).collect()),
            Column::Text(sorted.iter().map(|(one, _)| Some(one.0.as_str())).collect()),
            Column::Text(sorted.iter().map(|(one, _)| Some(one.1.as_str())).collect()),
            Column::Text(sorted.iter().map(|(_, other)| Some(other.0.as_str())).collect()),
            Column::Text(sorted.iter().map(|(_, other)| Some(other.1.as_str())).collect()),
            Column::Text(pairs.iter().map(|pair| pair.of.map(|(batch, _)| batch)).collect()),
            Column::Int(pairs.iter().map(|pair| pair.of.map(|(_, number)| number)).collect()),
            Column::Text(vec![Some(actor); pairs.len()]),
            Column::Int(vec![Some(now); pairs.len()]),
        ];
        bulk::insert(&mut self.tx, INSERT_PAIRS, "", &columns).await
    }

    /// The pairs hold no longer.
    pub async fn end_pairs(&mut self, ids: &[&str], actor: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute_forked!(&mut self.tx, END, self.tenant.as_str(), "", Json(ids), actor, now)?;
        Ok(())
    }

    /// Puts these links anew: each variant has the link that is named, and whoever has none is in none.
    pub async fn replace_links(
        &mut self,
        members: &[MemberRow],
        links: &HashMap<VariantKey, String>,
    ) -> Result<(), StoreError> {
        let mut old: Vec<&str> = members.iter().map(|member| member.link_id.as_str()).collect();
        old.sort_unstable();
        old.dedup();
        execute_forked!(&mut self.tx, CLEAR, self.tenant.as_str(), "", Json(&old))?;
        let kept: Vec<(&MemberRow, &String)> =
            members.iter().filter_map(|member| Some((member, links.get(&member.key())?))).collect();
        let columns = [
            Column::Text(vec![Some(self.tenant.as_str()); kept.len()]),
            Column::Text(kept.iter().map(|(member, _)| Some(member.product_id.as_str())).collect()),
            Column::Text(kept.iter().map(|(member, _)| Some(member.variant_id.as_str())).collect()),
            Column::Text(kept.iter().map(|(member, _)| Some(member.channel_id.as_str())).collect()),
            Column::Text(kept.iter().map(|(_, link)| Some(link.as_str())).collect()),
        ];
        bulk::insert(&mut self.tx, PUT_MEMBERS, "", &columns).await?;
        let products: Vec<&str> = members.iter().map(|member| member.product_id.as_str()).collect();
        self.touch_listings(&products).await
    }
}
