use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_domain::Money;
use entrepot_domain::account::Scope;
use entrepot_domain::catalog::ProductStatus;
use entrepot_store::search::{FoundProduct, ProductQuery};
use serde::Deserialize;

use super::views::{View, views};
use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page};
use crate::kit::{Choice, Mark, Pager, Status, address, grouped, money};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const SHOWN: i64 = 50;
const STATUSES: [ProductStatus; 3] = [ProductStatus::Active, ProductStatus::Draft, ProductStatus::Archived];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    q: String,
    channel: String,
    status: String,
    after: String,
}

struct Line {
    id: String,
    title: String,
    picture: Option<String>,
    channel: String,
    status: Status,
    sku: String,
    price: String,
    stock: String,
}

#[derive(Template)]
#[template(path = "products/list.html")]
struct Page {
    frame: Frame,
    q: String,
    channels: Vec<Choice>,
    statuses: Vec<Choice>,
    filtered: bool,
    products: Vec<Line>,
    pager: Pager,
    /// Whoever looks can put goods on sale.
    may_sell: bool,
    /// Where all that match are listed.
    list_all: String,
    views: Vec<View>,
    /// The name of the view that is shown.
    view: Option<String>,
    /// The chosen ones, for a view that is to be saved.
    channel: String,
    status: String,
}

pub(crate) fn status_of(status: ProductStatus) -> Status {
    let mark = if status == ProductStatus::Active { Mark::Good } else { Mark::Over };
    Status::new(mark, status.as_str())
}

impl Line {
    fn new(found: FoundProduct, names: &ChannelNames) -> Self {
        let amount = |minor: Option<i64>| Some(money(&Money::new(minor?, found.currency.clone()?)));
        let price = match (amount(found.lowest), amount(found.highest)) {
            (Some(low), Some(high)) if low != high => format!("from {low}"),
            (Some(low), _) => low,
            _ => "none".to_owned(),
        };
        let sku = match (&found.sku, found.variants) {
            (_, variants) if variants > 1 => format!("{} variants", grouped(variants)),
            (Some(sku), _) => sku.clone(),
            _ => String::new(),
        };
        Self {
            channel: names.name(&found.channel_id).to_owned(),
            status: status_of(found.status),
            stock: found.available.map_or_else(|| "not counted".to_owned(), grouped),
            id: found.id,
            title: found.title,
            picture: found.picture,
            sku,
            price,
        }
    }
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let Filter { q, channel, status, after } = filter;
    let scoped = app.cases.services.db().tenant(visitor.tenant());
    let names = ChannelNames::of(&app, &visitor).await?;
    let query = ProductQuery { words: &q, channel: &channel, status: &status, after: &after, limit: SHOWN + 1 };
    let mut found = scoped.search_products(&query).await?;
    let more = found.len() > SHOWN as usize;
    found.truncate(SHOWN as usize);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    let at =
        |after: &str| address("/products", &[("q", &q), ("channel", &channel), ("status", &status), ("after", after)]);
    let views = views(&app, &visitor, &at("")).await?;
    let filter = [("q", q.as_str()), ("channel", &channel), ("status", &status)];
    Ok(page(&Page {
        frame: visitor.frame(Section::Products, "Products"),
        may_sell: visitor.may(Scope::WriteListings),
        list_all: address("/listings/new", &[&[("all", "yes")], filter.as_slice()].concat()),
        view: views.iter().find(|view| view.shown).map(|view| view.name.clone()),
        views,
        channels: Choice::all("All channels", &channel, names.sorted()),
        statuses: Choice::all("Any status", &status, STATUSES.map(|one| (one.as_str(), one.as_str()))),
        filtered: !(q.trim().is_empty() && channel.is_empty() && status.is_empty()),
        pager: Pager::new(&after, next.as_deref(), at),
        products: found.into_iter().map(|found| Line::new(found, &names)).collect(),
        q,
        channel,
        status,
    }))
}
