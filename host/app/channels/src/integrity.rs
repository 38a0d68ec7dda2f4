//! Rows of channels, with what proves that this host wrote them. Whoever can write the database could otherwise lead a channel, and with it
//! its secrets, elsewhere.

use entrepot_adapters::{Unfit, Verified, canonical};
use entrepot_domain::names::shell_word;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::channels::ChannelRow;
use entrepot_store::{Scoped, ScopedTx};
use serde_json::Value;

use crate::agreements::warn;
use crate::opened::{Opened, is_against_the_log};
use entrepot_core::AppError;

use crate::Channels;

impl Channels {
    pub fn seal_channel(&self, tenant: &TenantId, row: &ChannelRow) -> String {
        with_channel(tenant, row, |parts| self.services.admission().row_keys().seal("channels", parts))
    }

    /// Whether a channel is as this host wrote it last: adapter, name and settings.
    pub async fn check_channel(&self, tenant: &TenantId, row: &ChannelRow) -> Result<(), AppError> {
        self.check_channel_row(tenant, row)?;
        let newest = self.services.admission().check_channel_mac(&row.id, row.mac.as_deref()).await?;
        let Err(why) = newest else { return Ok(()) };
        // It may have been written anew under another master key since it was read, and be the same.
        let now = self.services.db().tenant(tenant).channel(&row.id).await?;
        let same = |now: &ChannelRow| {
            now.mac != row.mac && with_channel(tenant, now, joined) == with_channel(tenant, row, joined)
        };
        let Some(now) = now.filter(same) else { return Err(changed_channel(row, why)) };
        self.check_channel_row(tenant, &now)?;
        let newest = self.services.admission().check_channel_mac(&now.id, now.mac.as_deref()).await?;
        newest.map_err(|why| changed_channel(row, why))
    }

    /// From inside the transaction that is about to say something of the channel in the log: whether it is still what was read. Nobody
    /// else says anything until the transaction ends.
    pub async fn is_as_read(&self, tx: &mut ScopedTx, row: &ChannelRow) -> Result<(), AppError> {
        self.services.admission().take_turns(tx.raw()).await?;
        match tx.channel_to_sign(&ChannelId::from(row.id.as_str())).await? {
            Some(now) if now.mac == row.mac => Ok(()),
            Some(_) => Err(AppError::Contested),
            None => Err(AppError::NoChannel(row.name.clone())),
        }
    }

    /// Whether this host wrote it at all.
    pub(crate) fn check_channel_row(&self, tenant: &TenantId, row: &ChannelRow) -> Result<(), AppError> {
        let fits = with_channel(tenant, row, |parts| {
            self.services.admission().row_keys().check("channels", parts, row.mac.as_deref())
        });
        fits.map_err(|why| changed_channel(row, why))
    }

    /// All channels of a tenant; one that is not as this host wrote it has that for its problem.
    pub async fn channels(&self, tenant: &TenantId) -> Result<Vec<ChannelRow>, AppError> {
        let mut rows = self.services.db().tenant(tenant).channels().await?;
        let found = self.services.db().tenant(tenant).names_of_secrets().await?;
        let told = self.services.admission().told_channels().await?;
        let (ending, now) = (self.ending_agreements(tenant).await?, self.services.db().clock().now());
        for row in &mut rows {
            let told = told.get(&row.id);
            let secrets = told.and_then(|(_, beside)| beside.secrets.as_ref());
            let is_there = |name: &String| found.contains(&(row.id.clone(), name.clone()));
            let newest = told.is_some_and(|(mac, _)| *mac == row.mac);
            let newest = newest && secrets.is_none_or(|secrets| secrets.keys().all(is_there));
            let fits = match self.check_channel_row(tenant, row) {
                // One by one only where something is wrong, or was changed between the two reads.
                Ok(()) if !newest => self.shown_channel(tenant, &row.id).await.map(|shown| *row = shown),
                fits => fits,
            };
            match fits {
                // That the database is away is not the channel's problem.
                Err(error @ AppError::Changed { .. }) => row.problem = Some(error.to_string()),
                fits => fits?,
            }
            warn(row, &ending, now);
        }
        Ok(rows)
    }

    /// One channel, likewise.
    pub async fn shown_channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelRow, AppError> {
        let mut row = self.channel(tenant, channel).await?;
        match self.check_channel(tenant, &row).await {
            Err(error @ AppError::Changed { .. }) => row.problem = Some(error.to_string()),
            Ok(()) => {
                let Opened { damaged, .. } =
                    self.opened(&self.services.db().tenant(tenant), &ChannelId::from(row.id.as_str())).await?;
                if let Some((name, why)) = damaged.into_iter().find(|(_, why)| is_against_the_log(why)) {
                    row.problem = Some(AppError::Secret { channel: row.name.clone(), name, why }.to_string());
                }
            }
            fits => fits?,
        }
        warn(&mut row, &self.ending_agreements(tenant).await?, self.services.db().clock().now());
        Ok(row)
    }

