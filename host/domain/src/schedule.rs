//! When something is due again: every so often, or by a cron line in a time zone.

use std::fmt;
use std::str::FromStr;

use chrono::TimeZone as _;
use chrono_tz::Tz;
use croner::Cron;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// What a schedule starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// A full import: finds what deltas missed, and deletions.
    Full,
    /// An import of what changed since the last one.
    Delta,
    /// Stock alone, since the last one.
    Stock,
}

impl ScheduleKind {
    /// As it is stored, shown and typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
            Self::Stock => "stock",
        }
    }

    /// Of what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Delta, Self::Stock].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What becomes of a tick while a run of the channel is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenBusy {
    /// It is left out.
    Skip,
    /// It comes as soon as the run has ended.
    Queue,
}

impl WhenBusy {
    /// As it is stored, shown and typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Queue => "queue",
        }
    }

    /// Of what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Skip, Self::Queue].into_iter().find(|known| known.as_str() == text)
    }
}

/// `every 15m`, or a cron line of five fields. Written as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    text: String,
    when: When,
}

#[derive(Clone, Debug, PartialEq)]
enum When {
    /// Milliseconds.
    Every(i64),
    Cron(Box<Cron>),
}

const MAX_RULE_LEN: usize = 200;
/// A shorter interval would be a loop.
const MIN_INTERVAL_MS: i64 = 60_000;
const MAX_INTERVAL_MS: i64 = 366 * 86_400_000;

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > MAX_RULE_LEN {
            return Err(format!("a rule has at most {MAX_RULE_LEN} characters"));
        }
        let when = match text.strip_prefix("every ") {
            Some(span) => When::Every(interval(span.trim())?),
            None if text.split_whitespace().count() == 5 => {
                let cron = Cron::from_str(text).map_err(|error| {
                    format!("{text:?} is no cron line: {error}; its five fields are minute, hour, day of the month, month, day of the week")
                })?;
                When::Cron(Box::new(cron))
            }
            None => return Err(format!("{text:?}: write `every 15m`, or a cron line of five fields like `0 3 * * *`")),
        };
        Ok(Self { text: text.to_owned(), when })
    }
}

fn interval(span: &str) -> Result<i64, String> {
    let unit = [("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let found = unit.into_iter().find_map(|(unit, ms)| Some((span.strip_suffix(unit)?.parse::<i64>().ok()?, ms)));
    let span = found.and_then(|(number, ms)| number.checked_mul(ms));
    span.filter(|span| (MIN_INTERVAL_MS..=MAX_INTERVAL_MS).contains(span)).ok_or_else(|| {
        "an interval is minutes, hours or days, at least one minute: `every 15m`, `every 6h`, `every 1d`".to_owned()
    })
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    /// The first moment after `now`. `None`: there is none any more.
    pub fn next_after(&self, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        match &self.when {
            When::Every(span) => now.checked_add(*span),
            When::Cron(cron) => {
                let now = zone.timestamp_millis_opt(now).single()?;
                cron.find_next_occurrence(&now, false).ok().map(|next| next.timestamp_millis())
            }
        }
    }
}

/// A time zone by its name, e.g. `Europe/Berlin`.
pub fn time_zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| format!("{name:?} is no time zone; write it like Europe/Berlin, or UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In UTC.
    fn at(text: &str) -> Timestamp {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc().timestamp_millis()
    }

    fn next(rule: &str, zone: &str, now: &str) -> Timestamp {
        rule.parse::<Rule>().unwrap().next_after(at(now), time_zone(zone).unwrap()).unwrap()
    }

    #[test]
    fn intervals_and_cron_lines() {
        assert_eq!(next("every 15m", "UTC", "2026-03-01 10:00"), at("2026-03-01 10:15"));
        assert_eq!(next("0 3 * * *", "UTC", "2026-03-01 10:00"), at("2026-03-02 03:00"));
        assert_eq!(next("0 3 * * *", "America/New_York", "2026-01-01 10:00"), at("2026-01-02 08:00"));
        assert_eq!(next("*/20 * * * *", "UTC", "2026-03-01 10:20"), at("2026-03-01 10:40"));
    }

    #[test]
    fn the_hour_that_comes_twice_and_the_one_that_does_not_come() {
        // In Berlin the clock went from 2 to 3 on 29 March 2026, and goes from 3 to 2 on 25 October.
        let spring = next("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00");
        assert!((at("2026-03-29 00:30")..=at("2026-03-30 00:30")).contains(&spring), "{spring}");
        let after = "30 2 * * *".parse::<Rule>().unwrap().next_after(spring, time_zone("Europe/Berlin").unwrap());
        assert_eq!(after, Some(at("2026-03-30 00:30")));
        let autumn = next("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00");
        assert!((at("2026-10-25 00:30")..=at("2026-10-25 01:30")).contains(&autumn), "{autumn}");
    }

    #[test]
    fn what_is_no_rule_says_how_to_write_one() {
        for text in ["", "every", "every 5s", "every -1m", "every 0m", "every 99999d", "often", "* * *", "61 * * * *"] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
        assert!(time_zone("Berlin").unwrap_err().contains("Europe/Berlin"));
    }
}
