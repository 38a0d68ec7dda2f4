//! From River's workers to our handler: a kind of job each.

use std::sync::Arc;

use riverqueue::{BoxError, Job as RiverJob, JobArgs, WorkContext, WorkOutcome, Worker};
use serde::{Deserialize, Serialize};

use crate::{Handler, Job, Outcome};

#[derive(Clone, Debug, Deserialize, JobArgs, Serialize)]
#[river(kind = "advance_run")]
pub(crate) struct RunArgs {
    pub(crate) tenant: String,
    pub(crate) run: String,
}

#[derive(Clone, Debug, Deserialize, JobArgs, Serialize)]
#[river(kind = "process_inbox")]
pub(crate) struct InboxArgs {
    pub(crate) tenant: String,
    pub(crate) channel: String,
}

pub(crate) struct RunWorker(pub(crate) Arc<dyn Handler>);
pub(crate) struct InboxWorker(pub(crate) Arc<dyn Handler>);

impl Worker<RunArgs> for RunWorker {
    type Error = BoxError;

    async fn work(&self, _context: WorkContext, job: RiverJob<RunArgs>) -> Result<WorkOutcome, BoxError> {
        let RunArgs { tenant, run } = job.args;
        Ok(outcome(self.0.handle(Job::Run { tenant, run }).await?))
    }
}

impl Worker<InboxArgs> for InboxWorker {
    type Error = BoxError;

    async fn work(&self, _context: WorkContext, job: RiverJob<InboxArgs>) -> Result<WorkOutcome, BoxError> {
        let InboxArgs { tenant, channel } = job.args;
        Ok(outcome(self.0.handle(Job::Inbox { tenant, channel }).await?))
    }
}

fn outcome(of: Outcome) -> WorkOutcome {
    match of {
        Outcome::Done => WorkOutcome::Complete,
        Outcome::Later(wait) => WorkOutcome::Snooze(wait),
    }
}
