//! Access tokens are renewed before anybody needs them, so that no run waits for a token endpoint. Who needs one that was not renewed in
//! time renews it.
// See docs/decisions/0021-token-renewal-lease.md

use std::time::Duration;

use entrepot_domain::clock::millis;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::tokens::ExpiringToken;

use crate::Channels;
use crate::token_margin::Margin;
use entrepot_core::AppError;

/// Longer than the margin that a unit of work wants, so that it finds nothing to renew.
const AHEAD: Margin = Margin { before: Duration::from_secs(15 * 60), parts: 2 };
/// Tokens renewed in one turn.
const BATCH_SIZE: i64 = 100;

impl Channels {
    /// Renews tokens that end soon; what cannot be renewed keeps nothing else from it. How many were looked at.
    pub async fn renew_expiring_tokens(&self) -> Result<usize, AppError> {
        let db = self.services.db();
        let expiring = db.expiring_tokens(db.clock().now() + millis(AHEAD.before), BATCH_SIZE).await?;
        for token in &expiring {
            match self.renew_ahead(token).await {
                Err(error) if error.is_of_the_database() => return Err(error),
                Err(error @ (AppError::Reconnect(_) | AppError::NoToken { .. })) => {
                    tracing::warn!(channel = token.channel_id, error = %error, "access token not renewed ahead of its end");
                }
                // An adapter that is not approved, settings that do not fit: whoever uses the channel is told.
                Err(error) => {
                    tracing::debug!(channel = token.channel_id, error = %error, "token left alone");
                }
                Ok(()) => {}
            }
        }
        Ok(expiring.len())
    }

    async fn renew_ahead(&self, token: &ExpiringToken) -> Result<(), AppError> {
        let tenant = TenantId::from(token.tenant_id.as_str());
        let row = self.usable_channel(&tenant, &token.channel_id).await?;
        let (id, scoped) = (ChannelId::from(row.id), self.services.db().tenant(&tenant));
        let generation = self.services.admission().active_for(&row.adapter_id, &id).await?;
        let settings = generation.manifest.stored_settings(&row.settings.0).map_err(AppError::Settings)?;
        // One that another host renewed meanwhile is left alone.
        self.secrets_lasting(AHEAD, &scoped, &id, &generation, &settings).await.map(drop)
    }
}
