//! Calling an adapter about webhooks.

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
        let pre = self.verify().ok_or(CallError::NotExported("webhooks/verify-webhook"))?.clone();
        self.alone("verify-webhook", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_webhooks();
                let answer = guest.call_verify_webhook(&mut *store, &channel.to_wit(), &delivery.to_wit()).await?;
                Ok(answer.map(convert::verdict).map_err(convert::error))
            })
        })
        .await
    }

    /// `webhooks.subscribe`: makes what is missing, mends what is switched off; all there is then.
    pub async fn subscribe_webhooks(
        &self,
        channel: &ChannelView,
        session: Session,
        callback_url: String,
    ) -> Result<Vec<Subscription>, CallError> {
        let pre = self.subscribe().ok_or(CallError::NotExported("webhooks/subscribe"))?.clone();
        self.alone("subscribe", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_webhooks();
                let answer = guest.call_subscribe(&mut *store, &channel.to_wit(), &callback_url).await?;
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
        let pre = self.subscribe().ok_or(CallError::NotExported("webhooks/subscriptions"))?.clone();
        self.alone("subscriptions", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_webhooks();
                let answer = guest.call_subscriptions(&mut *store, &channel.to_wit()).await?;
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
        let pre = self.subscribe().ok_or(CallError::NotExported("webhooks/unsubscribe"))?.clone();
        self.alone("unsubscribe", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_webhooks();
                let answer = guest.call_unsubscribe(&mut *store, &channel.to_wit(), &ids).await?;
                Ok(answer.map_err(convert::error))
            })
        })
        .await
    }
}
