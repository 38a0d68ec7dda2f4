//! A run belongs to one worker at a time. The lease says so to others; the sequence number is what protects the data.

use std::time::Duration;

use entrepot_domain::RunId;
use entrepot_store::Scoped;
use tokio::task::JoinHandle;

/// Says every third of the lease that its worker is alive, until it is dropped.
pub(crate) struct Heartbeat(JoinHandle<()>);

impl Heartbeat {
    pub(crate) fn start(scoped: Scoped, run: RunId, owner: String, lease: Duration) -> Self {
        let ttl = lease.as_millis() as i64;
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(lease / 3).await;
                let beat = async {
                    let mut tx = scoped.begin().await?;
                    let held = tx.renew_lease(&run, &owner, ttl).await?;
                    tx.commit().await?;
                    Ok::<_, entrepot_store::StoreError>(held)
                };
                match beat.await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::debug!(run = run.as_str(), "the lease could not be renewed: {error}"),
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
