//! Connecting a seller's account: settings checked, the connection tested, secrets sealed.

mod anew;
mod change;
mod open;
mod told;

use entrepot_adapters::{Beside, Generation};
use entrepot_domain::names::check_channel_name;
use entrepot_domain::{ChannelId, Id, Secret, TenantId};
use entrepot_policy::Settings;
use entrepot_sandbox::{Account, AdapterError, CallError};
use entrepot_store::channels::ChannelRow;
use entrepot_store::{Lenient, ScopedTx};
use entrepot_vault::OpenSecrets;
use serde::Serialize;
use serde_json::Value;

use crate::opened::{digest, is_token};
use crate::schedules::put_defaults;
use entrepot_core::AppError;
use entrepot_core::plans::{room_for_channel, room_for_channel_in};

use crate::Channels;

pub use open::OpenChannel;

/// The id of an account that is tested before there is a channel of it.
pub(crate) const CANDIDATE: &str = "chn_candidate";

/// What a person gives to connect an account.
pub struct NewChannel {
    pub adapter: String,
    pub name: String,
    pub settings: Settings,
    pub secrets: Vec<(String, Secret)>,
    /// Save it even if the marketplace does not answer as it should.
    pub untested: bool,
}

/// What the marketplace said of the account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountReport {
    pub name: String,
    pub url: Option<String>,
    pub currency: Option<String>,
    pub details: Vec<(String, String)>,
    pub warnings: Vec<String>,
}

impl From<Account> for AccountReport {
    fn from(account: Account) -> Self {
        let Account { name, url, currency, details, warnings } = account;
        Self { name, url, currency, details, warnings }
    }
}

impl Channels {
    /// Adds a channel. The connection is tested before anything is saved.
    pub async fn add_channel(
        &self,
        tenant: &TenantId,
        new: NewChannel,
    ) -> Result<(ChannelId, Option<AccountReport>), AppError> {
        check_channel_name(&new.name)?;
        let generation = self.services.admission().active(&new.adapter).await?;
        let settings = generation.manifest.check_settings(&new.settings).map_err(AppError::Settings)?;
        generation
            .manifest
            .check_secrets(new.secrets.iter().map(|(name, secret)| (name.as_str(), secret)))
            .map_err(AppError::Settings)?;
        let scoped = self.services.db().tenant(tenant);
        if scoped.channel(&new.name).await?.is_some() {
            return Err(AppError::NameTaken(new.name));
        }
        let mut new = new;
        if !new.untested {
            self.first_token(&generation, &settings, &mut new.secrets).await?;
        }
        room_for_channel(&scoped).await?;
        let account = if new.untested {
            None
        } else {
            let secrets = self.with_application(&generation, &settings, new.secrets.clone()).await?;
            // Not saved yet, so it has no id; its pace is nobody else's.
            let candidate = self.assemble(CANDIDATE.into(), &new.adapter, generation.clone(), &settings, secrets)?;
            Some(self.check(&scoped, &candidate).await?)
        };
        let mut tx = scoped.begin().await?;
        let id =
            self.insert_channel(&mut tx, &generation, &new.name, &settings, &new.secrets, account.as_ref()).await?;
        tx.commit().await?;
        tracing::info!(channel = id.as_str(), adapter = new.adapter, "channel added");
        Ok((id, account))
    }

    /// A channel with its secrets sealed and the usual schedules.
    pub async fn insert_channel(
        &self,
        tx: &mut ScopedTx,
        generation: &Generation,
        name: &str,
        settings: &Settings,
        secrets: &[(String, Secret)],
        account: Option<&AccountReport>,
    ) -> Result<ChannelId, AppError> {
        let (tenant, now) = (tx.tenant().clone(), self.services.db().clock().now());
        let id = ChannelId::make(now);
        let mut row = ChannelRow::new(&id, generation.manifest.id.as_str(), name, settings.clone(), now);
        row.account = account.and_then(|account| serde_json::to_value(account).ok()).map(Lenient);
        row.mac = Some(self.seal_channel(&tenant, &row));
        let mut sealed = Vec::new();
        for (name, secret) in secrets {
            let place = OpenSecrets::place(tenant.as_str(), id.as_str(), name);
            sealed.push((name, self.services.keys().seal(&place, secret.expose())?));
        }
        let given = sealed.iter().filter(|(name, _)| !is_token(name));
        let digests = given.map(|(name, sealed)| ((*name).clone(), digest(sealed))).collect();
        let beside = Beside { secrets: Some(digests), callback: None };
        // First, here and below: whoever waits for the log holds nothing that another one waits for.
        let what = (row.adapter_id.as_str(), row.id.as_str(), name);
        self.services.admission().record_channel(tx.raw(), what, row.mac.as_deref(), beside).await?;
        room_for_channel_in(tx).await?;
        let inserted = tx.insert_channel(&row).await;
        inserted
            .map_err(|error| if error.is_conflict() { AppError::NameTaken(name.to_owned()) } else { error.into() })?;
        put_defaults(tx, &id, generation, now).await?;
        for (name, sealed) in &sealed {
            tx.put_secret(&id, name, sealed).await?;
        }
        Ok(id)
    }

