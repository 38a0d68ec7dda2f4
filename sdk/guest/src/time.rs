//! Instants as milliseconds since 1970-01-01T00:00:00Z, from and to text.

/// Milliseconds of a date and time: RFC 3339 (`2026-11-20T09:43:27.5+01:00`), or without an offset, which is then UTC.
/// `None` for anything else, also for days that no calendar has and for WordPress's `0000-00-00T00:00:00`.
///
/// ```
/// use entrepot_guest::time::{naive_utc, parse};
/// assert_eq!(parse("2026-11-20T09:43:27"), Some(1_795_167_807_000));
/// assert_eq!(parse("2026-11-20T10:43:27+01:00"), parse("2026-11-20T09:43:27Z"));
/// assert_eq!(naive_utc(1_795_167_807_999), "2026-11-20T09:43:27");
/// ```
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (head, mut rest) = bytes.split_at_checked(19)?;
    let number = |range: std::ops::Range<usize>| digits(&head[range]);
    if head[4] != b'-'
        || head[7] != b'-'
        || !matches!(head[10], b'T' | b't' | b' ')
        || head[13] != b':'
        || head[16] != b':'
    {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if year == 0
        || !(1..=12).contains(&month)
        || day == 0
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut millis = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    millis *= 1000;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return None;
        }
        for (place, digit) in fraction.iter().take(length.min(3)).enumerate() {
            millis += i64::from(digit - b'0') * [100, 10, 1][place];
        }
        rest = &fraction[length..];
    }
    Some(millis - offset(rest)? * 60_000)
}

/// `2026-11-20T09:43:27`: UTC without saying so, whole seconds (rounded down).
pub fn naive_utc(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// `2026-11-20T09:43:27.500Z`.
pub fn rfc3339(millis: i64) -> String {
    format!("{}.{:03}Z", naive_utc(millis), millis.rem_euclid(1000))
}

/// Minutes east of Greenwich.
fn offset(text: &[u8]) -> Option<i64> {
    match text {
        [] | [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let total = hours * 60 + minutes;
            Some(if *sign == b'-' { -total } else { total })
        }
        _ => None,
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_same_instant() {
        for millis in [0, 951_782_400_000, 1_795_167_807_000, -86_400_000, 4_102_444_799_000] {
            assert_eq!(parse(&naive_utc(millis)), Some(millis), "{}", naive_utc(millis));
            assert_eq!(parse(&rfc3339(millis)), Some(millis));
        }
        assert_eq!(naive_utc(951_782_400_000), "2000-02-29T00:00:00");
        assert_eq!(parse("2026-11-20 09:43:27.25-00:30"), Some(1_795_167_807_250 + 1_800_000));
    }

    #[test]
    fn refuses_what_is_no_instant() {
        for text in [
            "",
            "2026-11-20",
            "0000-00-00T00:00:00",
            "2026-02-29T00:00:00",
            "2026-13-01T00:00:00",
            "2026-11-20T24:00:00",
            "2026-11-20T09:43:27+1",
            "2026-11-20T09:43:27.",
            "20261120T094327Z0000000",
            "2026-11-20T09:43:2é",
            "later",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
