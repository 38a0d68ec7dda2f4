//! Asking an adapter for stock alone.

use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, Page, PageRequest};
use crate::error::CallError;

impl Adapter {
    /// False: its stock comes with its products.
    pub fn tells_stock(&self) -> bool {
        self.stock().is_some()
    }

    /// `stock.fetch-stock`: a page that has stock and nothing else.
    pub async fn fetch_stock(
        &self,
        channel: &ChannelView,
        session: Session,
        request: PageRequest,
    ) -> Result<Page, CallError> {
        let pre = self.stock().ok_or(CallError::NotExported("stock/fetch-stock"))?.clone();
        let adapter = channel.adapter.clone();
        self.alone("fetch-stock", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_stock();
                let answer = guest.call_fetch_stock(&mut *store, &channel.to_wit(), &request.to_wit()).await?;
                Ok(answer.map_err(convert::error).and_then(|page| convert::stock_page(page).bounded(&adapter)))
            })
        })
        .await
    }
}
