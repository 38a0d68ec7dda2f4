//! `entrepot:adapter/connection`

use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView, MarketplaceAccount};
use crate::error::CallError;

impl Adapter {
    /// `connection.check`: does the marketplace accept these credentials, and whose account is it?
    pub async fn check(&self, channel: &ChannelView, session: Session) -> Result<MarketplaceAccount, CallError> {
        self.invoke("connection/check", self.connection(), channel, session, |store, guest, channel| {
            Box::pin(async move {
                let answer = guest.entrepot_adapter_connection().call_check(store, channel).await?;
                Ok(answer.map(convert::account).map_err(convert::error))
            })
        })
        .await
    }
}
