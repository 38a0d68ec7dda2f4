use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use entrepot_adapters::{Counted, Headroom, InForce};
use entrepot_domain::account::Scope;
use entrepot_domain::clock::Timestamp;
use entrepot_web::Problem;
use serde::Deserialize;

use super::list::status;
use crate::AppState;
use crate::failure::{Failure, sentence};
use crate::frame::{Frame, Section, page};
use crate::kit::{Choice, Hour, Moment, Status, grouped};
use crate::visitor::Somebody;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const PERIODS: [u32; 4] = [1, 7, 30, 365];
const USUAL: u32 = 30;
const ENTRIES: i64 = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    version: Option<String>,
    days: Option<u32>,
}

struct Rule {
    name: String,
    words: String,
    requests: String,
    used: bool,
}

struct Count {
    what: String,
    number: String,
    last: Hour,
}

struct Entry {
    at: Moment,
    actor: String,
    action: String,
}

#[derive(Template)]
#[template(path = "adapters/show.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    description: String,
    version: String,
    publisher: String,
    status: Status,
    problem: Option<String>,
    in_use: Option<String>,
    canary: Option<String>,
    signer: String,
    digest: String,
    source: String,
    installed: Moment,
    periods: Vec<Choice>,
    /// It can be looked at before it is approved.
    reviewable: bool,
    may_change: bool,
    terms: Vec<String>,
    rules: Vec<Rule>,
    calls: Vec<Count>,
    hosts: Vec<Count>,
    credentials: Vec<Count>,
    denied: Vec<Count>,
    stopped: Vec<Count>,
    headroom: Vec<Headroom>,
    quarantined: usize,
    log: Vec<Entry>,
}

fn counts(all: Vec<Counted>, now: Timestamp) -> Vec<Count> {
    all.into_iter()
        .map(|Counted { what, count, last }| Count { what, number: grouped(count), last: Hour { at: last, now } })
        .collect()
}

fn terms(terms: &InForce) -> String {
    let InForce { share, approved_by, terms, .. } = terms;
    let rate = &terms.rate_limit;
    format!(
        "Version {} for {share} % of the channels, approved by {approved_by}: at most {} requests a second, {} at once.{}",
        terms.version,
        rate.requests_per_second,
        rate.concurrency,
        if terms.report_only { " What no rule covers is let through without credentials, and reported." } else { "" }
    )
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    somebody: Somebody,
    Path(adapter): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let admission = app.cases.services.admission();
    let db = app.cases.services.db();
    let now = db.clock().now();
    let shown = admission.installed(&adapter, filter.version.as_deref()).await?;
    let mut listed = admission.adapters().await?.into_iter();
    let listed = listed.find(|one| one.row.adapter_id == adapter && one.row.version == shown.version);
    let listed = listed.ok_or_else(|| Problem::not_found(format!("there is no adapter {adapter:?}")))?;
    let days = filter.days.unwrap_or(USUAL).clamp(1, 400);
    let usage = admission.usage_report(&adapter, now - i64::from(days) * DAY_MS).await?;
    let (in_use, canary) = admission.versions_in_use(&adapter).await?;
    let signer = match &listed.row.signer {
        Some(key) if admission.trusts(key).await? => format!("{key}, trusted"),
        Some(key) => format!("{key}, no longer trusted"),
        None => "nobody: it is unsigned".to_owned(),
    };
    let log = db.audit_of(&adapter, ENTRIES).await?;
    let rule = |rule: entrepot_adapters::RuleUse| Rule {
        used: rule.requests > 0,
        requests: grouped(rule.requests),
        name: rule.rule,
        words: rule.in_words,
    };
    let text = |key: &str| listed.row.manifest[key].as_str().unwrap_or_default().to_owned();
    Ok(page(&Page {
        frame: somebody.frame(Section::Adapters, text("name")),
        name: text("name"),
        description: text("description"),
        status: status(&listed),
        reviewable: in_use.as_ref() != Some(&listed.row.version) && listed.problem.is_none(),
        may_change: somebody.principal.may(Scope::WriteAdapters),
        problem: listed.problem.as_deref().map(sentence),
        installed: Moment { at: listed.row.installed_at, now },
        periods: PERIODS
            .map(|period| Choice {
                value: period.to_string(),
                label: if period == 1 { "1 day".to_owned() } else { format!("{period} days") },
                chosen: period == days,
            })
            .into(),
        terms: usage.granted.iter().map(terms).collect(),
        rules: usage.rules.into_iter().map(rule).collect(),
        calls: counts(usage.calls, now),
        hosts: counts(usage.hosts, now),
        credentials: counts(usage.credentials, now),
        denied: counts(usage.denied, now),
        stopped: counts(usage.stopped, now),
        headroom: usage.headroom,
        quarantined: usage.quarantined.len(),
        log: log
            .into_iter()
            .map(|row| Entry { at: Moment { at: row.at, now }, actor: row.actor, action: row.action })
            .collect(),
        id: listed.row.adapter_id,
        version: listed.row.version,
        publisher: listed.row.publisher,
        digest: listed.row.digest,
        source: listed.row.source,
        in_use,
        canary,
        signer,
    }))
}
