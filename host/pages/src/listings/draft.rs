//! Products that are to stand on a channel: first what would come of it, then drafts.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_listings::{DraftPlan, MOST};
use entrepot_store::search::ProductQuery;
use serde::Deserialize;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{Choice, count, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const SHOWN: usize = 200;

struct Line {
    product: String,
    title: String,
    why: String,
}

#[derive(Template)]
#[template(path = "listings/draft.html")]
struct Page {
    frame: Frame,
    title: String,
    /// As hidden fields, so that another channel can be chosen.
    given: Vec<(&'static str, String)>,
    ids: String,
    channels: Vec<Choice>,
    channel: String,
    channel_name: String,
    button: Option<String>,
    left_out: Vec<Line>,
    more_left_out: usize,
    /// More match than are taken at once.
    more: Option<String>,
    nothing_sells: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Where they are to stand.
    on: String,
    /// yes: all that match the filter of the products' list
    all: String,
    q: String,
    channel: String,
    status: String,
    /// With blanks between.
    products: String,
}

pub(crate) async fn plan(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(given): Query<Vec<(String, String)>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let scoped = app.cases.services.db().tenant(visitor.tenant());
    let mut products: Vec<String> = asked.products.split_whitespace().map(str::to_owned).collect();
    products.extend(given.iter().filter(|(name, _)| name == "product").map(|(_, value)| value.clone()));
    let mut more = None;
    if asked.all == "yes" {
        let Asked { q, channel, status, .. } = &asked;
        let query = ProductQuery { words: q, channel, status, after: "", limit: MOST as i64 + 1 };
        let found = scoped.search_products(&query).await?;
        if found.len() > MOST {
            more = Some(format!("More match than are taken at once. These are the first {MOST}."));
        }
        products = found.into_iter().take(MOST).map(|found| found.id).collect();
    }
    let names = ChannelNames::stored(&scoped).await?;
    let selling = app.cases.listings.channels_that_sell(visitor.tenant()).await?;
    // With one there is nothing to choose.
    let on = match (asked.on.as_str(), selling.as_slice()) {
        ("", [(one, _)]) => one.clone(),
        (on, _) => on.to_owned(),
    };
    let plan = match on.as_str() {
        "" => None,
        on => Some(app.cases.listings.plan_drafting(visitor.tenant(), on, &products).await?),
    };
    let number = count(products.len() as i64, "product", "products");
    let would = plan.as_ref().map_or(0, |plan| plan.would);
    let left_out = plan.unwrap_or_else(DraftPlan::default).left_out;
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, "List products"),
        title: match on.as_str() {
            "" => format!("List {number}"),
            on => format!("List {number} on {}", names.name(on)),
        },
        button: (would > 0).then(|| format!("Make {}", count(would as i64, "draft", "drafts"))),
        more_left_out: left_out.len().saturating_sub(SHOWN),
        left_out: left_out
            .into_iter()
            .take(SHOWN)
            .map(|line| Line {
                title: if line.title.is_empty() { line.product.clone() } else { line.title },
                why: sentence(&line.why.unwrap_or_default()),
                product: line.product,
            })
            .collect(),
        nothing_sells: selling.is_empty(),
        channels: Choice::all("Choose a channel", &on, selling),
        channel_name: names.name(&on).to_owned(),
        channel: on,
        given: match asked.all.as_str() {
            "yes" => vec![("all", asked.all), ("q", asked.q), ("channel", asked.channel), ("status", asked.status)],
            _ => vec![("products", products.join(" "))],
        },
        ids: products.join(" "),
        more,
    }))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    on: String,
    products: String,
}

pub(crate) async fn make(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    let products: Vec<String> = wanted.products.split_whitespace().map(str::to_owned).collect();
    let started = app.cases.listings.start_drafting(&visitor.context, &wanted.on, products).await?;
    Ok(see(format!("/listings/jobs/{}", segment(started.id.as_str()))))
}
