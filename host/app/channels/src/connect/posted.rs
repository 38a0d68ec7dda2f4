//! A shop posts the keys that its owner agreed to. The address is the proof that it was asked: nobody else knows it, and it works once.
// See docs/decisions/0075-keys-that-shops-post.md

use std::collections::BTreeMap;
use std::time::Duration;

use entrepot_domain::{ChannelId, Secret};
use entrepot_policy::{Connect, Settings};
use entrepot_store::Scoped;
use entrepot_store::connections::ConnectionRow;
use entrepot_vault::OpenSecrets;
use serde_json::Value;

use super::callback::{Ready, told};
use super::finish::still_ours;
use super::way::Way;
use super::{Connections, TIME, hash, millis};
use crate::channels::{AccountReport, CANDIDATE};
use entrepot_core::{AppError, retry_transient};

/// Shops give up after a minute, and then delete what they posted: nothing may be saved by then that is not answered.
const PROOF: Duration = Duration::from_secs(40);

/// What to answer the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostedKeys {
    Connected,
    /// Nothing is expected at this address: keys came before, it took too long, or it never was one.
    Unexpected,
    /// These are no keys. Others may still come.
    Unreadable(String),
    /// The keys do not work; the connection has ended, and nothing was saved.
    Failed(String),
}

impl Connections {
    /// Takes what a shop posted to the address with this state, and ends the connection with it.
    pub async fn take_posted_keys(&self, state: &str, body: Vec<u8>) -> Result<PostedKeys, AppError> {
        let (connections, state) = (self.clone(), hash(state));
        // Keys are posted once. If the shop goes away now, what it began goes on.
        let work = tokio::spawn(async move { connections.posted(&state, &body).await });
        let interrupted = |_| AppError::NotConnected("the host was stopped meanwhile; begin again".to_owned());
        work.await.map_err(interrupted)?
    }

    async fn posted(&self, state: &str, body: &[u8]) -> Result<PostedKeys, AppError> {
        // Nothing else in the request says whose it is.
        let Some(tenant) = self.services.db().tenant_of_connection(state).await? else {
            return Ok(PostedKeys::Unexpected);
        };
        let scoped = self.services.db().tenant(&tenant);
        let Some(row) = scoped.pending_connection(state).await? else { return Ok(PostedKeys::Unexpected) };
        let ready = match self.returning(&scoped, &row).await {
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(error) => Err(error),
            Ok(ready) => match Way::of(&ready.generation) {
                Ok(Way::Keys(connect)) => match keys_in(connect, &ready, body) {
                    Ok(keys) => Ok((ready, keys)),
                    Err(why) => return Ok(PostedKeys::Unreadable(why)),
                },
                Ok(Way::Code(_)) => return Ok(PostedKeys::Unexpected),
                Err(error) => Err(error),
            },
        };
        let mut tx = scoped.begin().await?;
        let ours = tx.claim_connection(&row.id, self.services.db().clock().now() + millis(TIME)).await?;
        tx.commit().await?;
        if !ours {
            return Ok(PostedKeys::Unexpected);
        }
        let outcome = match ready {
            Ok((ready, keys)) => self.finish_keys(&scoped, &row, ready, keys).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(channel) => {
                let channel = channel.as_str();
                tracing::info!(channel, adapter = row.adapter_id, "the seller's shop has connected a channel");
                Ok(PostedKeys::Connected)
            }
            Err(error) => {
                tracing::warn!(connection = row.id, "not connected: {error}");
                let why = told(error);
                let mut tx = scoped.begin().await?;
                tx.end_connection(&row.id, Err(&why)).await?;
                tx.commit().await?;
                Ok(PostedKeys::Failed(why))
            }
        }
    }

    async fn finish_keys(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        ready: Ready,
        keys: Vec<(String, Secret)>,
    ) -> Result<ChannelId, AppError> {
        if ready.channel.is_none() && scoped.channel(&row.name).await?.is_some() {
            return Err(AppError::NameTaken(row.name.clone()));
        }
        let mut secrets: BTreeMap<String, Secret> = ready.secrets.iter().collect();
        secrets.extend(keys.iter().cloned());
        let all: Vec<(String, Secret)> = secrets.into_iter().collect();
        let account = self.proven_account(scoped, row, &ready, &all).await?;
        let patience = self.services.options().database_patience;
        match &ready.channel {
            None => retry_transient(patience, || self.save_with_keys(scoped, row, &ready, &all, &account)).await,
            Some(id) => {
                self.channels.set_channel(scoped.tenant(), id.as_str(), Settings::new(), keys).await?;
                retry_transient(patience, || self.end_with_account(scoped, row, id, &account)).await?;
                Ok(id.clone())
            }
        }
    }

    /// The keys are for the shop that the seller named, and for no other one.
    async fn proven_account(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        ready: &Ready,
        secrets: &[(String, Secret)],
    ) -> Result<AccountReport, AppError> {
        let id = ready.channel.clone().unwrap_or_else(|| CANDIDATE.into());
        let secrets = OpenSecrets::from_clear(secrets.iter().cloned());
        let candidate =
            self.channels.assemble(id, &row.adapter_id, ready.generation.clone(), &ready.settings, secrets)?;
        let failed = |why: String| AppError::NotConnected(format!("keys came, and do not work: {why}"));
        match tokio::time::timeout(PROOF, self.channels.check(scoped, &candidate)).await {
            Ok(Ok(account)) => Ok(account),
            Ok(Err(error)) if error.is_of_the_database() => Err(error),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed(format!("the shop did not answer within {} seconds; begin again", PROOF.as_secs()))),
        }
    }

    async fn save_with_keys(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        ready: &Ready,
        secrets: &[(String, Secret)],
        account: &AccountReport,
    ) -> Result<ChannelId, AppError> {
        let mut tx = scoped.begin().await?;
        let (generation, settings) = (&ready.generation, &ready.settings);
        let id = self.channels.insert_channel(&mut tx, generation, &row.name, settings, secrets, Some(account)).await?;
        still_ours(tx.end_connection(&row.id, Ok(&id)).await?)?;
        tx.commit().await?;
        Ok(id)
    }

    async fn end_with_account(
        &self,
        scoped: &Scoped,
        row: &ConnectionRow,
        id: &ChannelId,
        account: &AccountReport,
    ) -> Result<(), AppError> {
        let account = serde_json::to_value(account).unwrap_or_default();
        let mut tx = scoped.begin().await?;
        tx.set_channel_account(id, &account).await?;
        still_ours(tx.end_connection(&row.id, Ok(id)).await?)?;
        Ok(tx.commit().await?)
    }
}

/// What is wrong is said without a word of what was posted.
fn keys_in(connect: &Connect, ready: &Ready, body: &[u8]) -> Result<Vec<(String, Secret)>, String> {
    let posted: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?;
    let mut keys = Vec::new();
    for (name, pointer) in &connect.secrets {
        let value = posted.pointer(pointer).and_then(Value::as_str);
        let value = value.ok_or_else(|| format!("the body has no text at {pointer}"))?;
        keys.push((name.clone(), Secret::new(value)));
    }
    let others = ready.secrets.iter().filter(|(name, _)| !connect.secrets.contains_key(name));
    let all: Vec<(String, Secret)> = others.chain(keys.iter().cloned()).collect();
    let given = all.iter().map(|(name, secret)| (name.as_str(), secret));
    ready
        .generation
        .manifest
        .check_secrets(given)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    Ok(keys)
}
