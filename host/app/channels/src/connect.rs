//! Connecting an account by its seller's browser: OAuth 2 (authorization code), or keys that the shop posts when its owner agrees.
//!
//! The browser is sent to the marketplace with a state that nobody can guess, and comes back with it and a code; or the shop posts to an
//! address with the state in it. Between the two there is a row: the state's hash, and what will be needed then, sealed. It ends with the
//! first answer, or after ten minutes.
// See docs/decisions/0022-oauth-connect.md

mod callback;
mod finish;
mod posted;
mod way;

use std::collections::BTreeMap;
use std::time::Duration;

use entrepot_adapters::canonical;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::names::{check_channel_name, shell_word};
use entrepot_domain::secret::SecretSource;
use entrepot_domain::{ChannelId, ConnectionId, Id, Secret, TenantId};
use entrepot_egress::{Luggage, authorize_url, unguessable};
use entrepot_policy::{ConnectAddresses, SettingProblem, Settings};
use entrepot_store::connections::{ConnectionRow, NewConnection as NewRow};
use entrepot_vault::{OpenSecrets, Place};
use serde::Serialize;
use serde_json::json;

use crate::channels::CANDIDATE;
use entrepot_core::plans::room_for_channel;
use entrepot_core::{AppError, Services};

use crate::Channels;

use way::Way;

pub use callback::CallbackOutcome;
pub use posted::PostedKeys;

/// How long a seller has to sign in and to agree.
const TIME: Duration = Duration::from_secs(10 * 60);
/// How long it is told what came of it.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Where the verifier of PKCE is among the secrets; no manifest can name one like this.
const VERIFIER: &str = "pkce.verifier";

/// What a person gives to have an account connected by its seller.
pub struct NewConnection {
    pub adapter: String,
    pub name: String,
    pub settings: Settings,
    /// Those of the client; tokens, or the shop's keys, come by connecting.
    pub secrets: Vec<(String, Secret)>,
}

/// A seller's browser has to go there now.
pub struct Begun {
    pub id: ConnectionId,
    /// For one browser: whoever comes back from there connects the account that they agreed for.
    pub authorize_url: Secret,
    /// Where the browser comes back to; with OAuth it has to be registered with the marketplace.
    pub redirect_uri: String,
    pub expires_at: Timestamp,
}

/// How far it is.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectionReport {
    pub id: String,
    pub adapter: String,
    pub name: String,
    /// pending: the browser is on its way; working: it came back; done, failed, expired.
    pub state: String,
    /// The channel that is connected anew, or the one that was made.
    pub channel: Option<String>,
    pub failure: Option<String>,
    pub expires_at: Timestamp,
}

/// Connecting an account with OAuth. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    services: Services,
    channels: Channels,
}

impl Connections {
    pub fn new(channels: Channels) -> Self {
        Self { services: channels.services.clone(), channels }
    }

    /// Checks what is given as adding a channel does, but for the tokens, and prepares the way of the seller's browser.
    pub async fn begin_connection(
        &self,
        tenant: &TenantId,
        new: NewConnection,
        public_url: &str,
    ) -> Result<Begun, AppError> {
        let NewConnection { adapter, name, settings, secrets } = new;
        check_channel_name(&name)?;
        let generation = self.services.admission().active(&adapter).await?;
        let way = Way::of(&generation)?;
        let settings = generation.manifest.check_settings(&settings).map_err(AppError::Settings)?;
        way.check_secrets(&generation, &secrets).map_err(AppError::Settings)?;
        if self.services.db().tenant(tenant).channel(&name).await?.is_some() {
            return Err(AppError::NameTaken(name));
        }
        room_for_channel(&self.services.db().tenant(tenant)).await?;
        // What the grant cannot be bound to is told now, and not after the seller has agreed.
        self.channels.assemble(CANDIDATE.into(), &adapter, generation.clone(), &settings, OpenSecrets::default())?;
        let secrets = OpenSecrets::from_clear(secrets);
        let draft = Draft { way, adapter: &adapter, name: &name, channel: None, settings: &settings };
        self.start_authorization(tenant, &draft, secrets, public_url).await
    }

    /// The same for a channel that exists: with its settings, and the client's secrets it has.
    pub async fn begin_reconnection(
        &self,
        tenant: &TenantId,
        channel: &str,
        public_url: &str,
    ) -> Result<Begun, AppError> {
        let row = self.channels.usable_channel(tenant, channel).await?;
        let id = ChannelId::from(row.id);
        let generation = self.services.admission().active_for(&row.adapter_id, &id).await?;
        let way = Way::of(&generation)?;
        let settings = generation.manifest.stored_settings(&row.settings.0).map_err(AppError::Settings)?;
        let secrets = self.channels.secrets_but(&self.services.db().tenant(tenant), &id, &way.coming()).await?;
        let missing = way.needed().into_iter().filter(|name| secrets.secret(name).is_none());
        let problem = |name: &str| SettingProblem {
            key: name.to_owned(),
            problem: format!(
                "is required for connecting; set it with: entrepot channel set {} --secret {name}=…",
                shell_word(&row.name)
            ),
        };
        let problems: Vec<_> = missing.map(problem).collect();
        if !problems.is_empty() {
            return Err(AppError::Settings(problems));
        }
        self.channels.assemble(id.clone(), &row.adapter_id, generation.clone(), &settings, OpenSecrets::default())?;
        let draft = Draft { way, adapter: &row.adapter_id, name: &row.name, channel: Some(&id), settings: &settings };
        self.start_authorization(tenant, &draft, secrets, public_url).await
    }

