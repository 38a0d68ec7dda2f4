//! Deliveries that are refused: a line in the log now and then, and a list for the operator. Strangers bring them about, so they are counted
//! in memory by their reason and written together, at most once in some seconds for each channel; what a stranger sends is not kept.
// See docs/decisions/0043-refused-and-oversized-deliveries.md

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::catalog::limits::beginning;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::names::shown;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::refused::RefusedRow;

use crate::Deliveries;
use entrepot_core::AppError;

/// One line of a channel in this time, and one write.
const SAID_APART: Duration = Duration::from_secs(10);
const WRITTEN_APART: Duration = Duration::from_secs(5);
/// Reasons of a channel that one write may bring. A stranger can choose words that an adapter repeats.
const MOST_REASONS: usize = 10;
const OTHERS: &str = "further reasons";
/// Characters.
const LONGEST_WHY: usize = 300;

/// Why a delivery was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The adapter said that it is not genuine, or not for this channel.
    Rejected,
    /// The adapter could not say.
    NotVerified,
    /// Its body was not taken.
    TooLarge,
    /// Too many came.
    RateLimited,
    /// It is to be delivered again, for nothing is verified at the moment.
    Later,
}

impl Refusal {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::NotVerified => "not_verified",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::Later => "later",
        }
    }
}

/// For channels that exist: strangers make no others.
#[derive(Default)]
pub(super) struct Refusals(Mutex<HashMap<ChannelId, Line>>);

#[derive(Default)]
struct Line {
    said: Option<Instant>,
    unsaid: u64,
    /// Somebody will write what waits.
    scheduled: bool,
    written: Option<Instant>,
    waiting: BTreeMap<(Refusal, String), Tally>,
}

struct Tally {
    number: i64,
    first: Timestamp,
    last: Timestamp,
}

/// What is to be done about one.
#[derive(Debug, PartialEq, Eq)]
struct Noted {
    /// It is to be said, and so many before were not.
    say: Option<u64>,
    /// What waits is to be written after this.
    write: Option<Duration>,
}

impl Refusals {
    fn lines(&self) -> MutexGuard<'_, HashMap<ChannelId, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, channel: &ChannelId, what: (Refusal, &str), at: Timestamp, now: Instant) -> Noted {
        let mut lines = self.lines();
        let line = lines.entry(channel.clone()).or_default();
        let (kind, why) = what;
        let mut key = (kind, why.to_owned());
        if line.waiting.len() >= MOST_REASONS && !line.waiting.contains_key(&key) {
            key.1 = OTHERS.to_owned();
        }
        let tally = line.waiting.entry(key).or_insert(Tally { number: 0, first: at, last: at });
        (tally.number, tally.last) = (tally.number + 1, at);
        let passed = |since: Option<Instant>| since.map_or(Duration::MAX, |since| now.saturating_duration_since(since));
        let say = if passed(line.said) < SAID_APART {
            line.unsaid += 1;
            None
        } else {
            line.said = Some(now);
            Some(std::mem::take(&mut line.unsaid))
        };
        let write =
            (!std::mem::replace(&mut line.scheduled, true)).then(|| WRITTEN_APART.saturating_sub(passed(line.written)));
        Noted { say, write }
    }

    fn take(&self, channel: &ChannelId, now: Instant) -> Vec<RefusedRow> {
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(channel) else { return Vec::new() };
        (line.scheduled, line.written) = (false, Some(now));
        let row = |((kind, reason), Tally { number, first, last }): ((Refusal, String), Tally)| RefusedRow {
            kind: kind.as_str().to_owned(),
            reason,
            number,
            first_at: first,
            last_at: last,
        };
        std::mem::take(&mut line.waiting).into_iter().map(row).collect()
    }
}

impl Deliveries {
    /// Says and lists that a delivery to a channel that exists was refused. `why`: may be foreign text.
    pub fn note_refused(&self, tenant: &TenantId, channel: &ChannelId, kind: Refusal, why: &str) {
        let why: String = beginning(why, LONGEST_WHY).chars().map(shown).collect();
        let refusals = &self.state.receivers.refusals;
        let noted = refusals.note(channel, (kind, &why), self.services.db().clock().now(), Instant::now());
        if let Some(unsaid) = noted.say {
            tracing::warn!(channel = channel.as_str(), kind = kind.as_str(), unsaid, "a delivery was refused: {why}");
        }
        if let Some(wait) = noted.write {
            let (deliveries, tenant, channel) = (self.clone(), tenant.clone(), channel.clone());
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                let refused = deliveries.state.receivers.refusals.take(&channel, Instant::now());
                if let Err(error) = deliveries.write_refused(&tenant, &channel, &refused).await {
                    tracing::debug!(reasons = refused.len(), "refused deliveries are not in the list: {error}");
                }
            });
        }
    }

    async fn write_refused(
        &self,
        tenant: &TenantId,
        channel: &ChannelId,
        refused: &[RefusedRow],
    ) -> Result<(), AppError> {
        let mut tx = self.services.db().tenant(tenant).begin().await?;
        tx.add_refused(channel, refused).await?;
        Ok(tx.commit().await?)
    }

    /// A body was not taken, so nobody knows what it is about: a look at the shop finds it.
    pub async fn refuse_too_large(&self, tenant: &TenantId, channel: &ChannelId, limit: usize) -> Result<(), AppError> {
        let why = format!(
            "the body has more than {} KiB (webhooks.body_kib), so its signature cannot be checked; an import of what changed begins, \
             at most one in ten minutes",
            limit >> 10
        );
        self.note_refused(tenant, channel, Refusal::TooLarge, &why);
        self.request_import(tenant, channel).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_line_and_a_write_now_and_then() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        let (one, other) = (ChannelId::from("chn_1"), ChannelId::from("chn_2"));
        let note = |channel: &ChannelId, now| refusals.note(channel, (Refusal::Rejected, "forged"), 7, now);
        let noted: Vec<_> = (0..1_000).map(|_| note(&one, now)).collect();
        assert_eq!(noted[0], Noted { say: Some(0), write: Some(Duration::ZERO) });
        assert!(noted[1..].iter().all(|noted| noted.say.is_none() && noted.write.is_none()));
        assert_eq!(note(&other, now).say, Some(0), "another channel is heard");
        let written = refusals.take(&one, now);
        assert_eq!((written.len(), written[0].number), (1, 1_000));
        assert_eq!(note(&one, now).write, Some(WRITTEN_APART), "what comes then waits");
        assert_eq!(note(&one, now + SAID_APART).say, Some(1_000));
    }

    #[test]
    fn words_of_strangers_do_not_make_lines_without_end() {
        let (refusals, now, channel) = (Refusals::default(), Instant::now(), ChannelId::from("chn_1"));
        for number in 0..10_000 {
            refusals.note(&channel, (Refusal::Rejected, &format!("the topic {number}")), 7, now);
        }
        let written = refusals.take(&channel, now);
        assert_eq!(written.len(), MOST_REASONS + 1);
        let others = written.iter().find(|row| row.reason == OTHERS).map(|row| row.number);
        assert_eq!(others, Some(10_000 - MOST_REASONS as i64));
    }
}
