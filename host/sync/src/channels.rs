//! Connecting a seller's account: settings checked, the connection tested, secrets sealed.

use std::sync::Arc;

use entrepot_admission::Generation;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::grants::{ACCESS_TOKEN, BoundGrant, ByteSize, REFRESH_TOKEN, Settings};
use entrepot_domain::{ChannelId, RunId, Secret, TenantId};
use entrepot_egress::{Session, SessionSpec};
use entrepot_runtime::{Account, AdapterError, CallError, ChannelView};
use entrepot_store::channels::ChannelRow;
use entrepot_store::{Scoped, ScopedTx};
use entrepot_vault::OpenSecrets;
use serde::Serialize;
use serde_json::Value;

use crate::schedules::put_defaults;
use crate::{Sync, SyncError};

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

/// A channel ready for calls: code, grant and secrets of this moment.
pub(crate) struct OpenChannel {
    pub(crate) id: ChannelId,
    pub(crate) generation: Arc<Generation>,
    pub(crate) view: ChannelView,
    /// It was in quarantine, and that is over: if all goes well now, it is forgotten.
    pub(crate) on_trial: bool,
    /// 0: never by the host.
    pub(crate) token_renewed_at: Timestamp,
    bound: Arc<BoundGrant>,
    secrets: Arc<OpenSecrets>,
}

impl OpenChannel {
    /// What its calls download belongs to that run.
    pub(crate) fn for_run(mut self, sync: &Sync, run: &RunId) -> Self {
        let limit = self.bound.limits.or_defaults().files.map_or(0, ByteSize::bytes);
        self.view.files = Some(sync.parts().spools.of(run, limit));
        self
    }

    /// A budget and counters of its own for one unit of work.
    pub(crate) fn session(&self, sync: &Sync) -> Session {
        let mut spec = SessionSpec::new(self.id.as_str(), self.bound.clone(), self.secrets.clone());
        spec.ledger = self.view.ledger.clone();
        sync.parts().egress.session(spec)
    }
}

