use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_core::AppError;
use entrepot_domain::account::Scope;
use entrepot_stock::{ItemReport, LocationReport, NewLocation};
use serde::Deserialize;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::{Choice, Moment, Pager, address, grouped};
use crate::visitor::Visitor;

const SHOWN: i64 = 50;
const KINDS: [(&str, &str); 3] = [("warehouse", "Warehouse"), ("store", "Store"), ("third-party", "Third party")];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// The last SKU of the page before.
    after: String,
}

struct Line {
    href: String,
    sku: String,
    kind: &'static str,
    on_hand: String,
    available: String,
    changed: Moment,
}

#[derive(Template)]
#[template(path = "stock/list.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
    locations: Vec<LocationReport>,
    kinds: Vec<Choice>,
    pager: Pager,
    may_change: bool,
    wrong: Option<String>,
    typed: NewPlace,
    /// A SKU that nothing has.
    unknown: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewPlace {
    code: String,
    name: String,
    kind: String,
}

pub(crate) fn href(sku: &str) -> String {
    address("/stock/item", &[("sku", sku)])
}

pub(super) fn pieces(number: Option<i64>) -> String {
    number.map_or_else(|| "not counted".to_owned(), grouped)
}

fn kind(kind: &str) -> &'static str {
    match kind {
        "bundle" => "bundle",
        "untracked" => "not counted",
        "shop" => "counted by its shop",
        _ => "counted here",
    }
}

async fn drawn(
    app: &AppState,
    visitor: &Visitor,
    after: &str,
    wrong: Option<String>,
    typed: NewPlace,
) -> Result<Page, Failure> {
    let mut items = app.cases.stock.list(visitor.tenant(), after, SHOWN + 1).await?;
    let more = items.len() > SHOWN as usize;
    items.truncate(SHOWN as usize);
    let next = items.last().filter(|_| more).map(|last| last.sku.clone());
    let now = app.cases.services.db().clock().now();
    let line = |of: ItemReport| Line {
        href: href(&of.sku),
        kind: kind(&of.kind),
        on_hand: if of.kind == "simple" { grouped(of.on_hand) } else { "–".to_owned() },
        available: if of.kind == "shop" { "as its shop says".to_owned() } else { pieces(of.available) },
        changed: Moment { at: of.updated_at, now },
        sku: of.sku,
    };
    Ok(Page {
        frame: visitor.frame(Section::Stock, "Stock"),
        lines: items.into_iter().map(line).collect(),
        locations: app.cases.stock.locations(visitor.tenant()).await?,
        kinds: Choice::one_of(&typed.kind, KINDS),
        pager: Pager::new(after, next.as_deref(), |after| address("/stock", &[("after", after)])),
        may_change: visitor.may(Scope::WriteStock),
        wrong,
        typed,
        unknown: None,
    })
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(place): Query<Place>,
) -> Result<Response, Failure> {
    Ok(page(&drawn(&app, &visitor, &place.after, None, NewPlace::default()).await?))
}

/// Nobody counts goods of this SKU, and no product has it.
pub(super) async fn not_found(app: &AppState, visitor: &Visitor, sku: String) -> Result<Response, Failure> {
    let list = drawn(app, visitor, "", None, NewPlace::default()).await?;
    Ok(with_status(StatusCode::NOT_FOUND, &Page { unknown: Some(sku), ..list }))
}

pub(crate) async fn add_location(
    State(app): State<AppState>,
    visitor: Visitor,
    PostedForm(typed): PostedForm<NewPlace>,
) -> Result<Response, Failure> {
    let NewPlace { code, name, kind } = typed.clone();
    let new = NewLocation { code: code.trim().to_owned(), name: name.trim().to_owned(), kind };
    match app.cases.stock.add_location(&visitor.context, new).await {
        Ok(_) => Ok(see("/stock")),
        Err(AppError::Stock(why)) => {
            let form = drawn(&app, &visitor, "", Some(why), typed).await?;
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
        Err(error) => Err(error.into()),
    }
}
