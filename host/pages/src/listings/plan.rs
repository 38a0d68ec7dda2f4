//! Many listings at once: first what would come of it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_listings::{BulkAction, MOST};
use entrepot_web::Problem;
use serde::Deserialize;

use super::list::Filter;
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{count, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

/// Lines that are shown of what would be left out.
const SHOWN: usize = 200;

struct Line {
    id: String,
    title: String,
    channel: String,
    why: String,
}

#[derive(Template)]
#[template(path = "listings/plan.html")]
struct Page {
    frame: Frame,
    action: &'static str,
    title: String,
    button: Option<String>,
    lead: &'static str,
    /// In sentences.
    cost: Vec<String>,
    left_out: Vec<Line>,
    more_left_out: usize,
    ids: String,
}

fn action(word: &str) -> Result<BulkAction, Problem> {
    let unknown = || Problem::bad_request(format!("do one of publish, push, end and remove to listings, not {word:?}"));
    BulkAction::parse(word).ok_or_else(unknown)
}

fn verb(action: BulkAction) -> &'static str {
    match action {
        BulkAction::Publish => "Publish",
        BulkAction::Push => "Send again",
        BulkAction::End => "End",
        BulkAction::Remove => "Remove",
    }
}

fn all<'a>(asked: &'a [(String, String)], name: &str) -> impl Iterator<Item = &'a str> {
    asked.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let action = action(all(&asked, "action").next().unwrap_or_default())?;
    let scoped = app.cases.services.db().tenant(visitor.tenant());
    let mut ids: Vec<String> = all(&asked, "id").map(str::to_owned).collect();
    let mut more = false;
    if all(&asked, "all").any(|all| all == "yes") {
        let found = scoped.find_listings(&filter.query(MOST as i64 + 1)?).await?;
        more = found.len() > MOST;
        ids = found.into_iter().take(MOST).map(|found| found.id).collect();
    }
    let plan = app.cases.listings.plan_changing(visitor.tenant(), action, &ids).await?;
    let names = ChannelNames::stored(&scoped).await?;
    let listings = |number: usize| count(number as i64, "listing", "listings");
    let mut cost = Vec::new();
    if plan.requests > 0 {
        let requests = count(plan.requests as i64, "request", "requests");
        cost.push(format!("It takes about {requests} to the marketplace, and nothing of the shop's goods is changed."));
    }
    if plan.not_asked > 0 {
        cost.push(format!(
            "{} of these were not checked beforehand; what is refused of them says so afterwards.",
            listings(plan.not_asked)
        ));
    }
    if more {
        cost.push(format!(
            "More match than are taken at once. These are the newest {MOST}; do it again for the others."
        ));
    }
    let line = |left: entrepot_listings::LeftOut| Line {
        title: left.title.unwrap_or_else(|| left.listing.clone()),
        channel: names.name(&left.channel).to_owned(),
        why: sentence(&left.why),
        id: left.listing,
    };
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, verb(action)),
        title: format!("{} {}", verb(action), listings(plan.listings)),
        button: (plan.would > 0).then(|| format!("{} {}", verb(action), listings(plan.would))),
        action: action.as_str(),
        lead: match action {
            BulkAction::Publish => "They are put on sale, and follow their products from then on.",
            BulkAction::Push => {
                "They are looked at and sent where they differ from what stands there, refused ones too."
            }
            BulkAction::End => {
                "They are taken off at the marketplace, and stay so until somebody publishes them again."
            }
            BulkAction::Remove => {
                "They are forgotten with their history. Nothing is sent, and their products stay as they are."
            }
        },
        more_left_out: plan.left_out.len().saturating_sub(SHOWN),
        left_out: plan.left_out.into_iter().take(SHOWN).map(line).collect(),
        ids: ids.join(" "),
        cost,
    }))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    action: String,
    /// With blanks between.
    ids: String,
}

pub(crate) async fn start(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    let ids: Vec<String> = wanted.ids.split_whitespace().map(str::to_owned).collect();
    let started = app.cases.listings.start_changing(&visitor.context, action(&wanted.action)?, ids).await?;
    Ok(see(format!("/listings/jobs/{}", segment(started.id.as_str()))))
}
