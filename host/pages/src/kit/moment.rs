//! Instants as people say them, with the exact one beside.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use entrepot_domain::clock::Timestamp;

/// An instant, seen from now: "12 min ago", "in 3 h". Milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) now: Timestamp,
}

impl HtmlSafe for Moment {}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Ok(exact) = jiff::Timestamp::from_millisecond(self.at) else { return write!(f, "{}", self.at) };
        let (machine, title) = (exact.strftime("%Y-%m-%dT%H:%M:%SZ"), exact.strftime("%Y-%m-%d %H:%M:%S UTC"));
        write!(f, r#"<time datetime="{machine}" title="{title}">"#)?;
        let away = self.now.saturating_sub(self.at);
        let span = away.unsigned_abs() / 1_000;
        match (span, away >= 0) {
            (..5, _) => f.write_str("now")?,
            (..2_592_000, true) => write!(f, "{} ago", duration(span))?,
            (..2_592_000, false) => write!(f, "in {}", duration(span))?,
            _ => write!(f, "{}", exact.strftime("%Y-%m-%d"))?,
        }
        f.write_str("</time>")
    }
}

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// An hour in which something happened, where nobody counts finer: "this hour", "3 h ago". `at`: its beginning, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hour {
    pub(crate) at: Timestamp,
    pub(crate) now: Timestamp,
}

impl HtmlSafe for Hour {}

impl Display for Hour {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (begins, ends) = (self.at, self.at.saturating_add(HOUR_MS));
        let exact = |at: Timestamp| jiff::Timestamp::from_millisecond(at);
        let (Ok(begin), Ok(end)) = (exact(begins), exact(ends)) else { return write!(f, "{begins}") };
        let (machine, day) = (begin.strftime("%Y-%m-%dT%H:%M:%SZ"), begin.strftime("%Y-%m-%d %H:%M"));
        write!(f, r#"<time datetime="{machine}" title="between {day} and {} UTC">"#, end.strftime("%H:%M"))?;
        match self.now.saturating_sub(begins).max(0) / HOUR_MS {
            0 => f.write_str("this hour")?,
            1 => f.write_str("the hour before")?,
            hours @ 2..36 => write!(f, "{hours} h ago")?,
            hours @ 36..720 => write!(f, "{} days ago", (hours + 12) / 24)?,
            _ => write!(f, "{}", begin.strftime("%Y-%m-%d"))?,
        }
        f.write_str("</time>")
    }
}

/// "40 s", "12 min", "3 h", "5 days"
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        ..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", (seconds + 30) / 60),
        6_000..129_600 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_no_finer_than_it_is_counted() {
        // Half past eight.
        let now = 1_800_001_800_000;
        let said = |hours: i64| Hour { at: now - now % HOUR_MS - hours * HOUR_MS, now }.to_string();
        for (hours, words) in [
            (0, ">this hour<"),
            (1, ">the hour before<"),
            (5, ">5 h ago<"),
            (60, ">3 days ago<"),
            (1_000, ">2026-12-04<"),
        ] {
            assert!(said(hours).contains(words), "{hours}: {}", said(hours));
        }
        assert!(said(0).contains(r#"title="between 2027-01-15 08:00 and 09:00 UTC""#), "{}", said(0));
    }

    #[test]
    fn an_instant_is_said_from_now() {
        let now = 1_800_000_000_000;
        let said = |away: i64| Moment { at: now - away * 1_000, now }.to_string();
        for (away, words) in
            [(3, ">now<"), (40, ">40 s ago<"), (720, ">12 min ago<"), (-10_800, ">in 3 h<"), (200_000, ">2 days ago<")]
        {
            assert!(said(away).contains(words), "{away}: {}", said(away));
        }
        assert!(said(90 * 86_400).contains(">2026-10-17<"), "{}", said(90 * 86_400));
        assert!(said(0).contains(r#"title="2027-01-15 08:00:00 UTC""#), "{}", said(0));
        assert!(Moment { at: i64::MAX, now }.to_string().contains("9223372036854775807"));
    }
}
