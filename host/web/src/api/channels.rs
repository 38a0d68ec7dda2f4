//! Channels: one seller's account at one marketplace each.

mod add;
mod get;
mod list;
mod release;
mod remove;
mod test;

use entrepot_store::channels::ChannelRow;
use entrepot_sync::AccountReport;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler, add::handler))
        .routes(routes!(get::handler, remove::handler))
        .routes(routes!(test::handler))
        .routes(routes!(release::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelView {
    id: String,
    name: String,
    adapter: String,
    settings: serde_json::Value,
    /// What the marketplace said of the account at the last test
    account: Option<serde_json::Value>,
    /// Why it needs attention; null: it is fine
    problem: Option<String>,
    created_at: i64,
}

impl From<ChannelRow> for ChannelView {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            adapter: row.adapter_id,
            settings: serde_json::Value::Object(row.settings.0),
            account: row.account.map(|json| json.0),
            problem: row.problem,
            created_at: row.created_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    name: String,
    url: Option<String>,
    currency: Option<String>,
    /// Pairs of a name and a value
    #[schema(value_type = Vec<Vec<String>>)]
    details: Vec<(String, String)>,
    warnings: Vec<String>,
}

impl From<AccountReport> for AccountView {
    fn from(report: AccountReport) -> Self {
        let AccountReport { name, url, currency, details, warnings } = report;
        Self { name, url, currency, details, warnings }
    }
}
