//! Looks at a shop after news of which too little is known: webhooks that were switched off for a while, deliveries that are too large to be
//! read. Each is a run of what changed, and however many want one, a channel has one in ten minutes.

use std::time::Duration;

use entrepot_domain::clock::millis;
use entrepot_domain::run::RunScope;
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_store::subscriptions::WantedLook;

use crate::{AdvanceRun, Deliveries};
use entrepot_core::AppError;

/// From one look at a channel to its next one.
const APART: Duration = Duration::from_secs(10 * 60);

impl Deliveries {
    /// Remembers that a look at this channel's shop is wanted.
    pub(super) async fn request_import(&self, tenant: &TenantId, channel: &ChannelId) -> Result<(), AppError> {
        let mut tx = self.services.db().tenant(tenant).begin().await?;
        tx.request_import(channel).await?;
        Ok(tx.commit().await?)
    }

    /// Begins the looks that are wanted and due. How many.
    pub async fn begin_requested_imports(&self) -> Result<usize, AppError> {
        let mut begun = 0;
        for look in self.services.db().wanted_looks(self.services.db().clock().now() - millis(APART)).await? {
            match self.begin_look(&look).await {
                Ok(Some(run)) => {
                    tracing::info!(
                        run = run.as_str(),
                        channel = look.channel_id,
                        "an import of what changed begins, after news that could not be read"
                    );
                    begun += 1;
                }
                Ok(None) => {}
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => {
                    tracing::warn!(
                        channel = look.channel_id,
                        "no import after news that could not be read; tried again in ten minutes: {error}"
                    );
                    let mut tx = self.services.db().tenant(&TenantId::from(look.tenant_id.as_str())).begin().await?;
                    tx.claim_look(&look, true).await?;
                    tx.commit().await?;
                }
            }
        }
        Ok(begun)
    }

    /// `None`: there is nothing to look at, or somebody else does.
    async fn begin_look(&self, look: &WantedLook) -> Result<Option<RunId>, AppError> {
        let (tenant, channel) = (TenantId::from(look.tenant_id.as_str()), ChannelId::from(look.channel_id.as_str()));
        let scoped = self.services.db().tenant(&tenant);
        self.channels.open_as_stored(&tenant, channel.as_str()).await?;
        let since = self.imports.import_watermark(&scoped, &channel).await?;
        let latest = scoped.latest_run(&channel).await?;
        let mut tx = scoped.begin().await?;
        if !tx.claim_look(look, false).await? {
            return Ok(None);
        }
        // Of what was never imported nothing can be missed.
        let Some(since) = since else {
            tx.commit().await?;
            return Ok(None);
        };
        if let Some(stopped) = latest {
            tx.forget_pages(&stopped.run_id()).await?;
        }
        let run = match tx.insert_run(&channel, RunScope::ChangedSince(since), None).await {
            // Somebody began one in this moment: it is looked at again when that has ended.
            Err(error) if error.is_conflict() => return Ok(None),
            run => run?,
        };
        self.services.queue().enqueue(tx.raw(), AdvanceRun::new(&tenant, &run)).await?;
        tx.commit().await?;
        Ok(Some(run))
    }
}
