//! What a run would have deleted and did not, for somebody to look at.

use entrepot_domain::{ChannelId, RunId};
use sqlx::types::Json;

use super::row::{Gone, HeldBack, RunRow};
use crate::{Scoped, ScopedTx, StoreError};

const HOLD_BACK: &str = "UPDATE runs SET held_back = $3 WHERE tenant_id = $1 AND id = $2";
const TITLE: &str = "SELECT title FROM products WHERE tenant_id = $1 AND channel_id = $2 AND source_id = $3";
/// A run that was completed since has settled it.
const LAST: &str = concat!(
    "SELECT ",
    run_columns!(),
    " FROM runs WHERE tenant_id = $1 AND channel_id = $2 AND held_back IS NOT NULL \
     AND id > COALESCE((SELECT MAX(id) FROM runs WHERE tenant_id = $1 AND channel_id = $2 AND scope = 'full' AND state = 'completed'), '') \
     ORDER BY id DESC LIMIT 1"
);

impl Scoped {
    /// The first `most` of these ids, each with its title.
    pub async fn titles(&self, channel: &ChannelId, ids: &[String], most: usize) -> Result<Vec<Gone>, StoreError> {
        let mut sample = Vec::new();
        for id in ids.iter().take(most) {
            let row = read_optional!(self, (String,), TITLE, self.tenant().as_str(), channel.as_str(), id)?;
            sample.push(Gone { source_id: id.clone(), title: row.map(|(title,)| title) });
        }
        Ok(sample)
    }

    /// The last run of a channel that was held back, unless a whole import has been completed since.
    pub async fn last_held_back(&self, channel: &ChannelId) -> Result<Option<RunRow>, StoreError> {
        Ok(read_optional!(self, RunRow, LAST, self.tenant().as_str(), channel.as_str())?)
    }
}

impl ScopedTx {
    pub async fn hold_back(&mut self, run: &RunId, held_back: &HeldBack) -> Result<(), StoreError> {
        execute!(&mut self.tx, HOLD_BACK, self.tenant.as_str(), run.as_str(), Json(held_back))?;
        Ok(())
    }
}
