//! Finding a listing's category. The marketplace is asked by an operation, and its answer is shown here.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrepot_core::OperationReport;
use entrepot_listings::{FoundCategories, ListingChange};
use entrepot_web::Problem;
use serde::Deserialize;

use super::values::category;
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{address, segment};
use crate::operations::Progress;
use crate::visitor::Visitor;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    operation: String,
    words: String,
}

struct Line {
    id: String,
    path: String,
    leaf: bool,
    suggested: bool,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "listings/category.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    version: i64,
    current: String,
    words: String,
    /// Of an operation that is not over, or failed.
    progress: Option<Progress>,
    /// None: nothing was looked for.
    found: Option<Vec<Line>>,
    asked: bool,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(place): Query<Place>,
) -> Result<Response, Failure> {
    let look = app.cases.listings.look(visitor.tenant(), &id).await?;
    let report = match place.operation.as_str() {
        "" => None,
        operation => Some(app.cases.operations.operation(visitor.tenant(), operation).await?),
    };
    let current = look.report.category.clone().unwrap_or_default();
    let found = report.as_ref().map(|report| found(report, &current)).transpose()?.flatten();
    let title = look.report.title.clone().unwrap_or_else(|| id.clone());
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, format!("Category of {title}")),
        progress: report.as_ref().filter(|report| found.is_none() || report.state != "done").map(Progress::new),
        version: look.report.version,
        current: category(&look),
        asked: look.fields.is_some(),
        words: place.words,
        id: look.report.id,
        found,
        title,
    }))
}

fn found(report: &OperationReport, current: &str) -> Result<Option<Vec<Line>>, Problem> {
    if report.kind != "find_categories" {
        return Err(Problem::not_found("this operation looked for no category"));
    }
    let Some(result) = report.result.clone() else { return Ok(None) };
    let found: FoundCategories = serde_json::from_value(result).map_err(|_| Problem::internal())?;
    let line = |one: entrepot_listings::FoundCategory| Line {
        path: if one.path.is_empty() { one.id.clone() } else { one.path.join(" › ") },
        chosen: one.id == current,
        leaf: one.leaf,
        suggested: one.suggested,
        id: one.id,
    };
    Ok(Some(found.categories.into_iter().map(line).collect()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Looked {
    words: String,
    parent: String,
}

pub(crate) async fn find(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostedForm(looked): PostedForm<Looked>,
) -> Result<Response, Failure> {
    let Looked { words, parent } = looked;
    let started = app.cases.listings.start_finding_categories(&visitor.context, &id, &words, &parent).await?;
    let path = format!("/listings/{}/category", segment(&id));
    Ok(see(address(&path, &[("operation", started.id.as_str()), ("words", words.trim())])))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    /// Empty: none.
    category: String,
    version: i64,
}

/// What it asks for is asked at once.
pub(crate) async fn choose(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostedForm(chosen): PostedForm<Chosen>,
) -> Result<Response, Failure> {
    let category = Some(chosen.category).filter(|category| !category.is_empty());
    let change = ListingChange { category: Some(category), version: Some(chosen.version), ..ListingChange::default() };
    app.cases.listings.change(&visitor.context, &id, change).await?;
    ask_for(&app, &visitor, &id).await
}

pub(crate) async fn ask(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    ask_for(&app, &visitor, &id).await
}

async fn ask_for(app: &AppState, visitor: &Visitor, id: &str) -> Result<Response, Failure> {
    let started = app.cases.listings.start_asking_fields(&visitor.context, id).await?;
    Ok(see(format!("/operations/{}", segment(started.id.as_str()))))
}
