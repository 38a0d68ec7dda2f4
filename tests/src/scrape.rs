//! What Prometheus is told.

use std::collections::BTreeMap;

use entrepot_server::host::Host;

/// What one scrape showed.
pub struct Scrape(String);

impl Scrape {
    pub async fn of(host: &Host) -> Self {
        Self(host.app.monitor.scrape().await)
    }

    /// The sum over all series of that name with these labels.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.series(name)
            .into_iter()
            .filter(|(given, _)| {
                labels.iter().all(|(label, value)| given.get(*label).is_some_and(|given| given == value))
            })
            .map(|(_, value)| value)
            .sum()
    }

    pub fn series(&self, name: &str) -> Vec<(BTreeMap<String, String>, f64)> {
        let lines = self.0.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| {
                let (series, value) = line.rsplit_once(' ')?;
                let (found, labels) = series.split_once('{').unwrap_or((series, ""));
                let labels = labels.trim_end_matches('}').split("\",").filter_map(|label| label.split_once("=\""));
                let labels = labels.map(|(label, value)| (label.to_owned(), value.trim_end_matches('"').to_owned()));
                (found == name).then(|| Some((labels.collect(), value.parse().ok()?)))?
            })
            .collect()
    }
}
