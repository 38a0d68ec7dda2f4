//! How far a run is: the part of its page that changes while it runs.

use askama::Template;
use askama::filters::HtmlSafe;
use entrepot_catalog::RunReport;
use entrepot_domain::clock::Timestamp;

use super::status;
use crate::failure::sentence;
use crate::kit::{Moment, Status, count, duration, grouped};
use crate::live::Fragment;

#[derive(Template)]
#[template(path = "runs/progress.html")]
pub(crate) struct Progress {
    id: String,
    status: Status,
    /// Why it waits, or ended so.
    why: Option<String>,
    waits_until: Option<Moment>,
    stalled_since: Option<Moment>,
    /// 0 to 100, where the marketplace says how many there are.
    percent: Option<u8>,
    /// "1,204 of 5,000 items"
    items: String,
    /// "85 a second, 40 s left"
    speed: Option<String>,
    numbers: Vec<(&'static str, String)>,
    pub(crate) over: bool,
}

impl HtmlSafe for Progress {}

impl Progress {
    pub(crate) fn new(report: &RunReport, now: Timestamp) -> Self {
        let moment = |at: Timestamp| Moment { at, now };
        let items = match report.declared {
            Some(declared) => format!("{} of {}", grouped(report.fetched), count(declared, "item", "items")),
            None => count(report.fetched, "item", "items"),
        };
        let over = report.state.is_final();
        Self {
            id: report.run.clone(),
            status: status(report),
            why: report.failure.as_deref().map(|why| sentence(why.strip_prefix("waiting: ").unwrap_or(why))),
            waits_until: report.waits_until.map(moment),
            stalled_since: report.stalled_since.map(moment),
            percent: report.progress.map(|share| (share * 100.0).clamp(0.0, 100.0) as u8),
            items,
            speed: speed(report),
            numbers: vec![
                ("Created", grouped(report.created)),
                ("Updated", grouped(report.updated)),
                ("Unchanged", grouped(report.unchanged)),
                ("Deleted", grouped(report.deleted)),
                ("Dead letters", grouped(report.dead_letters)),
                ("Requests", grouped(report.requests)),
                ("Rate limited", grouped(report.rate_limited)),
                ("Retries", grouped(report.retries)),
            ],
            over,
        }
    }

    pub(crate) fn fragment(&self) -> Fragment {
        Fragment { html: self.to_string(), over: self.over }
    }
}

fn speed(report: &RunReport) -> Option<String> {
    let left = report.remaining_seconds.filter(|_| !report.state.is_final());
    let left = left.map(|seconds| format!(", {} left", duration(seconds.round() as u64)));
    (report.rate > 0.0).then(|| format!("{:.0} a second{}", report.rate, left.unwrap_or_default()))
}

/// What a run imports, in words.
pub(crate) fn scope(report: &RunReport) -> String {
    match (report.scope, report.since) {
        ("full", _) => "everything".to_owned(),
        ("stock", _) => "stock".to_owned(),
        _ => "changes".to_owned(),
    }
}
