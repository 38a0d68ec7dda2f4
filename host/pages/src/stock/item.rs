//! One kind of goods: the number with what makes it, and forms to count and to move.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_core::AppError;
use entrepot_domain::account::Scope;
use entrepot_domain::{Id, LedgerEntryId};
use entrepot_stock::{Adjustment, Count, LevelReport, ListedStock, Movement, PartOf, ShopLevel, StockReport};
use serde::Deserialize;

use super::list::{href, pieces};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::{Choice, Moment, grouped, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

/// Movements that are shown.
const SHOWN: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    sku: String,
}

/// What was typed into either form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    sku: String,
    location: String,
    on_hand: String,
    buffer: String,
    by: String,
    reason: String,
    /// Of the page that was sent: the same form sent twice is done once.
    key: String,
}

struct Level {
    location: String,
    on_hand: String,
    reserved: String,
    buffer: String,
    available: String,
    changed: Moment,
}

struct Told {
    channel: String,
    listing: String,
    wanted: String,
    told: String,
    at: Option<Moment>,
    status: String,
}

struct Moved {
    at: Moment,
    location: String,
    kind: String,
    delta: String,
    after: String,
    actor: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "stock/item.html")]
struct Page {
    frame: Frame,
    sku: String,
    sentence: String,
    levels: Vec<Level>,
    parts: Vec<(String, String, String, String)>,
    shops: Vec<(String, String, String)>,
    listings: Vec<Told>,
    ledger: Vec<Moved>,
    locations: Vec<Choice>,
    key: String,
    may_count: bool,
    may_adjust: bool,
    wrong: Option<String>,
    typed: Typed,
}

fn sentence(of: &StockReport) -> String {
    let linked = of
        .counted_as
        .as_ref()
        .map_or_else(String::new, |other| format!(" Linked with {other}, which is counted for both."));
    format!("{}{linked}", number(of))
}

fn number(of: &StockReport) -> String {
    match of.kind.as_str() {
        "shop" => {
            "The shop that these goods come from counts them. Count them here to have one number on all channels."
                .to_owned()
        }
        "untracked" => "These goods are not counted: there is always one more.".to_owned(),
        "bundle" => format!("{} can be made of the parts that there are.", pieces(of.available)),
        _ => format!(
            "{} can be sold: {} on hand, {} reserved, {} to be kept back, each location by itself.",
            pieces(of.available),
            grouped(of.on_hand),
            grouped(of.reserved),
            grouped(of.buffer)
        ),
    }
}

