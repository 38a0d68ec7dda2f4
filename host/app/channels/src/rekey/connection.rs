//! A connection that is under way: its browser may come back after the master key changed.

use entrepot_adapters::Rekeyed;
use entrepot_domain::TenantId;
use entrepot_store::rekey::SealedConnection;
use entrepot_vault::OpenSecrets;

use entrepot_core::AppError;

use crate::Channels;
use crate::connect::{column, place};

impl Channels {
    pub(super) async fn rekey_connection(&self, row: &SealedConnection) -> Result<Rekeyed, AppError> {
        let (tenant, keys) = (TenantId::from(row.tenant_id.as_str()), self.services.keys());
        let column = column(&row.adapter_id, &row.name, row.channel_id.as_deref(), &row.settings.0, &row.redirect_uri);
        let place = place(&tenant, &row.id, &column);
        let Ok(opened) = OpenSecrets::open_together(keys, &place, &row.sealed) else {
            return Ok(Rekeyed { done: 0, unfit: 1 });
        };
        let sealed = opened.seal_together(keys, &place)?;
        let mut tx = self.services.db().begin().await?;
        let resealed = tx.reseal_connection(row, &sealed).await?;
        tx.commit().await?;
        Ok(Rekeyed { done: i64::from(resealed), unfit: 0 })
    }
}
