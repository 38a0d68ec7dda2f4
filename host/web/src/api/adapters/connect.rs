use axum::Json;
use axum::extract::State;
use entrepot_policy::{ACCESS_TOKEN, Manifest, OAuth, REFRESH_TOKEN, SecretField, Setting};
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
    /// keys: `POST /channels` with all that is required; oauth: `POST /connections`, and the marketplace's own page
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
    /// seller: it is given; connecting: it comes by the marketplace's page, and is given only where that way is not gone; host: made up where
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
    fn new(oauth: Option<&OAuth>, (key, field): (String, SecretField)) -> Self {
        let is_token = matches!(key.as_str(), ACCESS_TOKEN | REFRESH_TOKEN);
        let SecretField { title, description, required, prefix, generate } = field;
        let comes_by = match (oauth.is_some() && is_token, generate) {
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
    let oauth = generation.grant.oauth.as_ref();
    let Manifest { version, name, settings, secrets, .. } = generation.manifest.clone();
    let ways = if oauth.is_some() { vec!["oauth", "keys"] } else { vec!["keys"] };
    let callback = || format!("{}/oauth/callback", app.public_url.trim_end_matches('/'));
    Ok(Json(ConnectView {
        adapter,
        version,
        name,
        ways,
        redirect_uri: oauth.map(|_| callback()),
        settings: settings.into_iter().map(SettingView::new).collect(),
        secrets: secrets.into_iter().map(|secret| SecretView::new(oauth, secret)).collect(),
    }))
}
