//! Channels ready to verify deliveries, kept open for some seconds: however many come, the database is read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::{ChannelId, TenantId};

use super::refusals::Refusals;
use super::verification_limits::{Pause, Turns};
use crate::Deliveries;
use entrepot_channels::OpenChannel;
use entrepot_core::AppError;

/// How long a change of a grant, a secret or a channel may go unnoticed here.
const FRESH: Duration = Duration::from_secs(3);
/// From then on it is looked at again, in the background: under load nobody waits for the database.
const RENEWED: Duration = Duration::from_secs(2);

/// `None`: nothing can be verified for this channel.
type Receiver = Option<Arc<OpenChannel>>;
type Slot = Arc<tokio::sync::Mutex<Option<Kept<Receiver>>>>;

/// What the database said.
struct Kept<T> {
    /// Before it was asked.
    since: Instant,
    /// Somebody asks it again.
    renewing: bool,
    value: T,
}

impl<T> Kept<T> {
    fn new(since: Instant, value: T) -> Self {
        Self { since, renewing: false, value }
    }

    fn is_fresh(&self) -> bool {
        self.since.elapsed() < FRESH
    }

    /// True for one caller: it is time, and nobody has begun.
    fn is_to_be_renewed(&mut self) -> bool {
        self.since.elapsed() >= RENEWED && !std::mem::replace(&mut self.renewing, true)
    }
}

pub(crate) struct ReceiverCache {
    /// Whose each channel is, of all there are: to find out that one does not exist takes no look at the database.
    known: tokio::sync::Mutex<Option<Kept<HashMap<String, TenantId>>>>,
    slots: Mutex<HashMap<(TenantId, ChannelId), Slot>>,
    pub(super) turns: Turns,
    pub(super) refusals: Refusals,
    /// Channels for which a job was made because nobody worked on their deliveries.
    pub(super) requeued: Mutex<HashMap<String, Instant>>,
}

impl Default for ReceiverCache {
    fn default() -> Self {
        let (known, slots, requeued) = (tokio::sync::Mutex::default(), Mutex::default(), Mutex::default());
        Self { known, slots, turns: Turns::default(), refusals: Refusals::default(), requeued }
    }
}

