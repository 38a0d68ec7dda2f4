use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrepot_catalog::RunReport;
use entrepot_domain::ChannelId;
use entrepot_domain::account::Scope;
use entrepot_store::dead_letters::LetterFilter;
use entrepot_store::schedules::ScheduleRow;
use serde::Deserialize;
use serde_json::Value;

use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Figure, Mark, Moment, Status, address, grouped};
use crate::runs::{ChannelNames, Line as RunLine};
use crate::visitor::Visitor;

const RUNS: i64 = 5;

struct Schedule {
    kind: String,
    rule: String,
    enabled: bool,
    next: Option<Moment>,
    last: Option<Moment>,
    note: Option<String>,
}

/// What led here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Way {
    /// yes: its connection was tested, and works
    tested: String,
}

#[derive(Template)]
#[template(path = "channels/show.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    adapter: String,
    status: Status,
    problem: Option<String>,
    webhooks: Status,
    webhooks_why: Option<String>,
    figures: Vec<Figure>,
    settings: Vec<(String, String)>,
    account: Vec<(String, String)>,
    schedules: Vec<Schedule>,
    runs: Vec<RunLine>,
    /// Its seller signs in at the marketplace.
    by_consent: bool,
    /// Its stock is told alone.
    has_stock: bool,
    may_import: bool,
    may_change: bool,
    created: Moment,
    tested: bool,
    /// Goods can be put on sale on it.
    sells: bool,
    listings: i64,
    last_pushed: Option<Moment>,
    /// Why all of its listings wait, and until when.
    listings_wait: Option<(String, Moment)>,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(way): Query<Way>,
) -> Result<Response, Failure> {
    let row = app.cases.channels.shown_channel(visitor.tenant(), &channel).await?;
    let db = app.cases.services.db();
    let (scoped, now, id) = (db.tenant(visitor.tenant()), db.clock().now(), ChannelId::from(row.id.as_str()));
    let names = ChannelNames::of(&app, &visitor).await?;
    let rows = scoped.runs(Some(&id), None, RUNS).await?;
    let letters = LetterFilter { channel: Some(id.clone()), ..LetterFilter::default() };
    let letters: i64 = scoped.count_letters(&letters).await?.iter().map(|of| of.count).sum();
    let figure = |number, label, path: &str, urgent| Figure {
        number: grouped(number),
        label,
        href: address(path, &[("channel", &row.id)]),
        urgent: urgent && number > 0,
    };
    let counts = scoped.count_listings_by_standing(&row.id).await?;
    let (listings, stuck) = (counts.iter().map(|of| of.number).sum(), crate::listings::stuck(&counts));
    let mut figures = vec![
        figure(letters, "dead letters", "/dead-letters", true),
        figure(scoped.count_products(&id).await?, "products", "/products", false),
    ];
    let lane = scoped.listing_lane(&id).await?;
    let hooks = scoped.hooks(&id).await?;
    let (webhooks, webhooks_why) = match &hooks {
        Some(hooks) if hooks.problem.is_some() => (Status::new(Mark::Act, "not in order"), hooks.problem.clone()),
        Some(hooks) if hooks.callback_url.is_some() => (Status::new(Mark::Good, "subscribed"), None),
        _ => (Status::new(Mark::Over, "none"), None),
    };
    let generation = app.cases.services.admission().active_for(&row.adapter_id, &id).await;
    let sells = generation.as_ref().is_ok_and(|generation| generation.adapter.sells());
    if sells || listings > 0 {
        figures.push(figure(stuck, "listings need attention", "/listings?show=stuck", true));
        figures.push(figure(listings, "listings", "/listings", false));
    }
    let schedule = |row: ScheduleRow| Schedule {
        enabled: row.enabled == 1,
        next: (row.enabled == 1).then_some(Moment { at: row.next_at, now }),
        last: row.last_at.map(|at| Moment { at, now }),
        note: row.note.as_deref().map(sentence),
        rule: format!("{} ({})", row.rule, row.time_zone),
        kind: row.kind,
    };
    Ok(page(&Page {
        frame: visitor.frame(Section::Channels, row.name.clone()),
        status: match &row.problem {
            Some(_) => Status::new(Mark::Act, "needs attention"),
            None => Status::new(Mark::Good, "connected"),
        },
        tested: way.tested == "yes" && row.problem.is_none(),
        problem: row.problem.as_deref().map(sentence),
        webhooks,
        webhooks_why: webhooks_why.as_deref().map(sentence),
        listings_wait: lane
            .problem
            .filter(|_| lane.not_before > now)
            .map(|why| (sentence(&why), Moment { at: lane.not_before, now })),
        last_pushed: scoped.last_listing_synced_at(&id).await?.map(|at| Moment { at, now }),
        figures,
        sells,
        listings,
        settings: row.settings.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        account: row.account.as_ref().map_or_else(Vec::new, |account| facts(account)),
        schedules: scoped.schedules(&id).await?.into_iter().map(schedule).collect(),
        runs: rows.iter().map(|row| RunLine::new(&RunReport::new(row, now), &names, now)).collect(),
        has_stock: generation.as_ref().is_ok_and(|generation| generation.adapter.supports_stock_sync()),
        by_consent: generation
            .is_ok_and(|generation| generation.manifest.oauth.is_some() || generation.manifest.connect.is_some()),
        may_import: visitor.may(Scope::WriteCatalog),
        may_change: visitor.may(Scope::WriteChannels),
        created: Moment { at: row.created_at, now },
        id: row.id,
        name: row.name,
        adapter: row.adapter_id,
    }))
}

/// A setting as it was typed.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the marketplace said of the account.
fn facts(account: &Value) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for name in ["name", "url", "currency"] {
        if let Some(value) = account[name].as_str() {
            facts.push((name.to_owned(), value.to_owned()));
        }
    }
    for pair in account["details"].as_array().into_iter().flatten() {
        if let (Some(name), Some(value)) = (pair[0].as_str(), pair[1].as_str()) {
            facts.push((name.to_owned(), value.to_owned()));
        }
    }
    for warning in account["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        facts.push(("warning".to_owned(), warning.to_owned()));
    }
    facts
}
