//! `entrepot:adapter/stock`

use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Page, PageRequest};
use crate::error::CallError;

impl Adapter {
    /// False: its stock comes with its products.
    pub fn supports_stock_sync(&self) -> bool {
        self.stock().is_some()
    }

    /// `stock.fetch-stock`: a page that has stock and nothing else.
    pub async fn fetch_stock(
        &self,
        channel: &ChannelView,
        session: Session,
        request: PageRequest,
    ) -> Result<Page, CallError> {
        let adapter = channel.adapter.clone();
        self.invoke("stock/fetch-stock", self.stock(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter_stock();
                let answer = guest.call_fetch_stock(store, channel, &request.to_wit()).await?;
                Ok(answer.map_err(convert::error).and_then(|page| convert::stock_page(page).bounded(&adapter)))
            })
        })
        .await
    }
}
