//! One line of the table: a case, what came of it, what it cost, and how its neighbour fared.

use std::time::Duration;

pub(crate) struct Row {
    pub(crate) case: String,
    /// What stopped it, or what was wrong.
    pub(crate) outcome: String,
    /// Why this is not what must happen; none where it is.
    pub(crate) fault: Option<String>,
    pub(crate) cost: Cost,
}

/// What a case took, as far as it was measured. Printed, never held against a limit: other tests run beside it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Until the case was over.
    pub(crate) took: Option<Duration>,
    /// Bytes that this process held at most, beyond what it held before.
    pub(crate) grown: Option<usize>,
    /// Usual time of one mapping next door, beside the case and alone.
    pub(crate) neighbour: Option<(Duration, Duration)>,
}

impl Cost {
    fn text(self) -> String {
        let took = self.took.map_or_else(String::new, |took| format!("{:.2} s", took.as_secs_f64()));
        let grown = self.grown.map_or_else(String::new, |grown| format!("{} MiB", grown >> 20));
        let neighbour = self.neighbour.map_or_else(String::new, |(beside, alone)| {
            format!("x {:.2}", beside.as_secs_f64() / alone.as_secs_f64().max(1e-6))
        });
        format!("{took:>8}  {grown:>8}  {neighbour:>7}")
    }
}

impl Row {
    /// Holds if the outcome contains `must` and the neighbour was served.
    pub(crate) fn new(case: &str, outcome: String, must: &str, neighbour: Result<u32, String>) -> Self {
        let fault = match neighbour {
            Err(why) => Some(format!("the neighbour suffered: {why}")),
            Ok(_) if !outcome.contains(must) => Some(format!("expected {must:?}")),
            Ok(_) => None,
        };
        Self { case: case.to_owned(), outcome, fault, cost: Cost::default() }
    }

    pub(crate) fn at(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    /// With one more condition, which says what is wrong.
    pub(crate) fn and(mut self, fault: Option<String>) -> Self {
        self.fault = self.fault.or(fault);
        self
    }
}

pub(crate) fn print(groups: &[(&str, &[Row])]) {
    let width = groups.iter().flat_map(|(_, rows)| *rows).map(|row| row.case.len()).max().unwrap_or_default();
    for (group, rows) in groups {
        println!("\n{group:<width$}        {:>8}  {:>8}  {:>7}", "took", "held", "next door");
        for row in *rows {
            let mark = if row.fault.is_none() { "held" } else { "FELL" };
            let outcome: String = row.outcome.chars().take(140).collect();
            println!("  {mark}  {:width$}  {}  {outcome}", row.case, row.cost.text());
        }
    }
}

pub(crate) fn assert_held(rows: &[Row]) {
    let faults: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            row.fault.as_ref().map(|fault| format!("{}: {fault}; it ended with: {}", row.case, row.outcome))
        })
        .collect();
    assert!(!rows.is_empty() && faults.is_empty(), "{}", faults.join("\n"));
}
