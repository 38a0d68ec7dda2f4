//! Where work on a run begins and ends: its lines and spans are named, its failure is said once, and its outcome counted.

use std::time::Duration;

use entrepot_domain::run::{Counts, RunScope, RunState};
use entrepot_domain::{RunId, TenantId};
use entrepot_metrics::Metric;
use entrepot_queue::Outcome;
use entrepot_store::{Scoped, StoreError};
use tracing::Instrument;

use crate::Imports;
use entrepot_core::AppError;
use entrepot_core::retry_transient;

impl Imports {
    /// Works on a run until it ends, has to wait, or the slice is used.
    pub async fn advance(&self, tenant: &TenantId, run: &RunId) -> Result<Outcome, AppError> {
        // An error's span is there whatever level is logged: lines keep their fields.
        let span = tracing::error_span!("advance", run = run.as_str());
        let outcome = self.execute(tenant, run).instrument(span.clone()).await;
        if let Err(error) = &outcome {
            span.in_scope(|| tracing::error!(error = %error, "run stopped by an error; its job is retried"));
        }
        outcome
    }

    /// A run came to its end in our hands.
    pub(super) async fn ended(&self, scoped: &Scoped, run: &RunId) {
        self.services.egress().forget_run(run.as_str());
        let found = retry_transient(self.services.options().database_patience, async || {
            let Some(row) = scoped.run(run).await? else { return Ok::<_, StoreError>(None) };
            let channel = scoped.channel(&row.channel_id).await?;
            Ok(channel.map(|channel| (row, channel.adapter_id)))
        });
        let (row, adapter) = match found.await {
            Ok(Some(found)) => found,
            // It was removed meanwhile.
            Ok(None) => return,
            Err(error) => return tracing::warn!("how a run ended cannot be read: {error}"),
        };
        let (state, counts) = (row.state(), row.counts());
        let scope = if row.scope() == RunScope::Full { "full" } else { "delta" };
        let began = row.started_at.unwrap_or(row.created_at);
        let took = row.finished_at.unwrap_or(began).saturating_sub(began);
        let took = Duration::from_millis(u64::try_from(took).unwrap_or(0));
        self.services.metrics().observe(Metric::ImportSeconds, &[&adapter, scope, state.as_str()], took);
        if matches!(state, RunState::Completed | RunState::Incomplete) {
            // One that failed may go on, and ends again with these in it.
            self.services.metrics().drift(&adapter, counts.drift.created, counts.drift.updated, counts.drift.deleted);
        }
        let failure = row.failure.as_deref().unwrap_or_default();
        macro_rules! say {
            ($level:ident, $($message:tt)*) => {
                tracing::$level!(
                    run = run.as_str(),
                    channel = row.channel_id,
                    adapter,
                    state = state.as_str(),
                    scope,
                    seconds = took.as_secs_f64(),
                    created = counts.created,
                    updated = counts.updated,
                    unchanged = counts.unchanged,
                    deleted = counts.deleted,
                    dead_letters = counts.dead_letters,
                    drift = counts.drift.created + counts.drift.updated + counts.drift.deleted,
                    $($message)*
                )
            };
        }
        match state {
            RunState::Failed => say!(warn, "run failed: {failure}"),
            RunState::Incomplete => say!(warn, "run ended incomplete: {failure}"),
            _ => say!(info, "run ended"),
        }
    }

    /// What was committed.
    pub(crate) fn count_items(&self, adapter: &str, source: &str, counts: &Counts) {
        for (outcome, count) in [
            ("created", counts.created),
            ("updated", counts.updated),
            ("unchanged", counts.unchanged),
            ("deleted", counts.deleted),
            ("dead_letter", counts.dead_letters),
        ] {
            self.services.metrics().add(Metric::Items, &[adapter, source, outcome], u64::try_from(count).unwrap_or(0));
        }
    }
}
