//! How far the clocks of shops are ahead of ours, by the `Date` of their answers: what a shop dates is compared with moments of ours.
// See docs/decisions/0023-shop-clocks.md

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use entrepot_domain::clock::Timestamp;
use http::HeaderMap;
use http::header::{AGE, DATE};

/// The last answers of a channel that count. One that a cache kept does not move the middle of them.
const ANSWERS: usize = 9;
/// Before anything is signed by it.
const FEWEST: usize = 3;
/// Channels that are remembered.
const MAX_ENTRIES: usize = 4096;
/// An answer that took longer says too little.
const SLOWEST_MS: i64 = 10_000;
/// What is less is the network's, and rounding: dates are of whole seconds. What is known changes only by more.
const NOISE_MS: i64 = 5_000;
/// Of a clock that is further off nothing is reckoned.
const FURTHEST_MS: i64 = 24 * 3_600_000;

#[derive(Default)]
pub(crate) struct Clocks(Mutex<Shops>);

#[derive(Default)]
struct Shops {
    /// By channel and origin: accounts that are tested before they are channels have one name.
    ahead: HashMap<(String, String), Ahead>,
    /// By channel: what was learned last.
    last: HashMap<String, i64>,
}

#[derive(Default)]
struct Ahead {
    last: VecDeque<i64>,
    known: Option<i64>,
    /// By all answers, however few.
    settled: i64,
    /// Where a signature was refused by the other clock: which one is signed by.
    signs: Option<Signs>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signs {
    Ours,
    Theirs,
}

impl Ahead {
    fn signed_by(&self) -> Option<i64> {
        match self.signs {
            Some(Signs::Ours) => Some(0),
            Some(Signs::Theirs) => Some(self.settled),
            None => self.known,
        }
    }
}

impl Clocks {
    fn all(&self) -> MutexGuard<'_, Shops> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer of the channel's shop to what was sent and received at these moments of our clock.
    pub(crate) fn note(
        &self,
        (channel, origin): (&str, &str),
        headers: &HeaderMap,
        sent: Timestamp,
        received: Timestamp,
    ) {
        // A cache's answer has the date at which the shop gave it.
        let kept = headers.get(AGE).is_some_and(|age| age.as_bytes() != b"0");
        if kept || !(0..=SLOWEST_MS).contains(&(received - sent)) {
            return;
        }
        let Some(date) = date(headers) else { return };
        // In the middle of its second.
        let ahead = date + 500 - (sent + received) / 2;
        if ahead.abs() > FURTHEST_MS {
            return;
        }
        let mut all = self.all();
        let key = (channel.to_owned(), origin.to_owned());
        if all.ahead.len() >= MAX_ENTRIES && !all.ahead.contains_key(&key) {
            *all = Shops::default();
        }
        let of = all.ahead.entry(key).or_default();
        of.last.push_back(ahead);
        if of.last.len() > ANSWERS {
            of.last.pop_front();
        }
        let mut sorted: Vec<i64> = of.last.iter().copied().collect();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2];
        let settled = if median.abs() < NOISE_MS { 0 } else { median };
        if (of.settled - settled).abs() > NOISE_MS || of.last.len() == 1 {
            of.settled = settled;
        }
        let another = |known: Option<i64>| known.is_none_or(|known| (known - settled).abs() > NOISE_MS);
        // What is signed has to fit, or is refused: a single answer proves too little for that.
        if of.last.len() >= FEWEST && another(of.known) {
            of.known = Some(settled);
        }
        if another(all.last.get(channel).copied()) {
            all.last.insert(channel.to_owned(), settled);
        }
    }

    /// Milliseconds; negative: behind. By few answers at first: whoever asks for more because of it does no harm. `None`: there were none.
    pub(crate) fn ahead(&self, channel: &str) -> Option<i64> {
        self.all().last.get(channel).copied()
    }

    /// The same of that origin, by more than a few answers; or what is signed by since a signature was refused.
    pub(crate) fn ahead_at(&self, channel: &str, origin: &str) -> Option<i64> {
        self.all().ahead.get(&(channel.to_owned(), origin.to_owned())).and_then(Ahead::signed_by)
    }

