//! Access tokens that end are renewed before they do, by one worker at a time over all hosts, and stored before they are used.
// See docs/decisions/0021-token-renewal-lease.md

use std::time::Duration;

use entrepot_adapters::Generation;
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::secret::SecretSource;
use entrepot_domain::{ChannelId, Secret};
use entrepot_egress::{Tokens, can_renew};
use entrepot_metrics::Metric;
use entrepot_policy::{ACCESS_TOKEN, OAuth, REFRESH_TOKEN, Settings};
use entrepot_store::tokens::TokenState;
use entrepot_store::{Scoped, StoreError};
use entrepot_vault::OpenSecrets;

use crate::channels::OpenChannel;
use crate::opened::Opened;
use crate::token_margin::Margin;
use entrepot_core::retry_transient;
use entrepot_core::{AppError, LeaseState};

use crate::Channels;

/// A token that ends sooner is not begun with: a unit of work must not outlive it.
const MARGIN: Margin = Margin { before: Duration::from_secs(5 * 60), parts: 4 };
/// Renewing takes one request of half a minute at the most; connecting anew also tries the new tokens. Where clocks differ, half of it
/// counts.
const LEASE: Duration = Duration::from_secs(4 * 60);
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// A token that is refused so soon after it was got is not refused for its age.
const YOUNG: Duration = Duration::from_secs(60);

/// When tokens end. Of a refresh token that stays the same and says nothing, what was known stays.
#[derive(Clone, Copy)]
struct Ends {
    access: Option<Timestamp>,
    refresh: Option<Timestamp>,
}

