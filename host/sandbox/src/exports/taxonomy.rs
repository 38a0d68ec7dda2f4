//! `entrepot:adapter/taxonomy`

use entrepot_domain::listing::{Category, CategoryField};
use entrepot_egress::Session;

use crate::adapter::Adapter;
use crate::convert::{self, ChannelView};
use crate::error::CallError;

impl Adapter {
    /// `taxonomy.categories`: those below one, or the roots.
    pub async fn categories(
        &self,
        channel: &ChannelView,
        session: Session,
        parent: Option<String>,
    ) -> Result<Vec<Category>, CallError> {
        self.invoke("taxonomy/categories", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_taxonomy();
                let answer = guest.call_categories(store, channel, parent.as_deref()).await?;
                Ok(answer.map(convert::categories).map_err(convert::error))
            })
        })
        .await
    }

    /// `taxonomy.suggest`: surest first.
    pub async fn suggest_categories(
        &self,
        channel: &ChannelView,
        session: Session,
        title: String,
        path: Vec<String>,
    ) -> Result<Vec<Category>, CallError> {
        self.invoke("taxonomy/suggest", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_taxonomy();
                let answer = guest.call_suggest(store, channel, &title, &path).await?;
                Ok(answer.map(convert::categories).map_err(convert::error))
            })
        })
        .await
    }

    /// `taxonomy.fields`: what a category asks for.
    pub async fn category_fields(
        &self,
        channel: &ChannelView,
        session: Session,
        category: Option<String>,
    ) -> Result<Vec<CategoryField>, CallError> {
        self.invoke("taxonomy/fields", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_taxonomy();
                let answer = guest.call_fields(store, channel, category.as_deref()).await?;
                Ok(answer.map(convert::fields).map_err(convert::error))
            })
        })
        .await
    }

    /// `taxonomy.choices`: value and name of what the account offers.
    pub async fn live_choices(
        &self,
        channel: &ChannelView,
        session: Session,
        name: String,
    ) -> Result<Vec<(String, String)>, CallError> {
        self.invoke("taxonomy/choices", self.push(), channel, session, move |store, guest, channel| {
            Box::pin(async move {
                let guest = guest.entrepot_adapter0_2_0_taxonomy();
                let answer = guest.call_choices(store, channel, &name).await?;
                Ok(answer.map(convert::choices).map_err(convert::error))
            })
        })
        .await
    }
}
