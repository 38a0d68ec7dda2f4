//! The token that a client has in its own name, beside the one that its seller agreed to: got when a channel is opened without one that
//! lasts, under the same lease, and stored like the other one.
// See docs/decisions/0021-token-renewal-lease.md

use entrepot_adapters::Generation;
use entrepot_domain::secret::SecretSource;
use entrepot_domain::{ChannelId, Secret};
use entrepot_egress::Tokens;
use entrepot_policy::{APPLICATION_TOKEN, ApplicationToken, OAuth, Settings};
use entrepot_store::Scoped;
use entrepot_store::tokens::TokenState;
use entrepot_vault::OpenSecrets;

use crate::token_margin::Margin;
use entrepot_core::{AppError, retry_transient};

use crate::Channels;

impl Channels {
    pub(crate) fn is_application_due(
        &self,
        oauth: &OAuth,
        state: &TokenState,
        secrets: &OpenSecrets,
        margin: Margin,
    ) -> bool {
        let ends = TokenState { expires_at: state.application_expires_at, ..TokenState::default() };
        let is_over = || margin.is_reached(&ends, self.services.db().clock().now());
        oauth.application.is_some() && (secrets.secret(APPLICATION_TOKEN).is_none() || is_over())
    }

    /// Under the lease, which is given back. False: it was renewed meanwhile.
    pub(crate) async fn renew_application(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        owner: &str,
        oauth: &OAuth,
        settings: &Settings,
        margin: Margin,
    ) -> Result<bool, AppError> {
        let (secrets, state) = (self.secrets(scoped, channel).await?, scoped.token_state(channel).await?);
        let wanted = oauth.application.as_ref().filter(|_| self.is_application_due(oauth, &state, &secrets, margin));
        let Some(application) = wanted else {
            let mut tx = scoped.begin().await?;
            tx.release_tokens(channel, owner).await?;
            tx.commit().await?;
            return Ok(false);
        };
        let tokens = self.ask_in_its_own_name(oauth, application, settings, &secrets).await?;
        let ends = self.end_of(tokens.expires_in);
        let place = OpenSecrets::place(scoped.tenant().as_str(), channel.as_str(), APPLICATION_TOKEN);
        let sealed = self.services.keys().seal(&place, tokens.access.expose())?;
        let keep = async || {
            let mut tx = scoped.begin().await?;
            // Removed meanwhile, with all that it had.
            if tx.hold_channel(channel).await? {
                tx.put_secret(channel, APPLICATION_TOKEN, &sealed).await?;
                tx.application_token_renewed(channel, owner, ends).await?;
            }
            tx.commit().await
        };
        retry_transient(self.services.options().database_patience, keep).await?;
        tracing::info!(channel = channel.as_str(), "the client's own token was renewed");
        Ok(true)
    }

    /// With a token of the client's own, where there is to be one, for an account that is tried out. Nobody keeps it.
    pub(crate) async fn with_application(
        &self,
        generation: &Generation,
        settings: &Settings,
        mut secrets: Vec<(String, Secret)>,
    ) -> Result<OpenSecrets, AppError> {
        let oauth = generation.grant.oauth.as_ref();
        if let Some((oauth, application)) = oauth.and_then(|oauth| Some((oauth, oauth.application.as_ref()?))) {
            let open = OpenSecrets::from_clear(secrets.iter().cloned());
            let tokens = self.ask_in_its_own_name(oauth, application, settings, &open).await?;
            secrets.retain(|(name, _)| name != APPLICATION_TOKEN);
            secrets.push((APPLICATION_TOKEN.to_owned(), tokens.access));
        }
        Ok(OpenSecrets::from_clear(secrets))
    }

    async fn ask_in_its_own_name(
        &self,
        oauth: &OAuth,
        application: &ApplicationToken,
        settings: &Settings,
        secrets: &OpenSecrets,
    ) -> Result<Tokens, AppError> {
        let endpoint = oauth.token_endpoint(settings).map_err(AppError::Reconnect)?;
        Ok(self.services.egress().application_token(oauth, application, &endpoint, secrets).await?)
    }
}
