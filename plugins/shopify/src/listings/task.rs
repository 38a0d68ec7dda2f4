//! A listing on its way into the shop, as far as it has come: kept as text where Shopify takes its time.

use std::collections::HashSet;

use entrepot_guest::listing::{ListedVariant, ListingStatus, Receipt};
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::known::State;

/// Pictures whose ids are kept with a listing.
const MOST_REMEMBERED: usize = 100;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// How many variants are there is compared with how many are known.
    Count,
    /// Which variants are there is looked at, page by page.
    Read,
    Set,
    /// Shopify works on it.
    Wait(String),
    /// What stands there now is looked at, page by page.
    Look,
    Stock,
    Publish,
    Done,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) listing: String,
    /// The number of the product, once it is known.
    pub(super) product: Option<String>,
    /// It was made on this way: the host does not know yet that it stands.
    #[serde(default)]
    pub(super) is_made: bool,
    /// Shown to buyers.
    pub(super) active: bool,
    /// The product without pictures and variants; null where it will not be sent from here any more.
    pub(super) input: Value,
    /// Names of the options.
    pub(super) options: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) pictures: Vec<Picture>,
    pub(super) phase: Phase,
    /// Where the page after the last one begins.
    pub(super) after: Option<String>,
    /// What is there was looked at a second time already.
    pub(super) again: bool,
    /// When the product was changed.
    pub(super) since: String,
    pub(super) url: Option<String>,
    pub(super) status: Option<String>,
    pub(super) published: bool,
    pub(super) warnings: Vec<(String, String, String)>,
}

/// A variant.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) variant: String,
    /// Its place in the listing.
    pub(super) at: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sku: Option<String>,
    /// What makes it what it is.
    pub(super) values: String,
    /// As it is sent, without its id and its picture.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(super) body: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) picture: Option<usize>,
    /// None: not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stock: Option<i64>,
    /// Sold on when nothing is left.
    pub(super) continues: bool,
    /// Numbers of the variant and of its stock-keeping item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<String>,
    /// What lies there now; none: the item does not lie there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) there: Option<i64>,
    pub(super) tracked: bool,
    /// When the number that lies there was changed.
    pub(super) since: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Picture {
    /// Its place in the listing's media.
    pub(super) at: usize,
    pub(super) url: String,
    pub(super) alt: String,
    /// Shopify's, once it has it.
    pub(super) id: Option<String>,
}

impl Task {
    pub(super) fn warn(&mut self, path: &str, code: &str, message: String) {
        self.warnings.push((path.to_owned(), code.to_owned(), message));
    }

    /// The product that Shopify answers with is there.
    pub(super) fn stands(&mut self, product: &str) {
        self.is_made |= self.product.is_none();
        self.product = Some(product.to_owned());
        self.phase = Phase::Look;
    }

    /// Something of it was done that another try would do again.
    pub(super) fn has_begun(&self) -> bool {
        self.after.is_some() || !matches!(self.phase, Phase::Count | Phase::Read | Phase::Set)
    }

    /// In a large product no more is read of a variant than is needed to tell it from the others.
    pub(super) fn is_known_by_sku(&self) -> bool {
        let skus: HashSet<&str> = self.rows.iter().filter_map(|row| row.sku.as_deref()).collect();
        self.is_large() && skus.len() == self.rows.len()
    }

    /// Shopify has all of it and is at work: what was sent is not sent again from here.
    pub(super) fn forget_input(&mut self) {
        self.input = Value::Null;
        self.rows.iter_mut().for_each(|row| row.body = Value::Null);
    }

    /// Nothing is known of what is there: it is looked at before it is sent.
    pub(super) fn begin_again(&mut self) {
        self.again = true;
        self.phase = Phase::Read;
        self.after = None;
        self.rows.iter_mut().for_each(|row| row.id = None);
        self.pictures.iter_mut().for_each(|picture| picture.id = None);
    }

    pub(super) fn receipt(&self) -> Receipt {
        let variants = self.rows.iter().map(|row| ListedVariant {
            variant_id: row.variant.clone(),
            external_id: row.id.clone(),
            item_id: row.item.clone(),
            sku: row.sku.clone(),
        });
        // Pictures that are not remembered are loaded again with the next change; the host keeps no more.
        let files = self
            .pictures
            .iter()
            .take(MOST_REMEMBERED)
            .filter_map(|picture| Some((picture.url.clone(), picture.id.clone()?)));
        Receipt {
            external_id: self.product.clone().unwrap_or_default(),
            url: self.url.clone(),
            status: self.listing_status(),
            variants: variants.collect(),
            state: State { files: files.collect() }.text(),
            warnings: self.warnings.iter().map(|(path, code, message)| issue(&**path, code, &**message)).collect(),
            seen: None,
        }
    }

    fn listing_status(&self) -> ListingStatus {
        match self.status.as_deref() {
            Some("ARCHIVED") => ListingStatus::Ended,
            Some("ACTIVE" | "UNLISTED") if self.published => {
                let left = |row: &Row| row.continues || row.stock.is_none_or(|stock| stock > 0);
                if self.rows.iter().any(left) { ListingStatus::Active } else { ListingStatus::OutOfStock }
            }
            _ => ListingStatus::Draft,
        }
    }
}
