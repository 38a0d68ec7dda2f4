//! Calling an adapter about goods that go out.

use entrepot_domain::catalog::Issue;
use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Listing, Receipt};
use crate::error::CallError;

impl Adapter {
    /// `listings.check-listing`: what would be refused. Pure: no network whatever the grant says.
    pub async fn check_listing(
        &self,
        channel: &ChannelView,
        session: Session,
        listing: Listing,
    ) -> Result<Vec<Issue>, CallError> {
        let pre = self.check_list().ok_or(CallError::NotExported("listings/check-listing"))?.clone();
        self.alone("check-listing", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_listings();
                let issues = guest.call_check_listing(&mut *store, &channel.to_wit(), &listing.to_wit()).await?;
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
        let pre = self.push().ok_or(CallError::NotExported("listings/push-listing"))?.clone();
        self.alone("push-listing", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_listings();
                let answer = guest.call_push_listing(&mut *store, &channel.to_wit(), &listing.to_wit()).await?;
                Ok(answer.map(convert::receipt).map_err(convert::error))
            })
        })
        .await
    }
}
