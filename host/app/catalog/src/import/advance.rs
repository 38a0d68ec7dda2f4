//! Carrying a run from its checkpoint onward, for as long as the time slice lasts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use entrepot_domain::run::RunScope;
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_queue::Outcome;
use entrepot_store::runs::RunRow;
use entrepot_store::{Scoped, StoreError};
use tracing::Instrument;

use super::active_run::{ActiveRun, End, SHORT_WAIT};
use super::checkpoint::{Next, count};
use super::complete::Underway;
use super::fetch::{Fetching, Position};
use super::lease::{give_back, hold_run};
use super::page::ItemMapper;
use super::shop_facts;
use super::unreadable;
use crate::Imports;
use entrepot_core::LeaseState;
use entrepot_core::micros_since;
use entrepot_core::{AppError, trace};
use entrepot_core::{backoff, retry_transient};

/// Token endpoints that are away are asked again after as long as after so many failures of a page.
const TOKEN_PAUSE: i64 = 4;
/// How soon to look again at a run that another worker took at this moment.
const HELD: Duration = Duration::from_secs(1);

impl Imports {
    pub(super) async fn execute(&self, tenant: &TenantId, run: &RunId) -> Result<Outcome, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let patience = self.services.options().database_patience;
        let Some(row) = retry_transient(patience, || scoped.run(run)).await? else { return Ok(Outcome::Done) };
        let watch = self.services.lease_monitor();
        if row.state().is_final() {
            watch.forget(run.as_str());
            return Ok(Outcome::Done);
        }
        let now = self.services.db().clock().now();
        let wait = row.not_before.map_or(Duration::ZERO, |at| watch.left(run.as_str(), at, now));
        if wait > SHORT_WAIT {
            return Ok(Outcome::Later(wait));
        }
        let held = row.lease();
        if let Some(lease) = &held
            && let LeaseState::Held(look_again) = watch.state(run.as_str(), lease, self.services.options().lease, now)
        {
            return Ok(Outcome::Later(look_again));
        }
        let owner = format!("{}-{:08x}", self.services.host_name(), rand::random::<u32>());
        let Some(row) = retry_transient(patience, || self.lease(&scoped, run, &owner, held.as_ref())).await? else {
            return Ok(Outcome::Later(HELD));
        };
        watch.forget(run.as_str());
        let _heartbeat = hold_run(scoped.clone(), run.clone(), owner.clone(), self.services.options().lease);
        tokio::time::sleep(wait).await;
        let channel = ChannelId::from(row.channel_id.as_str());
        let work = self.execute_slice(scoped.clone(), row, run, &owner).instrument(trace::of_run(run));
        let outcome = self.services.unless_stopped(work).await;
        if outcome.is_err()
            && let Err(error) = give_back(&scoped, run, &owner).await
        {
            tracing::debug!(run = run.as_str(), "the lease stays until it is over: {error}");
        }
        if matches!(outcome, Ok(Outcome::Done)) {
            self.state.spools.forget(run);
            self.ended(&scoped, run).await;
        }
        match outcome {
            // Another worker was faster, or the answer to our commit was lost: what counts is what the database says.
            Err(AppError::Store(StoreError::LeaseLost)) => Ok(Outcome::Later(Duration::from_millis(100))),
            Err(AppError::Stopping) => Ok(Outcome::Later(Duration::ZERO)),
            Err(error) if error.is_conflict() => {
                // A webhook brought an item for the first time, in the moment in which a page did.
                self.state.conflicts.note(&channel, &error);
                Ok(Outcome::Later(HELD))
            }
            outcome => outcome,
        }
    }

    async fn execute_slice(&self, scoped: Scoped, row: RunRow, run: &RunId, owner: &str) -> Result<Outcome, AppError> {
        let patience = self.services.options().database_patience;
        let channel = match retry_transient(patience, || self.channels.open_channel(scoped.tenant(), &row.channel_id))
            .await
        {
            Ok(channel) => Arc::new(channel.with_files(|limit| self.state.spools.of(run, limit))),
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(error) if let Some(wait) = error.token_wait(backoff(self.services.options().backoff, TOKEN_PAUSE)) => {
                return self.wait_for_token(&scoped, &row, run, owner, (wait, &error)).await;
            }
            Err(error) => {
                // Nothing can be done with this channel before someone mends it.
                let failure = error.to_string();
                let end = End::Failed { code: error.code(), why: &failure };
                self.end(&scoped, run, owner, row.seq, row.counts(), end).await?;
                return Ok(Outcome::Done);
            }
        };
        channel.name_span();
        let seen = retry_transient(patience, || scoped.seen(run)).await?;
        let position = Position {
            cursor: row.page_cursor.clone(),
            context: row.page_context.as_deref().map(Arc::from),
            attempt: row.attempt,
            throttled: row.throttled,
        };
        let (seq, counts) = (row.seq, row.counts());
        let watermark = match row.scope() {
            RunScope::Full => retry_transient(patience, || self.import_watermark(&scoped, &channel.id)).await?,
            RunScope::ChangedSince(_) | RunScope::Stock(_) => None,
        };
        let over = row.pages_done;
        let mut active = ActiveRun {
            scoped,
            channel,
            run: run.clone(),
            owner: owner.to_owned(),
            seq,
            position,
            counts,
            seen,
            watermark,
            facts: shop_facts::of(row.page_context.as_deref()),
            mapped: 0,
            stopped: 0,
            brought: 0,
            fruitless: row.fruitless,
            progressed_at: row.progressed_at.or(row.started_at).unwrap_or(row.created_at),
            row,
        };
        if over {
            // The last page was committed and its worker died before closing the run.
            let mut mapper = ItemMapper::new(active.channel.generation.adapter.mapper(&active.channel.view));
            return self.after_the_last(&mut active, &mut mapper).await;
        }
        // On the heap: the whole of a page's work lies in it, and a thread's stack is small.
        let outcome = Box::pin(self.pages(&mut active)).await;
        self.channels.account(&active.scoped, &active.channel).await;
        outcome
    }

    async fn pages(&self, active: &mut ActiveRun) -> Result<Outcome, AppError> {
        let (begun, patience) = (Instant::now(), self.services.options().database_patience);
        let mut mapper = ItemMapper::new(active.channel.generation.adapter.mapper(&active.channel.view));
        let mut fetching = self.fetch(active);
        loop {
            let adapter = &active.channel.view.adapter;
            if retry_transient(patience, || active.scoped.is_cancelled(&active.run)).await? {
                return self.withdraw(active).await;
            }
            let generation = &active.channel.generation;
            let in_force =
                async || Ok::<_, AppError>(self.services.admission().in_force_for(adapter, &active.channel.id).await?);
            let in_force = retry_transient(patience, in_force).await?;
            if in_force.is_none() || generation.has_expired(self.services.db().clock().now()) {
                // Nothing is granted any more: what is under way is dropped, and the next look says why.
                return self.withdraw(active).await;
            }
            // Another version or grant is in force: this page ends under the one it began with, the next begins under that.
            let superseded = in_force != Some(generation.number);
            let (waited, asked_at) = (Instant::now(), fetching.asked_at);
            let Some(fetched) = self.unless_withdrawn(active, fetching.wait()).await else {
                return self.withdraw(active).await;
            };
            active.brought = 0;
            // What was mapped meanwhile counts as that.
            active.counts.spent.fetching += (micros_since(waited) - fetched.ready.took).max(0);
            mapper.begin(fetched.ready);
            count(&mut active.counts, fetched.stats);
            // The page's, until it is written.
            let _room = fetched.room;
            let complete = match fetched.outcome {
                Ok(page) => {
                    let mut underway = Underway { page, asked_at };
                    match self.complete(active, &mut mapper, &mut underway).await {
                        Ok(complete) => complete.map(|()| underway),
                        Err(error) => return self.on_write_error(active, error).await,
                    }
                }
                Err(error) => Err(error),
            };
            let underway = match complete {
                Ok(underway) => underway,
                Err(_) if superseded => {
                    self.release(active).await?;
                    return Ok(Outcome::Later(Duration::ZERO));
                }
                Err(error) => match self.on_page_error(active, &error).await?.outcome() {
                    Ok(next) => {
                        fetching = next;
                        continue;
                    }
                    Err(outcome) => return Ok(outcome),
                },
            };
            let stop_here =
                superseded || self.services.is_winding_down() || begun.elapsed() >= self.services.options().slice;
            let next = Next::of(&underway.page, &active.position);
            let go_on = next.wait.is_none() && !stop_here;
            // The next page is fetched, and mapped, while this one is written, if there is room for two.
            let ahead = next.position.clone().filter(|_| go_on).zip(self.state.rooms.try_enter());
            let ahead = ahead.map(|(position, room)| {
                let scope = active.row.scope();
                let fetching =
                    Fetching::start(self, &active.channel, &active.run, scope, position, Some(room), mapper.ahead());
                fetching.dated(&active.channel, active.began())
            });
            let reasons = unreadable::reasons(&underway.page);
            let write = self.write(active, &mut mapper, underway, &next);
            if let Err(error) = write.instrument(tracing::error_span!("page.write")).await {
                return self.on_write_error(active, error).await;
            }
            if let Some(outcome) = self.check_trap_rate(active, next.position.is_none()).await? {
                return Ok(outcome);
            }
            if let Some(outcome) = self.endless(active, &next).await? {
                return Ok(outcome);
            }
            if next.position.is_some()
                && let Some(outcome) = self.all_unreadable(active, &reasons).await?
            {
                return Ok(outcome);
            }
            let wait = active.wait(&next).unwrap_or(Duration::ZERO);
            match (next.position, ahead) {
                (None, _) => {
                    let outcome = self.after_the_last(active, &mut mapper).await?;
                    self.update_quarantine(active).await?;
                    return Ok(outcome);
                }
                (Some(position), Some(ahead)) => {
                    active.position = position;
                    fetching = ahead;
                }
                (Some(position), None) if go_on => {
                    active.position = position;
                    fetching = self.fetch(active);
                }
                (Some(_), None) => {
                    self.release(active).await?;
                    return Ok(Outcome::Later(wait));
                }
            }
        }
    }

    pub(super) fn fetch(&self, active: &ActiveRun) -> Fetching {
        let position = active.position.clone();
        Fetching::start(self, &active.channel, &active.run, active.row.scope(), position, None, None)
            .dated(&active.channel, active.began())
    }
}