/// By name.
pub(crate) type Sealed = Vec<(&'static str, Vec<u8>)>;

impl Channels {
    /// The channel's secrets with an access token that lasts for a while, and when it was renewed last.
    pub async fn fresh_secrets(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        generation: &Generation,
        settings: &Settings,
    ) -> Result<(OpenSecrets, i64), AppError> {
        self.secrets_lasting(MARGIN, scoped, channel, generation, settings).await
    }

    /// The same with another margin.
    pub(crate) async fn secrets_lasting(
        &self,
        margin: Margin,
        scoped: &Scoped,
        channel: &ChannelId,
        generation: &Generation,
        settings: &Settings,
    ) -> Result<(OpenSecrets, i64), AppError> {
        let oauth = generation.grant.oauth.as_ref().filter(|oauth| oauth.renews() || oauth.application.is_some());
        let owner = self.token_owner();
        // One renewal is all that a unit of work gets: a marketplace whose tokens are over at once keeps nobody here for ever.
        let (mut renewals, mut applications) = (0, 0);
        loop {
            let state = scoped.token_state(channel).await?;
            let secrets = self.secrets(scoped, channel).await?;
            let due = |oauth: &OAuth| oauth.renews() && renewals == 0 && self.due(oauth, &state, &secrets, margin);
            let is_due = oauth.is_some_and(due);
            let own = |oauth: &OAuth| applications == 0 && self.is_application_due(oauth, &state, &secrets, margin);
            let Some(oauth) = oauth.filter(|oauth| is_due || own(oauth)) else {
                return Ok((secrets, state.renewed_at));
            };
            if !self.lease_tokens(scoped, channel, &owner).await? {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let renewed = match is_due {
                true => self.renew(scoped, channel, &owner, oauth, settings, margin).await,
                false => self.renew_application(scoped, channel, &owner, oauth, settings, margin).await,
            };
            if renewed.is_err() {
                let mut tx = scoped.begin().await?;
                tx.release_tokens(channel, &owner).await?;
                tx.commit().await?;
            }
            self.count_renewal(&generation.grant.adapter_id, &renewed);
            let renewed = usize::from(renewed?);
            if is_due { renewals += renewed } else { applications += renewed }
        }
    }

    /// A first access token for an account that is not saved yet, where none is given and none is spent by asking.
    pub async fn first_token(
        &self,
        generation: &Generation,
        settings: &Settings,
        secrets: &mut Vec<(String, Secret)>,
    ) -> Result<(), AppError> {
        let has = |name: &str| secrets.iter().any(|(known, _)| known == name);
        let oauth = generation.grant.oauth.as_ref();
        let Some(oauth) = oauth.filter(|oauth| oauth.client_credentials && !has(ACCESS_TOKEN) && !has(REFRESH_TOKEN))
        else {
            return Ok(());
        };
        let open = OpenSecrets::from_clear(secrets.iter().cloned());
        let tokens = self.ask(oauth, settings, &open).await?;
        secrets.push((ACCESS_TOKEN.to_owned(), tokens.access));
        Ok(())
    }

    /// A marketplace refused the access token. True: it may have been too old, and is renewed when the channel is opened again.
    pub async fn token_refused(&self, scoped: &Scoped, channel: &OpenChannel) -> Result<bool, AppError> {
        if !channel.generation.grant.oauth.as_ref().is_some_and(|oauth| channel.can_renew(oauth)) {
            return Ok(false);
        }
        let age = self.services.db().clock().now().saturating_sub(channel.token_renewed_at);
        let state = scoped.token_state(&channel.id).await?;
        if state.renewed_at == channel.token_renewed_at && age < millis(YOUNG) {
            return Ok(false);
        }
        let mut tx = scoped.begin().await?;
        tx.expire_tokens(&channel.id, channel.token_renewed_at).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// As they are, however old the access token is.
    pub async fn secrets(&self, scoped: &Scoped, channel: &ChannelId) -> Result<OpenSecrets, AppError> {
        self.secrets_but(scoped, channel, &[]).await
    }

    /// The same, whether or not those of these names open: others take their place.
    pub async fn secrets_but(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        replaced: &[&str],
    ) -> Result<OpenSecrets, AppError> {
        let Opened { open, damaged, .. } = self.opened(scoped, channel).await?;
        match damaged.into_iter().find(|(name, _)| !replaced.contains(&name.as_str())) {
            None => Ok(open),
            Some((name, why)) => {
                let row = scoped.channel(channel.as_str()).await?;
                Err(AppError::Secret { channel: row.map_or_else(|| channel.to_string(), |row| row.name), name, why })
            }
        }
    }

    fn due(&self, oauth: &OAuth, state: &TokenState, secrets: &OpenSecrets, margin: Margin) -> bool {
        if secrets.secret(ACCESS_TOKEN).is_none() {
            return oauth.client_credentials || secrets.secret(REFRESH_TOKEN).is_some();
        }
        // Where no other can be had, the marketplace says what it thinks of this one.
        margin.is_reached(state, self.services.db().clock().now()) && can_renew(oauth, secrets)
    }

    /// Under the lease. False: it was renewed meanwhile. What was read before it may be spent by now, so it is read again.
    async fn renew(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        owner: &str,
        oauth: &OAuth,
        settings: &Settings,
        margin: Margin,
    ) -> Result<bool, AppError> {
        let secrets = self.secrets(scoped, channel).await?;
        if !self.due(oauth, &scoped.token_state(channel).await?, &secrets, margin) {
            let mut tx = scoped.begin().await?;
            tx.release_tokens(channel, owner).await?;
            tx.commit().await?;
            return Ok(false);
        }
        let tokens = match self.ask(oauth, settings, &secrets).await {
            Err(error @ AppError::Reconnect(_)) => {
                let mut tx = scoped.begin().await?;
                tx.set_channel_problem(channel, Some(&error.to_string())).await?;
                tx.commit().await?;
                return Err(error);
            }
            tokens => tokens?,
        };
        // The old refresh token is spent: these must not be lost because the database is away for a moment.
        let patience = self.services.options().database_patience;
        let sealed = self.sealed(scoped, channel, &tokens)?;
        let ends = Ends { access: self.end_of(tokens.expires_in), refresh: self.refresh_end(oauth, &tokens) };
        retry_transient(patience, || self.keep(scoped, channel, owner, &sealed, ends)).await?;
        tracing::info!(channel = channel.as_str(), "the access token was renewed");
        Ok(true)
    }

    fn count_renewal(&self, adapter: &str, renewed: &Result<bool, AppError>) {
        let outcome = match renewed {
            Ok(true) => "renewed",
            Err(AppError::Reconnect(_)) => "refused",
            Err(AppError::NoToken { .. }) => "later",
            // Somebody else was faster, or the database is away.
            _ => return,
        };
        self.services.metrics().add(Metric::TokenRenewals, &[adapter, outcome], 1);
    }

    async fn ask(&self, oauth: &OAuth, settings: &Settings, secrets: &OpenSecrets) -> Result<Tokens, AppError> {
        let endpoint = oauth.token_endpoint(settings).map_err(AppError::Reconnect)?;
        Ok(self.services.egress().renew(oauth, &endpoint, secrets).await?)
    }

    pub fn sealed(&self, scoped: &Scoped, channel: &ChannelId, tokens: &Tokens) -> Result<Sealed, AppError> {
        let mut sealed = Vec::new();
        for (name, secret) in [(ACCESS_TOKEN, Some(&tokens.access)), (REFRESH_TOKEN, tokens.refresh.as_ref())] {
            let Some(secret) = secret else { continue };
            let place = OpenSecrets::place(scoped.tenant().as_str(), channel.as_str(), name);
            sealed.push((name, self.services.keys().seal(&place, secret.expose())?));
        }
        Ok(sealed)
    }

    async fn keep(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        owner: &str,
        sealed: &Sealed,
        ends: Ends,
    ) -> Result<(), StoreError> {
        let mut tx = scoped.begin().await?;
        if !tx.hold_channel(channel).await? {
            tracing::info!(
                channel = channel.as_str(),
                "the channel was removed meanwhile; its new tokens are forgotten"
            );
            return Ok(());
        }
        for (name, sealed) in sealed {
            tx.put_secret(channel, name, sealed).await?;
        }
        if !tx.tokens_renewed(channel, owner, ends.access).await? {
            // Somebody took the lease for abandoned. What was got here is newer than what they read.
            tracing::warn!(channel = channel.as_str(), "another worker renews the access token as well");
        }
        if ends.refresh.is_some() {
            tx.note_refresh_end(channel, ends.refresh).await?;
        }
        tx.commit().await
    }

    /// When a token that was got at this moment ends.
    pub fn end_of(&self, expires_in: Option<Duration>) -> Option<Timestamp> {
        let now = self.services.db().clock().now();
        expires_in.map(|span| now.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Waits until nobody else gets tokens for the channel, and holds that for some minutes. Give it back with `release_tokens`.
    pub async fn hold_tokens(&self, scoped: &Scoped, channel: &ChannelId) -> Result<String, StoreError> {
        let owner = self.token_owner();
        while !self.lease_tokens(scoped, channel, &owner).await? {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(owner)
    }

    /// False: somebody else gets tokens for the channel. Of how long ago the lease was taken no host's clock decides: one that is ahead would
    /// spend a refresh token a second time, and marketplaces answer that by ending the connection.
    async fn lease_tokens(&self, scoped: &Scoped, channel: &ChannelId, owner: &str) -> Result<bool, StoreError> {
        let (monitor, of) = (self.services.lease_monitor(), format!("tokens of {}", channel.as_str()));
        let held = scoped.token_lease(channel).await?;
        if let Some(lease) = &held
            && matches!(monitor.state(&of, lease, LEASE, self.services.db().clock().now()), LeaseState::Held(_))
        {
            return Ok(false);
        }
        let mut tx = scoped.begin().await?;
        let leased = tx.lease_tokens(channel, owner, millis(LEASE), held.as_ref()).await?;
        tx.commit().await?;
        if leased {
            monitor.forget(&of);
        }
        Ok(leased)
    }

    fn token_owner(&self) -> String {
        format!("{}-{:08x}", self.services.host_name(), rand::random::<u32>())
    }
}
