//! Listings with everything that decides about them.

use std::collections::HashMap;
use std::sync::Arc;

use entrepot_core::AppError;
use entrepot_domain::catalog::Product;
use entrepot_domain::effective::ChannelRule;
use entrepot_domain::listing::SyncStatus;
use entrepot_store::Scoped;
use entrepot_store::listings::{ConflictRow, ListedVariantRow, ListingRow};
use entrepot_store::products::StoredProduct;

use crate::Listings;
use crate::counted::with_own_stock;
use crate::wanted::{Wanted, wanted};

/// Nothing was decided of a conflict: it stands there again as it did, or as it is wanted.
pub(crate) const WITHDRAWN: &str = "withdrawn";

/// A listing on its way, with what is known of it.
pub(crate) struct Due {
    pub(crate) row: ListingRow,
    pub(crate) listed: Vec<ListedVariantRow>,
    pub(crate) wanted: Wanted,
    pub(crate) rule: Arc<ChannelRule>,
    /// Fields that were changed there, decided ones too.
    pub(crate) conflicts: Vec<ConflictRow>,
    /// It was looked at just now, and is as it was known to be.
    pub(crate) looked: bool,
    /// Why no price of it is sent now: it could not be looked at.
    pub(crate) held: Option<String>,
}

impl Due {
    /// Somebody is to decide about a field.
    pub(crate) fn is_in_conflict(&self) -> bool {
        self.conflicts.iter().any(|conflict| conflict.decision.is_none())
    }

    /// Somebody waits for it to be compared and sent.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.row.sync_status == SyncStatus::Pending.as_str()
    }

    /// Somebody is to decide whose price of the variant counts.
    pub(crate) fn is_price_in_conflict(&self, variant: &str) -> bool {
        let field = format!("variants/{variant}/price");
        self.conflicts.iter().any(|conflict| conflict.decision.is_none() && conflict.field == field)
    }

    /// What would be wanted of it with another row.
    pub(crate) fn with(&self, row: ListingRow, product: Option<Product>) -> Result<Self, AppError> {
        let wanted = wanted(&row, &self.listed, product, &self.rule)?;
        let (listed, rule) = (self.listed.clone(), self.rule.clone());
        Ok(Self { row, listed, wanted, rule, conflicts: Vec::new(), looked: false, held: None })
    }
}

/// A listing with what its product is now; none: it is gone from its shop.
pub(crate) struct Loaded {
    pub(crate) row: ListingRow,
    pub(crate) listed: Vec<ListedVariantRow>,
    pub(crate) product: Option<Product>,
}

impl Loaded {
    pub(crate) fn under(&self, rule: &ChannelRule) -> Result<Wanted, AppError> {
        wanted(&self.row, &self.listed, self.product.clone(), rule)
    }
}

impl Listings {
    pub(crate) async fn load_under(
        &self,
        scoped: &Scoped,
        rows: Vec<ListingRow>,
        rule: &ChannelRule,
    ) -> Result<Vec<Due>, AppError> {
        let loaded = self.load_each(scoped, rows, rule).await?;
        loaded.into_iter().map(|one| one.map_err(|unread| unread.1)).collect()
    }

    /// Of one that cannot be read, its row and why.
    pub(crate) async fn load_each(
        &self,
        scoped: &Scoped,
        rows: Vec<ListingRow>,
        rule: &ChannelRule,
    ) -> Result<Vec<Result<Due, Box<(ListingRow, AppError)>>>, AppError> {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut conflicts: HashMap<String, Vec<ConflictRow>> = HashMap::new();
        for row in scoped.conflicts_of(&ids).await? {
            conflicts.entry(row.listing_id.clone()).or_default().push(row);
        }
        let (loaded, rule) = (self.load(scoped, rows).await?, Arc::new(rule.clone()));
        let due = loaded.into_iter().map(|of| {
            let wanted = match of.under(&rule) {
                Ok(wanted) => wanted,
                Err(error) => return Err(Box::new((of.row, error))),
            };
            let conflicts = conflicts.remove(&of.row.id).unwrap_or_default();
            Ok(Due { row: of.row, listed: of.listed, wanted, rule: rule.clone(), conflicts, looked: false, held: None })
        });
        Ok(due.collect())
    }

    pub(crate) async fn load(&self, scoped: &Scoped, rows: Vec<ListingRow>) -> Result<Vec<Loaded>, AppError> {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut listed: HashMap<String, Vec<ListedVariantRow>> = HashMap::new();
        for row in scoped.listed_variants(&ids).await? {
            listed.entry(row.listing_id.clone()).or_default().push(row);
        }
        let products: Vec<&str> = rows.iter().map(|row| row.product_id.as_str()).collect();
        let own = scoped.own_stock(&products).await?;
        let products = scoped.products_with_ids(&products).await?;
        let counted = |mut found: StoredProduct| {
            let id = found.id.to_string();
            with_own_stock(&mut found.product, &own.iter().filter(|own| own.product_id == id).collect::<Vec<_>>());
            (id, found.product)
        };
        let mut products: HashMap<String, Product> = products.into_iter().map(counted).collect();
        let loaded = rows.into_iter().map(|row| Loaded {
            listed: listed.remove(&row.id).unwrap_or_default(),
            product: products.remove(&row.product_id),
            row,
        });
        Ok(loaded.collect())
    }
}
