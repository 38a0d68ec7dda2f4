//! Which ids each checkpoint of a run showed. One row a page, whatever the page's size: an unchanged catalogue costs no more.

use std::collections::HashSet;

use entrepot_domain::RunId;
use entrepot_domain::catalog::limits::UNIDENTIFIED;
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

/// What a run has seen so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Ids of items that came.
    pub items: Ids,
    /// Ids the marketplace listed without their items. Not empty: what is not in here does not exist.
    pub listed: Ids,
    /// Ids that a page said are gone, and no later one showed.
    pub gone: Ids,
    /// Something came, or was listed, and nobody could tell which item it is: it may be any of those that did not come.
    pub unidentified: bool,
}

impl Seen {
    /// What one page showed, listed, and said is gone.
    pub fn note(&mut self, items: &[String], listed: &[String], gone: &[String]) {
        self.items.extend(items);
        self.listed.extend(listed);
        self.unidentified |= items.iter().chain(listed).any(|id| id.starts_with(UNIDENTIFIED));
        items.iter().for_each(|id| self.gone.remove(id));
        self.gone.extend(gone);
    }
}

/// A set of ids, of which there may be millions: of each it keeps 16 bytes of its hash, however long it is.
#[derive(Clone, Debug, Default)]
pub struct Ids(HashSet<[u8; 16]>);

impl Ids {
    pub fn insert(&mut self, id: &str) -> bool {
        self.0.insert(short(id))
    }

    pub fn extend(&mut self, ids: &[String]) {
        self.0.extend(ids.iter().map(|id| short(id)));
    }

    pub fn remove(&mut self, id: &str) {
        self.0.remove(&short(id));
    }

    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(&short(id))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn short(id: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..16]);
    short
}

const INSERT: &str =
    "INSERT INTO run_pages (tenant_id, run_id, seq, items, listed, gone) VALUES ($1, $2, $3, $4, $5, $6)";
const READ: &str = "SELECT seq, items, listed, gone FROM run_pages WHERE tenant_id = $1 AND run_id = $2 AND seq > $3 ORDER BY seq LIMIT 50";
const FORGET: &str = "DELETE FROM run_pages WHERE tenant_id = $1 AND run_id = $2";

type PageRow = (i64, Json<Vec<String>>, Json<Vec<String>>, Json<Vec<String>>);

impl Scoped {
    pub async fn seen(&self, run: &RunId) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let mut after = -1_i64;
        loop {
            let rows = read_all!(self, PageRow, READ, self.tenant().as_str(), run.as_str(), after)?;
            let Some((last, ..)) = rows.last() else { return Ok(seen) };
            after = *last;
            for (_, Json(items), Json(listed), Json(gone)) in rows {
                seen.note(&items, &listed, &gone);
            }
        }
    }

    /// Ids that pages said are gone; [`Seen::gone`] knows which of them were shown again.
    pub async fn said_to_be_gone(&self, run: &RunId) -> Result<HashSet<String>, StoreError> {
        let (mut gone, mut after) = (HashSet::new(), -1_i64);
        loop {
            let rows = read_all!(self, PageRow, READ, self.tenant().as_str(), run.as_str(), after)?;
            let Some((last, ..)) = rows.last() else { return Ok(gone) };
            after = *last;
            gone.extend(rows.into_iter().flat_map(|(.., Json(said))| said));
        }
    }

    /// The first of the ids that a run was listed.
    pub async fn first_listed(&self, run: &RunId) -> Result<Vec<String>, StoreError> {
        let rows = read_all!(self, PageRow, READ, self.tenant().as_str(), run.as_str(), -1_i64)?;
        Ok(rows.into_iter().flat_map(|(_, _, Json(listed), _)| listed).collect())
    }
}

impl ScopedTx {
    pub async fn insert_page(
        &mut self,
        run: &RunId,
        seq: i64,
        items: &[&str],
        listed: &[String],
        gone: &[String],
    ) -> Result<(), StoreError> {
        let tenant = self.tenant.as_str();
        execute!(&mut self.tx, INSERT, tenant, run.as_str(), seq, Json(items), Json(listed), Json(gone))?;
        Ok(())
    }

    /// For a run that has ended, or starts again from its beginning.
    pub async fn forget_pages(&mut self, run: &RunId) -> Result<(), StoreError> {
        execute!(&mut self.tx, FORGET, self.tenant.as_str(), run.as_str())?;
        Ok(())
    }
}
