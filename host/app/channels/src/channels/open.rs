//! A channel ready for calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entrepot_adapters::Generation;
use entrepot_domain::catalog::limits::UNIDENTIFIED;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_egress::{MaySend, Session, SessionSpec};
use entrepot_policy::{BoundGrant, ByteSize, OAuth, Settings};
use entrepot_sandbox::{AdapterError, CallError, ChannelView, RawItem};
use entrepot_spool::{Area, Spool};
use entrepot_store::Scoped;
use entrepot_vault::OpenSecrets;
use serde_json::Value;
use tracing::Span;

use super::told::in_full;
use super::{AccountReport, CANDIDATE};
use entrepot_core::{AppError, Services};

use crate::Channels;

/// A channel ready for calls: code, grant and secrets of this moment.
pub struct OpenChannel {
    pub id: ChannelId,
    pub generation: Arc<Generation>,
    pub view: ChannelView,
    /// It was in quarantine, and that is over: if all goes well now, it is forgotten.
    pub on_trial: bool,
    /// 0: never by the host.
    pub token_renewed_at: Timestamp,
    /// Digest of the settings: what was mapped with others is mapped again.
    pub mapped_with: String,
    /// In which the last full run found prices; none: nothing is known.
    pub currencies: Option<BTreeSet<String>>,
    /// Facts of the shop that mapping depends on, as the last full run found them.
    pub facts: Option<BTreeMap<String, String>>,
    /// Milliseconds by which the shop's clock is ahead of ours, as far as anybody knows.
    pub clock_ahead: i64,
    bound: Arc<BoundGrant>,
    secrets: Arc<OpenSecrets>,
    lease: Option<Arc<dyn MaySend>>,
}

impl OpenChannel {
    /// The seller gave no secret of that name.
    pub fn lacks(&self, name: &str) -> bool {
        self.secrets.iter().all(|(known, _)| known != name)
    }

    pub fn can_renew(&self, oauth: &OAuth) -> bool {
        entrepot_egress::can_renew(oauth, self.secrets.as_ref())
    }

    /// Something of it was read from files, which are as old as what they were made from.
    pub fn reads_files(&self) -> bool {
        self.view.files.as_ref().is_some_and(Spool::was_used)
    }

    /// What its calls download goes there.
    pub fn with_files(mut self, files: impl FnOnce(u64) -> Spool) -> Self {
        self.view.files = Some(files(self.bound.limits.or_defaults().files.map_or(0, ByteSize::bytes)));
        self
    }

    /// Nothing is sent but under this lease.
    pub fn under(mut self, lease: &Arc<impl MaySend + 'static>) -> Self {
        self.lease = Some(lease.clone());
        self
    }

    /// The channel for one call that keeps files of its own: they are gone with it.
    pub fn view_with_files(&self, files: &Area) -> ChannelView {
        let limit = self.bound.limits.or_defaults().files.map_or(0, ByteSize::bytes);
        ChannelView { files: Some(files.spool(limit)), ..self.view.clone() }
    }

    /// Items by their ids; what is not in the answer does not exist. Where one came that nobody can identify, it may be any of those
    /// that are missing, so that is no answer.
    pub async fn fetch_items(
        &self,
        session: &Session,
        context: Option<String>,
        ids: Vec<String>,
    ) -> Result<Vec<RawItem>, CallError> {
        let items = self.generation.adapter.fetch_items(&self.view, session.clone(), context, ids.clone()).await?;
        let came = |id: &String| items.iter().any(|item| item.source_id == *id);
        if items.iter().any(|item| item.source_id.starts_with(UNIDENTIFIED)) && !ids.iter().all(came) {
            let why =
                "the shop shows an item whose id cannot be read in the place of one that was asked for".to_owned();
            return Err(CallError::Adapter(AdapterError::Unavailable(why)));
        }
        Ok(items)
    }

    /// A budget and counters of its own for one unit of work.
    pub fn session(&self, services: &Services) -> Session {
        services.egress().session(self.spec())
    }

    /// For a try of that page of the run. What other tries of it were answered need not be asked for again.
    pub fn session_of_page(&self, services: &Services, run: &RunId, cursor: Option<&str>) -> Session {
        let page = Some((run.to_string(), cursor.unwrap_or_default().to_owned()));
        services.egress().session(SessionSpec { page, ..self.spec() })
    }

