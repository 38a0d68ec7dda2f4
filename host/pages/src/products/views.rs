//! Filters of the list that somebody gave a name: tabs above it.

use axum::extract::State;
use axum::response::Response;
use entrepot_store::saved_views::SavedView;
use serde::Deserialize;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::see;
use crate::kit::address;
use crate::visitor::Visitor;

/// In the rows.
const LIST: &str = "products";

/// A tab.
pub(super) struct View {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) shown: bool,
}

/// Those of whoever looks. `here`: the address that is shown.
pub(super) async fn views(app: &AppState, visitor: &Visitor, here: &str) -> Result<Vec<View>, Failure> {
    let views = app.cases.accounts.saved_views(visitor.principal(), visitor.tenant(), LIST).await?;
    let view = |view: SavedView| {
        let href = format!("/products?{}", view.query);
        View { shown: href == here, name: view.name, href }
    };
    Ok(views.into_iter().map(view).collect())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    name: String,
    q: String,
    channel: String,
    status: String,
}

pub(crate) async fn save(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(named): PostedForm<Named>,
) -> Result<Response, Failure> {
    let Named { name, q, channel, status } = named;
    let at = address("/products", &[("q", &q), ("channel", &channel), ("status", &status)]);
    let query = at.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    let view = SavedView { name, query };
    app.cases.accounts.save_view(visitor.principal(), visitor.tenant(), LIST, &view).await?;
    Ok(see(at))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Forgotten {
    name: String,
}

pub(crate) async fn forget(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(forgotten): PostedForm<Forgotten>,
) -> Result<Response, Failure> {
    app.cases.accounts.forget_view(visitor.principal(), visitor.tenant(), LIST, &forgotten.name).await?;
    Ok(see("/products"))
}