async fn drawn(app: &AppState, visitor: &Visitor, wrong: Option<String>, typed: Typed) -> Result<Page, Failure> {
    let stock = &app.cases.stock;
    let report = stock.show(visitor.tenant(), &typed.sku).await?;
    let ledger = match stock.ledger(visitor.tenant(), &report.sku, "", SHOWN).await {
        Err(AppError::NoStockItem(_)) => Vec::new(),
        ledger => ledger?,
    };
    let (names, now) = (ChannelNames::of(app, visitor).await?, app.cases.services.db().clock().now());
    let places = stock.locations(visitor.tenant()).await?;
    let named =
        |code: &str| places.iter().find(|of| of.code == code).map_or_else(|| code.to_owned(), |of| of.name.clone());
    let level = |of: &LevelReport| Level {
        location: named(&of.location),
        on_hand: grouped(of.on_hand),
        reserved: grouped(of.reserved),
        buffer: grouped(of.buffer),
        available: if of.enabled { grouped(of.available) } else { "0, out of use".to_owned() },
        changed: Moment { at: of.changed_at, now },
    };
    let part = |of: &PartOf| (href(&of.sku), of.sku.clone(), grouped(of.units), pieces(of.available));
    let shop = |of: &ShopLevel| {
        (names.name(&of.channel).to_owned(), format!("/products/{}", segment(&of.product)), pieces(of.available))
    };
    let told = |of: &ListedStock| Told {
        channel: names.name(&of.channel).to_owned(),
        listing: segment(&of.listing),
        wanted: pieces(of.wanted),
        told: if of.told_at.is_none() { "nothing yet".to_owned() } else { pieces(of.told) },
        at: of.told_at.map(|at| Moment { at, now }),
        status: of.sync_status.clone(),
    };
    let moved = |of: Movement| Moved {
        at: Moment { at: of.at, now },
        location: named(&of.location),
        kind: of.kind,
        delta: format!("{}{}", if of.on_hand_delta > 0 { "+" } else { "" }, grouped(of.on_hand_delta)),
        after: grouped(of.on_hand_after),
        actor: of.actor,
        reason: of.reason,
    };
    let counted = report.kind == "simple";
    let may = visitor.may(Scope::WriteStock) && !places.is_empty();
    Ok(Page {
        frame: visitor.frame(Section::Stock, format!("Stock of {}", report.sku)),
        sentence: sentence(&report),
        levels: report.levels.iter().filter(|_| counted).map(level).collect(),
        parts: report.parts.iter().map(part).collect(),
        shops: report.shops.iter().map(shop).collect(),
        listings: report.listings.iter().map(told).collect(),
        ledger: ledger.into_iter().map(moved).collect(),
        locations: Choice::one_of(&typed.location, places.iter().map(|of| (of.code.clone(), of.name.clone()))),
        key: LedgerEntryId::make(now).to_string(),
        // Goods that nobody counted yet begin to be counted here.
        may_count: may
            && report.counted_as.is_none()
            && (counted || (report.kind == "shop" && report.levels.is_empty())),
        may_adjust: may && counted && report.counted_as.is_none(),
        sku: report.sku,
        wrong,
        typed,
    })
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(place): Query<Place>,
) -> Result<Response, Failure> {
    let typed = Typed { sku: place.sku.trim().to_owned(), ..Typed::default() };
    match app.cases.stock.show(visitor.tenant(), &typed.sku).await {
        Err(AppError::NoStockItem(_)) => super::list::not_found(&app, &visitor, typed.sku).await,
        _ => Ok(page(&drawn(&app, &visitor, None, typed).await?)),
    }
}

/// A whole number, or what is wrong with it.
fn whole(name: &str, text: &str) -> Result<Option<i64>, AppError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // "1,040" is a thousand and forty; "1,5" is no whole number, whoever's comma it is.
    let grouped = text.split(',').skip(1).all(|group| group.len() == 3 && group.bytes().all(|c| c.is_ascii_digit()));
    let text = if grouped { text.replace(',', "") } else { text };
    match text.as_str() {
        "" => Ok(None),
        text => text
            .replace('−', "-")
            .parse()
            .map(Some)
            .map_err(|_| AppError::Stock(format!("{name} is {text:?}, which is no whole number"))),
    }
}

async fn answer(
    app: &AppState,
    visitor: &Visitor,
    typed: Typed,
    done: Result<(), AppError>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(see(href(&typed.sku))),
        Err(AppError::Stock(why)) => {
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &drawn(app, visitor, Some(why), typed).await?))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn count(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(typed): PostedForm<Typed>,
) -> Result<Response, Failure> {
    let counted = async {
        let Typed { sku, location, reason, key, .. } = typed.clone();
        let on_hand = whole("the number on hand", &typed.on_hand)?;
        let buffer = whole("the number kept back", &typed.buffer)?;
        let key = Some(key).filter(|key| !key.is_empty());
        let count = Count { sku, location, on_hand, buffer, reason: reason.trim().to_owned(), key, new: false };
        app.cases.stock.count(&visitor.context, &count).await.map(drop)
    };
    let done = counted.await;
    answer(&app, &visitor, typed, done).await
}

pub(crate) async fn adjust(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(typed): PostedForm<Typed>,
) -> Result<Response, Failure> {
    let adjusted = async {
        let Typed { sku, location, reason, key, .. } = typed.clone();
        let by = whole("the number to move", &typed.by)?.unwrap_or_default();
        let key = Some(key).filter(|key| !key.is_empty());
        let adjustment = Adjustment { sku, location, by, reason: reason.trim().to_owned(), key };
        app.cases.stock.adjust(&visitor.context, &adjustment).await.map(drop)
    };
    let done = adjusted.await;
    answer(&app, &visitor, typed, done).await
}
