//! An adapter that breaks as the settings of its channel say.

use entrepot_catalog::{RunReport, StartOptions};
use entrepot_channels::NewChannel;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::run::RunScope;
use entrepot_policy::Approval;
use serde_json::{Map, json};

use crate::{App, edited, with_version};

pub const ADAPTER: &str = "hostile";

/// With settings to say how it misbehaves.
fn with_settings(number: &str) -> Vec<u8> {
    edited(ADAPTER, |text| {
        let settings =
            ["mode", "item"].map(|name| format!("[settings.{name}]\ntype = \"string\"\ntitle = \"{name}\"\n"));
        with_version(text, number).replacen("[[egress]]", &format!("{}[[egress]]", settings.concat()), 1)
    })
}

pub async fn add(app: &App, name: &str, mode: &str, item: &str) -> ChannelId {
    let settings = json!({"base_url": "http://127.0.0.1:9/", "mode": mode, "item": item});
    let new = NewChannel {
        adapter: ADAPTER.into(),
        name: name.into(),
        settings: Map::clone(settings.as_object().expect("an object")),
        secrets: Vec::new(),
        untested: true,
    };
    app.host.app.channels.add_channel(&app.host.tenant, new).await.expect("the channel is added").0
}

pub async fn start(app: &App, channel: &str) -> Result<RunReport, AppError> {
    let started =
        app.host.app.imports.start_import(&app.host.tenant, channel, RunScope::Full, StartOptions::default()).await?;
    Ok(app.carry(&started.run).await)
}

pub async fn install(app: &App) {
    let admission = app.host.app.services.admission();
    admission.install(with_settings("0.1.0"), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
}
