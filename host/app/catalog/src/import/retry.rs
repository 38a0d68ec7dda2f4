//! What becomes of a run when a page does not come, or the adapter does not map what came.
// See docs/decisions/0026-page-retries-and-run-limits.md

use std::time::Duration;

use entrepot_domain::RunId;
use entrepot_domain::clock::millis;
use entrepot_domain::names::shell_word;
use entrepot_domain::run::{Counts, RunScope, RunState};
use entrepot_metrics::Metric;
use entrepot_queue::Outcome;
use entrepot_sandbox::{AdapterError, CallError};
use entrepot_store::Scoped;
use entrepot_store::runs::{Postponed, RunRow};

use super::active_run::{ActiveRun, End, SHORT_WAIT, Step};
use super::checkpoint::postpone;
use super::failure::{Verdict, explain, is_doubtful, judge};
use super::page::{REFUSED, STOPPED};
use super::start::StartOptions;
use crate::Imports;
use entrepot_core::AppError;
use entrepot_core::retry_transient;

/// So many items in a row, and the adapter was stopped on each: it is not about items.
const MANY: usize = 100;
/// A night's full run that fails, because the shop is away perhaps, does not wait for the next night.
const FULL_AGAIN_MS: i64 = 30 * 60_000;

impl Imports {
    pub(super) async fn on_page_error(&self, active: &mut ActiveRun, error: &CallError) -> Result<Step, AppError> {
        let options = self.services.options();
        let attempt = active.position.attempt;
        let slow_down = matches!(error, CallError::Adapter(AdapterError::RateLimited(_)));
        let stopped = matches!(error, CallError::Stopped { .. });
        if stopped && self.channels.account(&active.scoped, &active.channel).await {
            return self.go_on_with_the_version_before(active).await;
        }
        let refused = matches!(error, CallError::Adapter(AdapterError::Unauthorized(_)));
        if refused && self.channels.token_refused(&active.scoped, &active.channel).await? {
            let now = self.services.db().clock().now();
            retry_transient(options.database_patience, || {
                postpone(active, now, "renewing the access token", options.stall)
            })
            .await?;
            self.release(active).await?;
            return Ok(Step::Pause(Duration::ZERO));
        }
        // A repeated one is proved, and else it is of this page.
        let doubtful = is_doubtful(error);
        let said = match doubtful && active.position.failed() > 0 {
            true => self.channels.locked_out(&active.scoped, &active.channel).await.map(|why| match why {
                CallError::NotExported(_) => error.clone(),
                why => why,
            }),
            false => None,
        };
        let passing = || CallError::Adapter(AdapterError::Unavailable(error.to_string()));
        let said = said.or_else(|| doubtful.then(passing));
        let error = said.as_ref().unwrap_or(error);
        // A marketplace that asks to slow down is borne with for a while, however often it does.
        let patient = slow_down && self.services.db().clock().now() - active.progressed_at < millis(options.stall);
        let tries = if slow_down { attempt } else { active.position.failed() };
        match judge(error, tries, patient, options) {
            Verdict::GiveUp { reconnect } => {
                let row =
                    retry_transient(options.database_patience, || active.scoped.channel(active.channel.id.as_str()));
                let name = row.await?.map_or_else(|| active.channel.id.to_string(), |row| row.name);
                let failure = explain(error, attempt + 1, &shell_word(&name), &active.channel.view.adapter);
                let end = End::Failed { code: error.code(), why: &failure };
                self.end(&active.scoped, &active.run, &active.owner, active.seq, active.counts, end).await?;
                if stopped {
                    self.quarantine(active, &error.to_string()).await?;
                }
                if reconnect {
                    let problem = error.to_string();
                    let note = async || {
                        let mut tx = active.scoped.begin().await?;
                        tx.set_channel_problem(&active.channel.id, Some(&problem)).await?;
                        tx.commit().await
                    };
                    retry_transient(options.database_patience, note).await?;
                }
                Ok(Step::Over)
            }
            Verdict::Retry { wait, shortened, .. } => {
                active.counts.retries += 1;
                self.services.metrics().add(Metric::Retries, &[&active.channel.view.adapter, "import"], 1);
                active.position.attempt += 1;
                active.position.throttled += i64::from(slow_down);
                tracing::info!(wait_ms = millis(wait), "page comes later: {error}");
                let now = self.services.db().clock().now();
                let at = now + millis(wait);
                self.services.lease_monitor().left(active.run.as_str(), at, now);
                let why = match error {
                    _ if shortened => format!("waiting: {error}; a day is waited"),
                    // Until when is said beside it, and may be longer than it asked for.
                    CallError::Adapter(AdapterError::RateLimited(_)) => {
                        format!("waiting: {}", AdapterError::RateLimited(None))
                    }
                    error => format!("waiting: {error}"),
                };
                retry_transient(options.database_patience, || postpone(active, at, &why, options.stall)).await?;
                if wait <= SHORT_WAIT {
                    tokio::time::sleep(wait).await;
                    return Ok(Step::On(self.fetch(active)));
                }
                self.release(active).await?;
                Ok(Step::Pause(wait))
            }
        }
    }

