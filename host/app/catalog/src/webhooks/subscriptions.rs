//! Asking marketplaces to deliver, and to stop.

use std::time::Duration;

use entrepot_adapters::Beside;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_sandbox::Subscription;
use entrepot_store::channels::ChannelRow;
use entrepot_store::{Scoped, ScopedTx};
use serde::Serialize;

use crate::Subscriptions;
use entrepot_channels::OpenChannel;
use entrepot_core::AppError;

/// Whoever removes a channel waits no longer for a marketplace.
const FAREWELL: Duration = Duration::from_secs(20);

/// A subscription as the marketplace has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubscriptionReport {
    pub id: String,
    pub topic: String,
    pub callback_url: String,
    pub active: bool,
    /// It delivers to this channel here.
    pub ours: bool,
}

impl Subscriptions {
    /// Forgets a channel. Its webhooks are ended first: with its secrets the way to them is gone.
    pub async fn remove_channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelId, AppError> {
        self.channels.refuse_while_on_sale(tenant, channel).await?;
        self.remove_channel_and_leave_listings(tenant, channel).await
    }

    /// The same, and what is on sale there stays as it is.
    pub async fn remove_channel_and_leave_listings(
        &self,
        tenant: &TenantId,
        channel: &str,
    ) -> Result<ChannelId, AppError> {
        let scoped = self.services.db().tenant(tenant);
        if let Some(row) = scoped.channel(channel).await? {
            self.end_subscriptions(&scoped, &ChannelId::from(row.id)).await;
        }
        self.channels.remove(tenant, channel).await
    }

    /// Makes the subscriptions that are missing and mends those that were switched off. From now on they are looked after.
    pub async fn subscribe(
        &self,
        tenant: &TenantId,
        channel: &str,
        public_url: &str,
    ) -> Result<Vec<SubscriptionReport>, AppError> {
        let mut open = self.channels.open_channel(tenant, channel).await?;
        if self.make_up_secrets(tenant, &open).await? {
            open = self.channels.open_channel(tenant, channel).await?;
        }
        let url = callback(public_url, &open.id);
        let made = self.make_subscriptions(&self.services.db().tenant(tenant), &open, &url).await?;
        let row = self.channels.usable_channel(tenant, open.id.as_str()).await?;
        let mut tx = self.services.db().tenant(tenant).begin().await?;
        self.record_callback(&mut tx, &row, &url).await?;
        tx.want_subscriptions(&open.id, &url, &self.channels.seal_callback(tenant, &open.id, &url)).await?;
        tx.commit().await?;
        Ok(reports(made, &url))
    }

    /// `url`: empty where there is none any more.
    async fn record_callback(&self, tx: &mut ScopedTx, row: &ChannelRow, url: &str) -> Result<(), AppError> {
        self.channels.is_as_read(tx, row).await?;
        let what = (row.adapter_id.as_str(), row.id.as_str(), row.name.as_str());
        let beside = Beside { callback: Some(url.to_owned()), ..Beside::default() };
        Ok(self.services.admission().record_channel(tx.raw(), what, row.mac.as_deref(), beside).await?)
    }

    pub(super) async fn make_subscriptions(
        &self,
        scoped: &Scoped,
        open: &OpenChannel,
        url: &str,
    ) -> Result<Vec<Subscription>, AppError> {
        let adapter = &open.generation.adapter;
        let made = adapter.subscribe_webhooks(&open.view, open.session(&self.services), url.to_owned()).await;
        self.channels.account(scoped, open).await;
        Ok(made?)
    }

    /// All that the marketplace tells of, also those of others.
    pub async fn subscriptions(
        &self,
        tenant: &TenantId,
        channel: &str,
        public_url: &str,
    ) -> Result<Vec<SubscriptionReport>, AppError> {
        let open = self.channels.open_channel(tenant, channel).await?;
        let scoped = self.services.db().tenant(tenant);
        let wanted = self.channels.wanted_callback(&scoped, &open.id).await?;
        let found = open.generation.adapter.webhook_subscriptions(&open.view, open.session(&self.services)).await;
        self.channels.account(&scoped, &open).await;
        Ok(reports(found?, &wanted.unwrap_or_else(|| callback(public_url, &open.id))))
    }

    /// Ends the subscriptions that deliver to this channel here, or did at an address it had before. How many there were.
    pub async fn unsubscribe(&self, tenant: &TenantId, channel: &str, public_url: &str) -> Result<usize, AppError> {
        let open = self.channels.open_channel(tenant, channel).await?;
        let scoped = self.services.db().tenant(tenant);
        // An address that somebody else put there is not one of ours to end.
        let wanted = self.channels.wanted_callback(&scoped, &open.id).await.ok().flatten();
        // Forgotten first, so that nobody makes them anew meanwhile; what then fails can be tried again.
        let row = self.channels.usable_channel(tenant, open.id.as_str()).await?;
        let mut tx = scoped.begin().await?;
        self.record_callback(&mut tx, &row, "").await?;
        tx.forget_subscriptions(&open.id).await?;
        tx.commit().await?;
        let url = wanted.unwrap_or_else(|| callback(public_url, &open.id));
        self.unmake_subscriptions(&scoped, &open, &url).await
    }

    async fn unmake_subscriptions(&self, scoped: &Scoped, open: &OpenChannel, url: &str) -> Result<usize, AppError> {
        let adapter = &open.generation.adapter;
        let ended = async {
            let found = adapter.webhook_subscriptions(&open.view, open.session(&self.services)).await?;
            let ours: Vec<String> =
                found.into_iter().filter(|found| is_ours(found, url, &open.id)).map(|found| found.id).collect();
            let count = ours.len();
            if count > 0 {
                adapter.unsubscribe_webhooks(&open.view, open.session(&self.services), ours).await?;
            }
            Ok(count)
        }
        .await;
        self.channels.account(scoped, open).await;
        ended
    }

    /// For a channel that is about to go: whatever does not work out is left behind, and said.
    pub(crate) async fn end_subscriptions(&self, scoped: &Scoped, channel: &ChannelId) {
        let end = async {
            let Some(url) = self.channels.wanted_callback(scoped, channel).await? else { return Ok(()) };
            let open = self.channels.open_channel(scoped.tenant(), channel.as_str()).await?;
            self.unmake_subscriptions(scoped, &open, &url).await?;
            let mut tx = scoped.begin().await?;
            tx.forget_subscriptions(channel).await?;
            Ok::<_, AppError>(tx.commit().await?)
        };
        match tokio::time::timeout(FAREWELL, end).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(
                    channel = channel.as_str(),
                    "webhooks stay at the marketplace; delete them there: {error}"
                );
            }
            Err(_) => {
                tracing::warn!(
                    channel = channel.as_str(),
                    "webhooks stay at the marketplace; delete them there: no answer"
                );
            }
        }
    }
}

/// It leads to this channel here, at the address that is wanted or at one that this host had before: no two channels have one id.
fn is_ours(found: &Subscription, url: &str, channel: &ChannelId) -> bool {
    found.callback_url == url || found.callback_url.ends_with(&format!("/hooks/{channel}"))
}

fn callback(public_url: &str, channel: &ChannelId) -> String {
    format!("{}/hooks/{channel}", public_url.trim_end_matches('/'))
}

fn reports(found: Vec<Subscription>, url: &str) -> Vec<SubscriptionReport> {
    let report = |Subscription { id, topic, callback_url, active }: Subscription| {
        let ours = callback_url == url;
        SubscriptionReport { id, topic, callback_url, active, ours }
    };
    found.into_iter().map(report).collect()
}
