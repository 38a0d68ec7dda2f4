//! A listing's variants as the marketplace knows them and was told last.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::listing::ListedVariant;
use entrepot_domain::{ListingId, Money};
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedVariantRow {
    pub listing_id: String,
    pub variant_id: String,
    pub external_id: Option<String>,
    pub item_id: Option<String>,
    pub sku: Option<String>,
    pub currency: Option<String>,
    pub told_price: Option<i64>,
    pub told_before: Option<i64>,
    pub told_stock: Option<i64>,
    pub told_at: Option<Timestamp>,
    pub sent_currency: Option<String>,
    pub sent_price: Option<i64>,
    pub sent_before: Option<i64>,
    pub sent_stock: Option<i64>,
    /// When an offer was sent of which nobody said what became.
    pub sent_at: Option<Timestamp>,
}

impl ListedVariantRow {
    /// The price that was told last.
    pub fn price(&self) -> Option<Money> {
        Some(Money::new(self.told_price?, self.currency.clone()?))
    }

    /// The price of an offer in doubt.
    pub fn sent_price(&self) -> Option<Money> {
        Some(Money::new(self.sent_price?, self.sent_currency.clone()?))
    }

    /// Another price than the one told last was sent, and may be what stands there.
    pub fn is_price_in_doubt(&self) -> bool {
        let told = (&self.currency, self.told_price, self.told_before);
        self.sent_at.is_some() && (&self.sent_currency, self.sent_price, self.sent_before) != told
    }

    /// Likewise of stock.
    pub fn is_stock_in_doubt(&self) -> bool {
        self.sent_at.is_some() && self.sent_stock != self.told_stock
    }

    pub fn listed(&self) -> ListedVariant {
        ListedVariant {
            variant_id: self.variant_id.clone(),
            external_id: self.external_id.clone(),
            item_id: self.item_id.clone(),
            sku: self.sku.clone(),
        }
    }
}

/// Price and stock that the marketplace took.
#[derive(Clone, Debug)]
pub struct ToldOffer<'a> {
    pub variant: &'a str,
    pub price: Option<&'a Money>,
    pub before: Option<&'a Money>,
    pub stock: Option<i64>,
}

const OF: [&str; 2] = select_by_ids!(
    "listing_id, variant_id, external_id, item_id, sku, currency, told_price, told_before, told_stock, told_at, \
     sent_currency, sent_price, sent_before, sent_stock, sent_at",
    "listing_variants",
    "tenant_id = $1 AND $2 = $2",
    "listing_id",
    "ORDER BY listing_id, variant_id"
);
const PUT: &str = "INSERT INTO listing_variants (tenant_id, listing_id, variant_id, external_id, item_id, sku) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, listing_id, variant_id) DO UPDATE SET \
    external_id = excluded.external_id, item_id = excluded.item_id, sku = excluded.sku";
const TELL: &str = "UPDATE listing_variants SET currency = $4, told_price = $5, told_before = $6, told_stock = $7, told_at = $8, \
    sent_currency = NULL, sent_price = NULL, sent_before = NULL, sent_stock = NULL, sent_at = NULL \
    WHERE tenant_id = $1 AND listing_id = $2 AND variant_id = $3";
/// Before a request: if the answer is lost, this is what was sent.
const SEND: &str = "UPDATE listing_variants SET sent_currency = $4, sent_price = $5, sent_before = $6, sent_stock = $7, sent_at = $8 \
    WHERE tenant_id = $1 AND listing_id = $2 AND variant_id = $3";
const NOT_TAKEN: &str = "UPDATE listing_variants SET sent_currency = NULL, sent_price = NULL, sent_before = NULL, sent_stock = NULL, sent_at = NULL \
    WHERE tenant_id = $1 AND listing_id = $2 AND variant_id = $3";
/// $3: those that stand there.
const FORGET: [&str; 2] = [
    "DELETE FROM listing_variants WHERE tenant_id = $1 AND listing_id = $2 \
     AND NOT variant_id = ANY (ARRAY(SELECT jsonb_array_elements_text($3)))",
    "DELETE FROM listing_variants WHERE tenant_id = $1 AND listing_id = $2 AND variant_id NOT IN (SELECT value FROM json_each($3))",
];

impl Scoped {
    /// Of these listings.
    pub async fn listed_variants(&self, listings: &[&str]) -> Result<Vec<ListedVariantRow>, StoreError> {
        if listings.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, ListedVariantRow, OF, self.tenant().as_str(), "", Json(listings))?)
    }
}

impl ScopedTx {
    /// What stands there now; what does not is forgotten.
    pub async fn put_listed_variants(&mut self, listing: &ListingId, all: &[ListedVariant]) -> Result<(), StoreError> {
        let (tenant, id) = (self.tenant.as_str(), listing.as_str());
        let there: Vec<&str> = all.iter().map(|variant| variant.variant_id.as_str()).collect();
        execute_forked!(&mut self.tx, FORGET, tenant, id, Json(&there))?;
        for ListedVariant { variant_id, external_id, item_id, sku } in all {
            execute!(&mut self.tx, PUT, tenant, id, variant_id, external_id, item_id, sku)?;
        }
        Ok(())
    }

    /// Price and stock that the marketplace has now.
    pub async fn note_told(&mut self, listing: &ListingId, offers: &[ToldOffer<'_>]) -> Result<(), StoreError> {
        self.note_offers(TELL, listing, offers).await
    }

    /// Price and stock that are about to be sent.
    pub async fn note_sent(&mut self, listing: &ListingId, offers: &[ToldOffer<'_>]) -> Result<(), StoreError> {
        self.note_offers(SEND, listing, offers).await
    }

    /// The marketplace said that it did not take what was sent for this variant.
    pub async fn note_not_taken(&mut self, listing: &ListingId, variant: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, NOT_TAKEN, self.tenant.as_str(), listing.as_str(), variant)?;
        Ok(())
    }

    async fn note_offers(
        &mut self,
        statement: &'static str,
        listing: &ListingId,
        offers: &[ToldOffer<'_>],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        for ToldOffer { variant, price, before, stock } in offers {
            let currency = price.map(|money| money.currency.as_str());
            let (minor, before) = (price.map(|money| money.minor), before.map(|money| money.minor));
            let (tenant, id) = (self.tenant.as_str(), listing.as_str());
            execute!(&mut self.tx, statement, tenant, id, variant, currency, minor, before, stock, now)?;
        }
        Ok(())
    }
}
