//! Linking and unlinking two products without a batch, and what a product is linked to.

use std::collections::HashSet;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, Id, LinkId, TenantId};
use entrepot_matching::{Groups, Refusal, VariantKey, same_variants};
use entrepot_store::links::goods::KnownGoods;
use entrepot_store::links::{MemberRow, NewPair, PairRow};
use serde::Serialize;

use super::apply::refused;
use super::regroup;
use entrepot_core::AppError;

use crate::Links;

/// A product as people name it, and one of its variants if it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductReference {
    /// prd_…, or CHANNEL:ID with the marketplace's id.
    pub product: String,
    /// The marketplace's id.
    pub variant: Option<String>,
}

/// Variants that are the same goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkReport {
    pub link: String,
    pub members: Vec<LinkMemberReport>,
    /// Why they are.
    pub pairs: Vec<LinkPairReport>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkMemberReport {
    pub channel: String,
    pub product: String,
    pub variant: String,
    /// `None`: it is gone. It keeps its place and has it when it comes back.
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkPairReport {
    pub products: [String; 2],
    pub variants: [String; 2],
    /// `None`: made by hand.
    pub batch: Option<String>,
    pub made_by: String,
    pub made_at: Timestamp,
}

impl Links {
    /// Says that two products are the same; the number of variants that were linked. Without variants named, those are linked that
    /// are each product's only one, or have the same SKU, GTIN or options. All or none.
    pub async fn link_products(
        &self,
        tenant: &TenantId,
        one: &ProductReference,
        other: &ProductReference,
        actor: &str,
    ) -> Result<u64, AppError> {
        let (left, right) = (self.goods(tenant, one).await?, self.goods(tenant, other).await?);
        let pairs = variants(&left, one, &right, other)?;
        let names = self.channel_names(tenant).await?;
        let scoped = self.services.db().tenant(tenant);
        let mut tx = scoped.begin().await?;
        tx.lock_links().await?;
        let members = tx.link_members(&[&left.goods.product, &right.goods.product]).await?;
        let mut groups = Groups::new(members.into_iter().map(|row| (row.key(), row.channel_id, row.link_id)));
        let mut made = Vec::new();
        for (a, b) in &pairs {
            let new = || LinkId::make(self.services.db().clock().now()).to_string();
            match groups.join((a, &left.channel_id), (b, &right.channel_id), new) {
                Ok(()) => made.push(NewPair { one: a, other: b, of: None }),
                Err(Refusal::Together) => {}
                Err(refusal) => return Err(AppError::Link(refused(&refusal, &names))),
            }
        }
        tx.write_links(&groups, &made, actor).await?;
        tx.commit().await?;
        Ok(made.len() as u64)
    }

    /// Says that two products are not the same after all; the number of variants that were unlinked.
    pub async fn unlink_products(
        &self,
        tenant: &TenantId,
        one: &ProductReference,
        other: &ProductReference,
        actor: &str,
    ) -> Result<u64, AppError> {
        let (left, right) = (self.product_id(tenant, one).await?, self.product_id(tenant, other).await?);
        let is = |key: &VariantKey, product: &str, of: &ProductReference| {
            key.0 == product && of.variant.as_ref().is_none_or(|variant| *variant == key.1)
        };
        let scoped = self.services.db().tenant(tenant);
        let mut tx = scoped.begin().await?;
        tx.lock_links().await?;
        let members = tx.link_members(&[&left]).await?;
        let pairs = tx.link_pairs(&members).await?;
        let between = |pair: &&PairRow| {
            let (a, b) = pair.keys();
            (is(&a, &left, one) && is(&b, &right, other)) || (is(&b, &left, one) && is(&a, &right, other))
        };
        let ended: HashSet<&str> = pairs.iter().filter(between).map(|pair| pair.id.as_str()).collect();
        if ended.is_empty() {
            let together = members.iter().any(|row| is(&row.key(), &right, other));
            return Err(AppError::Link(not_paired(&left, &right, &pairs, together)));
        }
        let links = regroup(&members, &pairs, &ended, self.services.db().clock().now());
        tx.replace_links(&members, &links).await?;
        let ids: Vec<&str> = ended.into_iter().collect();
        tx.end_pairs(&ids, actor).await?;
        tx.commit().await?;
        Ok(ids.len() as u64)
    }

    /// The links that any variant of the product is in.
    pub async fn links_of(&self, tenant: &TenantId, product: &str) -> Result<Vec<LinkReport>, AppError> {
        let reference = ProductReference { product: product.to_owned(), variant: None };
        let id = self.product_id(tenant, &reference).await?;
        let scoped = self.services.db().tenant(tenant);
        let members = scoped.link_members(&[&id]).await?;
        let pairs = scoped.link_pairs(&members).await?;
        let products: Vec<&str> = members.iter().map(|row| row.product_id.as_str()).collect();
        let goods = scoped.goods(&products).await?;
        let name = |row: &MemberRow| {
            let goods = &goods.get(&row.product_id)?.goods;
            let at = goods.variants.iter().position(|article| *article.variant == *row.variant_id)?;
            Some(goods.facts(at)?.name())
        };
        let mut links: Vec<LinkReport> = Vec::new();
        // Members come link by link.
        for row in &members {
            let member = LinkMemberReport {
                name: name(row),
                channel: row.channel_id.clone(),
                product: row.product_id.clone(),
                variant: row.variant_id.clone(),
            };
            match links.last_mut().filter(|link| link.link == row.link_id) {
                Some(link) => link.members.push(member),
                None => links.push(LinkReport { link: row.link_id.clone(), members: vec![member], pairs: Vec::new() }),
            }
        }
        for pair in pairs {
            let ((product, variant), _) = pair.keys();
            let held = |link: &&mut LinkReport| {
                link.members.iter().any(|member| member.product == product && member.variant == variant)
            };
            if let Some(link) = links.iter_mut().find(held) {
                link.pairs.push(LinkPairReport {
                    products: [pair.product_id, pair.other_product_id],
                    variants: [pair.variant_id, pair.other_variant_id],
                    batch: pair.batch_id,
                    made_by: pair.made_by,
                    made_at: pair.made_at,
                });
            }
        }
        Ok(links)
    }

    async fn goods(&self, tenant: &TenantId, reference: &ProductReference) -> Result<KnownGoods, AppError> {
        let (scoped, product) = (self.services.db().tenant(tenant), reference.product.as_str());
        if let Some(known) = scoped.goods(&[product]).await?.remove(product) {
            return Ok(known);
        }
        let missing = || AppError::NoProduct(product.to_owned());
        let (channel, source_id) = product.split_once(':').ok_or_else(missing)?;
        let channel = ChannelId::from(self.channels.channel(tenant, channel).await?.id);
        scoped.goods_by_source(&channel, source_id).await?.ok_or_else(missing)
    }

    /// Its id. Links of a product that is gone can be looked at and ended.
    async fn product_id(&self, tenant: &TenantId, reference: &ProductReference) -> Result<String, AppError> {
        let product = reference.product.as_str();
        if !self.services.db().tenant(tenant).link_members(&[product]).await?.is_empty() {
            return Ok(product.to_owned());
        }
        Ok(self.goods(tenant, reference).await?.goods.product.to_string())
    }
}

/// Which variants of the two belong together.
fn variants(
    left: &KnownGoods,
    one: &ProductReference,
    right: &KnownGoods,
    other: &ProductReference,
) -> Result<Vec<(VariantKey, VariantKey)>, AppError> {
    let at = |known: &KnownGoods, of: &ProductReference| match &of.variant {
        None => Ok((known.goods.variants.len() == 1).then_some(0)),
        Some(wanted) => {
            let at = known.goods.variants.iter().position(|article| *article.variant == **wanted);
            let missing = || AppError::Link(format!("{} has no variant {wanted:?}", of.product));
            at.map(Some).ok_or_else(missing)
        }
    };
    let named = one.variant.is_some() || other.variant.is_some();
    let places = match (at(left, one)?, at(right, other)?) {
        (Some(l), Some(r)) => vec![(l, r)],
        _ if named => Vec::new(),
        _ => same_variants(&left.goods, &right.goods),
    };
    if places.is_empty() {
        let (left, right) = (&one.product, &other.product);
        return Err(AppError::Link(format!(
            "nothing says which variants of {left} and {right} belong together; name one of each"
        )));
    }
    let key =
        |known: &KnownGoods, at: usize| (known.goods.product.to_string(), known.goods.variants[at].variant.to_string());
    Ok(places.into_iter().map(|(l, r)| (key(left, l), key(right, r))).collect())
}

fn not_paired(left: &str, right: &str, pairs: &[PairRow], together: bool) -> String {
    if !together {
        return format!("{left} and {right} are not linked");
    }
    let mut others: Vec<&str> = pairs
        .iter()
        .flat_map(|pair| [pair.product_id.as_str(), pair.other_product_id.as_str()])
        .filter(|product| *product != left && *product != right)
        .collect();
    others.sort_unstable();
    others.dedup();
    format!("{left} and {right} are linked through {}; unlink one of the two from that", others.join(" and "))
}
