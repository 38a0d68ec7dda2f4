//! Work that every host with workers repeats for as long as it runs: timers, not rows.
// See docs/decisions/0055-recurring-work-is-timers.md

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use entrepot_metrics::{Metric, Metrics};
use tokio::task::JoinHandle;

use crate::BoxError;

type Work = dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>> + Send + Sync;

/// One kind of recurring work. It has to be idempotent: several hosts may do it at the same time.
#[derive(Clone)]
pub struct Recurring {
    name: &'static str,
    every: Duration,
    work: Arc<Work>,
}

impl Recurring {
    /// `name`: in log lines and as a label. `every`: the pause between the end of one turn and the next.
    pub fn new<F, E>(name: &'static str, every: Duration, work: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let work = Arc::new(work);
        let work = move || -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>> {
            let turn = work();
            Box::pin(async move { turn.await.map_err(Into::into) })
        };
        Self { name, every, work: Arc::new(work) }
    }

    /// Each has a task of its own, so that one that takes long delays no other.
    pub(crate) fn start(self, metrics: Metrics) -> JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                if let Err(error) = (self.work)().await {
                    metrics.add(Metric::RecurringFailures, &[self.name], 1);
                    tracing::warn!(job = self.name, error = %error, "recurring job failed");
                }
                tokio::time::sleep(self.every).await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_counted_and_the_next_turn_comes() {
        let metrics = Metrics::default();
        let turns = Arc::new(AtomicUsize::new(0));
        let counter = turns.clone();
        let recurring = Recurring::new("sweep", Duration::from_secs(60), move || {
            let turn = counter.fetch_add(1, Ordering::Relaxed);
            async move { if turn == 0 { Err("the database is away") } else { Ok(()) } }
        });
        let task = recurring.start(metrics.clone());
        tokio::time::sleep(Duration::from_secs(150)).await;
        task.abort();
        assert_eq!(turns.load(Ordering::Relaxed), 3);
        let shown = metrics.render(&[]);
        assert!(shown.contains(r#"entrepot_recurring_failures_total{job="sweep"} 1"#), "{shown}");
    }
}