    /// What was signed so far ahead of our clock was refused: from now on it is signed by the other clock, if there is one. What the two
    /// say, in words.
    pub(crate) fn refused(&self, (channel, origin): (&str, &str), used: i64, now: Timestamp) -> Option<String> {
        let mut all = self.all();
        let of = all.ahead.get_mut(&(channel.to_owned(), origin.to_owned())).filter(|of| of.settled != 0)?;
        // Of several that were under way together, the first has changed it.
        if of.signed_by().unwrap_or(0) == used {
            of.signs = Some(if used == 0 { Signs::Theirs } else { Signs::Ours });
        }
        let (seconds, side) = ((of.settled.abs() + 500) / 1_000, if of.settled > 0 { "ahead of" } else { "behind" });
        let off = match seconds {
            ..120 => format!("{seconds} seconds"),
            120..7_200 => format!("{} minutes", (seconds + 30) / 60),
            _ => format!("{} hours", (seconds + 1_800) / 3_600),
        };
        let now = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0)));
        Some(format!(
            "the date of its answers is {off} {side} this host's clock ({now}), so one of the two clocks is wrong"
        ))
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    // Of several, what came first was put in front by something on the way.
    let date = headers.get_all(DATE).iter().next_back()?;
    let date = httpdate::parse_http_date(date.to_str().ok()?).ok()?;
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = 1_790_000_000_000;
    const HERE: (&str, &str) = ("chn_1", "https://shop.example");

    /// What is known after answers with these dates, seconds from now.
    fn after(seconds: &[i64]) -> Option<i64> {
        let clocks = Clocks::default();
        for ahead in seconds {
            clocks.note(HERE, &said(*ahead), NOW, NOW);
        }
        let few = seconds.len() < FEWEST;
        assert_eq!(clocks.ahead_at(HERE.0, HERE.1), clocks.ahead("chn_1").filter(|_| !few));
        assert_eq!(clocks.ahead_at("chn_1", "https://another.example"), None);
        clocks.ahead("chn_1")
    }

    fn said(ahead: i64) -> HeaderMap {
        let at = UNIX_EPOCH + Duration::from_millis((NOW + ahead * 1_000) as u64);
        HeaderMap::from_iter([(DATE, httpdate::fmt_http_date(at).parse().expect("a header"))])
    }

    #[test]
    fn a_shop_that_is_half_an_hour_slow() {
        assert_eq!(after(&[-1_800; 1]), Some(-1_799_500));
        assert_eq!(after(&[-1_800, 0]), Some(0), "a cache was asked first");
        assert_eq!(after(&[-1_800; 5]), Some(-1_799_500));
        assert_eq!(after(&[0, 1, -1, 0]), Some(0), "the network is no clock");
        assert_eq!(after(&[0, 0, 0, -9_000, 0, 0]), Some(0), "one answer is a cache's");
        assert_eq!(after(&[100_000; 5]), None, "more than a day");
    }

    #[test]
    fn what_is_known_stays_until_it_is_another() {
        assert_eq!(after(&[60, 60, 60, 62, 62, 62, 62, 62, 62]), Some(60_500));
        assert_eq!(after(&[60, 60, 60, 0, 0, 0, 0, 0, 0, 0, 0]), Some(0));
    }

    #[test]
    fn a_signature_that_is_refused_is_made_by_the_other_clock() {
        let clocks = Clocks::default();
        assert_eq!(clocks.refused(HERE, 0, NOW), None, "there is no other");
        for _ in 0..FEWEST {
            clocks.note(HERE, &said(3_600), NOW, NOW);
        }
        let (here, ahead) = (|| clocks.ahead_at(HERE.0, HERE.1), 3_600_500);
        assert_eq!(here(), Some(ahead));
        let words = clocks.refused(HERE, ahead, NOW).expect("two clocks");
        assert!(words.contains("60 minutes ahead of this host's clock"), "{words}");
        assert_eq!(here(), Some(0));
        clocks.refused(HERE, ahead, NOW);
        assert_eq!(here(), Some(0), "one that was sent together with the first");
        clocks.note(HERE, &said(3_600), NOW, NOW);
        assert_eq!(here(), Some(0), "whatever the answers say");
        clocks.refused(HERE, 0, NOW);
        assert_eq!(here(), Some(ahead), "and back");
    }

    #[test]
    fn answers_that_say_nothing_of_the_time() {
        let clocks = Clocks::default();
        for _ in 0..9 {
            let mut kept = said(-1_800);
            kept.insert(AGE, "1800".parse().expect("a header"));
            clocks.note(HERE, &kept, NOW, NOW);
            clocks.note(HERE, &said(-1_800), NOW, NOW + 60_000);
            clocks.note(HERE, &HeaderMap::new(), NOW, NOW);
        }
        assert_eq!(clocks.ahead("chn_1"), None);
    }
}