impl Sync {
    /// Adds a channel. The connection is tested before anything is saved.
    pub async fn add_channel(
        &self,
        tenant: &TenantId,
        new: NewChannel,
    ) -> Result<(ChannelId, Option<AccountReport>), SyncError> {
        let generation = self.admission().active(&new.adapter).await?;
        let settings = generation.manifest.check_settings(&new.settings).map_err(SyncError::Settings)?;
        generation
            .manifest
            .check_secrets(new.secrets.iter().map(|(name, secret)| (name.as_str(), secret)))
            .map_err(SyncError::Settings)?;
        let scoped = self.db().tenant(tenant);
        if scoped.channel(&new.name).await?.is_some() {
            return Err(SyncError::NameTaken(new.name));
        }
        let mut new = new;
        if !new.untested {
            self.first_token(&generation, &settings, &mut new.secrets).await?;
        }
        let account = if new.untested {
            None
        } else {
            let secrets = OpenSecrets::from_clear(new.secrets.iter().cloned());
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
    pub(crate) async fn insert_channel(
        &self,
        tx: &mut ScopedTx,
        generation: &Generation,
        name: &str,
        settings: &Settings,
        secrets: &[(String, Secret)],
        account: Option<&AccountReport>,
    ) -> Result<ChannelId, SyncError> {
        let report = account.and_then(|account| serde_json::to_value(account).ok());
        let inserted = tx.insert_channel(&generation.manifest.id, name, settings, report.as_ref()).await;
        let id = inserted
            .map_err(|error| if error.is_conflict() { SyncError::NameTaken(name.to_owned()) } else { error.into() })?;
        put_defaults(tx, &id, generation, self.db().clock().now()).await?;
        let tenant = tx.tenant().clone();
        for (name, secret) in secrets {
            let place = OpenSecrets::place(tenant.as_str(), id.as_str(), name);
            let sealed = self.parts().keys.seal(&place, secret.expose())?;
            tx.put_secret(&id, name, &sealed).await?;
        }
        Ok(id)
    }

    /// Changes settings and secrets; what is not named stays.
    pub async fn set_channel(
        &self,
        tenant: &TenantId,
        channel: &str,
        changes: Settings,
        secrets: Vec<(String, Secret)>,
    ) -> Result<(), SyncError> {
        let scoped = self.db().tenant(tenant);
        let row = self.channel(tenant, channel).await?;
        let id = ChannelId::from(row.id);
        let generation = self.admission().active_for(&row.adapter_id, &id).await?;
        let mut settings = row.settings.0.clone();
        settings.extend(changes);
        let settings = generation.manifest.check_settings(&settings).map_err(SyncError::Settings)?;
        let sealed = scoped.sealed_secrets(&id).await?;
        let mut all = OpenSecrets::open(&self.parts().keys, tenant.as_str(), id.as_str(), &sealed)?.into_clear();
        all.extend(secrets.iter().cloned());
        let given = all.iter().map(|(name, secret)| (name.as_str(), secret));
        generation.manifest.check_secrets(given).map_err(SyncError::Settings)?;
        let mut tx = scoped.begin().await?;
        tx.update_channel_settings(&id, &settings).await?;
        if secrets.iter().any(|(name, _)| matches!(name.as_str(), ACCESS_TOKEN | REFRESH_TOKEN)) {
            tx.forget_token_state(&id).await?;
        }
        for (name, secret) in &secrets {
            let place = OpenSecrets::place(tenant.as_str(), id.as_str(), name);
            tx.put_secret(&id, name, &self.parts().keys.seal(&place, secret.expose())?).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Asks the marketplace whether the account is usable, and remembers the answer.
    pub async fn test_channel(&self, tenant: &TenantId, channel: &str) -> Result<AccountReport, SyncError> {
        let mut open = self.open_channel(tenant, channel).await?;
        let scoped = self.db().tenant(tenant);
        let mut outcome = self.check(&scoped, &open).await;
        if matches!(&outcome, Err(SyncError::Call(CallError::Adapter(AdapterError::Unauthorized(_)))))
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

    pub async fn remove_channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelId, SyncError> {
        let id = ChannelId::from(self.channel(tenant, channel).await?.id);
        let scoped = self.db().tenant(tenant);
        // With its secrets the way to them would be gone.
        self.end_subscriptions(&scoped, &id).await;
        let active = scoped.active_run(&id).await?;
        let mut tx = scoped.begin().await?;
        if let Some(run) = active {
            tx.cancel_run(&run.run_id()).await?;
        }
        tx.remove_channel(&id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The channel of that id or name.
    pub async fn channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelRow, SyncError> {
        let row = self.db().tenant(tenant).channel(channel).await?;
        row.ok_or_else(|| SyncError::NoChannel(channel.to_owned()))
    }

    /// The channel with the generation in force and its secrets opened.
    pub(crate) async fn open_channel(&self, tenant: &TenantId, channel: &str) -> Result<OpenChannel, SyncError> {
        let row = self.channel(tenant, channel).await?;
        let (id, scoped) = (ChannelId::from(row.id), self.db().tenant(tenant));
        let generation = self.admission().active_for(&row.adapter_id, &id).await?;
        let on_trial = self.admission().check_quarantine(&scoped, &id, &row.name, &generation).await?;
        // An upgrade may ask for more settings than the channel was added with.
        let settings = generation.manifest.check_settings(&row.settings.0).map_err(SyncError::Settings)?;
        let (secrets, token_renewed_at) = self.fresh_secrets(&scoped, &id, &generation, &settings).await?;
        let open = self.assemble(id, &row.adapter_id, generation, &settings, secrets)?;
        Ok(OpenChannel { on_trial, token_renewed_at, ..open })
    }

    pub(crate) fn assemble(
        &self,
        id: ChannelId,
        adapter: &str,
        generation: Arc<Generation>,
        settings: &Settings,
        secrets: OpenSecrets,
    ) -> Result<OpenChannel, SyncError> {
        let bound = BoundGrant::bind(&generation.grant, &generation.manifest, settings)?;
        let view = ChannelView {
            id: id.as_str().to_owned(),
            adapter: adapter.to_owned(),
            bindings: bound.bindings().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            currency: settings.get("currency").and_then(Value::as_str).map(str::to_owned),
            locale: settings.get("locale").and_then(Value::as_str).map(str::to_owned),
            settings: Value::Object(settings.clone()).to_string(),
            ledger: Arc::default(),
            files: None,
        };
        let (bound, secrets) = (Arc::new(bound), Arc::new(secrets));
        Ok(OpenChannel { id, generation, view, on_trial: false, token_renewed_at: 0, bound, secrets })
    }

    pub(crate) async fn check(&self, scoped: &Scoped, channel: &OpenChannel) -> Result<AccountReport, SyncError> {
        let outcome = channel.generation.adapter.check(&channel.view, channel.session(self)).await;
        self.account(scoped, channel).await;
        match outcome {
            Ok(account) => Ok(account.into()),
            // Someone waits for the answer: what a job would retry is said at once.
            Err(CallError::Adapter(AdapterError::RateLimited(_))) => Err(CallError::Adapter(
                AdapterError::Unavailable("the shop asks to slow down; try again in a minute".into()),
            )
            .into()),
            Err(error) => Err(error.into()),
        }
    }
}
