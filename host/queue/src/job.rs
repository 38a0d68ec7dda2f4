//! What a job is, and how the job engine gets to run it.

use std::time::Duration;

use async_trait::async_trait;
use riverqueue::{Job as RiverJob, JobArgs, WorkContext, WorkOutcome, Worker};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An error of a job, of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Run it again after this long. Does not count as a failed attempt.
    Later(Duration),
}

/// A kind of work. Its fields are stored as JSON when it is enqueued: keep them to ids.
#[async_trait]
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the work needs. Cheap to clone: every run gets one.
    type Context: Clone + Send + Sync + 'static;

    /// Stored with each job; never changes.
    const KIND: &'static str;
    /// The queue it waits in. A worker starts with the queues that its [`Registry`](crate::Registry) names.
    const QUEUE: &'static str;
    /// Failures after which it is discarded.
    const MAX_ATTEMPTS: i32 = 25;

    /// Does the work. An error is unexpected: the job is retried with the job engine's backoff.
    async fn run(self, context: Self::Context) -> Result<Outcome, BoxError>;
}

/// A job, as the job engine stores it.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "J: Job")]
pub(crate) struct Args<J: Job>(pub(crate) J);

impl<J: Job> JobArgs for Args<J> {
    const KIND: &'static str = J::KIND;
}

pub(crate) struct JobWorker<J: Job>(pub(crate) J::Context);

impl<J: Job> Worker<Args<J>> for JobWorker<J> {
    type Error = BoxError;

    async fn work(&self, _context: WorkContext, job: RiverJob<Args<J>>) -> Result<WorkOutcome, BoxError> {
        Ok(match job.args.0.run(self.0.clone()).await? {
            Outcome::Done => WorkOutcome::Complete,
            Outcome::Later(wait) => WorkOutcome::Snooze(wait),
        })
    }
}
