//! A batch of listings: looked at, checked by the adapter, and those that differ from what stands there sent.

use std::collections::HashSet;
use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};
use entrepot_domain::catalog::Issue;
use entrepot_domain::clock::millis;
use entrepot_domain::effective::ChannelRule;
use entrepot_domain::listing::{Status, SyncStatus};
use entrepot_sandbox::CallError;
use entrepot_store::Scoped;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::listings::{Lane, ListingRow};

use crate::Listings;
use crate::due::Due;
use crate::own_issues::{currency_of, own_issues};
use crate::waits::{concerns_all, is_away};

/// Listings taken at a time: what marketplaces take in one request.
pub(crate) const BATCH: i64 = 25;
/// Where no answer came (the process ended), it is sent again after this.
const ANSWER: Duration = Duration::from_secs(60);
/// Tries of a batch before its listings are sent one by one.
const TOGETHER: i64 = 2;

/// What is to be done about a listing.
enum Next {
    Poll,
    Push,
    End,
    /// It stands; price and stock may differ.
    Offer,
    /// Something of it was changed there, and a person is to decide: nothing is sent over it.
    Ask,
    /// It is not to stand anywhere, and does not.
    Nothing,
    Blocked(Vec<Issue>),
}

pub(crate) fn rule_of(lane: &Lane) -> Result<ChannelRule, AppError> {
    let unreadable = |error| AppError::Unreadable(format!("the channel's rule: {error}"));
    lane.rule.as_deref().map_or(Ok(ChannelRule::default()), |rule| serde_json::from_str(rule).map_err(unreadable))
}

impl Listings {
    pub(crate) async fn send_due(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        lane: &Lane,
        rows: Vec<ListingRow>,
    ) -> Result<(), AppError> {
        let mut due = Vec::new();
        for loaded in self.load_each(scoped, rows, &rule_of(lane)?).await? {
            match loaded {
                Ok(one) => due.push(one),
                Err(unread) => self.set_aside(scoped, &unread.0, &unread.1).await?,
            }
        }
        let due = self.confirmed(scoped, channel, owner, due).await?;
        let currency = currency_of(scoped, &channel.id).await?;
        let due = self.unchanged_there(scoped, channel, owner, due).await?;
        let (mut push, mut end, mut poll, mut offer, mut ask, mut blocked) =
            (vec![], vec![], vec![], vec![], vec![], vec![]);
        let mut why = Vec::new();
        for due in due {
            match self.next(scoped, channel, &due, currency.as_deref()).await {
                Ok(Next::Poll) => poll.push(due),
                Ok(Next::Push) => push.push(due),
                Ok(Next::End) => end.push(due),
                Ok(Next::Offer) => offer.push(due),
                Ok(Next::Ask) => ask.push(due),
                Ok(Next::Nothing) => self.settle(scoped, &due).await?,
                Ok(Next::Blocked(issues)) => {
                    blocked.push(due);
                    why.push(issues);
                }
                Err(AppError::Call(error)) => return self.call_failed(scoped, channel, owner, &[due], &error).await,
                Err(error) => return Err(error),
            }
        }
        if !poll.is_empty() {
            self.poll(scoped, channel, owner, poll).await?;
        }
        let offer = self.priced(scoped, channel, owner, offer).await?;
        let mut goes_on = offer.is_empty() || self.offer_these(scoped, channel, owner, offer).await?;
        for group in [&mut blocked, &mut ask, &mut push] {
            goes_on = goes_on && self.stock_first(scoped, channel, owner, group).await?;
        }
        for (due, issues) in blocked.iter().zip(&why) {
            self.block(scoped, due, issues).await?;
        }
        for due in ask {
            let mut tx = scoped.begin().await?;
            tx.listing_is_in_conflict(&due.row.listing_id(), due.row.touches).await?;
            tx.commit().await?;
        }
        if goes_on && !end.is_empty() {
            goes_on = Box::pin(self.push_these(scoped, channel, owner, end, true)).await?;
        }
        if goes_on { self.push_looked_at(scoped, channel, owner, push).await } else { Ok(()) }
    }

    async fn next(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        due: &Due,
        currency: Option<&str>,
    ) -> Result<Next, AppError> {
        let Due { row, wanted, .. } = due;
        if row.pending.is_some() {
            return Ok(Next::Poll);
        }
        let in_doubt = row.is_in_doubt();
        let stands = row.external_id.is_some() || in_doubt;
        // Nothing is sent of a draft before somebody pushes it.
        if (!stands || (row.last_synced_at.is_none() && !in_doubt)) && row.status == Status::Draft.as_str() {
            return Ok(Next::Nothing);
        }
        if wanted.is_to_end() {
            let ended = row.accepted_hash.as_deref() == Some(&wanted.hash) && !in_doubt;
            return Ok(if stands && !ended { Next::End } else { Next::Nothing });
        }
        let issues = self.refusals(scoped, channel, due, currency).await?;
        if !issues.is_empty() {
            return Ok(Next::Blocked(issues));
        }
        let accepted = row.accepted_hash.as_deref() == Some(&wanted.hash);
        if accepted && row.external_id.is_some() && !in_doubt {
            return Ok(Next::Offer);
        }
        // It was refused just like this.
        let refused =
            row.sync_status == SyncStatus::Blocked.as_str() && row.wanted_hash.as_deref() == Some(&wanted.hash);
        if refused {
            return Ok(Next::Blocked(serde_json::from_str(&row.issues).unwrap_or_default()));
        }
        Ok(if due.is_in_conflict() { Next::Ask } else { Next::Push })
    }

