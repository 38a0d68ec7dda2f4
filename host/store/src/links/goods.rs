//! Products as far as they can be recognised: a few columns of many rows.

use std::collections::{HashMap, HashSet};

use entrepot_domain::ChannelId;
use entrepot_matching::{Article, Goods};
use sqlx::types::Json;

use crate::{Scoped, StoreError};

#[derive(sqlx::FromRow)]
struct GoodsRow {
    id: String,
    channel_id: String,
    source_id: String,
    title: String,
    brand: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ArticleRow {
    product_id: String,
    source_id: String,
    sku: Option<String>,
    gtin: Option<String>,
    mpn: Option<String>,
    option_values: Json<Vec<String>>,
    currency: Option<String>,
    price: Option<i64>,
}

const PAGE: &str = "SELECT id, channel_id, source_id, title, brand FROM products WHERE tenant_id = $1 AND channel_id = $2 \
    AND source_id > $3 AND deleted_at IS NULL ORDER BY source_id LIMIT $4";
const BY_SOURCE: &str = "SELECT id, channel_id, source_id, title, brand FROM products WHERE tenant_id = $1 AND channel_id = $2 \
    AND source_id = $3 AND deleted_at IS NULL";
const BY_ID: [&str; 2] = select_by_ids!(
    "id, channel_id, source_id, title, brand",
    "products",
    "tenant_id = $1 AND $2 = $2 AND deleted_at IS NULL",
    "id",
    ""
);
const ARTICLES: [&str; 2] = select_by_ids!(
    "product_id, source_id, sku, gtin, mpn, option_values, currency, price, position",
    "variants",
    "tenant_id = $1 AND $2 = $2",
    "product_id",
    "ORDER BY product_id, position"
);
/// Variants of these products that are linked to something of the channel in `$2`.
const LINKED: [&str; 2] = select_by_ids!(
    "m.product_id, m.variant_id",
    "link_members m JOIN link_members o ON o.tenant_id = m.tenant_id AND o.link_id = m.link_id AND o.channel_id = $2",
    "m.tenant_id = $1",
    "m.product_id",
    ""
);

/// A product and its channel.
#[derive(Clone, Debug)]
pub struct KnownGoods {
    pub channel_id: String,
    pub goods: Goods,
}

impl Scoped {
    /// Products of a channel ordered by source id, from after `after`, and the source id of the last one. Variants that are linked
    /// to something of `other` are not open.
    pub async fn goods_of(
        &self,
        channel: &ChannelId,
        other: &ChannelId,
        after: &str,
        limit: i64,
    ) -> Result<Option<(Vec<Goods>, String)>, StoreError> {
        let tenant = self.tenant().as_str();
        let limit = self.products_that_fit(channel, after, limit).await?;
        let rows = read_all!(self, GoodsRow, PAGE, tenant, channel.as_str(), after, limit)?;
        let Some(last) = rows.last().map(|row| row.source_id.clone()) else { return Ok(None) };
        let known = self.with_articles(rows, other.as_str()).await?;
        Ok(Some((known.into_iter().map(|known| known.goods).collect(), last)))
    }

    /// Those of these products that exist, by id.
    pub async fn goods(&self, products: &[&str]) -> Result<HashMap<String, KnownGoods>, StoreError> {
        let rows = read_all_forked!(self, GoodsRow, BY_ID, self.tenant().as_str(), "", Json(products))?;
        let known = self.with_articles(rows, "").await?;
        Ok(known.into_iter().map(|known| (known.goods.product.to_string(), known)).collect())
    }

    /// The product that the marketplace calls so.
    pub async fn goods_by_source(
        &self,
        channel: &ChannelId,
        source_id: &str,
    ) -> Result<Option<KnownGoods>, StoreError> {
        let tenant = self.tenant().as_str();
        let row = read_optional!(self, GoodsRow, BY_SOURCE, tenant, channel.as_str(), source_id)?;
        Ok(self.with_articles(row.into_iter().collect(), "").await?.pop())
    }

    async fn with_articles(&self, rows: Vec<GoodsRow>, other: &str) -> Result<Vec<KnownGoods>, StoreError> {
        let tenant = self.tenant().as_str();
        let ids = Json(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>());
        let linked: HashSet<(String, String)> =
            read_all_forked!(self, (String, String), LINKED, tenant, other, &ids)?.into_iter().collect();
        let mut articles: HashMap<String, Vec<Article>> = HashMap::new();
        for row in read_all_forked!(self, ArticleRow, ARTICLES, tenant, "", &ids)? {
            let key = (row.product_id, row.source_id);
            let open = !linked.contains(&key);
            let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map(String::into_boxed_str);
            articles.entry(key.0).or_default().push(Article {
                variant: key.1.into(),
                sku: text(row.sku),
                gtin: text(row.gtin),
                mpn: text(row.mpn),
                options: row.option_values.0.into_iter().map(String::into_boxed_str).collect(),
                price: row.price.zip(row.currency.map(String::into_boxed_str)),
                open,
            });
        }
        let known = rows.into_iter().map(|row| {
            let variants = articles.remove(&row.id).unwrap_or_default();
            let brand = row.brand.filter(|brand| !brand.is_empty()).map(String::into_boxed_str);
            let goods = Goods { product: row.id.into(), title: row.title.into(), brand, variants };
            KnownGoods { channel_id: row.channel_id, goods }
        });
        Ok(known.collect())
    }
}
