use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_domain::Money;
use entrepot_domain::account::Scope;
use entrepot_domain::clock::Timestamp;
use entrepot_listings::MOST;
use entrepot_store::listings::{FoundListing, ListingCount, ListingQuery, Standing};
use entrepot_web::Problem;
use serde::Deserialize;

use super::standing::Stand;
use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page};
use crate::kit::{Choice, Figure, Moment, Pager, Status, address, grouped, money};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const SHOWN: i64 = 50;

/// Of the list, and of what is done to all that match.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    q: String,
    channel: String,
    show: String,
    before: String,
}

impl Filter {
    pub(super) fn query(&self, limit: i64) -> Result<ListingQuery<'_>, Problem> {
        let unknown = || {
            let known = Standing::ALL.map(Standing::as_str).join(", ");
            Problem::bad_request(format!("there are no listings that are {:?}; show one of {known}", self.show))
        };
        let standing = Standing::parse(&self.show).ok_or_else(unknown)?;
        Ok(ListingQuery { words: &self.q, channel: &self.channel, standing, before: &self.before, limit })
    }

    fn at(&self, path: &str, before: &str) -> String {
        address(path, &[("q", &self.q), ("channel", &self.channel), ("show", &self.show), ("before", before)])
    }

    /// All that match, whatever page is shown.
    fn all(&self, action: &str) -> String {
        let [q, channel, show] = [("q", self.q.as_str()), ("channel", &self.channel), ("show", &self.show)];
        address("/listings/plan", &[("action", action), ("all", "yes"), q, channel, show])
    }
}

fn label(standing: Standing) -> &'static str {
    match standing {
        Standing::Any => "All",
        Standing::Stuck => "Need attention",
        Standing::Refused => "Refused",
        Standing::Conflict => "Changed at the marketplace",
        Standing::Failed => "Failed, tried again",
        Standing::InDoubt => "In doubt: no answer came",
        Standing::Waiting => "On their way",
        Standing::OutOfStock => "Out of stock",
        Standing::Draft => "Drafts",
        Standing::Ended => "Ended",
        Standing::OnSale => "On sale",
    }
}

struct Line {
    id: String,
    title: String,
    picture: Option<String>,
    sku: String,
    channel: String,
    status: Status,
    since: Option<Moment>,
    why: Option<String>,
    again: Option<Moment>,
    price: String,
    stock: String,
}

impl Line {
    fn new(found: FoundListing, names: &ChannelNames, now: Timestamp) -> Self {
        let amount = |minor: Option<i64>| Some(money(&Money::new(minor?, found.currency.clone()?)));
        let price = match (amount(found.lowest), amount(found.highest)) {
            (Some(low), Some(high)) if low != high => format!("from {low}"),
            (Some(low), _) => low,
            _ => String::new(),
        };
        let stand = Stand::from(&found);
        Self {
            status: stand.status(),
            why: stand.why(),
            again: stand.again(now),
            since: found.changed_at.map(|at| Moment { at, now }),
            stock: found.stock.map(grouped).unwrap_or_default(),
            title: found.title.unwrap_or_else(|| format!("{} is gone from its shop", found.product_id)),
            channel: names.name(&found.channel_id).to_owned(),
            picture: found.picture,
            sku: found.sku.unwrap_or_default(),
            id: found.id,
            price,
        }
    }
}

#[derive(Template)]
#[template(path = "listings/list.html")]
struct Page {
    frame: Frame,
    q: String,
    channels: Vec<Choice>,
    shows: Vec<Choice>,
    figures: Vec<Figure>,
    filtered: bool,
    may_sell: bool,
    listings: Vec<Line>,
    /// Name, and where it is done to all that match.
    all: Vec<(&'static str, String)>,
    most: usize,
    pager: Pager,
}

/// Refused, failed or changed at the marketplace, of those that were counted.
pub(crate) fn stuck(counts: &[ListingCount]) -> i64 {
    counts.iter().filter(|of| of.is_refused() || of.is_failed() || of.is_in_conflict()).map(|of| of.number).sum()
}

fn figures(counts: &[ListingCount], channel: &str) -> Vec<Figure> {
    let figure = |standing: Standing, label, urgent, is: fn(&ListingCount) -> bool| {
        let number: i64 = counts.iter().filter(|of| is(of)).map(|of| of.number).sum();
        let href = address("/listings", &[("channel", channel), ("show", standing.as_str())]);
        Figure { number: grouped(number), label, href, urgent: urgent && number > 0 }
    };
    vec![
        figure(Standing::Refused, "refused", true, ListingCount::is_refused),
        figure(Standing::Conflict, "changed at the marketplace", true, ListingCount::is_in_conflict),
        figure(Standing::Failed, "failed, tried again", false, ListingCount::is_failed),
        figure(Standing::OnSale, "on sale", false, ListingCount::is_on_sale),
    ]
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(visitor.tenant()), db.clock().now());
    let names = ChannelNames::stored(&scoped).await?;
    let mut found = scoped.find_listings(&filter.query(SHOWN + 1)?).await?;
    let more = found.len() > SHOWN as usize;
    found.truncate(SHOWN as usize);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    let counts = scoped.count_listings_by_standing(&filter.channel).await?;
    Ok(page(&Page {
        frame: visitor.frame(Section::Listings, "Listings"),
        channels: Choice::all("All channels", &filter.channel, names.sorted()),
        shows: Choice::all("All", &filter.show, Standing::ALL.map(|one| (one.as_str(), label(one)))),
        figures: figures(&counts, &filter.channel),
        filtered: [&filter.q, &filter.channel, &filter.show].iter().any(|part| !part.trim().is_empty()),
        may_sell: visitor.may(Scope::WriteListings),
        listings: found.into_iter().map(|found| Line::new(found, &names, now)).collect(),
        all: [("Publish", "publish"), ("Send again", "push"), ("End", "end"), ("Remove", "remove")]
            .map(|(label, action)| (label, filter.all(action)))
            .into(),
        most: MOST,
        pager: Pager::new(&filter.before, next.as_deref(), |before| filter.at("/listings", before)),
        q: filter.q,
    }))
}
