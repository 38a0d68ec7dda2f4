//! `entrepot:adapter/catalog`

mod mapper;

use entrepot_domain::delivery::RawItem;
use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Page, PageRequest};
use crate::error::CallError;

pub use mapper::{Mapped, Mapper};

impl Adapter {
    /// `catalog.fetch-page`
    pub async fn fetch_page(
        &self,
        channel: &ChannelView,
        session: Session,
        request: PageRequest,
    ) -> Result<Page, CallError> {
        let adapter = channel.adapter.clone();
        self.invoke("catalog/fetch-page", self.fetch(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_catalog();
                let answer = guest.call_fetch_page(store, channel, &request.to_wit()).await?;
                Ok(answer.map_err(convert::error).and_then(|page| convert::page(page).bounded(&adapter)))
            })
        })
        .await
    }

    /// `catalog.fetch-items`: of what was asked for, what there is.
    pub async fn fetch_items(
        &self,
        channel: &ChannelView,
        session: Session,
        context: Option<String>,
        ids: Vec<String>,
    ) -> Result<Vec<RawItem>, CallError> {
        let adapter = channel.adapter.clone();
        self.invoke("catalog/fetch-items", self.fetch(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_catalog();
                let answer = guest.call_fetch_items(store, channel, context.as_ref(), &ids).await?;
                let items = answer.map_err(convert::error);
                let items = items.map(|items| items.into_iter().map(convert::raw_item).collect());
                Ok(items.map(|items| convert::asked_for(&adapter, &ids, items)))
            })
        })
        .await
    }

    /// For mapping many items one after the other in the same store.
    pub fn mapper(&self, channel: &ChannelView) -> Mapper {
        Mapper::new(self.clone(), channel.clone())
    }
}
