//! Which generation is in force, and loading it.
// See docs/decisions/0015-grant-change-during-run.md

use std::sync::Arc;

use entrepot_domain::ChannelId;
use entrepot_policy::{Manifest, generation_for};
use entrepot_sandbox::Artifact;
use entrepot_store::grants::GrantRow;

use crate::generation::Generation;
use crate::grant_head::GrantHead;
use crate::{Admission, AdmissionError};

impl Admission {
    /// The generation in force for most channels. The database is asked every time, so an approval on one host counts on all.
    pub async fn active(&self, adapter: &str) -> Result<Arc<Generation>, AdmissionError> {
        let head = self.in_force(adapter).await?;
        let main = head.main.ok_or_else(|| AdmissionError::NotApproved(adapter.to_owned()))?;
        self.load(adapter, main, &head).await
    }

    /// The generation in force for a channel: it may be among those that try a later one.
    pub async fn active_for(&self, adapter: &str, channel: &ChannelId) -> Result<Arc<Generation>, AdmissionError> {
        let head = self.in_force(adapter).await?;
        let chosen = generation_for(channel.as_str(), &head.shares());
        let chosen = chosen.ok_or_else(|| AdmissionError::NotApproved(adapter.to_owned()))?;
        self.load(adapter, chosen, &head).await
    }

    /// The number of the generation that is in force for a channel, if one is: quick enough to be asked before each page.
    pub async fn in_force_for(&self, adapter: &str, channel: &ChannelId) -> Result<Option<i64>, AdmissionError> {
        match self.grant_head(adapter).await {
            Err(error) if error.is_changed() => Ok(None),
            head => Ok(generation_for(channel.as_str(), &head?.unwrap_or_default().shares())),
        }
    }

    async fn in_force(&self, adapter: &str) -> Result<GrantHead, AdmissionError> {
        if let Some(head) = self.grant_head(adapter).await?.filter(|head| head.main.is_some()) {
            return Ok(head);
        }
        let installed = !self.db().adapters_named(adapter).await?.is_empty();
        let adapter = adapter.to_owned();
        Err(if installed { AdmissionError::NotApproved(adapter) } else { AdmissionError::Unknown(adapter) })
    }

    async fn load(&self, adapter: &str, number: i64, head: &GrantHead) -> Result<Arc<Generation>, AdmissionError> {
        let row = self.db().grant(adapter, number).await?;
        let row = row.ok_or_else(|| AdmissionError::changed_grant(adapter, number, crate::Unfit::Gone))?;
        // Every time: what was loaded is of no use any more when the row was changed since.
        // And the ceilings of this host hold, whatever was granted under others.
        let (grant, _) = self.granted(&row)?.capped(self.ceilings());
        if grant.expires_at.is_some_and(|end| end <= self.db().clock().now()) {
            return Err(AdmissionError::Expired { adapter: adapter.to_owned() });
        }
        let slot = self.loaded().slot(adapter);
        let mut loaded = slot.lock().await;
        let wanted = head.shares();
        loaded.retain(|generation| wanted.iter().any(|(number, _)| *number == generation.number));
        if let Some(generation) = loaded.iter().find(|known| known.number == number && known.grant == grant) {
            return Ok(generation.clone());
        }
        let (component, manifest) = self.granted_artifact(&row).await?;
        let code = self.sandbox().load(&component, &grant.limits).await?;
        let generation = Arc::new(Generation { adapter: code, manifest, grant, number });
        loaded.push(generation.clone());
        Ok(generation)
    }

    /// The bytes that were granted something, and what they say of themselves: not what the database says of them.
    async fn granted_artifact(&self, row: &GrantRow) -> Result<(Artifact, Manifest), AdmissionError> {
        let GrantRow { adapter_id: adapter, version, digest, .. } = row;
        let damaged = || AdmissionError::Damaged(adapter.clone());
        let bytes = self.db().artifact(adapter, version, digest).await?.ok_or_else(damaged)?;
        let expected = digest.clone();
        let check = tokio::task::spawn_blocking(move || {
            let ours = entrepot_artifact::sha256_hex(&bytes) == expected;
            ours.then(|| {
                let component = Artifact::check(bytes.clone())?;
                let manifest = Manifest::parse(entrepot_artifact::Artifact::read(bytes)?.manifest_text())?;
                Ok::<_, AdmissionError>((component, manifest))
            })
        });
        check.await.ok().flatten().ok_or_else(damaged)?
    }
}
