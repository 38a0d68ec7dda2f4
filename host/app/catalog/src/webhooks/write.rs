//! What deliveries tell of may be more than is held at a time: items are written as they come, and the deliveries are settled with the last.

use entrepot_domain::RunId;
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::deliveries::Pending;
use entrepot_store::pages::Seen;
use entrepot_store::{Scoped, StoreError};

use super::draft::{Draft, met_by};
use crate::Imports;
use crate::import::{FreshnessContext, ItemMapper, PreparedPage, distinct, prepare};
use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};

pub(super) struct Writer<'a> {
    imports: &'a Imports,
    scoped: &'a Scoped,
    pub(super) channel: &'a OpenChannel,
    owner: &'a str,
    asked_at: Timestamp,
    met_by: RunId,
    mapper: ItemMapper,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        imports: &'a Imports,
        scoped: &'a Scoped,
        channel: &'a OpenChannel,
        owner: &'a str,
        asked_at: Timestamp,
        pending: &[Pending],
    ) -> Self {
        let mapper = ItemMapper::new(channel.generation.adapter.mapper(&channel.view));
        Self { imports, scoped, channel, owner, asked_at, met_by: met_by(pending), mapper }
    }

    /// Writes what has come so far.
    pub(super) async fn write_ahead(&mut self, draft: &mut Draft<'_>) -> Result<(), AppError> {
        let last = self.last(draft).await?;
        self.write(last, draft).await
    }

    /// Prepares what has come. What is more than a portion is written; the last portion is for who settles the deliveries.
    pub(super) async fn last(&mut self, draft: &mut Draft<'_>) -> Result<PreparedPage, AppError> {
        let mut items = distinct(std::mem::take(&mut draft.items));
        loop {
            let freshness = FreshnessContext { seen: &Seen::default(), asked_at: self.asked_at, watermark: None };
            let (services, scoped, channel) = (&self.imports.services, self.scoped, self.channel);
            let mut page = prepare(services, scoped, channel, &mut self.mapper, freshness, &mut items).await?;
            page.keep_within_plan(services, scoped).await?;
            if items.is_empty() {
                return Ok(page);
            }
            self.write(page, draft).await?;
        }
    }

    async fn write(&self, mut page: PreparedPage, draft: &mut Draft<'_>) -> Result<(), AppError> {
        let (imports, channel) = (self.imports, self.channel);
        let conflicts_last = imports.state.conflicts.last(&channel.id);
        loop {
            match retry_transient(imports.services.options().database_patience, || self.commit(&page)).await {
                Err(error) if error.is_refusal_if(conflicts_last) => {
                    if !page
                        .set_refused_aside(&imports.services, self.scoped, channel, &self.met_by, conflicts_last)
                        .await?
                    {
                        return Err(error.into());
                    }
                }
                committed => break committed?,
            }
        }
        imports.count_items(&channel.view.adapter, "webhook", &page.counts);
        draft.fates.extend(page.fates());
        Ok(())
    }

    async fn commit(&self, page: &PreparedPage) -> Result<(), StoreError> {
        let mut tx = self.scoped.begin().await?;
        tx.hold_channel_work(
            ChannelWork::Deliveries,
            &self.channel.id,
            self.owner,
            millis(self.imports.services.options().lease),
        )
        .await?;
        page.hold(&mut tx, &self.channel.id).await?;
        page.write(&mut tx, self.channel, &self.met_by).await?;
        tx.commit().await
    }
}
