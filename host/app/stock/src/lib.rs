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
        scoped.stock_item(sku).await?.ok_or_else(|| AppError::NoStockItem(sku.to_owned()))
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
