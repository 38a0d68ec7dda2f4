//! A database from before rows had MACs, and what proves a master key.

use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::Tx;
use entrepot_store::master_keys::KnownKey;
use entrepot_vault::{KeyRing, OpenSecrets};
use serde_json::{Value, json};

use crate::{Sync, SyncError};

impl Sync {
    /// Once for each master key: writes down what proves it. The first time of all, what is in the database is given what proves that this
    /// host wrote it, and the audit log says what that was. Never again: what has no MAC later was written by somebody else.
    pub async fn prepare_database(&self) -> Result<(), SyncError> {
        let known = self.db().master_keys().await?;
        let of_ours: Vec<KnownKey> = self.parts().keys.checks()?.into_iter().map(known_key).collect();
        if of_ours.iter().all(|key| known.contains(key)) {
            return Ok(());
        }
        let mut tx = self.db().begin().await?;
        self.admission().take_turns(&mut tx).await?;
        let known = tx.master_keys().await?;
        if known.is_empty() {
            self.seal_what_is_there(&mut tx).await?;
        }
        let now = self.db().clock().now();
        for key in of_ours.iter().filter(|key| !known.contains(key)) {
            tx.put_master_key(key, now).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn seal_what_is_there(&self, tx: &mut Tx) -> Result<(), SyncError> {
        let secrets = tx.all_secrets().await?;
        // Neither can be made without the key, and the second not even be taken away without the secrets themselves.
        // The log tells of it as well: whoever takes its entries away breaks the chain.
        if tx.has_macs().await?
            || tx.was_sealed().await?
            || secrets.iter().any(|secret| KeyRing::is_current(&secret.sealed))
        {
            tracing::warn!(
                "what proves the master key was missing in the database; it is written anew, and nothing else is"
            );
            return Ok(());
        }
        let mut unsealed = self.admission().seal_rows(tx).await?;
        let mut channels: Vec<Value> = Vec::new();
        for tenant in tx.tenants().await? {
            for row in tx.channels_of(&tenant).await? {
                let mac = self.seal_channel(&tenant, &row);
                tx.give_channel_mac(&tenant, &ChannelId::from(row.id.as_str()), &mac).await?;
                channels.push(json!({
                    "tenant": tenant.as_str(), "channel": row.id, "adapter": row.adapter_id, "name": row.name,
                    "settings": row.settings, "mac": mac,
                }));
            }
        }
        unsealed.add("channels", channels);
        let mut callbacks: Vec<Value> = Vec::new();
        for of in tx.all_callbacks().await? {
            let (tenant, channel) = (TenantId::from(of.tenant_id.as_str()), ChannelId::from(of.channel_id.as_str()));
            tx.give_callback_mac(&of, &self.seal_callback(&tenant, &channel, &of.callback_url)).await?;
            callbacks.push(json!({"channel": of.channel_id, "address": of.callback_url}));
        }
        unsealed.add("callbacks", callbacks);
        let keys = &self.parts().keys;
        for mut secret in secrets {
            let place = OpenSecrets::place(&secret.tenant_id, &secret.channel_id, &secret.name);
            // What does not open stays as it is, and is its channel's problem.
            let Ok(clear) = keys.open(&place, &secret.sealed) else { continue };
            secret.sealed = keys.seal(&place, clear.expose())?;
            tx.reseal(&secret).await?;
        }
        if self.admission().record_sealed(tx, unsealed).await? {
            tracing::info!(
                "adapters, grants and channels are authenticated from now on; the audit log says what there was"
            );
        }
        Ok(())
    }
}

fn known_key((key_id, check_value): (String, String)) -> KnownKey {
    KnownKey { key_id, check_value }
}
