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
        self.alone("fetch-stock", channel.clone(), session, move |store, channel| {
            Box::pin(async move {
                let bindings = pre.instantiate_async(&mut *store).await?;
                let guest = bindings.entrepot_adapter_stock();
                let answer = guest.call_fetch_stock(&mut *store, &channel.to_wit(), &request.to_wit()).await?;
                Ok(answer.map(convert::stock_page).map_err(convert::error))
            })
        })
        .await
    }
}