    /// What came of it so far.
    pub async fn connection(&self, tenant: &TenantId, id: &str) -> Result<ConnectionReport, AppError> {
        let row = self.services.db().tenant(tenant).connection(id).await?;
        let row = row.ok_or_else(|| AppError::NoConnection(id.to_owned()))?;
        let ConnectionRow { id, adapter_id: adapter, name, state, channel_id: channel, failure, expires_at, .. } = row;
        // Nobody may have swept yet.
        let over = state == "pending" && expires_at <= self.services.db().clock().now();
        let state = if over { "expired".to_owned() } else { state };
        Ok(ConnectionReport { id, adapter, name, state, channel, failure, expires_at })
    }

    /// Ends what nobody came back for, and forgets what ended long ago. How many have expired.
    pub async fn forget_old_connections(&self) -> Result<u64, AppError> {
        Ok(self.services.db().forget_old_connections(self.services.db().clock().now() - millis(KEPT)).await?)
    }

    async fn start_authorization(
        &self,
        tenant: &TenantId,
        draft: &Draft<'_>,
        secrets: OpenSecrets,
        public_url: &str,
    ) -> Result<Begun, AppError> {
        let Draft { way, adapter, name, channel, settings } = *draft;
        let now = self.services.db().clock().now();
        let (id, expires_at) = (ConnectionId::make(now), now + millis(TIME));
        let Leaving { url, state, verifier, redirect_uri, told } =
            leaving(way, settings, &secrets, public_url, id.as_str())?;
        // A channel keeps its secrets itself.
        let mut kept = if channel.is_none() { secrets.into_clear() } else { BTreeMap::new() };
        kept.extend(verifier.map(|verifier| (VERIFIER.to_owned(), verifier)));
        let column = column(adapter, name, channel.map(ChannelId::as_str), settings, &told);
        let place = place(tenant, id.as_str(), &column);
        let sealed = OpenSecrets::from_clear(kept).seal_together(self.services.keys(), &place)?;
        let mut tx = self.services.db().tenant(tenant).begin().await?;
        tx.insert_connection(&NewRow {
            id: &id,
            state_hash: &hash(state.expose()),
            adapter,
            name,
            channel: channel.map(ChannelId::as_str),
            settings,
            sealed: &sealed,
            redirect_uri: &told,
            expires_at,
        })
        .await?;
        tx.commit().await?;
        tracing::info!(connection = id.as_str(), adapter, "a seller is asked to agree");
        Ok(Begun { id, authorize_url: url, redirect_uri, expires_at })
    }
}

/// What is to be connected.
#[derive(Clone, Copy)]
struct Draft<'a> {
    way: Way<'a>,
    adapter: &'a str,
    name: &'a str,
    channel: Option<&'a ChannelId>,
    settings: &'a Settings,
}

/// What the browser leaves with.
struct Leaving {
    url: Secret,
    state: Secret,
    /// Of PKCE.
    verifier: Option<Secret>,
    redirect_uri: String,
    /// What the marketplace is told, now and when a code is exchanged.
    told: String,
}

fn leaving(
    way: Way<'_>,
    settings: &Settings,
    secrets: &OpenSecrets,
    public_url: &str,
    id: &str,
) -> Result<Leaving, AppError> {
    let (public_url, state) = (public_url.trim_end_matches('/'), unguessable());
    match way {
        Way::Code(oauth) => {
            let redirect_uri = format!("{public_url}/oauth/callback");
            let verifier = oauth.pkce.then(unguessable);
            let told = oauth.redirect(&redirect_uri, settings).map_err(AppError::NotConnected)?;
            let luggage = Luggage { redirect_uri: &told, state: &state, verifier: verifier.as_ref() };
            let url = authorize_url(oauth, settings, secrets, &luggage)
                .map_err(|failure| AppError::NotConnected(failure.to_string()))?;
            oauth.callback.expected(settings).map_err(AppError::NotConnected)?;
            Ok(Leaving { url, state, verifier, redirect_uri, told })
        }
        Way::Keys(connect) => {
            if !public_url.starts_with("https://") {
                return Err(AppError::NotConnected(format!(
                    "the shop is to post its keys to {public_url}, where others could read them on the way: set ENTREPOT_PUBLIC_URL to \
                     where others reach this host by https, or give keys made in the shop"
                )));
            }
            let callback_url = format!("{public_url}/connect/{}", state.expose());
            let redirect_uri = format!("{public_url}/connections/{id}");
            let addresses = ConnectAddresses { callback_url: &callback_url, return_url: &redirect_uri, connection: id };
            let url = connect.address(settings, &addresses).map_err(AppError::NotConnected)?;
            Ok(Leaving { url: Secret::new(url), state, verifier: None, told: redirect_uri.clone(), redirect_uri })
        }
    }
}

pub(crate) fn place<'a>(tenant: &'a TenantId, connection: &'a str, column: &'a str) -> Place<'a> {
    Place { tenant: tenant.as_str(), table: "connections", row: connection, column }
}

/// What is sealed goes with what will be done with it: whoever changes that in the row keeps it from opening.
pub(crate) fn column(
    adapter: &str,
    name: &str,
    channel: Option<&str>,
    settings: &Settings,
    redirect_uri: &str,
) -> String {
    let all = canonical(&json!([adapter, name, channel, settings, redirect_uri]));
    format!("sealed {}", hash(&all))
}

/// With the row alone nobody can come back in a browser's place.
fn hash(state: &str) -> String {
    blake3::hash(state.as_bytes()).to_hex().to_string()
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