    /// Says in the current span whose work it is.
    pub fn name_span(&self) {
        let span = Span::current();
        span.record("channel", self.id.as_str());
        span.record("adapter", self.view.adapter.as_str());
        span.record("version", self.generation.manifest.version.as_str());
    }

    fn spec(&self) -> SessionSpec {
        let spec = SessionSpec::new(self.id.as_str(), self.bound.clone(), self.secrets.clone());
        SessionSpec { ledger: self.view.ledger.clone(), lease: self.lease.clone(), ..spec }
    }
}

/// Of all settings, for mapping may depend on any of them.
fn digest(settings: &Settings) -> String {
    let settings: BTreeMap<&String, &Value> = settings.iter().collect();
    let text = serde_json::to_string(&settings).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().chars().take(32).collect()
}

impl Channels {
    /// The channel with the generation in force and its secrets opened; an access token that ends is renewed before.
    pub async fn open_channel(&self, tenant: &TenantId, channel: &str) -> Result<OpenChannel, AppError> {
        self.open(tenant, channel, true).await
    }

    /// The same with the access token as it is: no marketplace is waited for. For saying at once what cannot work.
    pub async fn open_as_stored(&self, tenant: &TenantId, channel: &str) -> Result<OpenChannel, AppError> {
        self.open(tenant, channel, false).await
    }

    async fn open(&self, tenant: &TenantId, channel: &str, renews: bool) -> Result<OpenChannel, AppError> {
        let row = self.usable_channel(tenant, channel).await?;
        let (id, scoped) = (ChannelId::from(row.id), self.services.db().tenant(tenant));
        let generation = self.services.admission().active_for(&row.adapter_id, &id).await?;
        let on_trial = self.services.admission().check_quarantine(&scoped, &id, &row.name, &generation).await?;
        // An upgrade may ask for more settings than the channel was added with.
        let settings = generation.manifest.stored_settings(&row.settings.0).map_err(AppError::Settings)?;
        let (secrets, token_renewed_at) = if renews {
            self.fresh_secrets(&scoped, &id, &generation, &settings).await?
        } else {
            (self.secrets(&scoped, &id).await?, scoped.token_state(&id).await?.renewed_at)
        };
        let open = self.assemble(id, &row.adapter_id, generation, &settings, secrets)?;
        let currencies = row.currencies.map(|currencies| currencies.0);
        let clock_ahead = self.clock_ahead(&open.id, row.clock_ahead);
        let facts = row.facts.map(|facts| facts.0);
        Ok(OpenChannel { on_trial, token_renewed_at, currencies, facts, clock_ahead, ..open })
    }

    /// `kept`: what was known when somebody wrote it down last.
    pub fn clock_ahead(&self, channel: &ChannelId, kept: Option<i64>) -> i64 {
        self.services.egress().clock_ahead(channel.as_str()).or(kept).unwrap_or(0)
    }

    pub fn assemble(
        &self,
        id: ChannelId,
        adapter: &str,
        generation: Arc<Generation>,
        settings: &Settings,
        secrets: OpenSecrets,
    ) -> Result<OpenChannel, AppError> {
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
            media: Arc::default(),
        };
        let (bound, secrets) = (Arc::new(bound), Arc::new(secrets));
        Ok(OpenChannel {
            id,
            generation,
            view,
            on_trial: false,
            token_renewed_at: 0,
            mapped_with: digest(settings),
            currencies: None,
            facts: None,
            clock_ahead: 0,
            bound,
            secrets,
            lease: None,
        })
    }

    /// Why the marketplace refuses the account itself, or is none at that address; none: it does not, and it was only one question.
    pub async fn locked_out(&self, scoped: &Scoped, channel: &OpenChannel) -> Option<CallError> {
        use AdapterError::{Unauthorized, Unsupported};
        match self.check(scoped, channel).await {
            Err(AppError::Call(why @ CallError::Adapter(Unauthorized(_) | Unsupported(_)))) => Some(why),
            Err(AppError::Call(why @ CallError::NotExported(_))) => Some(why),
            _ => None,
        }
    }

    pub async fn check(&self, scoped: &Scoped, channel: &OpenChannel) -> Result<AccountReport, AppError> {
        let outcome = channel.generation.adapter.check(&channel.view, channel.session(&self.services)).await;
        self.account(scoped, channel).await;
        match outcome {
            Ok(account) => Ok(account.into()),
            Err(error) => Err(in_full(error, channel.id.as_str() == CANDIDATE).into()),
        }
    }
}
