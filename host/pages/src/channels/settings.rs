//! Changing what a channel was given.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_listings::AskedChoices;
use entrepot_policy::{Manifest, Settings};
use entrepot_store::channels::ChannelRow;
use serde::Deserialize;

use super::fields::{Field, Posted, Wrong, fields, secrets, settings};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::segment;
use crate::operations::Progress;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "channels/settings.html")]
struct Form {
    frame: Frame,
    id: String,
    name: String,
    /// What was stored when the form was made.
    seen: String,
    fields: Vec<Field>,
    /// Of asking it.
    progress: Option<Progress>,
    wrong: Option<String>,
    summary: Vec<(String, String)>,
}

impl Form {
    fn new(visitor: &Visitor, row: &ChannelRow, manifest: &Manifest, posted: Option<&Posted>, wrong: &Wrong) -> Self {
        let fields = fields(manifest, posted, Some(&row.settings.0), wrong);
        Self {
            frame: visitor.frame(Section::Channels, format!("Settings of {}", row.name)),
            id: row.id.clone(),
            name: row.name.clone(),
            seen: fingerprint(&row.settings.0),
            summary: fields
                .iter()
                .filter(|field| field.problem.is_some())
                .map(|field| (field.label.clone(), field.name.clone()))
                .collect(),
            wrong: wrong.whole.clone(),
            progress: None,
            fields,
        }
    }
}

fn fingerprint(settings: &Settings) -> String {
    let text = serde_json::to_string(settings).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

pub(crate) async fn form(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let generation =
        app.cases.services.admission().active_for(&row.adapter_id, &ChannelId::from(row.id.as_str())).await?;
    let mut form = Form::new(&visitor, &row, &generation.manifest, None, &Wrong::default());
    if !asked.choices.is_empty() {
        let report = app.cases.operations.operation(visitor.tenant(), &asked.choices).await?;
        let of = report.result.clone().and_then(|result| serde_json::from_value::<AskedChoices>(result).ok());
        match of.filter(|of| report.kind == "ask_choices" && of.channel == row.id) {
            Some(of) => {
                let field = form.fields.iter_mut().find(|field| field.live.as_ref() == Some(&of.setting));
                field.into_iter().for_each(|field| field.offer(&of.choices));
            }
            None => form.progress = Some(Progress::new(&report)),
        }
    }
    Ok(page(&form))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The operation.
    choices: String,
}

/// The account is asked what there is to choose from.
pub(crate) async fn ask(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((channel, setting)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let started = app.cases.listings.start_asking_choices(&visitor.context, &row.id, &setting).await?;
    Ok(see(format!("/operations/{}", segment(started.id.as_str()))))
}

pub(crate) async fn change(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(posted): PostedForm<Posted>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let generation =
        app.cases.services.admission().active_for(&row.adapter_id, &ChannelId::from(row.id.as_str())).await?;
    let manifest = &generation.manifest;
    if posted.get("seen").is_some_and(|seen| *seen != fingerprint(&row.settings.0)) {
        let newer = "Somebody else changed these settings while the form was open. Below is what they are now; make your change again.";
        let wrong = Wrong { whole: Some(newer.to_owned()), ..Wrong::default() };
        let form = Form::new(&visitor, &row, manifest, None, &wrong);
        return Ok(with_status(StatusCode::CONFLICT, &form));
    }
    let mut changes = settings(manifest, &posted, true);
    // What stays as it is was not changed by anybody.
    changes.retain(|key, value| {
        let stored = row.settings.get(key);
        stored != Some(value) && !(stored.is_none() && value.as_str() == Some(""))
    });
    let changed = app.cases.channels.set_channel(visitor.tenant(), &row.id, changes, secrets(manifest, &posted)).await;
    match changed {
        Ok(()) | Err(AppError::NothingGiven) => Ok(see(format!("/channels/{}", segment(&row.id)))),
        Err(error) => {
            let wrong = Wrong::of(error, manifest)?;
            let form = Form::new(&visitor, &row, manifest, Some(&posted), &wrong);
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
    }
}