    /// What keeps it from being sent: by the channel's rule, and by the adapter. Nothing that is found here is sent.
    async fn refusals(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        due: &Due,
        currency: Option<&str>,
    ) -> Result<Vec<Issue>, AppError> {
        let mut issues = own_issues(&due.row, &due.wanted, currency);
        let fields = self.fields_of(scoped, channel, due.wanted.listing.category.as_deref()).await?;
        let (adapter, session) = (&channel.generation.adapter, channel.session(&self.services));
        let checked = adapter.check_listing(&channel.view, session, due.wanted.listing.clone(), fields).await?;
        issues.extend(checked.issues);
        Ok(issues)
    }

    /// False: the others wait, too.
    pub(crate) async fn push_these(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: Vec<Due>,
        ends: bool,
    ) -> Result<bool, AppError> {
        let again = self.services.db().clock().now() + millis(ANSWER);
        let marked = retry_transient(self.services.options().database_patience, async || {
            let (mut tx, mut marked) = (scoped.begin().await?, HashSet::new());
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for sent in &due {
                let Due { row, wanted, .. } = sent;
                if !tx.listing_is_sent(&row.listing_id(), &wanted.hash, again).await? {
                    continue;
                }
                marked.insert(row.id.clone());
                if let Some(mut baseline) = sent.baseline() {
                    baseline.doubt(&sent.content());
                    tx.set_baseline(&row.listing_id(), &baseline.to_json()).await?;
                }
            }
            tx.commit().await?;
            Ok::<_, AppError>(marked)
        })
        .await?;
        // Those that somebody removed meanwhile are sent nowhere.
        let due: Vec<Due> = due.into_iter().filter(|due| marked.contains(&due.row.id)).collect();
        if due.is_empty() {
            return Ok(true);
        }
        let listings = due.iter().map(|due| due.wanted.listing.clone()).collect();
        let (adapter, session) = (&channel.generation.adapter, channel.session(&self.services));
        let outcomes = match ends {
            true => adapter.end_listings(&channel.view, session, listings, false).await,
            false => adapter.push_listings(&channel.view_with_files(self.services.files()), session, listings).await,
        };
        match outcomes {
            Ok(outcomes) => self.settle_pushed(scoped, channel, owner, &due, outcomes).await,
            // One of them is at fault, perhaps: the others are not to wait for it.
            Err(error) if due.len() > 1 && is_of_one(&error, &due) => {
                tracing::warn!("listings are sent one by one after: {error}");
                for one in due {
                    if !Box::pin(self.push_these(scoped, channel, owner, vec![one], ends)).await? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Err(error) => {
                self.call_failed(scoped, channel, owner, &due, &error).await?;
                Ok(!concerns_all(&error))
            }
        }
    }

    async fn poll(&self, scoped: &Scoped, channel: &OpenChannel, owner: &str, due: Vec<Due>) -> Result<(), AppError> {
        let pending = due.iter().filter_map(|due| due.row.pending.clone()).collect();
        let (adapter, session) = (&channel.generation.adapter, channel.session(&self.services));
        match adapter.poll_listings(&channel.view, session, pending).await {
            Ok(outcomes) => self.settle_pushed(scoped, channel, owner, &due, outcomes).await.map(drop),
            Err(error) => self.call_failed(scoped, channel, owner, &due, &error).await,
        }
    }

    /// A call came to nothing. What concerns the account has all of the channel's listings wait.
    pub(crate) async fn call_failed(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &[Due],
        error: &CallError,
    ) -> Result<(), AppError> {
        let all_wait = match concerns_all(error) {
            true => Some(self.wait_after(scoped, channel, error).await?),
            false => None,
        };
        if let Some(wait) = all_wait {
            tracing::warn!(channel = channel.id.as_str(), "all listings of the channel wait: {error}");
            self.put_lane_off(scoped, &channel.id, owner, wait, &error.to_string()).await?;
        }
        self.note_failed(scoped, &channel.id, owner, due, error, all_wait).await
    }
}

/// Sent alone, the others may fare better. A marketplace that is away is tried again later, all together at first.
fn is_of_one(error: &CallError, due: &[Due]) -> bool {
    !concerns_all(error) && (!is_away(error) || due.iter().any(|due| due.row.tries >= TOGETHER))
}
