//! One line of the table: a case, what came of it, and how its neighbour fared.

pub(crate) struct Row {
    pub(crate) case: String,
    /// What stopped it, or what was wrong.
    pub(crate) outcome: String,
    /// Why this is not what must happen; none where it is.
    pub(crate) fault: Option<String>,
}

impl Row {
    /// Holds if the outcome contains `must` and the neighbour was served.
    pub(crate) fn new(case: &str, outcome: String, must: &str, neighbour: Result<u32, String>) -> Self {
        let fault = match neighbour {
            Err(why) => Some(format!("the neighbour suffered: {why}")),
            Ok(_) if !outcome.contains(must) => Some(format!("expected {must:?}")),
            Ok(_) => None,
        };
        Self { case: case.to_owned(), outcome, fault }
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
        println!("\n{group}");
        for row in *rows {
            let mark = if row.fault.is_none() { "held" } else { "FELL" };
            let outcome: String = row.outcome.chars().take(140).collect();
            println!("  {mark}  {:width$}  {outcome}", row.case);
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
