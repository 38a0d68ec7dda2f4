//! `entrepot:adapter/webhooks`

use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Delivery, Subscription, Verdict};
use crate::error::CallError;

impl Adapter {
    pub fn receives_webhooks(&self) -> bool {
        self.verify().is_some()
    }

    /// `webhooks.verify-webhook`. Pure but for keys: no network whatever the grant says.
    pub async fn verify_webhook(
        &self,
        channel: &ChannelView,
        session: Session,
        delivery: Delivery,
    ) -> Result<Verdict, CallError> {
        self.invoke("webhooks/verify-webhook", self.verify(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_webhooks();
                let answer = guest.call_verify_webhook(store, channel, &delivery.to_wit()).await?;
                Ok(answer.map(convert::verdict).map_err(convert::error))
            })
        })
        .await
    }

    /// `webhooks.subscribe`: makes what is missing, repairs what is switched off; all there is then.
    pub async fn subscribe_webhooks(
        &self,
        channel: &ChannelView,
        session: Session,
        callback_url: String,
    ) -> Result<Vec<Subscription>, CallError> {
        self.invoke("webhooks/subscribe", self.subscribe(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_webhooks();
                let answer = guest.call_subscribe(store, channel, &callback_url).await?;
                Ok(answer.map(|all| all.into_iter().map(convert::subscription).collect()).map_err(convert::error))
            })
        })
        .await
    }

    /// `webhooks.subscriptions`
    pub async fn webhook_subscriptions(
        &self,
        channel: &ChannelView,
        session: Session,
    ) -> Result<Vec<Subscription>, CallError> {
        self.invoke("webhooks/subscriptions", self.subscribe(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_webhooks();
                let answer = guest.call_subscriptions(store, channel).await?;
                Ok(answer.map(|all| all.into_iter().map(convert::subscription).collect()).map_err(convert::error))
            })
        })
        .await
    }

    /// `webhooks.unsubscribe`
    pub async fn unsubscribe_webhooks(
        &self,
        channel: &ChannelView,
        session: Session,
        ids: Vec<String>,
    ) -> Result<(), CallError> {
        self.invoke("webhooks/unsubscribe", self.subscribe(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_webhooks();
                let answer = guest.call_unsubscribe(store, channel, &ids).await?;
                Ok(answer.map_err(convert::error))
            })
        })
        .await
    }
}
