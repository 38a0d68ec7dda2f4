//! Connecting a channel: choose what, give what it asks for, and either keys are tested or the browser goes to the marketplace.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_adapters::Generation;
use entrepot_channels::{NewChannel, NewConnection};
use entrepot_policy::Manifest;

use super::fields::{Field, Posted, Wrong, fields, secrets, settings};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::segment;
use crate::visitor::Visitor;

struct Offered {
    id: String,
    name: String,
    description: String,
}

#[derive(Template)]
#[template(path = "channels/choose.html")]
struct Choose {
    frame: Frame,
    adapters: Vec<Offered>,
}

#[derive(Template)]
#[template(path = "channels/connect.html")]
struct Form {
    frame: Frame,
    adapter: String,
    adapter_name: String,
    name: String,
    name_problem: Option<String>,
    fields: Vec<Field>,
    /// Needed by those alone who have them already.
    tokens: Vec<Field>,
    wrong: Option<String>,
    /// Fields with a problem: what it is called, and where it is.
    summary: Vec<(String, String)>,
    /// Its seller may sign in at the marketplace instead of giving tokens.
    by_consent: bool,
    /// The shop then makes keys and posts them.
    by_post: bool,
    again: bool,
}

impl Form {
    fn new(visitor: &Visitor, manifest: &Manifest, posted: Option<&Posted>, wrong: &Wrong) -> Self {
        let fields = fields(manifest, posted, None, wrong);
        let name_problem = wrong.fields.get("name").cloned();
        let named = name_problem.iter().map(|_| ("Name".to_owned(), "name".to_owned()));
        let summary =
            named.chain(fields.iter().filter(|f| f.problem.is_some()).map(|f| (f.label.clone(), f.name.clone())));
        let summary = summary.collect();
        let (tokens, fields) = fields.into_iter().partition(|field| field.token);
        Self {
            frame: visitor.frame(Section::Channels, format!("Connect {}", manifest.name)),
            summary,
            tokens,
            adapter: manifest.id.clone(),
            adapter_name: manifest.name.clone(),
            name: posted.and_then(|posted| posted.get("name")).cloned().unwrap_or_default(),
            name_problem,
            wrong: wrong.whole.clone(),
            by_consent: manifest.oauth.is_some() || manifest.connect.is_some(),
            by_post: manifest.connect.is_some(),
            again: posted.is_some(),
            fields,
        }
    }
}

/// The browser goes on to the marketplace. As a page: some browsers let no form lead to another origin, not even on a detour.
#[derive(Template)]
#[template(path = "channels/leave.html")]
struct Leave {
    frame: Frame,
    marketplace: String,
    href: String,
}

pub(super) fn leave(visitor: &Visitor, marketplace: &str, href: &str) -> Response {
    let frame = visitor.frame(Section::Channels, format!("Continue at {marketplace}"));
    page(&Leave { frame, marketplace: marketplace.to_owned(), href: href.to_owned() })
}

pub(crate) async fn choose(State(app): State<AppState>, visitor: Visitor) -> Result<Response, Failure> {
    let listed = app.cases.services.admission().adapters().await?;
    let usable = listed.into_iter().filter(|one| one.share.is_some() && one.problem.is_none());
    let offered = |one: entrepot_adapters::Listed| {
        let text = |key: &str| one.row.manifest[key].as_str().unwrap_or_default().to_owned();
        Offered { name: text("name"), description: text("description"), id: one.row.adapter_id }
    };
    let mut adapters: Vec<Offered> = usable.map(offered).collect();
    adapters.sort_by(|one, other| one.name.cmp(&other.name));
    adapters.dedup_by(|one, other| one.id == other.id);
    Ok(page(&Choose { frame: visitor.frame(Section::Channels, "Connect a channel"), adapters }))
}

async fn generation(app: &AppState, adapter: &str) -> Result<Arc<Generation>, Failure> {
    Ok(app.cases.services.admission().active(adapter).await?)
}

pub(crate) async fn form(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(adapter): Path<String>,
) -> Result<Response, Failure> {
    let generation = generation(&app, &adapter).await?;
    Ok(page(&Form::new(&visitor, &generation.manifest, None, &Wrong::default())))
}

pub(crate) async fn connect(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(adapter): Path<String>,
    PostedForm(posted): PostedForm<Posted>,
) -> Result<Response, Failure> {
    let generation = generation(&app, &adapter).await?;
    let manifest = &generation.manifest;
    let (settings, secrets) = (settings(manifest, &posted, false), secrets(manifest, &posted));
    let name = posted.get("name").map_or("", |name| name.trim()).to_owned();
    let outcome = if posted.get("how").is_some_and(|how| how == "consent") {
        let new = NewConnection { adapter, name, settings, secrets };
        let begun = app.cases.connections.begin_connection(visitor.tenant(), new, &app.public_url).await;
        begun.map(|begun| leave(&visitor, &manifest.name, begun.authorize_url.expose()))
    } else {
        let new = NewChannel { adapter, name, settings, secrets, untested: false };
        let added = app.cases.channels.add_channel(visitor.tenant(), new).await;
        added.map(|(id, _)| see(format!("/channels/{}", segment(id.as_str()))))
    };
    match outcome {
        Ok(on) => Ok(on),
        Err(error) => {
            let wrong = Wrong::of(error, manifest)?;
            let form = Form::new(&visitor, manifest, Some(&posted), &wrong);
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
    }
}
