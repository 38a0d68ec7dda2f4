#![doc = include_str!("../README.md")]

mod goods;
mod ledger;
mod levels;
mod locations;
mod reconcile;
mod report;

use entrepot_core::{AppError, RequestContext, Services};
use entrepot_domain::names::is_unseen;
use entrepot_listings::Listings;
use entrepot_store::Scoped;
use entrepot_store::own_stock::StockItemRow;

pub use goods::{Kind, PartOf};
pub use ledger::Movement;
pub use levels::{Adjusted, Adjustment, Count};
pub use locations::{LocationChange, LocationReport, NewLocation};
pub use reconcile::Mismatch;
pub use report::{ItemReport, LevelReport, ListedStock, Reservation, ShopLevel, StockReport, StockVariant};

/// Characters of a SKU.
const LONGEST_SKU: usize = 512;
/// Characters of a reason, a name, a key.
const LONGEST_TEXT: usize = 500;
/// Pieces. More is a typing error.
const MOST_PIECES: i64 = 1_000_000_000;

/// Stock that is counted here. Cheap to clone.
#[derive(Clone)]
pub struct Stock {
    services: Services,
    listings: Listings,
}

impl Stock {
    pub fn new(services: Services, listings: Listings) -> Self {
        Self { services, listings }
    }

    fn scoped(&self, context: &RequestContext) -> Scoped {
        self.services.db().tenant(&context.tenant)
    }

    /// The goods under a SKU that are counted here.
    async fn item(&self, scoped: &Scoped, sku: &str) -> Result<StockItemRow, AppError> {
        check_sku(sku)?;
        match scoped.stock_item(sku).await? {
            Some(item) => Ok(item),
            None if scoped.counted_variants(sku).await?.is_empty() => Err(AppError::NoStockItem(sku.to_owned())),
            None => Err(goods::uncounted(sku)),
        }
    }
}

/// Goods with this SKU are linked with goods that are counted here under another one, which counts for both.
async fn counted_as(scoped: &Scoped, sku: &str) -> Result<Option<StockItemRow>, AppError> {
    let variants = scoped.counted_variants(sku).await?;
    let products: Vec<&str> = variants.iter().map(|of| of.product_id.as_str()).collect();
    let is_meant = |product: &str, variant: &str| {
        variants.iter().any(|of| {
            of.sku.as_deref() == Some(sku) && (of.product_id.as_str(), of.variant_id.as_str()) == (product, variant)
        })
    };
    let own = scoped.own_stock(&products).await?;
    match own.into_iter().find(|own| is_meant(&own.product_id, &own.variant_id)) {
        Some(own) => Ok(scoped.stock_item_with_id(&own.item_id).await?.filter(|item| item.sku != sku)),
        None => Ok(None),
    }
}

/// The same goods are not counted twice.
async fn check_not_linked(scoped: &Scoped, sku: &str) -> Result<(), AppError> {
    match counted_as(scoped, sku).await? {
        Some(other) => Err(AppError::Stock(format!(
            "{sku} is linked with goods that are counted here as {0}, and shares their stock; count {0}, or undo the link first",
            other.sku
        ))),
        None => Ok(()),
    }
}

fn check_sku(sku: &str) -> Result<(), AppError> {
    check_text("the SKU", sku, LONGEST_SKU)
}

fn check_text(what: &str, text: &str, longest: usize) -> Result<(), AppError> {
    let length = text.chars().count();
    let wrong = if text.trim().is_empty() {
        "is empty".to_owned()
    } else if length > longest {
        format!("has {length} characters; at most {longest}")
    } else if let Some(unseen) = text.chars().find(|c| is_unseen(*c)) {
        format!("holds {}, which nobody sees; leave it out", unseen.escape_unicode())
    } else if text.trim() != text {
        format!("{text:?} begins or ends with a blank; leave it out")
    } else {
        return Ok(());
    };
    Err(AppError::Stock(format!("{what} {wrong}")))
}

fn check_pieces(what: &str, pieces: i64) -> Result<(), AppError> {
    match pieces {
        0..=MOST_PIECES => Ok(()),
        _ => Err(AppError::Stock(format!("{what} is {pieces}; give a number from 0 to {MOST_PIECES}"))),
    }
}
