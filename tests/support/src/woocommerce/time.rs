//! Dates as WordPress writes and reads them: seconds, no offset in the answers, three readings of a filter.

/// `YYYY-MM-DDTHH:MM:SS`, 19 bytes, no offset.
pub(crate) fn write(out: &mut Vec<u8>, seconds: i64) {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let mut text = *b"0000-00-00T00:00:00";
    let pairs =
        [(0, year / 100), (2, year), (5, month), (8, day), (11, rest / 3_600), (14, rest / 60 % 60), (17, rest % 60)];
    for (at, value) in pairs {
        text[at] += (value / 10 % 10) as u8;
        text[at + 1] += (value % 10) as u8;
    }
    out.extend_from_slice(&text);
}

/// The same as text, for tests that build filters.
#[must_use]
pub fn iso(seconds: i64) -> String {
    let mut out = Vec::with_capacity(19);
    write(&mut out, seconds);
    out.into_iter().map(char::from).collect()
}

/// Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// A moment as a client wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Written {
    /// The digits, read as if they were UTC.
    pub(crate) seconds: i64,
    /// The offset written behind them (`Z` is 0); `None` when there is none.
    pub(crate) offset: Option<i64>,
}

impl Written {
    /// The bound the shop compares with, in the column it picks by `dates_are_gmt`.
    ///
    /// A date with an offset is turned into *site-local* time, and so is then compared with the wrong column when
    /// `dates_are_gmt` is set: `…Z` with the flag is off by the zone. That is how WordPress does it, and a trap for clients.
    pub(crate) fn bound(self, gmt_offset: i64) -> i64 {
        match self.offset {
            Some(offset) => self.seconds - offset + gmt_offset,
            None => self.seconds,
        }
    }
}

/// What `rest_parse_date` accepts: seconds are required, a fraction and an offset are allowed.
pub(crate) fn parse(text: &str) -> Option<Written> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let mark = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
    if !(mark(4, b"-") && mark(7, b"-") && mark(10, b"Tt ") && mark(13, b":") && mark(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let mut rest = text.get(19..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        rest = (end > 0).then(|| &fraction[end..])?;
    }
    let offset = match rest {
        "" => None,
        "Z" | "z" => Some(0),
        _ => Some(zone(rest)?),
    };
    Some(Written { seconds, offset })
}

/// `+HH` or `+HH:MM`.
fn zone(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours: i64 = text.get(1..3)?.parse().ok()?;
    let minutes: i64 = match text.get(3..)? {
        "" => 0,
        rest => rest.strip_prefix(':').filter(|rest| rest.len() == 2)?.parse().ok()?,
    };
    Some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_survive_the_round_trip() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (1_795_167_405, "2026-11-20T09:36:45"),
            (951_782_400, "2000-02-29T00:00:00"),
            (-1, "1969-12-31T23:59:59"),
        ] {
            assert_eq!(iso(seconds), text);
            assert_eq!(parse(text), Some(Written { seconds, offset: None }));
        }
    }

    #[test]
    fn only_full_dates_are_dates() {
        for text in ["yesterday", "2026-11-20", "2026-13-01T00:00:00", "2026-11-20T09:36:45+1", "2026-11-20T09:36:45.Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2026-11-20T09:36:45.120+01:00").unwrap().offset, Some(3_600));
    }
}
