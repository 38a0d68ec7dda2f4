//! Changing a channel: its settings, its secrets, or both.

use entrepot_adapters::Beside;
use entrepot_domain::{ChannelId, Secret, TenantId};
use entrepot_policy::Settings;
use entrepot_store::channels::ChannelRow;
use entrepot_store::{Lenient, Scoped};

use entrepot_core::AppError;

use super::anew::{Kept, say_anew};
use crate::Channels;

impl Channels {
    /// Changes settings and secrets; what is not named stays. An empty secret that is not required, or comes by connecting, is forgotten.
    /// Where a setting leads the channel elsewhere, nothing of before goes there: each secret is given again, or forgotten.
    // See docs/decisions/0084-secrets-stay-with-their-address.md
    pub async fn set_channel(
        &self,
        tenant: &TenantId,
        channel: &str,
        changes: Settings,
        secrets: Vec<(String, Secret)>,
    ) -> Result<(), AppError> {
        // It may be written anew under another master key at this moment.
        match self.set_channel_as_read(tenant, channel, &changes, secrets.clone()).await {
            Err(AppError::Contested) => self.set_channel_as_read(tenant, channel, &changes, secrets).await,
            set => set,
        }
    }

    async fn set_channel_as_read(
        &self,
        tenant: &TenantId,
        channel: &str,
        changes: &Settings,
        secrets: Vec<(String, Secret)>,
    ) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(tenant);
        let mut row = self.channel(tenant, channel).await?;
        let id = ChannelId::from(row.id.as_str());
        let generation = self.services.admission().active_for(&row.adapter_id, &id).await?;
        let manifest = &generation.manifest;
        let mut kept = self.kept_secrets(&scoped, &id, &generation, secrets).await?;
        // Where a channel leads that somebody changed past this host, nobody but the operator can say.
        let is_ours = match self.check_channel(tenant, &row).await {
            Err(AppError::Changed { what, why, .. }) => {
                let missing: Vec<&String> =
                    manifest.settings.keys().filter(|name| !changes.contains_key(*name)).collect();
                if changes.is_empty() || !missing.is_empty() {
                    return Err(AppError::Changed { what, why, remedy: say_anew(&row.name, &missing, &kept) });
                }
                false
            }
            fits => fits.map(|()| true)?,
        };
        if changes.is_empty() && kept.sealed.is_empty() && kept.forgotten.is_empty() {
            return Err(AppError::NothingGiven);
        }
        let settings = manifest.changed_settings(&row.settings.0, changes).map_err(AppError::Settings)?;
        // Where it led before is known of what this host wrote alone.
        let moved_by = manifest.moved_by(is_ours.then_some(&row.settings.0), &settings);
        kept.check_moved(&generation, &moved_by)?;
        let moved = !moved_by.is_empty();
        kept.check(&generation)?;
        let changed = settings != row.settings.0;
        row.settings = Lenient(settings);
        // Whoever renews tokens at this moment would write over those given here, or bring some from where the channel led before.
        let owner = if kept.changes_tokens() { Some(self.hold_tokens(&scoped, &id).await?) } else { None };
        let written = self.write_changes(&scoped, &id, &row, kept, (changed, moved)).await;
        if let (Err(_), Some(owner)) = (&written, owner) {
            let mut tx = scoped.begin().await?;
            tx.release_tokens(&id, &owner).await?;
            tx.commit().await?;
        }
        written
    }

    async fn write_changes(
        &self,
        scoped: &Scoped,
        id: &ChannelId,
        row: &ChannelRow,
        kept: Kept,
        (changed, moved): (bool, bool),
    ) -> Result<(), AppError> {
        let mac = self.seal_channel(scoped.tenant(), row);
        let mut tx = scoped.begin().await?;
        self.is_as_read(&mut tx, row).await?;
        kept.are_as_read(&tx.secrets_to_reseal(id).await?)?;
        let what = (row.adapter_id.as_str(), row.id.as_str(), row.name.as_str());
        let beside = Beside { secrets: Some(kept.digests.clone()), callback: None };
        self.services.admission().record_channel(tx.raw(), what, Some(&mac), beside).await?;
        if changed {
            tx.note_earlier_settings(id).await?;
        }
        if moved {
            tx.listings_are_unconfirmed(id).await?;
        }
        tx.update_channel_settings(id, &row.settings.0, &mac).await?;
        if kept.changes_tokens() {
            tx.forget_token_state(id).await?;
        }
        for (name, sealed) in &kept.sealed {
            tx.put_secret(id, name, sealed).await?;
        }
        for name in &kept.forgotten {
            tx.remove_secret(id, name).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
