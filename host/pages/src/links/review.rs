use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrepot_linking::{Decision, LinkBatchReport, WhichProposals};
use entrepot_matching::Facts;
use entrepot_store::links::proposals::{ProposalFilter, ProposalRow};
use entrepot_web::Problem;
use serde::Deserialize;

use super::list::status;
use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::{Frame, Section, page, see};
use crate::kit::{Choice, Figure, Mark, Moment, Pager, Status, address, grouped, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

const SHOWN: i64 = 50;
/// Confidence from which on a match is called certain.
const CERTAIN: u8 = 95;
const STATES: [&str; 6] = ["proposed", "accepted", "rejected", "applied", "left_out", "undone"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    state: String,
    after: String,
}

/// What one of the two is.
struct Side {
    href: String,
    channel: String,
    name: String,
    codes: String,
}

struct Line {
    number: i64,
    ours: Side,
    theirs: Side,
    confidence: i64,
    reasons: String,
    status: Status,
    note: Option<String>,
    /// It can be decided on.
    open: bool,
}

#[derive(Template)]
#[template(path = "links/review.html")]
struct Page {
    frame: Frame,
    id: String,
    channel_name: String,
    status: Status,
    made: Moment,
    made_by: String,
    figures: Vec<Figure>,
    states: Vec<Choice>,
    lines: Vec<Line>,
    certain: String,
    has_certain: bool,
    accepted: i64,
    can_undo: bool,
    state: String,
    after: String,
    pager: Pager,
}

fn side(href: &str, channel: &str, facts: &Facts) -> Side {
    let codes = [&facts.sku, &facts.gtin].into_iter().flatten().cloned().collect::<Vec<_>>();
    Side {
        href: format!("/products/{}", segment(href)),
        channel: channel.to_owned(),
        name: facts.title.clone(),
        codes: codes.join(", "),
    }
}

impl Line {
    fn new(row: ProposalRow, ours: &str, names: &ChannelNames) -> Self {
        let mark = match row.state.as_str() {
            "proposed" => Mark::Waiting,
            "accepted" | "applied" => Mark::Good,
            "left_out" => Mark::Act,
            _ => Mark::Over,
        };
        Self {
            ours: side(&row.product_id, ours, &row.ours),
            theirs: side(&row.other_product_id, names.name(&row.other_channel_id), &row.theirs),
            status: Status::new(mark, row.state.replace('_', " ")),
            reasons: row.reasons.join(", "),
            open: matches!(row.state.as_str(), "proposed" | "accepted" | "rejected"),
            number: row.number,
            confidence: row.confidence,
            note: row.note,
        }
    }
}

fn figures(batch: &LinkBatchReport, path: &str) -> Vec<Figure> {
    let figure = |state: &str, label, urgent| Figure {
        number: grouped(batch.count(state)),
        label,
        href: address(path, &[("state", state)]),
        urgent: urgent && batch.count(state) > 0,
    };
    vec![
        figure("proposed", "to be reviewed", true),
        figure("accepted", "accepted", false),
        figure("rejected", "rejected", false),
        figure("applied", "linked", false),
    ]
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let batch = app.cases.links.link_batch(visitor.tenant(), &id).await?;
    let names = ChannelNames::of(&app, &visitor).await?;
    let after = match filter.after.as_str() {
        "" => 0,
        after => after.parse().map_err(|_| Problem::no_cursor())?,
    };
    let which = ProposalFilter {
        state: Some(filter.state.clone()).filter(|state| !state.is_empty()),
        ..ProposalFilter::default()
    };
    let mut rows = app.cases.links.link_proposals(visitor.tenant(), &id, &which, after, SHOWN + 1).await?;
    let more = rows.len() > SHOWN as usize;
    rows.truncate(SHOWN as usize);
    let next = rows.last().filter(|_| more).map(|last| last.number.to_string());
    let path = format!("/links/{}", segment(&batch.batch));
    let at = |after: &str| address(&path, &[("state", &filter.state), ("after", after)]);
    let ours = names.name(&batch.channel).to_owned();
    let now = app.cases.services.db().clock().now();
    Ok(page(&Page {
        frame: visitor.frame(Section::Links, format!("Links of {ours}")),
        status: status(&batch),
        made: Moment { at: batch.made_at, now },
        figures: figures(&batch, &path),
        states: Choice::all("Any state", &filter.state, STATES.map(|state| (state, state.replace('_', " ")))),
        lines: rows.into_iter().map(|row| Line::new(row, &ours, &names)).collect(),
        certain: grouped(batch.certain),
        has_certain: batch.certain > 0 && batch.count("proposed") > 0,
        accepted: batch.count("accepted"),
        can_undo: batch.count("applied") > 0,
        pager: Pager::new(&filter.after, next.as_deref(), at),
        state: filter.state.clone(),
        after: filter.after.clone(),
        channel_name: ours,
        made_by: batch.made_by,
        id: batch.batch,
    }))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Decided {
    /// accept, reject
    decision: String,
    /// A number, or `certain`: all that nobody has decided on and that are sure.
    which: String,
    /// Where the reviewer was.
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

pub(crate) async fn decide(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostedForm(decided): PostedForm<Decided>,
) -> Result<Response, Failure> {
    let decision = match decided.decision.as_str() {
        "accept" => Decision::Accept,
        "reject" => Decision::Reject,
        other => return Err(Problem::bad_request(format!("decide accept or reject, not {other:?}")).into()),
    };
    let which = match decided.which.parse() {
        Ok(number) => WhichProposals::These(vec![number]),
        Err(_) if decided.which == "certain" => {
            WhichProposals::All(ProposalFilter { at_least: Some(CERTAIN), ..ProposalFilter::default() })
        }
        Err(_) => return Err(Problem::bad_request("name a proposal by its number").into()),
    };
    app.cases.links.decide_links(visitor.tenant(), &id, decision, &which, &visitor.context.actor).await?;
    let path = format!("/links/{}", segment(&id));
    Ok(see(address(&path, &[("state", &decided.state), ("after", &decided.after)])))
}

pub(crate) async fn apply(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let started = app.cases.links.start_applying(visitor.tenant(), &id, &visitor.context.actor).await?;
    Ok(see(format!("/operations/{}", segment(started.id.as_str()))))
}

pub(crate) async fn undo(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let started = app.cases.links.start_undoing(visitor.tenant(), &id, &visitor.context.actor).await?;
    Ok(see(format!("/operations/{}", segment(started.id.as_str()))))
}
