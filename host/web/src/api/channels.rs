//! Channels: one seller's account at one marketplace each.

mod add;
mod change;
mod export;
mod get;
mod list;
mod release;
mod remove;
mod test;

use entrepot_channels::AccountReport;
use entrepot_store::channels::ChannelRow;
use entrepot_store::subscriptions::HooksRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler, add::handler))
        .routes(routes!(get::handler, change::handler, remove::handler))
        .routes(routes!(export::handler))
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
    /// How its webhooks were found last; null: there are none that this host looks after, or knows a problem of
    webhooks: Option<HooksView>,
    created_at: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HooksView {
    /// Null: they were made by hand
    delivers_to: Option<String>,
    /// When somebody looked after them last
    looked_at: i64,
    /// Why they are not in order; null: they are
    problem: Option<String>,
    /// Which ones the marketplace had switched off or removed, when that was found last
    switched_off: Option<String>,
    switched_off_at: Option<i64>,
    /// Until then deliveries are to come again, for the adapter was stopped on them; null: they are verified
    paused_until: Option<i64>,
}

impl HooksView {
    fn new(row: HooksRow, now: i64) -> Option<Self> {
        let HooksRow { callback_url, mended_at, problem, lost, lost_at, paused_until, .. } = row;
        let paused_until = (paused_until > now).then_some(paused_until);
        let known = callback_url.is_some() || problem.is_some() || paused_until.is_some();
        known.then_some(Self {
            delivers_to: callback_url,
            looked_at: mended_at,
            problem,
            switched_off: lost,
            switched_off_at: lost_at,
            paused_until,
        })
    }
}

impl ChannelView {
    fn new(row: ChannelRow, hooks: Option<HooksRow>, now: i64) -> Self {
        Self {
            webhooks: hooks.and_then(|hooks| HooksView::new(hooks, now)),
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
