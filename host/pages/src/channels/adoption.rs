//! What stands at a marketplace already: looked at, and taken for the listings that it is.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrepot_core::OperationReport;
use entrepot_domain::account::Scope;
use entrepot_listings::{Adoption, AdoptionLine, ListingReport};
use entrepot_web::Problem;
use serde::Deserialize;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{address, count, segment};
use crate::operations::Progress;
use crate::visitor::Visitor;

const SHOWN: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    operation: String,
}

struct Line {
    listing: String,
    title: String,
    sku: String,
    there: String,
}

struct Found {
    sentence: String,
    lines: Vec<Line>,
    doubtful: Vec<Line>,
    more: usize,
    /// Something can be taken.
    accept: Option<String>,
}

#[derive(Template)]
#[template(path = "channels/adoption.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    may_change: bool,
    /// Of an operation that is not over, or failed.
    progress: Option<Progress>,
    found: Option<Found>,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(place): Query<Place>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let report = match place.operation.as_str() {
        "" => None,
        operation => Some(app.cases.operations.operation(visitor.tenant(), operation).await?),
    };
    let adoption = report.as_ref().map(adoption).transpose()?.flatten();
    if adoption.as_ref().is_some_and(|adoption| !adoption.channel.is_empty() && adoption.channel != row.id) {
        return Err(Problem::not_found("this operation looked at another channel").into());
    }
    let found = match adoption {
        Some(adoption) => Some(found(&app, &visitor, adoption).await?),
        None => None,
    };
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, format!("What stands on {} already", row.name)),
        progress: report.as_ref().filter(|_| found.is_none()).map(Progress::new),
        may_change: visitor.may(Scope::WriteListings),
        id: row.id,
        name: row.name,
        found,
    }))
}

fn adoption(report: &OperationReport) -> Result<Option<Adoption>, Problem> {
    if report.kind != "adopt_listings" {
        return Err(Problem::not_found("this operation looked for no listings"));
    }
    let result = report.result.clone().map(serde_json::from_value);
    result.transpose().map_err(|_| Problem::internal())
}

async fn found(app: &AppState, visitor: &Visitor, adoption: Adoption) -> Result<Found, Failure> {
    let Adoption { looked_at, found, adopted, lines, doubtful, .. } = adoption;
    let more = (lines.len() + doubtful.len()).saturating_sub(2 * SHOWN);
    let shown: Vec<AdoptionLine> = lines.into_iter().take(SHOWN).collect();
    let doubtful: Vec<AdoptionLine> = doubtful.into_iter().take(SHOWN).collect();
    let ids: Vec<&str> = shown.iter().chain(&doubtful).map(|line| line.listing.as_str()).collect();
    let reports = app.cases.listings.list_these(visitor.tenant(), &ids).await?;
    let number = |number: u64, one, many| count(i64::try_from(number).unwrap_or(i64::MAX), one, many);
    let looked = number(looked_at, "listing", "listings");
    let sentence = match (found, adopted) {
        (0, _) => format!("None of {looked} without an id there stands there already."),
        (found, 0) => format!("{found} of {looked} without an id there stand there already, by their SKU."),
        (_, adopted) => {
            format!("{} taken: they are those listings from now on.", number(adopted, "product was", "products were"))
        }
    };
    Ok(Found {
        accept: (found > 0 && adopted == 0)
            .then(|| format!("Take {} for these listings", number(found, "product", "products"))),
        lines: shown.into_iter().map(|one| line(one, &reports)).collect(),
        doubtful: doubtful.into_iter().map(|one| line(one, &reports)).collect(),
        sentence,
        more,
    })
}

fn line(one: AdoptionLine, reports: &[ListingReport]) -> Line {
    let report = reports.iter().find(|report| report.id == one.listing);
    Line {
        title: report.and_then(|report| report.title.clone()).unwrap_or_else(|| one.listing.clone()),
        there: one.external_ids.join(", "),
        listing: one.listing,
        sku: one.sku,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// yes: what was found is taken
    apply: String,
}

pub(crate) async fn start(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let started = app.cases.listings.start_adopting(&visitor.context, &row.id, wanted.apply == "yes").await?;
    let path = format!("/channels/{}/adoption", segment(&row.id));
    Ok(see(address(&path, &[("operation", started.id.as_str())])))
}
