//! Finding products by words: each has a narrow row with all it may be searched for, so that a look through 100,000 is short.

use std::fmt::Write;

use entrepot_domain::ChannelId;
use entrepot_domain::catalog::{Media, MediaKind, Product, ProductStatus};
use sqlx::types::Json;

use crate::bulk::{self, Column};
use crate::catalogue::ProductWrite;
use crate::{Lenient, Scoped, ScopedTx, StoreError};

/// Bytes of what a product can be found by; the rest of thousands of SKUs is not searched.
const MOST: usize = 4_000;
/// Characters of a word that count: SQLite takes no pattern of any length.
const LONGEST_WORD: usize = 200;
/// Words of a query that count.
const WORDS: usize = 4;

/// Which products. Empty texts take all.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductQuery<'a> {
    /// Each of them is part of the title, a SKU, a GTIN, the brand or the id. Of many, the first four count.
    pub words: &'a str,
    pub channel: &'a str,
    /// active, draft, archived
    pub status: &'a str,
    /// The id of the last product of the page before.
    pub after: &'a str,
    pub limit: i64,
}

/// A product as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundProduct {
    pub id: String,
    pub channel_id: String,
    pub source_id: String,
    pub title: String,
    pub brand: Option<String>,
    pub status: ProductStatus,
    /// Of its first picture.
    pub picture: Option<String>,
    pub variants: i64,
    /// Of its first variant.
    pub sku: Option<String>,
    /// Minor units.
    pub lowest: Option<i64>,
    pub highest: Option<i64>,
    pub currency: Option<String>,
    /// Over variants and locations; pieces that variants share are counted once for each. `None`: nothing is counted.
    pub available: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    channel_id: String,
    source_id: String,
    title: String,
    brand: Option<String>,
    status: String,
    media: Lenient<Vec<Media>>,
    variants: i64,
    sku: Option<String>,
    lowest: Option<i64>,
    highest: Option<i64>,
    currency: Option<String>,
    available: Option<i64>,
}

const INSERT: &str = "INSERT INTO product_search (tenant_id, product_id, channel_id, status, words)";
const UPSERT: &str =
    "ON CONFLICT (tenant_id, product_id) DO UPDATE SET status = excluded.status, words = excluded.words";
const FORGET: [&str; 2] = change_by_ids!(
    "DELETE FROM product_search WHERE tenant_id = $1 AND product_id IN (SELECT id FROM products WHERE tenant_id = $1 AND channel_id = $2 \
     AND source_id",
    ")"
);
const FIND: &str = "SELECT product_id FROM product_search WHERE tenant_id = $1 AND product_id > $2 AND ($3 = '' OR channel_id = $3) \
    AND ($4 = '' OR status = $4) AND words LIKE $5 ESCAPE '!' AND words LIKE $6 ESCAPE '!' AND words LIKE $7 ESCAPE '!' \
    AND words LIKE $8 ESCAPE '!' AND channel_id IN (SELECT id FROM channels WHERE tenant_id = $1 AND removed_at IS NULL) \
    ORDER BY product_id LIMIT $9";
const SHOW: [&str; 2] = select_by_ids!(
    "id, channel_id, source_id, title, brand, status, media, \
     (SELECT COUNT(*) FROM variants v WHERE v.tenant_id = $1 AND v.product_id = products.id) AS variants, \
     (SELECT v.sku FROM variants v WHERE v.tenant_id = $1 AND v.product_id = products.id ORDER BY v.position LIMIT 1) AS sku, \
     (SELECT MIN(v.price) FROM variants v WHERE v.tenant_id = $1 AND v.product_id = products.id) AS lowest, \
     (SELECT MAX(v.price) FROM variants v WHERE v.tenant_id = $1 AND v.product_id = products.id) AS highest, \
     (SELECT MIN(v.currency) FROM variants v WHERE v.tenant_id = $1 AND v.product_id = products.id) AS currency, \
     (SELECT CAST(SUM(l.available) AS BIGINT) FROM inventory_levels l WHERE l.tenant_id = $1 AND l.product_id = products.id) AS available",
    "products",
    "tenant_id = $1 AND $2 = $2 AND deleted_at IS NULL",
    "id",
    "ORDER BY id"
);
const COUNT: &str = "SELECT channel_id, COUNT(*) FROM product_search WHERE tenant_id = $1 GROUP BY channel_id";

