//! A line over time, drawn here: no script, and a table beside it that says the same.

use std::fmt::Write;

use askama::Template;
use entrepot_domain::clock::Timestamp;

use crate::kit::{duration, grouped};

/// Of the picture, in its own units.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 64.0;

/// What the numbers are.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Number,
    /// Milliseconds.
    Time,
}

impl Unit {
    fn say(self, value: i64) -> String {
        match self {
            Self::Number => grouped(value),
            Self::Time if value < 1_000 => format!("{} ms", grouped(value)),
            Self::Time => duration(value.unsigned_abs() / 1_000),
        }
    }
}

/// One point of the line. `None`: there is nothing to be said of that time.
pub(super) type Point = (Timestamp, Option<i64>);

#[derive(Template)]
#[template(path = "host/chart.html")]
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// What it is good for to know.
    hint: &'static str,
    now: String,
    most: String,
    /// In the words of SVG.
    path: String,
    rows: Vec<(String, String)>,
}

impl askama::filters::HtmlSafe for Chart {}

impl Chart {
    /// Points are as far from each other as they are in time.
    pub(super) fn new(title: &'static str, hint: &'static str, unit: Unit, points: &[Point]) -> Self {
        let most = points.iter().filter_map(|(_, value)| *value).max().unwrap_or(0);
        let last = points.iter().rev().find_map(|(_, value)| *value);
        let row = |(at, value): &Point| {
            let at = jiff::Timestamp::from_millisecond(*at)
                .map_or_else(|_| at.to_string(), |at| at.strftime("%Y-%m-%d %H:%M").to_string());
            (at, value.map_or_else(|| "–".to_owned(), |value| unit.say(value)))
        };
        Self {
            title,
            hint,
            now: last.map_or_else(|| "nothing yet".to_owned(), |value| unit.say(value)),
            most: unit.say(most),
            path: path(points, most),
            rows: points.iter().rev().map(row).collect(),
        }
    }
}

/// Where nothing is known, the line is broken.
fn path(points: &[Point], most: i64) -> String {
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else { return String::new() };
    let (span, most) = ((last - first).max(1) as f64, most.max(1) as f64);
    let (mut path, mut drawing) = (String::new(), false);
    for (at, value) in points {
        let Some(value) = value else {
            drawing = false;
            continue;
        };
        let (x, y) =
            ((at - first) as f64 / span * WIDTH, HEIGHT - (*value).max(0) as f64 / most * (HEIGHT - 4.0) - 2.0);
        let _ = write!(path, "{}{x:.1} {y:.1}", if drawing { "L" } else { "M" });
        drawing = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let points = [(0, Some(0)), (10, Some(10)), (20, None), (30, Some(5)), (40, Some(5))];
        assert_eq!(path(&points, 10), "M0.0 62.0L80.0 2.0M240.0 32.0L320.0 32.0");
        assert_eq!(path(&[], 0), "");
        let chart = Chart::new("Queue", "", Unit::Number, &points);
        assert_eq!((chart.now.as_str(), chart.most.as_str(), chart.rows.len()), ("5", "10", 5));
    }

    #[test]
    fn times_have_their_unit() {
        assert_eq!((Unit::Time.say(40), Unit::Time.say(4_000)), ("40 ms".to_owned(), "4 s".to_owned()));
    }
}
