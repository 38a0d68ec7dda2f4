//! A channel's rule for its listings: prices, stock, and what is listed by itself. What it would change is shown before it is saved.

mod plan;
mod typed;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use entrepot_domain::account::Scope;
use entrepot_domain::effective::ChannelRule;
use entrepot_store::channels::ChannelRow;
use serde::Deserialize;

use self::plan::{Plan, shown};
use self::typed::{CREATE, END, Typed, USUAL, Wrong, fingerprint};
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see, with_status};
use crate::kit::{Choice, address, count};
use crate::visitor::Visitor;

/// What counts where something was changed at the marketplace, by the word in a rule.
const POLICIES: [(&str, &str); 3] =
    [("ask", "Ask me"), ("ours", "Send again what is wanted here"), ("theirs", "Take over what stands there")];

/// What a field of a filter says.
const LISTED: &str = "With commas between them. Empty: all.";

struct Field {
    name: &'static str,
    label: &'static str,
    hint: String,
    /// Which keys a telephone shows.
    mode: &'static str,
    value: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "channels/rule.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    prices: Vec<Field>,
    stocks: Vec<Field>,
    /// Which products are listed by themselves.
    filters: Vec<Field>,
    create: Vec<Choice>,
    creates: &'static str,
    end: Vec<Choice>,
    /// What of the rule the form does not show.
    besides: Vec<String>,
    held: String,
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
            mode: "decimal",
            name,
            label,
            hint,
        };
        let listed = |name, label, value| Field { mode: "text", ..field(name, label, value, LISTED.to_owned()) };
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
            conflicts: Choice::one_of(&typed.conflicts, POLICIES),
            create: Choice::one_of(&typed.create, CREATE),
            creates: CREATE.iter().find(|(word, _)| *word == typed.create).map_or(CREATE[0].1, |(_, label)| label),
            end: Choice::one_of(&typed.end, END),
            filters: vec![
                listed("brands", "Of these brands", &typed.brands),
                listed("types", "Of these types", &typed.types),
                listed("tags", "With one of these tags", &typed.tags),
            ],
            besides: Vec::new(),
            held: String::new(),
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
    let held = app.cases.listings.held_rule_ends(visitor.tenant(), &row.id).await?;
    let held = if held == 0 { String::new() } else { held.to_string() };
    Ok(page(&Page { held, besides: besides(&rule), ..Page::new(&visitor, &row, &typed, &Wrong::new()) }))
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
    let mut page_of = Page::new(&visitor, &row, &typed, &Wrong::new());
    // What was shown is allowed with it.
    page_of.typed.push(("ends", plan.ends.to_string()));
    Ok(page(&Page { plan: Some(shown(plan)), besides: besides(&rule), ..page_of }))
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
            if let Some(ends) = typed.ends.parse().ok().filter(|ends| *ends > 0) {
                app.cases.listings.expect_rule_ends(&visitor.context, &row.id, ends).await?;
            }
            Ok(see(address("/listings", &[("channel", &row.id)])))
        }
        Err(wrong) => Ok(refused(&visitor, &row, &typed, &wrong)),
    }
}

#[derive(Deserialize)]
pub(crate) struct Allowed {
    ends: i64,
}

/// What the rule holds back may end.
pub(crate) async fn allow_ends(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    PostedForm(allowed): PostedForm<Allowed>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    app.cases.listings.allow_rule_ends(&visitor.context, &row.id, allowed.ends).await?;
    Ok(see(address("/listings", &[("channel", &row.id)])))
}

/// What of a rule is set by command alone.
fn besides(rule: &ChannelRule) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(list) = &rule.list {
        if !list.from.is_empty() {
            all.push(format!("products from {} alone", count(list.from.len() as i64, "channel", "channels")));
        }
        if !list.except.is_empty() {
            all.push("an exception for some products".to_owned());
        }
    }
    if !rule.categories.is_empty() {
        all.push(count(rule.categories.len() as i64, "category", "categories"));
    }
    all
}

fn refused(visitor: &Visitor, row: &ChannelRow, typed: &Typed, wrong: &Wrong) -> Response {
    let form = Page::new(visitor, row, typed, wrong);
    let whole = "Mend what is marked below.".to_owned();
    with_status(StatusCode::UNPROCESSABLE_ENTITY, &Page { wrong: Some(whole), ..form })
}
