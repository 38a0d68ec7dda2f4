//! A browser comes back. Who it is shows the state, once; where it comes from, the marketplace's signature, if there is one.

use std::sync::Arc;

use entrepot_adapters::Generation;
use entrepot_domain::{ChannelId, Secret};
use entrepot_egress::Callback;
use entrepot_policy::{OAuth, Settings};
use entrepot_store::Scoped;
use entrepot_store::connections::ConnectionRow;
use entrepot_vault::OpenSecrets;

use super::Connections;
use super::way::Way;
use super::{TIME, VERIFIER, column, hash, millis, place};
use crate::channels::AccountReport;
use entrepot_core::AppError;

/// What to tell the person in front of the browser.
#[derive(Clone, Debug)]
pub enum CallbackOutcome {
    Connected {
        name: String,
        account: AccountReport,
    },
    /// It has ended; nothing was saved.
    Failed {
        name: String,
        why: String,
    },
    /// No browser is expected with this state: it was here before, it took too long, or it never left.
    Unexpected,
    /// The marketplace did not say this. Whoever is expected may still come.
    Unverified,
}

/// All that is needed to go on.
pub(super) struct Ready {
    pub(super) generation: Arc<Generation>,
    pub(super) settings: Settings,
    /// The client's, and whatever else the channel has; without the verifier.
    pub(super) secrets: OpenSecrets,
    pub(super) verifier: Option<Secret>,
    /// To be connected anew.
    pub(super) channel: Option<ChannelId>,
}

impl Ready {
    pub(super) fn oauth(&self) -> Result<&OAuth, AppError> {
        match Way::of(&self.generation)? {
            Way::Code(oauth) => Ok(oauth),
            Way::Keys(_) => Err(AppError::NoOAuth(self.generation.manifest.name.clone())),
        }
    }
}

impl Connections {
    /// Takes what a browser brought back in its query, and ends what it was sent for.
    pub async fn finish_connection(&self, query: &str) -> Result<CallbackOutcome, AppError> {
        let (connections, query) = (self.clone(), query.to_owned());
        // A code works once. If the browser goes away now, what it began goes on.
        let work = tokio::spawn(async move { connections.come_back(&query).await });
        let interrupted = |_| AppError::NotConnected("the host was stopped meanwhile; begin again".to_owned());
        work.await.map_err(interrupted)?
    }

    async fn come_back(&self, query: &str) -> Result<CallbackOutcome, AppError> {
        let Some(callback) = Callback::parse(query) else { return Ok(CallbackOutcome::Unexpected) };
        let Some(state) = callback.get("state") else { return Ok(CallbackOutcome::Unexpected) };
        // Nothing else in the request says whose it is.
        let state = hash(state);
        let Some(tenant) = self.services.db().tenant_of_connection(&state).await? else {
            return Ok(CallbackOutcome::Unexpected);
        };
        let scoped = self.services.db().tenant(&tenant);
        let Some(row) = scoped.pending_connection(&state).await? else { return Ok(CallbackOutcome::Unexpected) };
        let looked = match self.returning(&scoped, &row).await {
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(error) => Err(error),
            Ok(ready) => match self.look(&ready, &callback) {
                Look::Unverified => {
                    tracing::warn!(connection = row.id, "a browser came back with what the marketplace did not sign");
                    return Ok(CallbackOutcome::Unverified);
                }
                Look::Refused(why) => Err(AppError::NotConnected(why)),
                Look::Good(brought) => Ok((ready, brought)),
            },
        };
        let mut tx = scoped.begin().await?;
        let ours = tx.claim_connection(&row.id, self.services.db().clock().now() + millis(TIME)).await?;
        tx.commit().await?;
        if !ours {
            return Ok(CallbackOutcome::Unexpected);
        }
        let outcome = match looked {
            Ok((ready, brought)) => self.finish(&scoped, &row, ready, &brought).await,
            Err(error) => Err(error),
        };
        let name = row.name;
        match outcome {
            Ok((channel, account)) => {
                tracing::info!(
                    channel = channel.as_str(),
                    adapter = row.adapter_id,
                    "the seller has connected a channel"
                );
                Ok(CallbackOutcome::Connected { name, account })
            }
            Err(error) => {
                tracing::warn!(connection = row.id, "not connected: {error}");
                let why = told(error);
                let mut tx = scoped.begin().await?;
                tx.end_connection(&row.id, Err(&why)).await?;
                tx.commit().await?;
                Ok(CallbackOutcome::Failed { name, why })
            }
        }
    }

