//! How goods are counted: one by one, as bundles of others, not at all, or by their shop.

use std::collections::BTreeMap;

use entrepot_core::{AppError, RequestContext};
use entrepot_store::Scoped;
use serde::Serialize;

use crate::{Stock, check_not_linked, check_sku};

/// How goods are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By what lies where.
    Simple,
    /// As many as their parts make.
    Bundle,
    /// Not: there is always one more.
    Untracked,
    /// By the shop that they come from, as if they had never been counted here.
    Shop,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Bundle => "bundle",
            Self::Untracked => "untracked",
            Self::Shop => "shop",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Simple, Self::Bundle, Self::Untracked, Self::Shop].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One of what a bundle is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartOf {
    pub sku: String,
    /// Of it in one bundle.
    pub units: i64,
    /// How many of it can be sold; none: it is not counted.
    pub available: Option<i64>,
}

/// Parts of one bundle.
const MOST_PARTS: usize = 100;
const MOST_UNITS: i64 = 10_000;

impl Stock {
    /// Has goods counted in another way. Levels and the ledger stay.
    pub async fn set_kind(&self, context: &RequestContext, sku: &str, kind: Kind) -> Result<(), AppError> {
        check_sku(sku)?;
        if kind == Kind::Bundle {
            return Err(AppError::Stock(format!(
                "say what {sku} is made of: `entrepot stock bundle {sku} --part SKU=NUMBER`"
            )));
        }
        let scoped = self.scoped(context);
        self.check_known(&scoped, sku).await?;
        let levels = match scoped.stock_item(sku).await? {
            Some(item) => scoped.stock_levels(&[&item.id]).await?.len(),
            None => 0,
        };
        if kind == Kind::Simple && levels == 0 {
            return Err(uncounted(sku));
        }
        let mut tx = scoped.begin().await?;
        tx.lock_stock().await?;
        let item = match tx.stock_item(sku).await? {
            Some(item) => item,
            None => tx.add_stock_item(sku, kind.as_str()).await?,
        };
        if let Some(bundle) = tx.bundles_with(&item.id).await?.pop().filter(|_| kind == Kind::Shop) {
            return Err(AppError::Stock(format!(
                "{sku} is part of the bundle {}, which needs it to be counted here; change the bundle first",
                bundle.sku
            )));
        }
        tx.set_stock_kind(&item.id, kind.as_str()).await?;
        tx.set_bundle_parts(&item.id, &[]).await?;
        tx.touch_listings_of_goods(&item.id, sku).await?;
        Ok(tx.commit().await?)
    }

    /// Has goods counted as bundles of others.
    pub async fn set_parts(
        &self,
        context: &RequestContext,
        sku: &str,
        parts: &BTreeMap<String, i64>,
    ) -> Result<(), AppError> {
        check_sku(sku)?;
        check_parts(sku, parts)?;
        let scoped = self.scoped(context);
        self.check_known(&scoped, sku).await?;
        for part in parts.keys() {
            self.item(&scoped, part).await?;
        }
        let mut tx = scoped.begin().await?;
        // What is part of what is read and written by one at a time: two at once could make a circle.
        tx.lock_stock().await?;
        let refuse = |why: String| Err(AppError::Stock(why));
        let mut made_of = Vec::new();
        for (part, units) in parts {
            let Some(item) = tx.stock_item(part).await? else { return Err(uncounted(part)) };
            match Kind::parse(&item.kind) {
                Some(Kind::Simple | Kind::Untracked) => made_of.push((item.id, *units)),
                Some(Kind::Bundle) => return refuse(format!("{part} is a bundle itself; name what it is made of")),
                _ => return refuse(format!("{part} is counted by its shop; have it counted here first")),
            }
        }
        let item = match tx.stock_item(sku).await? {
            Some(item) => item,
            None => tx.add_stock_item(sku, Kind::Bundle.as_str()).await?,
        };
        if let Some(of) = tx.bundles_with(&item.id).await?.pop() {
            return refuse(format!("{sku} is itself part of the bundle {}; bundles are made of goods alone", of.sku));
        }
        tx.set_stock_kind(&item.id, Kind::Bundle.as_str()).await?;
        tx.set_bundle_parts(&item.id, &made_of).await?;
        tx.touch_listings_of_goods(&item.id, sku).await?;
        Ok(tx.commit().await?)
    }

    /// It is counted here, or a product has it, which is not linked with goods that are.
    async fn check_known(&self, scoped: &Scoped, sku: &str) -> Result<(), AppError> {
        if scoped.stock_item(sku).await?.is_some() {
            return Ok(());
        }
        if scoped.counted_variants(sku).await?.is_empty() {
            return Err(AppError::NoStockItem(sku.to_owned()));
        }
        check_not_linked(scoped, sku).await
    }
}

fn check_parts(sku: &str, parts: &BTreeMap<String, i64>) -> Result<(), AppError> {
    let refuse = |why: String| Err(AppError::Stock(why));
    match parts.len() {
        0 => return refuse(format!("a bundle has at least one part; say what {sku} is made of")),
        many if many > MOST_PARTS => {
            return refuse(format!("a bundle has at most {MOST_PARTS} parts; these are {many}"));
        }
        _ => {}
    }
    for (part, units) in parts {
        if !(1..=MOST_UNITS).contains(units) {
            return refuse(format!("a bundle takes 1 to {MOST_UNITS} of each part; of {part} it would take {units}"));
        }
        if part == sku {
            return refuse(format!("{sku} is not made of itself"));
        }
    }
    Ok(())
}

/// Without a level there is nothing to sell: all listings of the goods would be told of none.
pub(crate) fn uncounted(sku: &str) -> AppError {
    AppError::Stock(format!(
        "{sku} is not counted here yet; `entrepot stock set {sku} --location CODE --on-hand N --reason R` has it counted here"
    ))
}