    /// Asks the marketplace whether the account is usable, and remembers the answer.
    pub async fn test_channel(&self, tenant: &TenantId, channel: &str) -> Result<AccountReport, AppError> {
        let mut open = self.open_channel(tenant, channel).await?;
        let scoped = self.services.db().tenant(tenant);
        let mut outcome = self.check(&scoped, &open).await;
        if matches!(&outcome, Err(AppError::Call(CallError::Adapter(AdapterError::Unauthorized(_)))))
            && self.token_refused(&scoped, &open).await?
        {
            open = self.open_channel(tenant, channel).await?;
            outcome = self.check(&scoped, &open).await;
        }
        let mut tx = scoped.begin().await?;
        match &outcome {
            Ok(account) => {
                let account = serde_json::to_value(account).unwrap_or(Value::Null);
                tx.set_channel_account(&open.id, &account).await?;
            }
            Err(error) => tx.set_channel_problem(&open.id, Some(&error.to_string())).await?,
        }
        tx.commit().await?;
        outcome
    }

    /// Forgets a channel, its secrets and all that came of it. Its webhooks at the marketplace stay: end them before.
    pub async fn remove(&self, tenant: &TenantId, channel: &str) -> Result<ChannelId, AppError> {
        let row = match self.channel(tenant, channel).await {
            // Somebody deleted its row: that it is gone is written down.
            Err(AppError::NoChannel(_)) if self.has_lost_its_row(channel).await? => {
                let mut tx = self.services.db().tenant(tenant).begin().await?;
                self.services.admission().record_channel(tx.raw(), ("", channel, ""), None, Beside::default()).await?;
                tx.commit().await?;
                return Ok(ChannelId::from(channel));
            }
            row => row?,
        };
        let id = ChannelId::from(row.id.as_str());
        let scoped = self.services.db().tenant(tenant);
        let active = scoped.active_run(&id).await?;
        let mut tx = scoped.begin().await?;
        let what = (row.adapter_id.as_str(), row.id.as_str(), row.name.as_str());
        self.services.admission().record_channel(tx.raw(), what, None, Beside::default()).await?;
        if let Some(run) = active {
            tx.cancel_run(&run.run_id()).await?;
        }
        tx.remove_channel(&id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// What is on sale there would stay so with nobody to keep it true.
    pub async fn refuse_while_on_sale(&self, tenant: &TenantId, channel: &str) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(tenant);
        let Some(row) = scoped.channel(channel).await? else { return Ok(()) };
        match scoped.count_listings_that_stand(&ChannelId::from(row.id)).await? {
            0 => Ok(()),
            number => Err(AppError::OnSale { channel: row.name, number }),
        }
    }

    /// The log says that it is there, and no tenant has it.
    async fn has_lost_its_row(&self, channel: &str) -> Result<bool, AppError> {
        let told = self.services.admission().channel_macs().await?.get(channel).is_some_and(Option::is_some);
        Ok(told && !self.services.db().tenants_of_channels().await?.contains_key(channel))
    }

    /// The channel of that id or name.
    pub async fn channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelRow, AppError> {
        let row = self.services.db().tenant(tenant).channel(channel).await?;
        row.ok_or_else(|| AppError::NoChannel(channel.to_owned()))
    }

    /// The same, and as this host wrote it.
    pub async fn usable_channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelRow, AppError> {
        let row = self.channel(tenant, channel).await?;
        match self.check_channel(tenant, &row).await {
            Ok(()) => Ok(row),
            // Somebody may have set it between two reads.
            Err(AppError::Changed { .. }) => {
                let row = self.channel(tenant, channel).await?;
                self.check_channel(tenant, &row).await?;
                Ok(row)
            }
            Err(error) => Err(error),
        }
    }
}
