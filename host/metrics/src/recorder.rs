//! Counting, and showing what was counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::labels::Labels;
use crate::metric::{Kind, Metric};

/// One value of a gauge.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub metric: Metric,
    /// In the order of the metric's labels.
    pub labels: Vec<String>,
    pub value: f64,
}

impl Sample {
    pub fn new(metric: Metric, labels: &[&str], value: f64) -> Self {
        Self { metric, labels: labels.iter().map(|label| (*label).to_owned()).collect(), value }
    }
}

/// Counts for one host. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    families: BTreeMap<Metric, Families>,
    registry: Registry,
    /// Held while what is read elsewhere is filled in and shown: two who ask at once do not mix.
    showing: Mutex<()>,
}

enum Families {
    Counter(Family<Labels, Counter>),
    /// Up and down by one, by this process.
    Level(Family<Labels, Gauge<i64, AtomicI64>>),
    /// Set when it is shown.
    Reading(Family<Labels, Gauge<f64, AtomicU64>>),
    Histogram(Family<Labels, Histogram, Buckets>),
}

#[derive(Clone)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let (mut families, mut registry) = (BTreeMap::new(), Registry::default());
        for &metric in Metric::ALL {
            let spec = metric.spec();
            let family = match spec.kind {
                Kind::Counter => {
                    let family = Family::default();
                    registry.register(spec.name, spec.help, family.clone());
                    Families::Counter(family)
                }
                Kind::Gauge if metric == Metric::Instances => {
                    let family = Family::default();
                    registry.register(spec.name, spec.help, family.clone());
                    Families::Level(family)
                }
                Kind::Gauge => {
                    let family = Family::default();
                    registry.register(spec.name, spec.help, family.clone());
                    Families::Reading(family)
                }
                Kind::Histogram(bounds) => {
                    let family = Family::new_with_constructor(Buckets(bounds));
                    registry.register(spec.name, spec.help, family.clone());
                    Families::Histogram(family)
                }
            };
            families.insert(metric, family);
        }
        Self(Arc::new(Inner { families, registry, showing: Mutex::default() }))
    }
}

impl Metrics {
    /// What a scrape is answered with: OpenMetrics text, the form in which Prometheus asks.
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Counts. Labels are given in the order of the metric's; one that is no counter is not touched.
    pub fn add(&self, metric: Metric, labels: &[&str], count: u64) {
        if let Some(Families::Counter(family)) = self.0.families.get(&metric)
            && count > 0
        {
            family.get_or_create(&labelled(metric, labels)).inc_by(count);
        }
    }

    /// Notes how long something took.
    pub fn observe(&self, metric: Metric, labels: &[&str], took: Duration) {
        if let Some(Families::Histogram(family)) = self.0.families.get(&metric) {
            family.get_or_create(&labelled(metric, labels)).observe(took.as_secs_f64());
        }
    }

    /// One more, until the answer is dropped.
    pub fn running(&self, metric: Metric, labels: &[&str]) -> Running {
        match self.0.families.get(&metric) {
            Some(Families::Level(family)) => {
                let level = family.get_or_create_owned(&labelled(metric, labels));
                level.inc();
                Running(Some(level))
            }
            _ => Running(None),
        }
    }

    /// What a full import found other than webhooks and deltas had left it.
    pub fn drift(&self, adapter: &str, created: i64, updated: i64, deleted: i64) {
        for (kind, count) in [("created", created), ("updated", updated), ("deleted", deleted)] {
            self.add(Metric::Drift, &[adapter, kind], u64::try_from(count).unwrap_or(0));
        }
    }

    /// Everything, with `readings` in the place of what was read before.
    pub fn render(&self, readings: &[Sample]) -> String {
        let _one_at_a_time = self.0.showing.lock().unwrap_or_else(PoisonError::into_inner);
        for family in self.0.families.values() {
            if let Families::Reading(family) = family {
                family.clear();
            }
        }
        for Sample { metric, labels, value } in readings {
            if let Some(Families::Reading(family)) = self.0.families.get(metric) {
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                family.get_or_create(&labelled(*metric, &labels)).set(*value);
            }
        }
        let mut shown = String::new();
        // Writing to a text does not fail.
        let _ = text::encode(&mut shown, &self.0.registry);
        shown
    }
}

fn labelled(metric: Metric, values: &[&str]) -> Labels {
    let names = metric.spec().labels;
    debug_assert_eq!(names.len(), values.len(), "{metric:?}");
    Labels { names, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// Counted until it is dropped.
pub struct Running(Option<Gauge<i64, AtomicI64>>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(level) = &self.0 {
            level.dec();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown_and_what_was_read_is_replaced() {
        let metrics = Metrics::default();
        metrics.add(Metric::Retries, &["woocommerce", "import"], 2);
        metrics.add(Metric::Retries, &["woocommerce", "import"], 1);
        metrics.drift("etsy", 0, 4, 0);
        metrics.observe(Metric::RequestSeconds, &["etsy"], Duration::from_millis(20));
        let one = metrics.running(Metric::Instances, &["etsy"]);
        let shown = metrics.render(&[Sample::new(Metric::Channels, &["etsy"], 3.0)]);
        for line in [
            r#"entrepot_retries_total{adapter="woocommerce",source="import"} 3"#,
            r#"entrepot_drift_items_total{adapter="etsy",kind="updated"} 4"#,
            r#"entrepot_request_seconds_bucket{le="0.025",adapter="etsy"} 1"#,
            r#"entrepot_sandbox_instances{adapter="etsy"} 1"#,
            r#"entrepot_channels{adapter="etsy"} 3.0"#,
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
        }
        assert!(!shown.contains(r#"kind="created""#), "{shown}");
        drop(one);
        let shown = metrics.render(&[]);
        assert!(shown.contains(r#"entrepot_sandbox_instances{adapter="etsy"} 0"#), "{shown}");
        assert!(!shown.contains("entrepot_channels{"), "{shown}");
        assert!(!Metrics::default().render(&[]).contains("etsy"), "another host's counts are its own");
    }

    #[test]
    fn names_are_as_prometheus_wants_them() {
        let mut seen = std::collections::HashSet::new();
        for metric in Metric::ALL {
            let spec = metric.spec();
            assert!(seen.insert(spec.name), "{} is there twice", spec.name);
            assert!(spec.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", spec.name);
            assert!(!spec.name.ends_with("_total") && !spec.help.ends_with('.'), "{}", spec.name);
            if matches!(spec.kind, Kind::Histogram(_)) {
                assert!(spec.name.ends_with("_seconds"), "{}", spec.name);
            }
        }
    }
}
