//! What would be refused, and what buyers would see, before anything is sent.

use std::collections::BTreeMap;

use entrepot_channels::OpenChannel;
use entrepot_core::AppError;
use entrepot_domain::TenantId;
use entrepot_domain::catalog::{Issue, Product};
use entrepot_domain::effective::{ChannelRule, Origin};
use entrepot_store::Scoped;
use entrepot_store::listings::ListingRow;
use serde::Serialize;

use crate::Listings;
use crate::own_issues::{currency_of, own_issues};
use crate::send::rule_of;

/// A product as the marketplace would show it.
pub type ShownProduct = Product;

/// What came of a check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    pub listing: String,
    /// Nothing keeps it from being sent.
    pub ok: bool,
    /// Why it would be refused.
    pub issues: Vec<Issue>,
    /// What is cut, mapped or left out on the way.
    pub warnings: Vec<Issue>,
    /// By field, where a value comes from that is not the shop's.
    pub origins: BTreeMap<String, Origin>,
    /// As buyers would see it; none where it would be refused.
    pub shown: Option<ShownProduct>,
}

impl Listings {
    /// Asks the adapter, which computes it: no marketplace is waited for.
    pub async fn check(&self, tenant: &TenantId, id: &str) -> Result<CheckReport, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let row = self.listing_row(&scoped, id).await?;
        self.checker(tenant, &row.channel_id).await?.check(row).await
    }

    /// For several listings of one channel.
    pub(crate) async fn checker(&self, tenant: &TenantId, channel: &str) -> Result<Checker<'_>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let channel = self.channels.open_as_stored(tenant, channel).await?;
        if !channel.generation.adapter.sells() {
            return Err(AppError::Listing(format!("the adapter {} puts nothing on sale", channel.view.adapter)));
        }
        let rule = rule_of(&scoped.listing_lane(&channel.id).await?)?;
        let currency = currency_of(&scoped, &channel.id).await?;
        Ok(Checker { listings: self, scoped, channel, rule, currency })
    }
}

/// What it takes to check listings of one channel.
pub(crate) struct Checker<'a> {
    listings: &'a Listings,
    scoped: Scoped,
    channel: OpenChannel,
    rule: ChannelRule,
    currency: Option<String>,
}

impl Checker<'_> {
    pub(crate) async fn check(&self, row: ListingRow) -> Result<CheckReport, AppError> {
        let Self { listings, scoped, channel, rule, currency } = self;
        let (listing, product) = (row.id.clone(), row.product_id.clone());
        let Some(due) = listings.load_under(scoped, vec![row], rule).await?.pop() else {
            return Err(AppError::NoListing(listing));
        };
        if due.wanted.effective.product.variants.is_empty() {
            return Err(AppError::Listing(format!("the product {product} is gone from its shop; the listing ends")));
        }
        let mut issues = own_issues(&due.row, &due.wanted, currency.as_deref());
        let fields = listings.known_fields(scoped, &channel.id, due.wanted.listing.category.as_deref()).await?;
        let (adapter, session) = (&channel.generation.adapter, channel.session(&listings.services));
        let checked =
            adapter.check_listing(&channel.view, session, due.wanted.listing, fields.unwrap_or_default()).await?;
        issues.extend(checked.issues);
        Ok(CheckReport {
            listing,
            ok: issues.is_empty(),
            shown: checked.shown.filter(|_| issues.is_empty()),
            issues,
            warnings: checked.warnings,
            origins: due.wanted.effective.origins,
        })
    }
}
