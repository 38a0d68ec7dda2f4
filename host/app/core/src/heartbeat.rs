//! Whoever has a lease says again and again that it is alive.

use std::future::Future;
use std::time::Duration;

use entrepot_store::StoreError;
use tokio::task::JoinHandle;

/// Renews a lease until it is dropped.
pub struct Heartbeat(JoinHandle<()>);

impl Heartbeat {
    /// `beat`: false when there is nothing to hold any more.
    pub fn every<F>(span: Duration, beat: impl Fn() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<bool, StoreError>> + Send,
    {
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(span).await;
                match beat().await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::debug!("a lease could not be renewed: {error}"),
                }
            }
        }))
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}