    /// What of a channel's secrets does not open, and what to do, each in words.
    pub async fn damaged_secrets(&self, tenant: &TenantId, row: &ChannelRow) -> Result<Vec<String>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let Opened { damaged, .. } = self.opened(&scoped, &ChannelId::from(row.id.as_str())).await?;
        let named = damaged.into_iter().map(|(name, why)| AppError::Secret { channel: row.name.clone(), name, why });
        Ok(named.map(|error| error.to_string()).collect())
    }

    pub fn seal_callback(&self, tenant: &TenantId, channel: &ChannelId, url: &str) -> String {
        self.services.admission().row_keys().seal("webhook_inboxes", &callback_parts(tenant, channel, url))
    }

    pub fn check_callback(
        &self,
        tenant: &TenantId,
        channel: &ChannelId,
        url: &str,
        mac: Option<&str>,
    ) -> Result<(), AppError> {
        let fits =
            self.services.admission().row_keys().check("webhook_inboxes", &callback_parts(tenant, channel, url), mac);
        fits.map_err(|why| changed_callback(channel, why))
    }

    /// Where the marketplace is to deliver to; `None`: no subscriptions are wanted.
    pub async fn wanted_callback(&self, scoped: &Scoped, channel: &ChannelId) -> Result<Option<String>, AppError> {
        let Some(wanted) = scoped.wanted_callback(channel).await? else { return Ok(None) };
        self.check_callback(scoped.tenant(), channel, &wanted.callback_url, wanted.mac.as_deref())?;
        let told = self.services.admission().beside_channel(channel.as_str()).await?.callback;
        if told.is_some_and(|told| told != wanted.callback_url) {
            return Err(changed_callback(channel, Unfit::Earlier));
        }
        Ok(Some(wanted.callback_url))
    }

    /// Follows the audit log and holds the database against it: what is granted first, then where channels lead.
    pub async fn verify_audit(&self) -> Result<Verified, AppError> {
        let mut verified = self.services.admission().verify_audit().await?;
        if verified.broken.is_none() && verified.differs.is_none() {
            verified.differs = self.first_changed_channel().await?;
        }
        Ok(verified)
    }

    async fn first_changed_channel(&self) -> Result<Option<String>, AppError> {
        for tenant in self.services.db().tenants().await? {
            let scoped = self.services.db().tenant(&tenant);
            for row in scoped.channels().await? {
                let id = ChannelId::from(row.id.as_str());
                let fits = match self.check_channel(&tenant, &row).await {
                    Ok(()) => self.wanted_callback(&scoped, &id).await.map(drop),
                    error => error,
                };
                let Opened { damaged, .. } = self.opened(&scoped, &id).await?;
                if let (Ok(()), Some((name, why))) =
                    (&fits, damaged.into_iter().find(|(_, why)| is_against_the_log(why)))
                {
                    return Ok(Some(AppError::Secret { channel: row.name, name, why }.to_string()));
                }
                match fits {
                    Err(error @ AppError::Changed { .. }) => return Ok(Some(error.to_string())),
                    fits => fits?,
                }
            }
        }
        Ok(None)
    }
}

fn changed_callback(channel: &ChannelId, why: Unfit) -> AppError {
    AppError::Changed {
        what: format!("the address that the marketplace of {channel} delivers to"),
        why,
        remedy: format!("Say it anew: entrepot webhooks subscribe {channel}"),
    }
}

fn changed_channel(row: &ChannelRow, why: Unfit) -> AppError {
    let name = shell_word(&row.name);
    AppError::Changed {
        what: format!("the channel {} of the adapter {}", row.name, row.adapter_id),
        why,
        remedy: format!(
            "If name and adapter are right, say its settings anew; entrepot channel set {name} says which. Else remove it: entrepot channel \
             remove {name}"
        ),
    }
}

fn with_channel<T>(tenant: &TenantId, row: &ChannelRow, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    let settings = canonical(&Value::Object(row.settings.0.clone()));
    then(&[
        tenant.as_str().as_bytes(),
        row.id.as_bytes(),
        row.adapter_id.as_bytes(),
        row.name.as_bytes(),
        settings.as_bytes(),
    ])
}

fn joined(parts: &[&[u8]]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| part.to_vec()).collect()
}

fn callback_parts<'a>(tenant: &'a TenantId, channel: &'a ChannelId, url: &'a str) -> [&'a [u8]; 3] {
    [tenant.as_str().as_bytes(), channel.as_str().as_bytes(), url.as_bytes()]
}