impl ReceiverCache {
    /// A pause of the channel's webhooks is over, in this process.
    pub(crate) fn resume(&self, channel: &ChannelId) {
        self.turns.resume(channel);
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<(TenantId, ChannelId), Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries {
    /// The channel of that id, if it can verify deliveries.
    pub(super) async fn receiver(&self, tenant: &TenantId, channel: &ChannelId) -> Result<Receiver, AppError> {
        if self.tenant_of(channel).await?.as_ref() != Some(tenant) {
            return Ok(None);
        }
        let slot = self.state.receivers.slots().entry((tenant.clone(), channel.clone())).or_default().clone();
        let mut kept = slot.lock().await;
        if let Some(known) = kept.as_mut().filter(|known| known.is_fresh()) {
            if known.is_to_be_renewed() {
                let (deliveries, tenant, channel, slot) = (self.clone(), tenant.clone(), channel.clone(), slot.clone());
                tokio::spawn(async move {
                    let since = Instant::now();
                    // If it fails, the next one who comes asks and hears why.
                    if let Ok(receiver) = deliveries.open_receiver(&tenant, &channel).await {
                        deliveries.replace_receiver(&tenant, &mut *slot.lock().await, Kept::new(since, receiver));
                    }
                });
            }
            return Ok(known.value.clone());
        }
        let since = Instant::now();
        let receiver = self.open_receiver(tenant, channel).await?;
        self.replace_receiver(tenant, &mut kept, Kept::new(since, receiver.clone()));
        Ok(receiver)
    }

    /// By what was asked later. What the old one's adapter did is written down.
    fn replace_receiver(&self, tenant: &TenantId, kept: &mut Option<Kept<Receiver>>, receiver: Kept<Receiver>) {
        if kept.as_ref().is_some_and(|known| known.since > receiver.since) {
            return;
        }
        if let Some(old) = kept.replace(receiver).and_then(|old| old.value) {
            let (channels, scoped) = (self.channels.clone(), self.services.db().tenant(tenant));
            tokio::spawn(async move { channels.account(&scoped, &old).await });
        }
    }

    /// Whose channel it is. A delivery says nothing of its tenant but the id in its address.
    pub(super) async fn tenant_of(&self, channel: &ChannelId) -> Result<Option<TenantId>, AppError> {
        let mut known = self.state.receivers.known.lock().await;
        if let Some(kept) = known.as_mut().filter(|kept| kept.is_fresh()) {
            if kept.is_to_be_renewed() {
                let deliveries = self.clone();
                tokio::spawn(async move {
                    let since = Instant::now();
                    if let Ok(tenants) = deliveries.services.db().tenants_of_channels().await {
                        let mut known = deliveries.state.receivers.known.lock().await;
                        if known.as_ref().is_none_or(|kept| kept.since < since) {
                            *known = Some(Kept::new(since, tenants));
                        }
                    }
                });
            }
            return Ok(kept.value.get(channel.as_str()).cloned());
        }
        let since = Instant::now();
        let tenants = self.services.db().tenants_of_channels().await?;
        let tenant = tenants.get(channel.as_str()).cloned();
        *known = Some(Kept::new(since, tenants));
        Ok(tenant)
    }

    /// Without a look at the quarantine: a delivery that is refused is lost, one that is stored waits. And without renewing tokens:
    /// whoever delivers does not wait for a marketplace.
    async fn open_receiver(&self, tenant: &TenantId, channel: &ChannelId) -> Result<Receiver, AppError> {
        let opened = async {
            let row = self.channels.usable_channel(tenant, channel.as_str()).await?;
            let scoped = self.services.db().tenant(tenant);
            let generation = self.services.admission().active_for(&row.adapter_id, channel).await?;
            if !generation.adapter.receives_webhooks() {
                return Ok::<Receiver, AppError>(None);
            }
            let settings = generation.manifest.stored_settings(&row.settings.0).map_err(AppError::Settings)?;
            let secrets = self.channels.secrets(&scoped, channel).await?;
            let mut open = self.channels.assemble(channel.clone(), &row.adapter_id, generation, &settings, secrets)?;
            open.clock_ahead = self.channels.clock_ahead(channel, row.clock_ahead);
            if let Some(kept) = scoped.hooks(channel).await? {
                let left =
                    u64::try_from(kept.paused_until.saturating_sub(self.services.db().clock().now())).unwrap_or(0);
                if left > 0 {
                    let pause =
                        Pause { wait: Duration::from_millis(left), number: u32::try_from(kept.pauses).unwrap_or(1) };
                    self.state.receivers.turns.pause(channel, pause);
                } else if kept.pauses == 0 {
                    // Somebody released the channel, at another host perhaps.
                    self.state.receivers.turns.resume(channel);
                }
            }
            Ok(Some(Arc::new(open)))
        };
        match opened.await {
            Err(error) if !error.is_of_the_database() => {
                tracing::warn!(channel = channel.as_str(), "deliveries are refused for now: {error}");
                Ok(None)
            }
            opened => opened,
        }
    }

    /// Closes what nobody delivers to any more, and writes down what the adapters did.
    pub(super) async fn flush_receivers(&self) {
        let all: Vec<(TenantId, Slot)> =
            self.state.receivers.slots().iter().map(|((tenant, _), slot)| (tenant.clone(), slot.clone())).collect();
        for (tenant, slot) in all {
            let old = slot.lock().await.take_if(|kept| !kept.is_fresh());
            if let Some(old) = old.and_then(|kept| kept.value) {
                self.channels.account(&self.services.db().tenant(&tenant), &old).await;
            }
        }
        self.state.receivers.slots().retain(|_, slot| slot.try_lock().map_or(true, |slot| slot.is_some()));
    }
}
