//! What the buttons of a channel do.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_catalog::StartOptions;
use entrepot_channels::ScheduleChange;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::run::RunScope;
use entrepot_domain::schedule::ScheduleKind;
use entrepot_store::channels::ChannelRow;
use entrepot_web::Problem;
use serde::Deserialize;

use super::connect::leave;
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::{address, count, segment};
use crate::visitor::Visitor;

#[derive(Debug, Deserialize)]
pub(crate) struct Import {
    /// full, stock
    scope: String,
    /// How many products may vanish.
    allow: Option<u32>,
}

fn at(channel: &str) -> String {
    format!("/channels/{}", segment(channel))
}

pub(crate) async fn import(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(wanted): PostedForm<Import>,
) -> Result<Response, Failure> {
    let tenant = visitor.tenant();
    let scope = match wanted.scope.as_str() {
        "stock" => app.cases.imports.stock_scope(tenant, &channel).await?,
        _ => RunScope::Full,
    };
    let options = StartOptions { allow_mass_deletion: wanted.allow.map(i64::from), ..StartOptions::default() };
    let started = app.cases.imports.start_import(tenant, &channel, scope, options).await?;
    Ok(see(format!("/runs/{}", segment(started.run.as_str()))))
}

/// What came of it is on the channel's page.
pub(crate) async fn test(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
) -> Result<Response, Failure> {
    match app.cases.channels.test_channel(visitor.tenant(), &channel).await {
        Ok(_) => Ok(see(format!("{}?tested=yes", at(&channel)))),
        Err(AppError::Call(_)) => Ok(see(at(&channel))),
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Switch {
    enabled: String,
}

pub(crate) async fn schedule(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((channel, kind)): Path<(String, String)>,
    PostedForm(switch): PostedForm<Switch>,
) -> Result<Response, Failure> {
    let kind = ScheduleKind::parse(&kind).ok_or_else(|| Problem::not_found("there is no such schedule"))?;
    let change = ScheduleChange { enabled: Some(switch.enabled == "yes"), ..ScheduleChange::default() };
    app.cases.channels.set_schedule(visitor.tenant(), &channel, kind, change).await?;
    Ok(see(at(&channel)))
}

/// The seller's browser goes to the marketplace, and comes back with new tokens.
pub(crate) async fn reconnect(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let begun = app.cases.connections.begin_reconnection(visitor.tenant(), &row.id, &app.public_url).await?;
    Ok(leave(&visitor, &row.adapter_id, begun.authorize_url.expose()))
}

#[derive(Template)]
#[template(path = "channels/remove.html")]
struct Confirm {
    frame: Frame,
    id: String,
    name: String,
    problem: Option<String>,
    /// How many listings stand there, and where they are ended; none: nothing is on sale there.
    on_sale: Option<(String, String)>,
    /// The box to leave them there is ticked.
    leave: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Removal {
    name: String,
    /// What is on sale there stays as it is.
    leave_listings: Option<String>,
}

impl Confirm {
    async fn of(
        app: &AppState,
        visitor: &Visitor,
        row: ChannelRow,
        removal: Option<&Removal>,
    ) -> Result<Self, Failure> {
        let scoped = app.cases.services.db().tenant(visitor.tenant());
        let number = scoped.count_listings_that_stand(&ChannelId::from(row.id.as_str())).await?;
        let ending = address("/listings/plan", &[("action", "end"), ("all", "yes"), ("channel", &row.id)]);
        Ok(Self {
            frame: visitor.frame(Section::Channels, format!("Remove {}", row.name)),
            on_sale: (number > 0).then(|| (count(number, "listing stands", "listings stand"), ending)),
            leave: removal.is_some_and(|removal| removal.leave_listings.is_some()),
            id: row.id,
            name: row.name,
            problem: None,
        })
    }
}

pub(crate) async fn confirm_removal(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    Ok(page(&Confirm::of(&app, &visitor, row, None).await?))
}

pub(crate) async fn remove(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(removal): PostedForm<Removal>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    if removal.name.trim() != row.name {
        let problem = Some(format!("This is not the channel's name. Type {} as it is written above.", row.name));
        let confirm = Confirm { problem, ..Confirm::of(&app, &visitor, row, Some(&removal)).await? };
        return Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &confirm));
    }
    let subscriptions = &app.cases.subscriptions;
    let removed = match removal.leave_listings {
        Some(_) => subscriptions.remove_channel_and_leave_listings(visitor.tenant(), &row.id).await,
        None => subscriptions.remove_channel(visitor.tenant(), &row.id).await,
    };
    match removed {
        Ok(_) => Ok(see("/channels")),
        // The page says how many, and what to do.
        Err(AppError::OnSale { .. }) => {
            let confirm = Confirm::of(&app, &visitor, row, Some(&removal)).await?;
            Ok(with_status(StatusCode::CONFLICT, &confirm))
        }
        Err(error) => Err(error.into()),
    }
}
