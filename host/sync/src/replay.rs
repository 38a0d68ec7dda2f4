//! Mapping dead letters again, from the raw items that were kept. Only what could not be read completely is fetched anew.

use entrepot_domain::TenantId;
use entrepot_domain::catalog::Issue;
use entrepot_runtime::RawItem;
use entrepot_store::Scoped;
use entrepot_store::dead_letters::DeadLetter;
use serde::Serialize;

use crate::channels::OpenChannel;
use crate::import::{PreparedPage, UNREAD, map_item};
use crate::{Sync, SyncError};

/// Which dead letters of a channel. Nothing named: all.
#[derive(Clone, Debug, Default)]
pub struct ReplayFilter {
    pub ids: Vec<String>,
    pub code: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    pub replayed: u64,
    /// In the catalogue now.
    pub mended: u64,
    /// Failed again; the reason may be another.
    pub failed: u64,
}

const AT_ONCE: i64 = 200;

impl Sync {
    pub async fn replay(&self, tenant: &TenantId, channel: &str, filter: &ReplayFilter) -> Result<Replayed, SyncError> {
        let open = self.open_channel(tenant, channel).await?;
        let scoped = self.db().tenant(tenant);
        let done = self.replay_all(&open, &scoped, filter).await;
        self.account(&scoped, &open).await;
        done
    }

    async fn replay_all(
        &self,
        open: &OpenChannel,
        scoped: &Scoped,
        filter: &ReplayFilter,
    ) -> Result<Replayed, SyncError> {
        let mut mapper = open.generation.adapter.mapper(&open.view);
        let mut done = Replayed::default();
        let mut after = String::new();
        loop {
            let code = filter.code.as_deref().unwrap_or("");
            let letters = scoped.dead_letters(Some(&open.id), code, &after, AT_ONCE).await?;
            let Some(last) = letters.last() else { return Ok(done) };
            after.clone_from(&last.id);
            for letter in letters.into_iter().filter(|letter| filter.ids.is_empty() || filter.ids.contains(&letter.id))
            {
                let DeadLetter { source_id, run_id, raw, .. } = letter;
                let known = scoped.known_items(&open.id, &[&source_id]).await?.remove(&source_id);
                let updated_at =
                    scoped.stored_item(&open.id, &source_id).await?.and_then(|item| item.source_updated_at);
                let mut item = RawItem { source_id, updated_at, body: raw, deleted: false, problems: Vec::new() };
                if known.as_ref().is_some_and(|known| known.content_hash == UNREAD) {
                    item = self.fetch_again(open, item).await?;
                }
                let outcome = match item.problems.is_empty() {
                    true => map_item(&mut mapper, &item).await,
                    false => Err(item.problems.clone()),
                };
                done.replayed += 1;
                if outcome.is_ok() {
                    done.mended += 1;
                } else {
                    done.failed += 1;
                }
                let page = PreparedPage::single(self, item, known, outcome);
                let mut tx = scoped.begin().await?;
                page.hold(&mut tx, &open.id).await?;
                page.write(&mut tx, open, &run_id.into()).await?;
                tx.commit().await?;
            }
        }
    }

    async fn fetch_again(&self, channel: &OpenChannel, mut item: RawItem) -> Result<RawItem, SyncError> {
        let ids = vec![item.source_id.clone()];
        let fetched = channel.generation.adapter.fetch_items(&channel.view, channel.session(self), None, ids).await?;
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