/// All that a product can be found by, in small letters, a line each.
fn words(product: &Product) -> String {
    let mut words = product.title.to_lowercase();
    let codes = product.variants.iter().flat_map(|variant| [variant.sku.as_deref(), variant.gtin.as_deref()]);
    let rest = [product.brand.as_deref(), Some(product.source_id.as_str())].into_iter().chain(codes).flatten();
    for text in rest.filter(|text| !text.is_empty()) {
        if words.len() >= MOST {
            break;
        }
        words.push('\n');
        words.push_str(&text.to_lowercase());
    }
    words.truncate(words.floor_char_boundary(MOST));
    words
}

/// A pattern for each of the words that count; those that are missing fit everything.
pub(crate) fn patterns(words: &str) -> [String; WORDS] {
    // A NUL is in no text of a database, and PostgreSQL takes none in a parameter.
    let clean = words.replace('\0', " ");
    let mut words = clean.split_whitespace();
    std::array::from_fn(|_| pattern(words.next()))
}

/// What stands anywhere in a text: in it nothing means anything else.
fn pattern(word: Option<&str>) -> String {
    let mut pattern = String::from("%");
    for letter in word.unwrap_or_default().to_lowercase().chars().take(LONGEST_WORD) {
        let _ =
            if matches!(letter, '%' | '_' | '!') { write!(pattern, "!{letter}") } else { write!(pattern, "{letter}") };
    }
    if word.is_some() {
        pattern.push('%');
    }
    pattern
}

impl Scoped {
    /// Products ordered by id: two statements, however many.
    pub async fn search_products(&self, query: &ProductQuery<'_>) -> Result<Vec<FoundProduct>, StoreError> {
        let ProductQuery { words, channel, status, after, limit } = *query;
        let tenant = self.tenant().as_str();
        let [one, two, three, four] = patterns(words);
        let ids = read_all!(self, (String,), FIND, tenant, after, channel, status, one, two, three, four, limit)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<String> = ids.into_iter().map(|(id,)| id).collect();
        let rows = read_all_forked!(self, Row, SHOW, tenant, "", Json(&ids))?;
        Ok(rows.into_iter().map(FoundProduct::from).collect())
    }

    /// How many each channel has; those without any are left out.
    pub async fn count_products_by_channel(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(read_all!(self, (String, i64), COUNT, self.tenant().as_str())?)
    }
}

impl ScopedTx {
    /// That they are found by what they are now.
    pub(crate) async fn write_search_rows(
        &mut self,
        channel: &ChannelId,
        writes: &[ProductWrite<'_>],
    ) -> Result<(), StoreError> {
        let (tenant, rows) = (self.tenant.clone(), writes.len());
        let words: Vec<String> = writes.iter().map(|write| words(write.product)).collect();
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows]),
            Column::Text(writes.iter().map(|write| Some(write.id)).collect()),
            Column::Text(vec![Some(channel.as_str()); rows]),
            Column::Text(writes.iter().map(|write| Some(write.product.status.as_str())).collect()),
            Column::Text(words.iter().map(|words| Some(words.as_str())).collect()),
        ];
        bulk::insert(&mut self.tx, INSERT, UPSERT, &columns).await
    }

    /// What is gone is not found. By ids of the marketplace.
    pub(crate) async fn forget_search_rows(&mut self, channel: &ChannelId, ids: &[String]) -> Result<(), StoreError> {
        execute_forked!(&mut self.tx, FORGET, self.tenant.as_str(), channel.as_str(), Json(ids))?;
        Ok(())
    }
}

impl From<Row> for FoundProduct {
    fn from(row: Row) -> Self {
        let status = match row.status.as_str() {
            "active" => ProductStatus::Active,
            "archived" => ProductStatus::Archived,
            _ => ProductStatus::Draft,
        };
        let picture = row.media.0.into_iter().find(|media| media.kind == MediaKind::Image).map(|media| media.url);
        Self {
            id: row.id,
            channel_id: row.channel_id,
            source_id: row.source_id,
            title: row.title,
            brand: row.brand,
            status,
            picture,
            variants: row.variants,
            sku: row.sku,
            lowest: row.lowest,
            highest: row.highest,
            currency: row.currency,
            available: row.available,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_was_typed() {
        assert_eq!(pattern(None), "%");
        assert_eq!(pattern(Some("Mug")), "%mug%");
        assert_eq!(pattern(Some("100%_!")), "%100!%!_!!%");
    }
}
