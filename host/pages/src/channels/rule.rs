//! A channel's rule for prices and stock of its listings: what it would change is shown before it is saved.

mod typed;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_domain::Money;
use entrepot_domain::account::Scope;
use entrepot_listings::{RulePlan, RulePlanLine};
use entrepot_store::channels::ChannelRow;

use self::typed::{Typed, USUAL, Wrong, fingerprint};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::{Choice, address, count, grouped, money, segment};
use crate::visitor::Visitor;

/// Lines of a plan that are shown.
const SHOWN: usize = 100;
/// What counts where something was changed at the marketplace, by the word in a rule.
const POLICIES: [(&str, &str); 3] =
    [("ask", "Ask me"), ("ours", "Send again what is wanted here"), ("theirs", "Take over what stands there")];

struct Field {
    name: &'static str,
    label: &'static str,
    hint: String,
    value: String,
    problem: Option<String>,
}

struct Line {
    listing: String,
    sku: String,
    price: String,
    price_then: String,
    stock: String,
    stock_then: String,
    problem: Option<String>,
}

struct Plan {
    sentence: String,
    lines: Vec<Line>,
    more: usize,
}

#[derive(Template)]
#[template(path = "channels/rule.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    prices: Vec<Field>,
    stocks: Vec<Field>,
    conflicts: Vec<Choice>,
    policy: &'static str,
    seen: String,
    wrong: Option<String>,
    plan: Option<Plan>,
    /// What was typed, to be saved as it was planned.
    typed: Vec<(&'static str, String)>,
    may_change: bool,
}

fn currency(row: &ChannelRow) -> String {
    let told = row.account.as_ref().and_then(|account| account["currency"].as_str());
    told.unwrap_or(USUAL).to_owned()
}

impl Page {
    fn new(visitor: &Visitor, row: &ChannelRow, typed: &Typed, wrong: &Wrong) -> Self {
        let currency = currency(row);
        let field = |name, label, value: &String, hint: String| Field {
            problem: wrong.get(name).cloned(),
            value: value.clone(),
            name,
            label,
            hint,
        };
        let choice = |(word, label): &(&str, &str)| Choice {
            chosen: *word == typed.conflicts,
            value: (*word).to_owned(),
            label: (*label).to_owned(),
        };
        Self {
            frame: visitor.frame(Section::Listings, format!("Rule of {}", row.name)),
            prices: vec![
                field(
                    "percent",
                    "Percent on top",
                    &typed.percent,
                    "Such as 12.5. With a minus it is taken off.".to_owned(),
                ),
                field(
                    "plus",
                    "Amount on top",
                    &typed.plus,
                    format!("In {currency}, after the percent. With a minus it is taken off."),
                ),
                field(
                    "ending",
                    "Prices end in",
                    &typed.ending,
                    "The last two digits, such as 99: every price is rounded up to one that ends so.".to_owned(),
                ),
                field(
                    "floor",
                    "Never below",
                    &typed.floor,
                    format!("In {currency}. What would cost less is not listed."),
                ),
            ],
            stocks: vec![
                field(
                    "buffer",
                    "Pieces kept back",
                    &typed.buffer,
                    "Of each variant; they are never told to the marketplace.".to_owned(),
                ),
                field("cap", "Pieces told at most", &typed.cap, "Of each variant.".to_owned()),
            ],
            policy: POLICIES
                .iter()
                .find(|(word, _)| *word == typed.conflicts)
                .map_or(POLICIES[0].1, |(_, label)| label),
            conflicts: POLICIES.iter().map(choice).collect(),
            seen: typed.seen.clone(),
            wrong: None,
            plan: None,
            typed: typed.parts(),
            may_change: visitor.may(Scope::WriteListings),
            id: row.id.clone(),
            name: row.name.clone(),
        }
    }
}

pub(crate) async fn form(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let rule = app.cases.listings.rule(visitor.tenant(), &row.id).await?;
    let typed = Typed::of(&rule, &currency(&row));
    Ok(page(&Page::new(&visitor, &row, &typed, &Wrong::new())))
}

pub(crate) async fn plan(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(typed): PostedForm<Typed>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let now = app.cases.listings.rule(visitor.tenant(), &row.id).await?;
    let rule = match typed.rule(&currency(&row), &now) {
        Ok(rule) => rule,
        Err(wrong) => return Ok(refused(&visitor, &row, &typed, &wrong)),
    };
    let plan = app.cases.listings.plan_rule(visitor.tenant(), &row.id, &rule).await?;
    Ok(page(&Page { plan: Some(shown(plan)), ..Page::new(&visitor, &row, &typed, &Wrong::new()) }))
}

pub(crate) async fn save(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(typed): PostedForm<Typed>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let now = app.cases.listings.rule(visitor.tenant(), &row.id).await?;
    if typed.seen != fingerprint(&now) {
        let newer =
            "Somebody else changed this rule while the form was open. Below is what it is now; make your change again.";
        let form = Page::new(&visitor, &row, &Typed::of(&now, &currency(&row)), &Wrong::new());
        return Ok(with_status(StatusCode::CONFLICT, &Page { wrong: Some(newer.to_owned()), ..form }));
    }
    match typed.rule(&currency(&row), &now) {
        Ok(rule) => {
            app.cases.listings.set_rule(&visitor.context, &row.id, &rule).await?;
            Ok(see(address("/listings", &[("channel", &row.id)])))
        }
        Err(wrong) => Ok(refused(&visitor, &row, &typed, &wrong)),
    }
}

fn refused(visitor: &Visitor, row: &ChannelRow, typed: &Typed, wrong: &Wrong) -> Response {
    let form = Page::new(visitor, row, typed, wrong);
    let whole = "Mend what is marked below.".to_owned();
    with_status(StatusCode::UNPROCESSABLE_ENTITY, &Page { wrong: Some(whole), ..form })
}

fn shown(plan: RulePlan) -> Plan {
    let number = |number: usize, one, many| count(i64::try_from(number).unwrap_or(i64::MAX), one, many);
    let listings = number(plan.listings, "listing", "listings");
    let sentence = match (plan.changed, plan.refused) {
        (0, 0) => format!("Nothing would be another than now: {listings} looked at."),
        (changed, refused) => format!(
            "Of {listings}, {} would have another price or stock, and {} would not be listed.",
            number(changed, "variant", "variants"),
            number(refused, "variant", "variants")
        ),
    };
    let all = plan.changed + plan.refused;
    let line = |line: RulePlanLine| {
        let amount = |of: &Option<Money>| of.as_ref().map_or_else(|| "none".to_owned(), money);
        let pieces = |of: Option<i64>| of.map_or_else(|| "not counted".to_owned(), grouped);
        Line {
            sku: line.sku.clone().unwrap_or_else(|| line.variant.clone()),
            price: amount(&line.price),
            price_then: amount(&line.price_then),
            stock: pieces(line.stock),
            stock_then: pieces(line.stock_then),
            problem: line.problem,
            listing: segment(&line.listing),
        }
    };
    let lines: Vec<Line> = plan.lines.into_iter().take(SHOWN).map(line).collect();
    Plan { more: all.saturating_sub(lines.len()), sentence, lines }
}
