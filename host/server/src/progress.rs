//! Watching a run until it ends.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::{Context, Result};
use entrepot_catalog::RunReport;
use entrepot_domain::RunId;
use entrepot_domain::names::shell_word;
use entrepot_domain::run::Spent;
use entrepot_store::runs::{Gone, HeldBack};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::host::Host;
use crate::output::{count, moment, shortened};

const LOOK: Duration = Duration::from_millis(150);

/// Shows a bar on a terminal; returns the report of the run's end.
pub(crate) async fn watch(host: &Host, run: &RunId) -> Result<RunReport> {
    let (bar, watched) = (ProgressBar::new(0), std::io::stderr().is_terminal());
    let mut waited_until = None;
    if !watched {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar.set_style(ProgressStyle::with_template("{spinner} [{bar:40}] {pos}/{len}  {msg}")?.progress_chars("=> "));
    loop {
        // A database that is away for a moment does not end the watching; the workers wait for it too.
        match host.db.tenant(&host.tenant).run(run).await {
            Ok(row) => {
                let report = RunReport::new(&row.context("the run is gone")?, host.db.clock().now());
                show(&bar, &report);
                // Without a bar, a wait of an hour would look like a program that hangs.
                if let (false, Some(until)) = (watched, report.waits_until.filter(|at| Some(*at) != waited_until)) {
                    let why = report.failure.as_deref().map(|why| why.strip_prefix("waiting: ").unwrap_or(why));
                    let why = why.map_or_else(String::new, |why| format!(": {}", shortened(why, 200)));
                    eprintln!("waiting until {} (UTC){why}", moment(until));
                    waited_until = Some(until);
                }
                if report.state.is_final() {
                    bar.finish_and_clear();
                    return Ok(report);
                }
            }
            Err(error) if error.is_transient() => bar.set_message("waiting for the database"),
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn show(bar: &ProgressBar, report: &RunReport) {
    bar.set_length(report.declared.unwrap_or(report.fetched).max(0) as u64);
    bar.set_position(report.fetched.max(0) as u64);
    let left = report.remaining_seconds.map_or_else(String::new, |s| format!("  {}", left(s)));
    let dead = match report.dead_letters {
        0 => String::new(),
        number => format!("  {}", count(number, "dead letter", "dead letters")),
    };
    let until = report.waits_until.map_or_else(String::new, |at| format!(" until {} (UTC)", moment(at)));
    let waits = report.failure.as_deref().map_or_else(String::new, |why| format!("  {}{until}", shortened(why, 60)));
    bar.set_message(format!("{:.0}/s{left}{dead}{waits}", report.rate));
    bar.tick();
}

fn left(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds {
        ..60 => format!("{seconds} s left"),
        60..7_200 => format!("{} min left", seconds.div_ceil(60)),
        _ => format!("{} h left", seconds.div_ceil(3_600)),
    }
}

/// Where the time went, in percent of what was counted. None: nothing was done yet.
fn time(spent: Spent) -> Option<String> {
    let parts = spent.parts();
    let all: i64 = parts.iter().map(|(_, time)| time).sum();
    let percent = |time: i64| (time as f64 / all as f64 * 100.0).round();
    let words: Vec<_> = parts.iter().map(|(name, time)| format!("{name} {:.0}%", percent(*time))).collect();
    (all > 0).then(|| format!("  time: {}", words.join(", ")))
}

fn scope(report: &RunReport) -> String {
    match (report.scope, report.since) {
        ("full", _) => "everything".to_owned(),
        ("stock", None) => "stock alone".to_owned(),
        ("stock", Some(since)) => format!("stock alone, since {} (UTC)", moment(since)),
        (_, since) => format!("what changed since {} (UTC)", since.map_or_else(String::new, moment)),
    }
}

fn dates(report: &RunReport) -> String {
    let begun = match report.started_at {
        Some(at) => format!("started {} (UTC)", moment(at)),
        None => format!("queued {} (UTC), not started yet", moment(report.created_at)),
    };
    match report.finished_at {
        Some(at) => format!("{begun}, ended {} (UTC)", moment(at)),
        None => begun,
    }
}

/// What nobody had allowed to be deleted, as far as it is shown.
fn held_back(held_back: &HeldBack) -> Vec<String> {
    let HeldBack { gone, sample, .. } = held_back;
    let mut lines = vec![format!("  held back: {} would be deleted", count(*gone, "product", "products"))];
    lines.extend(sample.iter().map(|Gone { source_id, title }| {
        format!(
            "    {source_id}  {}",
            title.as_deref().map_or_else(|| "(never became a product)".to_owned(), |title| shortened(title, 100))
        )
    }));
    let more = gone - i64::try_from(sample.len()).unwrap_or(*gone);
    lines.extend((more > 0).then(|| format!("    and {more} more")));
    lines
}

/// The report of a run for people.
pub(crate) fn in_words(report: &RunReport, channel: &str) -> String {
    let unknown = if report.scope == "full" { " (the shop does not say how many there are)" } else { "" };
    let declared = report.declared.map_or_else(|| unknown.to_owned(), |declared| format!(" of {declared} declared"));
    let stock = report.scope == "stock";
    let unit = if stock { "stock levels" } else { "products" };
    let what = if stock {
        format!(
            "{} updated, {} unchanged, {} of nothing in the catalogue",
            report.updated, report.unchanged, report.unknown
        )
    } else {
        format!(
            "{} created, {} updated, {} unchanged, {} deleted, {}",
            report.created,
            report.updated,
            report.unchanged,
            report.deleted,
            count(report.dead_letters, "dead letter", "dead letters")
        )
    };
    let mut lines = vec![
        format!("{}: {} in {:.1} s ({:.0} {unit}/s)", channel, report.state.as_str(), report.seconds, report.rate),
        format!("  run {}, {}; {}", report.run, scope(report), dates(report)),
        format!("  {}{declared}: {what}", report.fetched),
        format!(
            "  {}, {} rate limited, {}",
            count(report.requests, "request", "requests"),
            report.rate_limited,
            count(report.retries, "retry", "retries")
        ),
    ];
    let drift = report.drift;
    if !drift.is_none() {
        lines.push(format!(
            "  drift: deltas and webhooks had missed {} created, {} updated, {} deleted",
            drift.created, drift.updated, drift.deleted
        ));
    }
    lines.extend(time(report.spent_us));
    lines.extend(report.stalled_since.map(|since| format!("  nothing new has come since {} (UTC)", moment(since))));
    lines.extend(report.waits_until.map(|at| format!("  it waits until {} (UTC)", moment(at))));
    if let Some(failure) = &report.failure {
        lines.push(format!("  {failure}"));
    }
    lines.extend(report.held_back.iter().flat_map(held_back));
    if report.dead_letters > 0 {
        lines.push(format!("  why: entrepot dead-letters list {}", shell_word(channel)));
    }
    lines.join("\n")
}
