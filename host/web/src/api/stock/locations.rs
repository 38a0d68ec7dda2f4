use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_stock::{LocationChange, LocationReport, NewLocation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path, Query};
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// A place where goods lie
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LocationView {
    code: String,
    name: String,
    /// warehouse, store, third-party
    kind: String,
    /// What lies there is for sale
    enabled: bool,
    /// Milliseconds since 1970
    created_at: i64,
}

impl From<LocationReport> for LocationView {
    fn from(LocationReport { code, name, kind, enabled, created_at }: LocationReport) -> Self {
        Self { code, name, kind, enabled, created_at }
    }
}

/// What kind of place it is
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LocationKind {
    #[default]
    Warehouse,
    Store,
    ThirdParty,
}

impl LocationKind {
    fn text(self) -> String {
        match self {
            Self::Warehouse => "warehouse",
            Self::Store => "store",
            Self::ThirdParty => "third-party",
        }
        .to_owned()
    }
}

/// Places where goods lie
#[utoipa::path(get, path = "/locations", tag = "stock", security(("scope" = ["stock:read"])), params(Paging),
    responses((status = 200, body = Listing<LocationView>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<LocationView>>, Problem> {
    let all = app.cases.stock.locations(&context.tenant).await?;
    let views = all.into_iter().map(LocationView::from).collect();
    let after = paging.within("locations")?;
    Ok(Json(Listing::cut(views, after, paging.limit(), |of: &LocationView| of.code.clone())))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddLocation {
    /// Letters, digits, `.`, `-` and `_`, at most 40; it stays
    code: String,
    name: String,
    #[serde(default)]
    kind: LocationKind,
}

/// Add a place where goods lie
#[utoipa::path(post, path = "/locations", tag = "stock", security(("scope" = ["stock:write"])), request_body = AddLocation,
    responses((status = 201, body = LocationView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(AddLocation { code, name, kind }): JsonBody<AddLocation>,
) -> Result<(StatusCode, Json<LocationView>), Problem> {
    let new = NewLocation { code, name, kind: kind.text() };
    Ok((StatusCode::CREATED, Json(app.cases.stock.add_location(&context, new).await?.into())))
}

/// What is absent stays
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeLocation {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    kind: Option<LocationKind>,
    /// false: what lies there is not for sale
    #[serde(default)]
    enabled: Option<bool>,
}

/// Change a location: listings of what lies there follow
#[utoipa::path(patch, path = "/locations/{location}", tag = "stock", security(("scope" = ["stock:write"])),
    params(("location" = String, Path, description = "Its code")), request_body = ChangeLocation,
    responses((status = 200, body = LocationView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<AppState>,
    Context(context): Context,
    Path(location): Path<String>,
    JsonBody(ChangeLocation { name, kind, enabled }): JsonBody<ChangeLocation>,
) -> Result<Json<LocationView>, Problem> {
    let change = LocationChange { name, kind: kind.map(LocationKind::text), enabled };
    Ok(Json(app.cases.stock.change_location(&context, &location, change).await?.into()))
}
