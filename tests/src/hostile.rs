//! The hostile adapter in the whole application: its channels are told what to do by a plan.

use entrepot_catalog::{Incoming, Received, RunReport, StartOptions};
use entrepot_channels::NewChannel;
use entrepot_domain::ChannelId;
use entrepot_domain::run::RunScope;
use entrepot_policy::{Approval, Settings};
use entrepot_queue::Outcome;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::{App, edited};

pub const ADAPTER: &str = "hostile";

pub async fn install(app: &App) {
    let settings = ["mode", "plan"].map(|name| format!("[settings.{name}]\ntype = \"string\"\ntitle = \"{name}\"\n"));
    let told = edited(ADAPTER, |text| text.replacen("[[egress]]", &format!("{}[[egress]]", settings.concat()), 1));
    let admission = app.host.app.services.admission();
    admission.install(told, "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
}

fn settings(plan: &Value) -> Settings {
    let settings = json!({"base_url": "http://127.0.0.1:9/", "mode": "plan", "plan": plan.to_string()});
    settings.as_object().cloned().expect("an object")
}

pub async fn add(app: &App, name: &str, plan: Value) -> ChannelId {
    let (adapter, name, settings) = (ADAPTER.into(), name.into(), settings(&plan));
    let new = NewChannel { adapter, name, settings, secrets: Vec::new(), untested: true };
    app.host.app.channels.add_channel(&app.host.tenant, new).await.expect("the channel is added").0
}

pub async fn change(app: &App, name: &str, plan: Value) {
    app.host.app.channels.set_channel(&app.host.tenant, name, settings(&plan), Vec::new()).await.expect("set");
}

pub async fn import(app: &App, channel: &str) -> RunReport {
    import_as(app, channel, RunScope::Full).await
}

pub async fn import_as(app: &App, channel: &str, scope: RunScope) -> RunReport {
    import_with(app, channel, scope, StartOptions::default()).await
}

pub async fn import_with(app: &App, channel: &str, scope: RunScope, options: StartOptions) -> RunReport {
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let started = cases.imports.start_import(tenant, channel, scope, options).await.expect("starts");
    app.carry(&started.run).await
}

pub async fn deliver(app: &App, channel: &ChannelId, body: Value) -> Received {
    let (method, path, query, headers) = ("POST".into(), "/".into(), String::new(), Vec::new());
    let incoming = Incoming { method, path, query, headers, body: body.to_string().into_bytes() };
    app.host.app.deliveries.receive(&app.host.tenant, channel, incoming).await.expect("an answer")
}

/// Works on what was delivered until nothing is left to be done.
pub async fn work(app: &App, channel: &ChannelId) {
    while let Outcome::Later(wait) =
        app.host.app.deliveries.process_inbox(&app.host.tenant, channel).await.expect("worked on")
    {
        tokio::time::sleep(wait).await;
    }
}

pub async fn count(app: &App, channel: &ChannelId) -> i64 {
    app.host.db.tenant(&app.host.tenant).count_products(channel).await.expect("answers")
}

/// Past the host, in its database.
pub async fn sql(app: &App, postgres: &'static str, sqlite: &'static str) {
    let url = &app.environment.iter().find(|(name, _)| name == "ENTREPOT_DATABASE_URL").expect("an address").1;
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("SQLite opens");
        sqlx::query(AssertSqlSafe(sqlite)).execute(&mut connection).await.expect("done");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
        sqlx::query(AssertSqlSafe(postgres)).execute(&mut connection).await.expect("done");
    }
}
