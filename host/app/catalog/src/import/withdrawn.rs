//! A run that somebody cancels, or whose adapter is revoked, while a call is under way: the call is dropped, and nothing more is sent.

use std::pin::pin;
use std::time::Duration;

use entrepot_core::AppError;
use entrepot_queue::Outcome;

use super::active_run::{ActiveRun, End};
use crate::Imports;

/// How often a call under way looks.
const LOOK: Duration = Duration::from_secs(2);

impl Imports {
    /// `None`: the run was cancelled, or nothing is granted any more; see [`Self::withdraw`].
    pub(super) async fn unless_withdrawn<T>(&self, active: &ActiveRun, call: impl Future<Output = T>) -> Option<T> {
        let mut call = pin!(call);
        loop {
            tokio::select! {
                done = &mut call => return Some(done),
                () = tokio::time::sleep(LOOK) => if self.is_withdrawn(active).await { return None },
            }
        }
    }

    /// What the database does not tell at the moment is asked between two pages, with patience.
    async fn is_withdrawn(&self, active: &ActiveRun) -> bool {
        let adapter = &active.channel.view.adapter;
        matches!(active.scoped.is_cancelled(&active.run).await, Ok(true))
            || matches!(self.services.admission().in_force_for(adapter, &active.channel.id).await, Ok(None))
    }

    /// Ends a run that was cancelled. Another is given back: the next look says why it does not go on.
    pub(super) async fn withdraw(&self, active: &ActiveRun) -> Result<Outcome, AppError> {
        let ActiveRun { scoped, run, owner, seq, counts, .. } = active;
        if scoped.is_cancelled(run).await? {
            self.end(scoped, run, owner, *seq, *counts, End::Cancelled).await?;
            return Ok(Outcome::Done);
        }
        self.release(active).await?;
        Ok(Outcome::Later(Duration::ZERO))
    }
}
