use entrepot_domain::Money;
use entrepot_domain::catalog::Issue;
use entrepot_listings::{ListingReport, ListingVariantReport};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A product as it is to stand on a channel, and how it stands
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingView {
    pub(super) id: String,
    channel: String,
    product: String,
    /// As it is listed; null: the product is gone
    title: Option<String>,
    /// What the seller wants: draft, active, archived
    status: String,
    /// pending, blocked, sending, waiting, synced, failed, conflict
    sync_status: String,
    /// How it stands at the marketplace: draft, active, in-review, rejected, out-of-stock, ended
    channel_status: Option<String>,
    /// Something was sent, and nobody said what became of it: it may stand there
    in_doubt: bool,
    /// The marketplace's id, once there is one
    external_id: Option<String>,
    external_url: Option<String>,
    /// The marketplace's id of a category
    category: Option<String>,
    /// What a person set; everything else is the product's
    #[schema(value_type = Object)]
    set: Value,
    /// What the category asks for
    #[schema(value_type = Object)]
    fields: Value,
    /// What keeps it from being listed, and what the marketplace said of it
    #[schema(value_type = Vec<IssueView>)]
    issues: Value,
    /// Why the last try failed
    sync_error: Option<String>,
    /// Milliseconds since 1970: when it is looked at again; null: there is nothing to do
    next_try_at: Option<i64>,
    /// Milliseconds since 1970
    last_synced_at: Option<i64>,
    /// Give it with a change, and the change is refused where somebody else was faster
    version: i64,
    created_at: i64,
    updated_at: i64,
    variants: Vec<ListedVariantView>,
}

/// A variant as the marketplace knows it
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedVariantView {
    variant: String,
    sku: Option<String>,
    external_id: Option<String>,
    told_price: Option<AmountView>,
    told_stock: Option<i64>,
    told_at: Option<i64>,
}

/// An amount in the currency's minor unit: 1299 EUR is 12.99
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AmountView {
    minor: i64,
    /// ISO 4217
    currency: String,
}

impl From<Money> for AmountView {
    fn from(Money { minor, currency }: Money) -> Self {
        Self { minor, currency }
    }
}

/// One thing that is wrong
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssueView {
    /// Where: a JSON pointer, or "" for the whole
    path: String,
    /// Stable, e.g. price-missing
    code: String,
    /// What is wrong and what to do
    message: String,
}

impl From<Issue> for IssueView {
    fn from(Issue { path, code, message, .. }: Issue) -> Self {
        Self { path, code, message }
    }
}

impl From<ListingReport> for ListingView {
    fn from(report: ListingReport) -> Self {
        Self {
            id: report.id,
            channel: report.channel,
            product: report.product,
            title: report.title,
            status: report.status,
            sync_status: report.sync_status,
            channel_status: report.channel_status,
            in_doubt: report.in_doubt,
            external_id: report.external_id,
            external_url: report.external_url,
            category: report.category,
            set: report.set,
            fields: report.fields,
            issues: report.issues,
            sync_error: report.sync_error,
            next_try_at: report.next_try_at,
            last_synced_at: report.last_synced_at,
            version: report.version,
            created_at: report.created_at,
            updated_at: report.updated_at,
            variants: report.variants.into_iter().map(ListedVariantView::from).collect(),
        }
    }
}

impl From<ListingVariantReport> for ListedVariantView {
    fn from(report: ListingVariantReport) -> Self {
        let ListingVariantReport { variant, sku, external_id, told_price, told_stock, told_at } = report;
        Self { variant, sku, external_id, told_price: told_price.map(AmountView::from), told_stock, told_at }
    }
}
