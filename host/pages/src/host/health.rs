use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use entrepot_domain::clock::Timestamp;
use entrepot_store::health::{HealthSample, SAMPLE_MS};
use serde::Deserialize;

use super::chart::{Chart, Point, Unit};
use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page};
use crate::kit::Choice;
use crate::visitor::Somebody;

const HOUR_MS: i64 = 60 * 60_000;
const DAYS: [i64; 3] = [1, 3, 14];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Period {
    days: String,
}

#[derive(Template)]
#[template(path = "host/health.html")]
struct Page {
    frame: Frame,
    charts: Vec<Chart>,
    periods: Vec<Choice>,
    empty: bool,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    somebody: Somebody,
    Query(period): Query<Period>,
) -> Result<Response, Failure> {
    let db = app.cases.services.db();
    let days = period.days.parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(DAYS[0]);
    let samples = db.health_samples(db.clock().now() - days * 24 * HOUR_MS).await?;
    // About fifty points, whatever the period is.
    let points = in_steps(&samples, days * HOUR_MS / 2);
    let line = |title, hint, unit, value: &dyn Fn(&Step) -> Option<i64>| {
        let points: Vec<Point> = points.iter().map(|step| (step.at, value(step))).collect();
        Chart::new(title, hint, unit, &points)
    };
    let charts = vec![
        line("Items fetched", "By all runs together.", Unit::Number, &|step| step.fetched),
        line("Runs that failed", "The seller's pages say why.", Unit::Number, &|step| step.failed),
        line("Rate limited", "Answers of marketplaces that said: slow down.", Unit::Number, &|step| step.rate_limited),
        line("Webhook latency", "The longest that a delivery waited.", Unit::Time, &|step| step.latency),
        line("Waiting", "Deliveries and runs that nobody has begun.", Unit::Number, &|step| Some(step.waiting)),
        line("Oldest that waits", "It grows where workers are too few, or gone.", Unit::Time, &|step| {
            Some(step.oldest)
        }),
    ];
    let periods = DAYS.iter().map(|one| Choice {
        value: one.to_string(),
        label: if *one == 1 { "a day".to_owned() } else { format!("{one} days") },
        chosen: *one == days,
    });
    let frame = somebody.frame(Section::Host, "Host");
    Ok(page(&Page { frame, charts, periods: periods.collect(), empty: samples.len() < 2 }))
}

/// What happened up to a moment since the one before.
struct Step {
    at: Timestamp,
    fetched: Option<i64>,
    failed: Option<i64>,
    rate_limited: Option<i64>,
    latency: Option<i64>,
    waiting: i64,
    oldest: i64,
}

/// Samples count from the first run on, and what is shown is how much more they are; of what is measured, the most.
fn in_steps(samples: &[HealthSample], length: i64) -> Vec<Step> {
    let length = length.max(SAMPLE_MS);
    let mut steps: Vec<Step> = Vec::new();
    for pair in samples.windows(2) {
        let [before, sample] = pair else { continue };
        let at = sample.at - (sample.at - 1).rem_euclid(length) - 1 + length;
        let more = |of: fn(&HealthSample) -> i64| Some((of(sample) - of(before)).max(0));
        let step = Step {
            at,
            fetched: more(|sample| sample.fetched),
            failed: more(|sample| sample.failed),
            rate_limited: more(|sample| sample.rate_limited),
            latency: sample.latency_ms,
            waiting: sample.waiting,
            oldest: sample.oldest_ms,
        };
        match steps.last_mut().filter(|last| last.at == at) {
            None => steps.push(step),
            Some(last) => {
                let add = |to: &mut Option<i64>, more: Option<i64>| *to = Some(to.unwrap_or(0) + more.unwrap_or(0));
                add(&mut last.fetched, step.fetched);
                add(&mut last.failed, step.failed);
                add(&mut last.rate_limited, step.rate_limited);
                last.latency = last.latency.max(step.latency);
                last.waiting = last.waiting.max(step.waiting);
                last.oldest = last.oldest.max(step.oldest);
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_of_an_hour_become_steps() {
        let sample = |quarter: i64, fetched| HealthSample {
            at: quarter * SAMPLE_MS,
            fetched,
            failed: 0,
            rate_limited: 0,
            latency_ms: (quarter == 2).then_some(70),
            waiting: quarter,
            oldest_ms: 0,
        };
        // What was counted is less when a tenant was erased; nothing was un-fetched.
        let samples = [sample(0, 5), sample(1, 10), sample(2, 30), sample(3, 20)];
        let steps = in_steps(&samples, 2 * SAMPLE_MS);
        let shown: Vec<_> =
            steps.iter().map(|step| (step.at / SAMPLE_MS, step.fetched, step.latency, step.waiting)).collect();
        assert_eq!(shown, [(2, Some(25), Some(70), 2), (4, Some(0), None, 3)]);
        assert!(in_steps(&samples[..1], SAMPLE_MS).is_empty());
    }
}
