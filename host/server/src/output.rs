//! Saying what happened, to people or to scripts, and who made it happen.

use std::fmt::Display;
use std::io::Write;

use anyhow::Result;
use entrepot_domain::names::{inert_json, shown};
use serde::Serialize;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// One JSON document for scripts, `text` for people.
    pub(crate) fn say(self, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        let line = if self.json { json_line(document)? } else { printable(&text()) };
        write_line(&line)
    }
}

/// What went wrong, to people.
pub(crate) fn complain(why: impl Display) {
    eprintln!("entrepot: {}", printable(&why.to_string()));
}

/// The beginning of a text; that there is more is shown.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// "1 delivery", "2 deliveries".
pub(crate) fn count(number: impl Into<i128>, one: &str, many: &str) -> String {
    let number = number.into();
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Titles, names and reasons come from marketplaces and adapters: on a terminal no escape sequence of theirs passes, and nothing that
/// turns the order of what else is shown.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { shown(c) }).collect()
}

/// The same document, inert on a terminal.
pub(crate) fn json_line(document: &impl Serialize) -> Result<String> {
    Ok(inert_json(serde_json::to_string(document)?))
}

/// A reader that went away (`| head`) is no failure of ours.
pub(crate) fn write_line(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        outcome => Ok(outcome?),
    }
}

/// Characters of a column that others follow: one long cell would push them out of sight in every row.
const WIDEST: usize = 60;

/// Columns as wide as what is in them; two spaces between. A row is a line, whatever is in it. What is too wide is cut, with a sign; the
/// last column is left as it is.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let one_line = |cell: &String| cell.replace(['\n', '\r', '\t'], " ");
    let fitting = |(column, cell): (usize, &String)| {
        let cell = one_line(cell);
        if column + 1 < head.len() { shortened(&cell, WIDEST) } else { cell }
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().enumerate().map(fitting).collect()).collect();
    let mut widths: Vec<usize> = head.iter().map(|title| title.chars().count()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count().min(*width))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head: Vec<String> = head.iter().map(|title| (*title).to_owned()).collect();
    std::iter::once(line(&head)).chain(rows.iter().map(|row| line(row))).collect::<Vec<_>>().join("\n")
}

/// Who gives the command, for the record.
pub(crate) fn operator() -> String {
    std::env::var("USER").unwrap_or_else(|_| "operator".into())
}

/// "2026-11-20 09:43:27"
pub(crate) fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| ms.to_string(), |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_do_not_steer_the_terminal() {
        assert_eq!(printable("a\u{202e}b"), "a\u{fffd}b");
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}c\u{7f}\nnext\tone"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\nnext\tone");
    }

    #[test]
    fn documents_do_not_steer_it_either_and_mean_the_same() {
        let text = "a\u{1b}[2J\u{9b}b\u{7f}\u{202e}c\n\u{fffd}ä";
        let line = json_line(&[text]).unwrap();
        assert_eq!(line, r#"["a\u001b[2J\u009bb\u007f\u202ec\n\u{fffd}ä"]"#.replace(r"\u{fffd}", "\u{fffd}"));
        assert_eq!(serde_json::from_str::<[String; 1]>(&line).unwrap(), [text]);
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!([shortened("äbc", 3), shortened("äbcd", 3)], ["äbc", "äb…"]);
    }

    #[test]
    fn one_long_cell_does_not_widen_the_table_for_all() {
        let rows = [vec!["x".repeat(300), "y".repeat(300)]];
        let shown = table(&["A", "B"], &rows);
        let row = shown.lines().nth(1).unwrap_or_default();
        assert_eq!(row, format!("{}…  {}", "x".repeat(59), "y".repeat(300)));
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!([0, 1, 2].map(|n| count(n, "try", "tries")), ["0 tries", "1 try", "2 tries"]);
    }

    #[test]
    fn a_row_is_a_line() {
        let rows = [vec!["1".to_owned(), "two\nlines".to_owned()], vec!["22".to_owned(), "x".to_owned()]];
        assert_eq!(table(&["A", "B"], &rows), "A   B\n1   two lines\n22  x");
    }
}
