//! A channel's secrets as the database has them: those that open, and are what this host sealed last.

use std::collections::BTreeMap;

use entrepot_domain::ChannelId;
use entrepot_policy::{ACCESS_TOKEN, APPLICATION_TOKEN, REFRESH_TOKEN};
use entrepot_store::Scoped;
use entrepot_vault::{OpenSecrets, VaultError};

use entrepot_core::AppError;

use crate::Channels;

pub(crate) struct Opened {
    pub(crate) open: OpenSecrets,
    pub(crate) damaged: Vec<(String, VaultError)>,
    /// Of those that open, for the log.
    pub(crate) digests: BTreeMap<String, String>,
}

/// Tokens are renewed all the time, and a marketplace refuses those of before.
pub(crate) fn is_token(name: &str) -> bool {
    matches!(name, ACCESS_TOKEN | REFRESH_TOKEN | APPLICATION_TOKEN)
}

pub(crate) fn digest(sealed: &[u8]) -> String {
    blake3::hash(sealed).to_hex().to_string()
}

/// The log says otherwise.
pub(crate) fn is_against_the_log(why: &VaultError) -> bool {
    matches!(why, VaultError::NotLast | VaultError::Gone)
}

impl Channels {
    pub(crate) async fn opened(&self, scoped: &Scoped, channel: &ChannelId) -> Result<Opened, AppError> {
        let opened = self.opened_now(scoped, channel).await?;
        match opened.damaged.iter().any(|(_, why)| is_against_the_log(why)) {
            // Somebody may have given or forgotten one between the two reads.
            true => self.opened_now(scoped, channel).await,
            false => Ok(opened),
        }
    }

    async fn opened_now(&self, scoped: &Scoped, channel: &ChannelId) -> Result<Opened, AppError> {
        let sealed = scoped.sealed_secrets(channel).await?;
        let told = self.services.admission().beside_channel(channel.as_str()).await?.secrets;
        let is_last = |(name, sealed): &(String, Vec<u8>)| {
            is_token(name) || told.as_ref().is_none_or(|told| told.get(name) == Some(&digest(sealed)))
        };
        let is_there = |name: &String| sealed.iter().any(|(known, _)| known == name);
        let gone: Vec<String> =
            told.iter().flatten().map(|(name, _)| name.clone()).filter(|name| !is_there(name)).collect();
        let (sealed, earlier): (Vec<_>, Vec<_>) = sealed.into_iter().partition(is_last);
        let (tenant, keys) = (scoped.tenant().as_str(), self.services.keys());
        let (open, mut damaged) = OpenSecrets::open(keys, tenant, channel.as_str(), &sealed);
        damaged.extend(earlier.into_iter().map(|(name, _)| (name, VaultError::NotLast)));
        damaged.extend(gone.into_iter().map(|name| (name, VaultError::Gone)));
        let is_good = |name: &String| !is_token(name) && !damaged.iter().any(|(known, _)| known == name);
        let good = sealed.iter().filter(|(name, _)| is_good(name));
        let digests = good.map(|(name, sealed)| (name.clone(), digest(sealed))).collect();
        Ok(Opened { open, damaged, digests })
    }
}
