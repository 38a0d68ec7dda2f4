//! One listing with everything that a person looks at before they decide what to do about it.

use entrepot_core::AppError;
use entrepot_domain::catalog::Product;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::effective::{Effective, Overrides};
use entrepot_domain::listing::CategoryField;
use entrepot_domain::{ChannelId, ProductId, TenantId};

use crate::Listings;
use crate::check::CheckReport;
use crate::conflicts::ConflictReport;
use crate::own_issues::currency_of;
use crate::report::ListingReport;
use crate::send::rule_of;
use crate::wanted::overrides_of;

/// A listing, what it is made of, and what would become of it.
pub struct ListingLook {
    pub report: ListingReport,
    pub set: Overrides,
    /// As it is in its shop; none: it is gone from there.
    pub source: Option<Product>,
    /// As it is to stand on the channel.
    pub effective: Option<Effective>,
    /// What would be refused, or why nobody can say.
    pub check: Result<CheckReport, AppError>,
    /// What its category asks for; none: the marketplace was not asked yet.
    pub fields: Option<Vec<CategoryField>>,
    /// What is answered of the category's fields, by hand or by the channel's rule.
    pub answers: serde_json::Value,
    /// The marketplace's id of the category that it goes into, by hand or by the channel's rule.
    pub category: Option<String>,
    /// The category's names from the root down, where they are known.
    pub category_path: Option<Vec<String>>,
    /// What was changed there and waits for a decision.
    pub conflicts: Vec<ConflictReport>,
    /// In which the channel sells.
    pub currency: Option<String>,
    /// Why all listings of the channel wait, and until when.
    pub all_wait: Option<(String, Timestamp)>,
}

impl Listings {
    /// No marketplace is waited for.
    pub async fn look(&self, tenant: &TenantId, id: &str) -> Result<ListingLook, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let row = self.listing_row(&scoped, id).await?;
        let channel = ChannelId::from(row.channel_id.as_str());
        let lane = scoped.listing_lane(&channel).await?;
        let check = match self.checker(tenant, &row.channel_id).await {
            Ok(checker) => checker.check(row.clone()).await,
            Err(error) => Err(error),
        };
        // Whoever looks is told to try again.
        let check = match check {
            Err(error) if error.is_of_the_database() => return Err(error),
            check => check,
        };
        let (set, rule) = (overrides_of(&row)?, rule_of(&lane)?);
        let loaded = self.load(&scoped, vec![row.clone()]).await?.pop();
        // As its shop tells it, whatever is counted here.
        let source = scoped.product(&ProductId::from(row.product_id.as_str())).await?.map(|stored| stored.product);
        let wanted = loaded.filter(|_| source.is_some()).map(|loaded| loaded.under(&rule)).transpose()?;
        let (category, answers) = match &wanted {
            Some(wanted) => (wanted.listing.category.clone(), wanted.listing.fields.clone()),
            None => (row.category_id.clone(), row.fields.clone()),
        };
        let answers = serde_json::from_str(&answers).unwrap_or_default();
        let fields = self.known_fields(&scoped, &channel, category.as_deref()).await?;
        let known = scoped.category(&channel, category.as_deref().unwrap_or_default()).await?;
        let report = self.reports(&scoped, vec![row]).await?.pop().ok_or_else(|| AppError::NoListing(id.to_owned()))?;
        let mut open = scoped.conflicts_of(&[report.id.as_str()]).await?;
        open.retain(|conflict| conflict.decision.is_none());
        let waits = lane.not_before > self.services.db().clock().now();
        Ok(ListingLook {
            report,
            set,
            source,
            effective: wanted.map(|wanted| wanted.effective),
            check,
            fields,
            answers,
            category,
            category_path: known.and_then(|row| serde_json::from_str(&row.path?).ok()),
            conflicts: open.into_iter().map(ConflictReport::from).collect(),
            currency: currency_of(&scoped, &channel).await?,
            all_wait: lane.problem.filter(|_| waits).map(|why| (why, lane.not_before)),
        })
    }
}
