//! `entrepot:adapter/listings`

use entrepot_domain::catalog::Issue;
use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Listing, Offer, Receipt};
use crate::error::{AdapterError, CallError};

impl Adapter {
    /// `listings.check-listing`: what would be refused. Pure: no network whatever the grant says.
    pub async fn check_listing(
        &self,
        channel: &ChannelView,
        session: Session,
        listing: Listing,
    ) -> Result<Vec<Issue>, CallError> {
        self.invoke("listings/check-listing", self.check_list(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_listings();
                let issues = guest.call_check_listing(store, channel, &listing.to_wit()).await?;
                Ok(Ok(convert::issues(issues)))
            })
        })
        .await
    }

    /// `listings.push-listing`: made, or brought up to date.
    pub async fn push_listing(
        &self,
        channel: &ChannelView,
        session: Session,
        listing: Listing,
    ) -> Result<Receipt, CallError> {
        self.invoke("listings/push-listing", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_listings();
                let answer = guest.call_push_listing(store, channel, &listing.to_wit()).await?;
                Ok(answer.map(convert::receipt).map_err(convert::error))
            })
        })
        .await
    }

    /// `listings.push-offers`: price and stock alone. One outcome for each offer, in order.
    pub async fn push_offers(
        &self,
        channel: &ChannelView,
        session: Session,
        offers: Vec<Offer>,
    ) -> Result<Vec<Result<(), AdapterError>>, CallError> {
        self.invoke("listings/push-offers", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_listings();
                let wit: Vec<_> = offers.iter().map(Offer::to_wit).collect();
                let answer = guest.call_push_offers(store, channel, &wit).await?;
                Ok(answer.map_err(convert::error).and_then(|outcomes| outcomes_of(offers.len(), outcomes)))
            })
        })
        .await
    }

    /// `listings.end-listing`: it is no longer on sale; one that is gone already is ended.
    pub async fn end_listing(
        &self,
        channel: &ChannelView,
        session: Session,
        listing: Listing,
    ) -> Result<(), CallError> {
        self.invoke("listings/end-listing", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_listings();
                let answer = guest.call_end_listing(store, channel, &listing.to_wit()).await?;
                Ok(answer.map_err(convert::error))
            })
        })
        .await
    }
}

/// Which offer an outcome is of is said by its place alone.
fn outcomes_of(
    offers: usize,
    outcomes: Vec<Result<(), crate::bindings::types::Error>>,
) -> Result<Vec<Result<(), AdapterError>>, AdapterError> {
    if outcomes.len() != offers {
        let told = format!("the adapter was given {offers} offers and answered with {} outcomes", outcomes.len());
        return Err(AdapterError::Other(told));
    }
    Ok(outcomes.into_iter().map(|outcome| outcome.map_err(convert::error)).collect())
}
