//! How goods are counted: one by one, as bundles of others, not at all, or by their shop.

use std::collections::BTreeMap;

use entrepot_core::{AppError, RequestContext};
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
        let item = scoped.stock_item(sku).await?;
        if item.is_none() && scoped.counted_variants(sku).await?.is_empty() {
            return Err(AppError::NoStockItem(sku.to_owned()));
        }
        if let Some(item) = &item {
            let levels = scoped.stock_levels(&[&item.id]).await?;
            let bundle = scoped.bundles_with(&item.id).await?.pop().filter(|_| kind == Kind::Shop);
            if let Some(bundle) = bundle {
                return Err(AppError::Stock(format!(
                    "{sku} is part of the bundle {}, which needs it to be counted here; change the bundle first",
                    bundle.sku
                )));
            }
            if kind == Kind::Simple && levels.is_empty() {
                return Err(uncounted(sku));
            }
        } else if kind == Kind::Simple {
            return Err(uncounted(sku));
        } else {
            check_not_linked(&scoped, sku).await?;
        }
        let mut tx = scoped.begin().await?;
        let item = match item {
            Some(item) => item,
            None => match tx.add_stock_item(sku, kind.as_str()).await {
                Err(error) if error.is_conflict() => return Err(AppError::Contested),
                item => item?,
            },
        };
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
        let refuse = |why: String| Err(AppError::Stock(why));
        match parts.len() {
            0 => return refuse(format!("a bundle has at least one part; say what {sku} is made of")),
            many if many > MOST_PARTS => {
                return refuse(format!("a bundle has at most {MOST_PARTS} parts; these are {many}"));
            }
            _ => {}
        }
        let scoped = self.scoped(context);
        let own = scoped.stock_item(sku).await?;
        if own.is_none() && scoped.counted_variants(sku).await?.is_empty() {
            return Err(AppError::NoStockItem(sku.to_owned()));
        }
        if own.is_none() {
            check_not_linked(&scoped, sku).await?;
        }
        if let Some(of) = match &own {
            Some(own) => scoped.bundles_with(&own.id).await?.pop(),
            None => None,
        } {
            return refuse(format!("{sku} is itself part of the bundle {}; bundles are made of goods alone", of.sku));
        }
        let mut made_of = Vec::new();
        for (part, units) in parts {
            if !(1..=MOST_UNITS).contains(units) {
                return refuse(format!(
                    "a bundle takes 1 to {MOST_UNITS} of each part; of {part} it would take {units}"
                ));
            }
            if part == sku {
                return refuse(format!("{sku} is not made of itself"));
            }
            let item = self.item(&scoped, part).await?;
            match Kind::parse(&item.kind) {
                Some(Kind::Simple | Kind::Untracked) => made_of.push((item.id, *units)),
                Some(Kind::Bundle) => return refuse(format!("{part} is a bundle itself; name what it is made of")),
                _ => {
                    return refuse(format!(
                        "{part} is counted by its shop; count it here first: `entrepot stock set {part} …`"
                    ));
                }
            }
        }
        let mut tx = scoped.begin().await?;
        let item = match own {
            Some(item) => item,
            None => match tx.add_stock_item(sku, Kind::Bundle.as_str()).await {
                Err(error) if error.is_conflict() => return Err(AppError::Contested),
                item => item?,
            },
        };
        tx.set_stock_kind(&item.id, Kind::Bundle.as_str()).await?;
        tx.set_bundle_parts(&item.id, &made_of).await?;
        tx.touch_listings_of_goods(&item.id, sku).await?;
        Ok(tx.commit().await?)
    }
}

/// Without a level there is nothing to sell: all listings of the goods would be told of none.
pub(crate) fn uncounted(sku: &str) -> AppError {
    AppError::Stock(format!(
        "{sku} is not counted here yet; `entrepot stock set {sku} --location CODE --on-hand N --reason R` has it counted here"
    ))
}
