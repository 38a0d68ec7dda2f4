//! From a code to a channel that works: tokens, scopes, a test, and only then a row.

use std::time::Duration;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, Secret};
use entrepot_egress::{CodeGrant, TokenFailure, Tokens};
use entrepot_policy::{ACCESS_TOKEN, REFRESH_TOKEN};
use entrepot_store::Scoped;
use entrepot_store::connections::ConnectionRow;

use super::Connections;
use super::callback::{Brought, Ready};
use crate::channels::{AccountReport, CANDIDATE};
use crate::tokens::Sealed;
use entrepot_core::AppError;
use entrepot_core::{backoff, retry_transient};

/// Tries of a token endpoint that does not answer as it should. A code lives for a minute or some.
const TRIES: i64 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A channel as it is to be saved.
struct Proven {
    ready: Ready,
    tokens: Tokens,
    account: AccountReport,
    expires_at: Option<Timestamp>,
}

impl Connections {
    /// The connection is claimed; if this fails, nothing was saved.
    pub(super) async fn finish(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        ready: Ready,
        brought: &Brought,
    ) -> Result<(ChannelId, AccountReport), AppError> {
        let patience = self.services.options().database_patience;
        let Some(id) = ready.channel.clone() else {
            if scoped.channel(&row.name).await?.is_some() {
                return Err(AppError::NameTaken(row.name.clone()));
            }
            let proven = self.prove(scoped, row, ready, brought).await?;
            let id = retry_transient(patience, || self.save_new(scoped, row, &proven)).await?;
            return Ok((id, proven.account));
        };
        let owner = self.channels.hold_tokens(scoped, &id).await?;
        let work = async {
            let proven = self.prove(scoped, row, ready, brought).await?;
            let sealed = self.channels.sealed(scoped, &id, &proven.tokens)?;
            retry_transient(patience, || self.save_anew(scoped, row, &id, &sealed, &proven)).await?;
            Ok((id.clone(), proven.account))
        };
        let outcome = work.await;
        if outcome.is_err() {
            let mut tx = scoped.begin().await?;
            tx.release_tokens(&id, &owner).await?;
            tx.commit().await?;
        }
        outcome
    }

    /// Gets the tokens and tries them out.
    async fn prove(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        ready: Ready,
        brought: &Brought,
    ) -> Result<Proven, AppError> {
        let tokens = self.first_tokens(row, &ready, brought).await?;
        let expires_at = self.channels.end_of(tokens.expires_in);
        let missing = tokens.scopes.as_ref().map(|granted| ready.oauth().map(|oauth| oauth.missing_scopes(granted)));
        let missing = missing.transpose()?.unwrap_or_default();
        if !missing.is_empty() {
            return Err(AppError::NotConnected(format!(
                "not everything was granted that is needed: {} is missing; begin again and agree to all of it, or add it to your app \
                 at the marketplace first",
                missing.join(", ")
            )));
        }
        let secrets = with_tokens(&ready, &tokens);
        let secrets = self.channels.with_application(&ready.generation, &ready.settings, secrets).await?;
        let id = ready.channel.clone().unwrap_or_else(|| CANDIDATE.into());
        let candidate =
            self.channels.assemble(id, &row.adapter_id, ready.generation.clone(), &ready.settings, secrets)?;
        let account = self.channels.check(scoped, &candidate).await.map_err(|error| match error {
            error if error.is_of_the_database() => error,
            error => AppError::NotConnected(format!("access was granted, and does not work: {error}")),
        })?;
        Ok(Proven { ready, tokens, account, expires_at })
    }

    /// Tried again where it may help: whether the code was spent by a try that failed, only the next one shows.
    async fn first_tokens(&self, row: &ConnectionRow, ready: &Ready, brought: &Brought) -> Result<Tokens, AppError> {
        let oauth = ready.oauth()?;
        let endpoint = oauth.token_endpoint(&ready.settings).map_err(AppError::NotConnected)?;
        let Brought { code, passed } = brought;
        let grant = CodeGrant { code, redirect_uri: &row.redirect_uri, verifier: ready.verifier.as_ref(), passed };
        let mut first: Option<String> = None;
        for attempt in 0..TRIES {
            let again = match self.services.egress().exchange(oauth, &endpoint, &ready.secrets, &grant).await {
                Ok(tokens) => return Ok(tokens),
                Err(TokenFailure::Refused(why)) => {
                    return Err(AppError::NotConnected(match first {
                        Some(before) => lost(&before),
                        None => format!("{why}; check the client's id and secret, and begin again"),
                    }));
                }
                Err(TokenFailure::Later { why, wait }) => {
                    first.get_or_insert(why);
                    wait.unwrap_or_else(|| backoff(self.services.options().backoff, attempt))
                }
            };
            if attempt + 1 < TRIES {
                tokio::time::sleep(again.min(LONGEST_WAIT)).await;
            }
        }
        Err(AppError::NotConnected(lost(first.as_deref().unwrap_or_default())))
    }

    async fn save_new(&self, scoped: &Scoped, row: &ConnectionRow, proven: &Proven) -> Result<ChannelId, AppError> {
        let Proven { ready, tokens, account, expires_at } = proven;
        let secrets = with_tokens(ready, tokens);
        let mut tx = scoped.begin().await?;
        let generation = &ready.generation;
        let id = self
            .channels
            .insert_channel(&mut tx, generation, &row.name, &ready.settings, &secrets, Some(account))
            .await?;
        tx.tokens_connected(&id, *expires_at).await?;
        tx.note_refresh_end(&id, self.channels.refresh_end(ready.oauth()?, tokens)).await?;
        still_ours(tx.end_connection(&row.id, Ok(&id)).await?)?;
        tx.commit().await?;
        Ok(id)
    }

    async fn save_anew(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        id: &ChannelId,
        sealed: &Sealed,
        proven: &Proven,
    ) -> Result<(), AppError> {
        let account = serde_json::to_value(&proven.account).unwrap_or_default();
        let mut tx = scoped.begin().await?;
        if !tx.set_channel_account(id, &account).await? {
            return Err(AppError::NoChannel(row.name.clone()));
        }
        // One that goes with another access token would be of no use later.
        tx.remove_secret(id, REFRESH_TOKEN).await?;
        for (name, sealed) in sealed {
            tx.put_secret(id, name, sealed).await?;
        }
        tx.tokens_connected(id, proven.expires_at).await?;
        tx.note_refresh_end(id, self.channels.refresh_end(proven.ready.oauth()?, &proven.tokens)).await?;
        still_ours(tx.end_connection(&row.id, Ok(id)).await?)?;
        Ok(tx.commit().await?)
    }
}

fn with_tokens(ready: &Ready, tokens: &Tokens) -> Vec<(String, Secret)> {
    let old = |name: &String| name != ACCESS_TOKEN && name != REFRESH_TOKEN;
    let mut secrets: Vec<_> = ready.secrets.iter().filter(|(name, _)| old(name)).collect();
    secrets.push((ACCESS_TOKEN.to_owned(), tokens.access.clone()));
    secrets.extend(tokens.refresh.clone().map(|token| (REFRESH_TOKEN.to_owned(), token)));
    secrets
}

pub(super) fn still_ours(ended: bool) -> Result<(), AppError> {
    let late = || AppError::NotConnected("it took too long; begin again".to_owned());
    ended.then_some(()).ok_or_else(late)
}

fn lost(why: &str) -> String {
    format!("{why}; what was granted works once and may be spent, so begin again in a moment")
}