    /// As it is now: since the browser left, the grant may have been revoked and the channel changed.
    pub(super) async fn returning(&self, scoped: &Scoped, row: &ConnectionRow) -> Result<Ready, AppError> {
        let sealed = row.sealed.as_deref().unwrap_or_default();
        let column = column(&row.adapter_id, &row.name, row.channel_id.as_deref(), &row.settings.0, &row.redirect_uri);
        let place = place(scoped.tenant(), &row.id, &column);
        let kept = OpenSecrets::open_together(self.services.keys(), &place, sealed)?;
        let mut kept = kept.into_clear();
        let verifier = kept.remove(VERIFIER);
        let Some(id) = &row.channel_id else {
            let generation = self.services.admission().active(&row.adapter_id).await?;
            let settings = generation.manifest.stored_settings(&row.settings.0).map_err(AppError::Settings)?;
            let secrets = OpenSecrets::from_clear(kept);
            return Ok(Ready { generation, settings, secrets, verifier, channel: None });
        };
        let channel = self.channels.usable_channel(scoped.tenant(), id).await?;
        let id = ChannelId::from(channel.id);
        let generation = self.services.admission().active_for(&channel.adapter_id, &id).await?;
        let settings = generation.manifest.stored_settings(&channel.settings.0).map_err(AppError::Settings)?;
        if settings != row.settings.0 {
            let why = "the channel's settings were changed meanwhile; begin again";
            return Err(AppError::NotConnected(why.to_owned()));
        }
        let secrets = self.channels.secrets_but(scoped, &id, &Way::of(&generation)?.coming()).await?;
        Ok(Ready { generation, settings, secrets, verifier, channel: Some(id) })
    }

    fn look(&self, ready: &Ready, callback: &Callback) -> Look {
        let oauth = match ready.oauth() {
            Ok(oauth) => oauth,
            Err(error) => return Look::Refused(error.to_string()),
        };
        // Signed or not: marketplaces that sign may leave it out here, and whoever has the state could end this in other ways too.
        if let Some(error) = callback.get("error") {
            return Look::Refused(refusal(error));
        }
        let unsigned = |signature| !callback.is_signed(signature, &ready.secrets, self.services.db().clock().now());
        if oauth.callback.signature.as_ref().is_some_and(unsigned) {
            return Look::Unverified;
        }
        let expected = match oauth.callback.expected(&ready.settings) {
            Ok(expected) => expected,
            Err(why) => return Look::Refused(why),
        };
        if let Some((name, value)) =
            expected.into_iter().find(|(name, value)| callback.get(name) != Some(value.as_str()))
        {
            return Look::Refused(format!(
                "the access that was granted is not for {name} {value}; sign in to the right shop, or correct the settings, and begin \
                 again"
            ));
        }
        let passed: Option<Vec<_>> =
            oauth.pass.iter().map(|name| Some((name.clone(), callback.get(name)?.to_owned()))).collect();
        match (callback.get("code"), passed) {
            (Some(code), Some(passed)) => Look::Good(Brought { code: Secret::new(code), passed }),
            _ => Look::Unverified,
        }
    }
}

/// For the seller, who is no operator: what a database says is not for everybody.
pub(super) fn told(error: AppError) -> String {
    match error {
        AppError::Vault(_) | AppError::Secret { .. } | AppError::Changed { .. } => {
            "the host cannot open what it kept; its log says why".to_owned()
        }
        error if error.is_of_the_database() => {
            "the host could not keep it, and its log says why; begin again in a moment".to_owned()
        }
        error => error.to_string(),
    }
}

/// What a browser brought back, to be exchanged for tokens.
pub(super) struct Brought {
    pub(super) code: Secret,
    /// Sent on with it.
    pub(super) passed: Vec<(String, String)>,
}

enum Look {
    Good(Brought),
    Refused(String),
    Unverified,
}

/// The codes of RFC 6749. What else stands there is anybody's words, and not repeated.
fn refusal(error: &str) -> String {
    match error {
        "access_denied" => "the access was not granted; begin again, and agree on the marketplace's page".to_owned(),
        "server_error" | "temporarily_unavailable" => {
            "the marketplace could not do it at the moment; begin again in some minutes".to_owned()
        }
        "invalid_request" | "unauthorized_client" | "unsupported_response_type" | "invalid_scope" => format!(
            "the marketplace refused the request ({error}); check the client's id and the scopes and addresses of your app there"
        ),
        _ => "the marketplace refused the request, for a reason of its own; check your app there, and begin again"
            .to_owned(),
    }
}
