use axum::Json;
use axum::extract::State;
use entrepot_policy::{Manifest, SecretField, Setting};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::extract::Path;
use crate::problem::Problem;

/// What a form asks a seller for
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectView {
    adapter: String,
    version: String,
    /// The marketplace, for people
    name: String,
    /// keys: `POST /channels` with all that is required; oauth and keys-by-post: `POST /connections`, and the marketplace's or the shop's own page
    ways: Vec<&'static str>,
    /// What has to be registered with the marketplace for the way back of browsers; null: there is none
    redirect_uri: Option<String>,
    settings: Vec<SettingView>,
    secrets: Vec<SecretView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingView {
    key: String,
    /// url, string, integer, boolean, choice
    r#type: &'static str,
    title: String,
    description: String,
    required: bool,
    default: Option<serde_json::Value>,
    /// Of a choice
    choices: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecretView {
    key: String,
    title: String,
    description: String,
    required: bool,
    /// What every such value begins with
    prefix: Option<String>,
    /// seller: it is given; connecting: it comes by the marketplace's or the shop's page, and is given only where that way is not gone; host: made up where
    /// none is given
    comes_by: &'static str,
}

impl SettingView {
    fn new((key, setting): (String, Setting)) -> Self {
        let Setting { kind, title, description, required, default, choices, .. } = setting;
        Self { key, r#type: kind.as_str(), title, description, required, default, choices }
    }
}

impl SecretView {
    fn new(by_connecting: bool, (key, field): (String, SecretField)) -> Self {
        let SecretField { title, description, required, prefix, generate } = field;
        let comes_by = match (by_connecting, generate) {
            (true, _) => "connecting",
            (_, true) => "host",
            _ => "seller",
        };
        Self { key, title, description, required, prefix, comes_by }
    }
}

/// What it takes to connect an account, for a form: the settings and secrets of the version in use
#[utoipa::path(get, path = "/adapters/{adapter}/connect", tag = "adapters", security(("scope" = ["adapters:read"])), params(("adapter" = String, Path)),
    responses((status = 200, body = ConnectView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
) -> Result<Json<ConnectView>, Problem> {
    let admission = app.cases.services.admission();
    admission.installed(&adapter, None).await?;
    let generation = admission.active(&adapter).await?;
    // What is granted, and not what is asked for.
    let (oauth, connect) = (generation.grant.oauth.as_ref(), generation.grant.connect.as_ref());
    let manifest = &generation.manifest;
    let comes = |key: &str| (oauth.is_some() || connect.is_some()) && manifest.comes_by_connecting(key);
    let Manifest { version, name, settings, secrets, .. } = generation.manifest.clone();
    let ways = match (oauth, connect) {
        (Some(_), _) => vec!["oauth", "keys"],
        (None, Some(_)) => vec!["keys-by-post", "keys"],
        (None, None) => vec!["keys"],
    };
    let callback = || format!("{}/oauth/callback", app.public_url.trim_end_matches('/'));
    Ok(Json(ConnectView {
        adapter,
        version,
        name,
        ways,
        redirect_uri: oauth.map(|_| callback()),
        settings: settings.into_iter().map(SettingView::new).collect(),
        secrets: secrets.into_iter().map(|secret| SecretView::new(comes(&secret.0), secret)).collect(),
    }))
}
