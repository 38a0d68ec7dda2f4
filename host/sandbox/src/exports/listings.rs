//! `entrepot:adapter/listings`

use std::sync::Arc;

use entrepot_domain::catalog::MediaKind;
use entrepot_domain::listing::CategoryField;
use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Checked, Listing, Offer, OfferOutcome, PushOutcome};
use crate::error::{AdapterError, CallError};

impl Adapter {
    /// Goods can be put on sale through it.
    pub fn sells(&self) -> bool {
        self.push().is_some()
    }

    /// `listings.check-listing`: what would be refused, and what buyers would see. Pure: no network whatever the grant says.
    pub async fn check_listing(
        &self,
        channel: &ChannelView,
        session: Session,
        listing: Listing,
        fields: Vec<CategoryField>,
    ) -> Result<Checked, CallError> {
        self.invoke("listings/check-listing", self.check_list(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let fields: Vec<_> = fields.iter().map(convert::field_to_wit).collect();
                let answer = guest.call_check_listing(store, channel, &listing.to_wit(), &fields).await?;
                Ok(Ok(convert::checked(answer)))
            })
        })
        .await
    }

    /// `listings.push-listings`: made, or brought up to date. One outcome for each, in order.
    pub async fn push_listings(
        &self,
        channel: &ChannelView,
        session: Session,
        listings: Vec<Listing>,
    ) -> Result<Vec<PushOutcome>, CallError> {
        let media = listings.iter().flat_map(|listing| &listing.product.media);
        let pictures = media.filter(|media| media.kind == MediaKind::Image).map(|media| media.url.clone());
        let channel = &ChannelView { media: Arc::new(pictures.collect()), ..channel.clone() };
        self.invoke("listings/push-listings", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let wit: Vec<_> = listings.iter().map(Listing::to_wit).collect();
                let answer = guest.call_push_listings(store, channel, &wit).await?;
                Ok(each(answer, listings.len(), "listings", convert::push_outcome))
            })
        })
        .await
    }

    /// `listings.push-offers`: price and stock alone. One outcome for each, in order.
    pub async fn push_offers(
        &self,
        channel: &ChannelView,
        session: Session,
        offers: Vec<Offer>,
    ) -> Result<Vec<OfferOutcome>, CallError> {
        self.invoke("listings/push-offers", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let wit: Vec<_> = offers.iter().map(Offer::to_wit).collect();
                let answer = guest.call_push_offers(store, channel, &wit).await?;
                Ok(each(answer, offers.len(), "offers", convert::offer_outcome))
            })
        })
        .await
    }

    /// `listings.end-listings`: no longer on sale; one that is gone already is ended. With `forget` they are deleted.
    pub async fn end_listings(
        &self,
        channel: &ChannelView,
        session: Session,
        listings: Vec<Listing>,
        forget: bool,
    ) -> Result<Vec<PushOutcome>, CallError> {
        self.invoke("listings/end-listings", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let wit: Vec<_> = listings.iter().map(Listing::to_wit).collect();
                let answer = guest.call_end_listings(store, channel, &wit, forget).await?;
                Ok(each(answer, listings.len(), "listings", convert::push_outcome))
            })
        })
        .await
    }

    /// `listings.poll`: what became of pending outcomes, in order.
    pub async fn poll_listings(
        &self,
        channel: &ChannelView,
        session: Session,
        pending: Vec<String>,
    ) -> Result<Vec<PushOutcome>, CallError> {
        self.invoke("listings/poll", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let answer = guest.call_poll(store, channel, &pending).await?;
                Ok(each(answer, pending.len(), "pending listings", convert::push_outcome))
            })
        })
        .await
    }

    /// `listings.poll-offers`, likewise.
    pub async fn poll_offers(
        &self,
        channel: &ChannelView,
        session: Session,
        pending: Vec<String>,
    ) -> Result<Vec<OfferOutcome>, CallError> {
        self.invoke("listings/poll-offers", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let answer = guest.call_poll_offers(store, channel, &pending).await?;
                Ok(each(answer, pending.len(), "pending offers", convert::offer_outcome))
            })
        })
        .await
    }

    /// `listings.find`: SKU and the marketplace's id of listings that carry these SKUs.
    pub async fn find_listings(
        &self,
        channel: &ChannelView,
        session: Session,
        skus: Vec<String>,
    ) -> Result<Vec<(String, String)>, CallError> {
        self.invoke("listings/find", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_listings();
                let answer = guest.call_find(store, channel, &skus).await?;
                Ok(answer.map(|found| convert::found(found, &skus)).map_err(convert::error))
            })
        })
        .await
    }
}

/// Which of what was sent an outcome is of is said by its place alone.
fn each<W, T>(
    answer: Result<Vec<W>, crate::bindings::types::Error>,
    sent: usize,
    of: &str,
    convert: impl Fn(W) -> T,
) -> Result<Vec<T>, AdapterError> {
    let outcomes = answer.map_err(convert::error)?;
    if outcomes.len() != sent {
        let told = format!("the adapter was given {sent} {of} and answered with {} outcomes", outcomes.len());
        return Err(AdapterError::Other(told));
    }
    Ok(outcomes.into_iter().map(convert).collect())
}
