//! An adapter that is stopped again and again over one channel is left alone there for a while; other channels are not concerned.
// See docs/decisions/0018-quarantine-per-channel.md

use entrepot_domain::ChannelId;
use entrepot_store::Scoped;
use entrepot_store::quarantine::Quarantine;
use serde_json::json;

use crate::audit::Action;
use crate::error::Quarantined;
use crate::generation::Generation;
use crate::{Admission, AdmissionError};

/// The first time; doubled with each.
const FIRST_QUARANTINE_MS: i64 = 5 * 60 * 1000;
const MAX_QUARANTINE_MS: i64 = 24 * 60 * 60 * 1000;

impl Admission {
    /// Whether the channel may be worked on under this generation. True: it was in quarantine before, and this is its chance.
    pub async fn check_quarantine(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        name: &str,
        generation: &Generation,
    ) -> Result<bool, AdmissionError> {
        let Some(known) = scoped.quarantine(channel).await? else { return Ok(false) };
        let now = self.db().clock().now();
        if known.generation == generation.number && known.until > now {
            return Err(AdmissionError::Quarantined(Quarantined {
                adapter: generation.manifest.id.clone(),
                channel: name.to_owned(),
                minutes: (known.until - now + 59_999) / 60_000,
                strikes: known.strikes,
                reason: known.reason,
            }));
        }
        Ok(true)
    }

    /// Puts a channel into quarantine; longer than the last time, if the chance after that was not used.
    pub async fn quarantine(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        generation: &Generation,
        reason: &str,
    ) -> Result<(), AdmissionError> {
        let now = self.db().clock().now();
        let before = scoped.quarantine(channel).await?.filter(|known| known.generation == generation.number);
        let strikes = before.as_ref().map_or(0, |known| known.strikes).saturating_add(1);
        let wait = FIRST_QUARANTINE_MS.saturating_mul(1 << (strikes - 1).clamp(0, 20)).min(MAX_QUARANTINE_MS);
        let quarantine = Quarantine {
            channel_id: channel.to_string(),
            generation: generation.number,
            strikes,
            until: now + wait,
            reason: reason.to_owned(),
            since: before.map_or(now, |known| known.since),
        };
        let adapter = generation.manifest.id.as_str();
        let mut tx = scoped.begin().await?;
        let details = json!({
            "channel": channel.as_str(), "version": generation.manifest.version, "strikes": strikes, "until": quarantine.until,
            "reason": reason,
        });
        self.record(tx.raw(), "host", Action::Quarantine, Some(adapter), &details).await?;
        tx.put_quarantine(&quarantine).await?;
        tx.commit().await?;
        tracing::warn!(adapter, channel = channel.as_str(), strikes, error = reason, "channel put into quarantine");
        Ok(())
    }

    /// Ends a quarantine and a pause of webhooks, and forgets how often there was one. False: there was neither.
    pub async fn release(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        adapter: &str,
        by: &str,
    ) -> Result<bool, AdmissionError> {
        let mut tx = scoped.begin().await?;
        let details = json!({"channel": channel.as_str()});
        self.record(tx.raw(), by, Action::Release, Some(adapter), &details).await?;
        let released = tx.end_quarantine(channel).await? | tx.resume_hooks(channel).await?;
        if released {
            tx.commit().await?;
        }
        Ok(released)
    }
}
