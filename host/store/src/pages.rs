//! Which ids each checkpoint of a run showed. One row a page, whatever the page's size: an unchanged catalogue costs no more.

use std::collections::HashSet;

use entrepot_domain::RunId;
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

/// What a run has seen so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Ids of items that came.
    pub items: HashSet<String>,
    /// Ids the marketplace listed without their items. Not empty: what is not in here does not exist.
    pub listed: HashSet<String>,
}

const INSERT: &str = "INSERT INTO run_pages (tenant_id, run_id, seq, items, listed) VALUES ($1, $2, $3, $4, $5)";
const READ: &str =
    "SELECT seq, items, listed FROM run_pages WHERE tenant_id = $1 AND run_id = $2 AND seq > $3 ORDER BY seq LIMIT 200";
const FORGET: &str = "DELETE FROM run_pages WHERE tenant_id = $1 AND run_id = $2";

type PageRow = (i64, Json<Vec<String>>, Json<Vec<String>>);

impl Scoped {
    pub async fn seen(&self, run: &RunId) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let mut after = -1_i64;
        loop {
            let rows = read_all!(self, PageRow, READ, self.tenant().as_str(), run.as_str(), after)?;
            let Some((last, ..)) = rows.last() else { return Ok(seen) };
            after = *last;
            for (_, Json(items), Json(listed)) in rows {
                seen.items.extend(items);
                seen.listed.extend(listed);
            }
        }
    }
}

impl ScopedTx {
    pub async fn insert_page(
        &mut self,
        run: &RunId,
        seq: i64,
        items: &[&str],
        listed: &[String],
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, INSERT, self.tenant.as_str(), run.as_str(), seq, Json(items), Json(listed))?;
        Ok(())
    }

    /// For a run that has ended, or starts again from its beginning.
    pub async fn forget_pages(&mut self, run: &RunId) -> Result<(), StoreError> {
        execute!(&mut self.tx, FORGET, self.tenant.as_str(), run.as_str())?;
        Ok(())
    }
}