    /// Nothing can be asked before there is a token; the run says until when it waits for one, and why.
    pub(super) async fn wait_for_token(
        &self,
        scoped: &Scoped,
        row: &RunRow,
        run: &RunId,
        owner: &str,
        (wait, error): (Duration, &AppError),
    ) -> Result<Outcome, AppError> {
        tracing::warn!(run = run.as_str(), channel = row.channel_id, "no access token: {error}");
        let (now, options) = (self.services.db().clock().now(), self.services.options());
        let (not_before, why) = (now + millis(wait), format!("waiting: {error}"));
        self.services.lease_monitor().left(run.as_str(), not_before, now);
        let postpone = async || {
            let mut tx = scoped.begin().await?;
            let postponed = Postponed {
                attempt: row.attempt,
                throttled: row.throttled,
                stalled_before: now - millis(options.stall),
                not_before,
                counts: row.counts(),
                why: &why,
            };
            tx.postpone_run(run, owner, row.seq, postponed).await?;
            tx.release_run(run, owner).await?;
            tx.commit().await
        };
        retry_transient(options.database_patience, postpone).await?;
        Ok(Outcome::Later(wait))
    }

    pub(super) async fn end(
        &self,
        scoped: &Scoped,
        run: &RunId,
        owner: &str,
        seq: i64,
        counts: Counts,
        end: End<'_>,
    ) -> Result<(), AppError> {
        let write = async || {
            let mut tx = scoped.begin().await?;
            match end {
                End::Cancelled => tx.finish_run(run, owner, seq, RunState::Cancelled, counts, None).await?,
                End::Failed { code, why } => {
                    tx.finish_run(run, owner, seq, RunState::Failed, counts, Some(why)).await?;
                    tx.code_run(run, code).await?;
                    let note = "the run failed and is begun again";
                    tx.schedule_again(run, self.services.db().clock().now() + FULL_AGAIN_MS, note).await?;
                }
            }
            tx.commit().await
        };
        retry_transient(self.services.options().database_patience, write).await?;
        Ok(())
    }

    /// A page was not written. What the database refuses for good ends the run; anything else is of the moment.
    pub(super) async fn on_write_error(&self, active: &ActiveRun, error: AppError) -> Result<Outcome, AppError> {
        let afresh = match &error {
            AppError::NewCurrency(_) => Some("currency-changed"),
            AppError::OtherFacts(_) => Some("shop-changed"),
            _ => None,
        };
        if let Some(code) = afresh {
            let (why, tenant) = (error.to_string(), active.scoped.tenant());
            let end = End::Failed { code, why: &why };
            self.end(&active.scoped, &active.run, &active.owner, active.seq, active.counts, end).await?;
            let afresh = StartOptions { fresh: true, ..StartOptions::default() };
            self.start_import(tenant, active.channel.id.as_str(), RunScope::Full, afresh).await?;
            return Ok(Outcome::Done);
        }
        if !error.is_refusal_if(self.state.conflicts.last(&active.channel.id)) {
            return Err(error);
        }
        let failure =
            format!("a page cannot be stored: {error} — tell the publisher of {}", active.channel.view.adapter);
        let end = End::Failed { code: REFUSED, why: &failure };
        self.end(&active.scoped, &active.run, &active.owner, active.seq, active.counts, end).await?;
        Ok(Outcome::Done)
    }

    /// The upgrade under which a call was stopped is not in use any more. The page is asked for again, as if for the first time.
    async fn go_on_with_the_version_before(&self, active: &mut ActiveRun) -> Result<Step, AppError> {
        (active.position.attempt, active.position.throttled) = (0, 0);
        let now = self.services.db().clock().now();
        let (patience, stall) = (self.services.options().database_patience, self.services.options().stall);
        retry_transient(patience, || postpone(active, now, "going on with the version before", stall)).await?;
        self.release(active).await?;
        Ok(Step::Pause(Duration::ZERO))
    }

    /// After a page: whether to go on with an adapter that was stopped while it mapped.
    pub(super) async fn check_trap_rate(&self, active: &ActiveRun, last: bool) -> Result<Option<Outcome>, AppError> {
        if active.stopped == 0 {
            return Ok(None);
        }
        let withdrawn = self.channels.account(&active.scoped, &active.channel).await;
        if withdrawn && !last {
            self.release(active).await?;
            return Ok(Some(Outcome::Later(Duration::ZERO)));
        }
        if active.stopped < active.mapped || active.mapped < MANY || last {
            return Ok(None);
        }
        let reason = format!("the adapter was stopped on each of {} items it was to map", active.mapped);
        let failure = format!("{reason}; they are dead letters, to be replayed with a mended version");
        let ActiveRun { scoped, run, owner, seq, counts, .. } = active;
        let end = End::Failed { code: STOPPED, why: &failure };
        self.end(scoped, run, owner, *seq, *counts, end).await?;
        self.quarantine(active, &reason).await?;
        Ok(Some(Outcome::Done))
    }

    /// After the last page: a channel on which the adapter worked is out of quarantine; one on which it mapped nothing goes in.
    pub(super) async fn update_quarantine(&self, active: &ActiveRun) -> Result<(), AppError> {
        if active.mapped > 0 && active.stopped == active.mapped {
            let reason = format!("the adapter was stopped on each of {} items it was to map", active.mapped);
            return self.quarantine(active, &reason).await;
        }
        if active.channel.on_trial {
            let (admission, channel) = (self.services.admission(), &active.channel);
            admission.release(&active.scoped, &channel.id, &channel.view.adapter, "host").await?;
        }
        Ok(())
    }

    pub(super) async fn quarantine(&self, active: &ActiveRun, reason: &str) -> Result<(), AppError> {
        let channel = &active.channel;
        self.services.admission().quarantine(&active.scoped, &channel.id, &channel.generation, reason).await?;
        Ok(())
    }
}
