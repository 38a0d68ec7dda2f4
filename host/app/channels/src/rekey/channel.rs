//! A channel's row, its secrets and the address that its marketplace delivers to, together, as the log will say it.

use std::collections::BTreeMap;

use entrepot_adapters::{Beside, Rekeyed};
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::ScopedTx;
use entrepot_vault::{KeyRing, OpenSecrets};

use entrepot_core::AppError;

use crate::Channels;
use crate::opened::{digest, is_token};

/// A secret that is sealed anew.
struct Resealed {
    name: String,
    before: Vec<u8>,
    sealed: Vec<u8>,
}

impl Channels {
    /// What is not as this host wrote it last stays as it is: under a new key, nobody could tell any more.
    pub(super) async fn rekey_channel(&self, key_id: &str, tenant: &TenantId, id: &str) -> Result<Rekeyed, AppError> {
        let (admission, id) = (self.services.admission(), ChannelId::from(id));
        let begun = admission.begin_at_the_end().await?;
        let mut tx = self.services.db().tenant(tenant).go_on(begun);
        let Some(mut row) = tx.channel_to_sign(&id).await? else { return Ok(Rekeyed::default()) };
        let newest = admission.check_channel_mac_in(tx.raw(), &row.id, row.mac.as_deref()).await?;
        let (Ok(()), Ok(beside)) = (self.check_channel_row(tenant, &row), newest) else {
            return Ok(Rekeyed { done: 0, unfit: 1 });
        };
        let mut rekeyed = Rekeyed::default();
        let (resealed, digests) = self.resealed(key_id, &mut tx, &id, &beside, &mut rekeyed).await?;
        let is_said_anew = digests != beside.secrets;
        if is_said_anew || !admission.row_keys().is_current(row.mac.as_deref()) {
            let mac = self.seal_channel(tenant, &row);
            let what = (row.adapter_id.as_str(), row.id.as_str(), row.name.as_str());
            admission.record_channel(tx.raw(), what, Some(&mac), Beside { secrets: digests, callback: None }).await?;
            tx.sign_channel(&id, &mac).await?;
            row.mac = Some(mac);
            rekeyed.done += 1;
        }
        for Resealed { name, before, sealed } in resealed {
            if tx.reseal_secret(&id, &name, &before, &sealed).await? {
                rekeyed.done += 1;
            } else if !is_token(&name) {
                // It was given anew at this moment; the next pass finds the channel again.
                return Ok(Rekeyed::default());
            }
        }
        rekeyed += self.rekey_callback(&mut tx, &id, &beside).await?;
        tx.commit().await?;
        Ok(rekeyed)
    }

    /// Secrets under the new key, and the digests that the log is to have then.
    async fn resealed(
        &self,
        key_id: &str,
        tx: &mut ScopedTx,
        id: &ChannelId,
        beside: &Beside,
        rekeyed: &mut Rekeyed,
    ) -> Result<(Vec<Resealed>, Option<BTreeMap<String, String>>), AppError> {
        let (keys, tenant) = (self.services.keys(), tx.tenant().clone());
        let (mut resealed, mut digests) = (Vec::new(), beside.secrets.clone());
        for (name, before) in tx.secrets_to_reseal(id).await? {
            if KeyRing::sealed_with(&before) == Some(key_id) {
                continue;
            }
            let place = OpenSecrets::place(tenant.as_str(), id.as_str(), &name);
            let told = beside.secrets.as_ref().filter(|_| !is_token(&name));
            let is_last = told.is_none_or(|told| told.get(&name) == Some(&digest(&before)));
            let Some(secret) = is_last.then(|| keys.open(&place, &before).ok()).flatten() else {
                rekeyed.unfit += 1;
                continue;
            };
            let sealed = keys.seal(&place, secret.expose())?;
            if let (false, Some(digests)) = (is_token(&name), &mut digests) {
                digests.insert(name.clone(), digest(&sealed));
            }
            resealed.push(Resealed { name, before, sealed });
        }
        Ok((resealed, digests))
    }

    async fn rekey_callback(&self, tx: &mut ScopedTx, id: &ChannelId, beside: &Beside) -> Result<Rekeyed, AppError> {
        let Some(wanted) = tx.callback_to_sign(id).await? else { return Ok(Rekeyed::default()) };
        if self.services.admission().row_keys().is_current(wanted.mac.as_deref()) {
            return Ok(Rekeyed::default());
        }
        let (tenant, url) = (tx.tenant().clone(), wanted.callback_url);
        let told = beside.callback.as_ref().is_none_or(|told| *told == url);
        if !told || self.check_callback(&tenant, id, &url, wanted.mac.as_deref()).is_err() {
            return Ok(Rekeyed { done: 0, unfit: 1 });
        }
        tx.sign_callback(id, &self.seal_callback(&tenant, id, &url)).await?;
        Ok(Rekeyed { done: 1, unfit: 0 })
    }
}
