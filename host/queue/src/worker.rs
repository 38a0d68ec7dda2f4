//! From River's worker to our handler.

use std::sync::Arc;

use riverqueue::{BoxError, Job as RiverJob, WorkContext, WorkOutcome, Worker};

use crate::{Handler, Job, Outcome};

pub(crate) struct RunWorker(pub(crate) Arc<dyn Handler>);

impl Worker<Job> for RunWorker {
    type Error = BoxError;

    async fn work(&self, _context: WorkContext, job: RiverJob<Job>) -> Result<WorkOutcome, BoxError> {
        match self.0.handle(job.args).await? {
            Outcome::Done => Ok(WorkOutcome::Complete),
            Outcome::Later(wait) => Ok(WorkOutcome::Snooze(wait)),
        }
    }
}
