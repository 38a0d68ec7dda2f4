//! Items of one channel: mapped again from what was kept, and written with the checkpoint.

use entrepot_domain::RunId;
use entrepot_domain::catalog::Issue;
use entrepot_sandbox::{Mapper, RawItem};
use entrepot_store::StoreError;
use entrepot_store::dead_letters::Letter;

use super::DeadLetters;
use super::checkpoint::Checkpoint;
use crate::import::{PreparedPage, UNREAD, map_item};
use entrepot_channels::OpenChannel;
use entrepot_core::{ActiveOperation, AppError};

impl DeadLetters {
    /// True: the turn is over, and some may be left.
    pub(super) async fn replay_items(
        &self,
        active: &ActiveOperation,
        channel: &str,
        letters: Vec<Letter>,
        without_fetching: bool,
        at: &mut Checkpoint,
    ) -> Result<bool, AppError> {
        let open = self.channels.open_channel(active.tenant(), channel).await?;
        let mut mapper = open.generation.adapter.mapper(&open.view);
        let mut outcome = Ok(false);
        let _room = self.imports.state.rooms.enter().await;
        for letter in letters {
            let replayed = self.replay_item(active, &open, &mut mapper, &letter, without_fetching, at).await;
            outcome = replayed.map(|()| active.is_turn_over());
            if !matches!(outcome, Ok(false)) {
                break;
            }
        }
        self.channels.account(active.scoped(), &open).await;
        outcome
    }

    async fn replay_item(
        &self,
        active: &ActiveOperation,
        open: &OpenChannel,
        mapper: &mut Mapper,
        letter: &Letter,
        without_fetching: bool,
        at: &mut Checkpoint,
    ) -> Result<(), AppError> {
        let (scoped, source_id) = (active.scoped(), letter.subject.clone());
        let known = scoped.known_items(&open.id, &[&source_id]).await?.remove(&source_id);
        // Gone, or settled by somebody else meanwhile.
        let Some(stored) = scoped.stored_item(&open.id, &source_id).await? else { return Ok(()) };
        let (updated_at, damaged) = (stored.source_updated_at, stored.body.is_none());
        let body = stored.body.unwrap_or_default();
        let mut item = RawItem { source_id, updated_at, body, deleted: false, problems: Vec::new() };
        // Of what was not read, and of what does not unpack any more, nothing is here to map.
        if damaged || known.as_ref().is_some_and(|known| known.content_hash == UNREAD) {
            if without_fetching {
                at.done.left += 1;
                at.deal(std::iter::once(&letter.id));
                return Ok(());
            }
            item = self.fetch_again(open, item).await?;
        }
        let outcome = match item.problems.is_empty() {
            true => map_item(mapper, &item).await,
            false => Err(item.problems.clone()),
        };
        let mut page = PreparedPage::single(&self.services, item, known, outcome);
        page.keep_within_plan(&self.services, scoped).await?;
        let mut mended = page.is_mended();
        let met_by = RunId::from(letter.met_by.as_deref().unwrap_or_default());
        let dealt = loop {
            let dealt = at.with_item(&letter.id, mended);
            match write(active, &page, open, &met_by, &dealt).await {
                // Somebody brought it anew in this moment.
                Err(StoreError::Overtaken) => return Ok(()),
                Err(error) if error.is_refusal_if(true) => {
                    mended = false;
                    if !page.set_refused_aside(&self.services, scoped, open, &met_by, true).await? {
                        return Err(error.into());
                    }
                }
                written => {
                    written?;
                    break dealt;
                }
            }
        };
        *at = dealt;
        Ok(())
    }

    async fn fetch_again(&self, channel: &OpenChannel, mut item: RawItem) -> Result<RawItem, AppError> {
        let ids = vec![item.source_id.clone()];
        let fetched = channel.fetch_items(&channel.session(&self.services), None, ids).await?;
        Ok(match fetched.into_iter().find(|fetched| fetched.source_id == item.source_id) {
            Some(fetched) => fetched,
            None => {
                let message = "the shop does not show it any more; the next full import will notice";
                item.problems = vec![Issue::new("", "not-found", message)];
                item
            }
        })
    }
}

/// The item and the checkpoint after it, in one transaction.
async fn write(
    active: &ActiveOperation,
    page: &PreparedPage,
    channel: &OpenChannel,
    met_by: &RunId,
    dealt: &Checkpoint,
) -> Result<(), StoreError> {
    let mut tx = active.scoped().begin().await?;
    dealt.keep(active, &mut tx).await?;
    page.hold(&mut tx, &channel.id).await?;
    page.write(&mut tx, channel, met_by).await?;
    tx.commit().await
}
