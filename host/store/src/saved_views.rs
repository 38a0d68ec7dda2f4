//! Filters of lists that people gave a name. Each sees their own.

use serde::Serialize;

use crate::{Db, Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct SavedView {
    pub name: String,
    /// The parameters of the list's address.
    pub query: String,
}

/// One of somebody's, of whatever tenant.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct ViewOf {
    pub tenant_id: String,
    pub list: String,
    pub name: String,
    pub query: String,
}

const LIST: &str =
    "SELECT name, query FROM saved_views WHERE tenant_id = $1 AND user_id = $2 AND list = $3 ORDER BY created_at, name";
const OF: &str =
    "SELECT tenant_id, list, name, query FROM saved_views WHERE user_id = $1 ORDER BY tenant_id, list, name";
const PUT: &str = "INSERT INTO saved_views (tenant_id, user_id, list, name, query, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (tenant_id, user_id, list, name) DO UPDATE SET query = excluded.query";
const FORGET: &str = "DELETE FROM saved_views WHERE tenant_id = $1 AND user_id = $2 AND list = $3 AND name = $4";

impl Db {
    /// All of somebody's.
    pub async fn views_of(&self, user: &str) -> Result<Vec<ViewOf>, StoreError> {
        Ok(read_all!(self, ViewOf, OF, user)?)
    }
}

impl Scoped {
    /// In the order they were made.
    pub async fn saved_views(&self, user: &str, list: &str) -> Result<Vec<SavedView>, StoreError> {
        Ok(read_all!(self, SavedView, LIST, self.tenant().as_str(), user, list)?)
    }
}

impl ScopedTx {
    /// One of the same name is replaced.
    pub async fn save_view(&mut self, user: &str, list: &str, view: &SavedView) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, PUT, self.tenant.as_str(), user, list, &view.name, &view.query, now)?;
        Ok(())
    }

    pub async fn forget_view(&mut self, user: &str, list: &str, name: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, FORGET, self.tenant.as_str(), user, list, name)?;
        Ok(())
    }
}
