//! Which rows count, where several could: authenticated by whoever writes them. One that cannot be read is as good as none.

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    pub name: String,
    /// JSON text, byte for byte as it was authenticated.
    pub body: String,
    pub mac: String,
}

const FIND: &str = "SELECT name, body, mac FROM heads WHERE name = $1";
const LIST: &str = "SELECT name, body, mac FROM heads ORDER BY name";
const PUT: &str = "INSERT INTO heads (name, body, mac) VALUES ($1, $2, $3) \
    ON CONFLICT (name) DO UPDATE SET body = excluded.body, mac = excluded.mac";

impl Db {
    pub async fn head(&self, name: &str) -> Result<Option<Head>, StoreError> {
        Ok(read_sound!(self, Head, "heads", FIND, name)?.pop())
    }

    pub async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        Ok(read_sound!(self, Head, "heads", LIST)?)
    }
}

impl Tx {
    pub async fn head(&mut self, name: &str) -> Result<Option<Head>, StoreError> {
        Ok(tx_sound!(self, Head, "heads", FIND, name)?.pop())
    }

    pub async fn put_head(&mut self, head: &Head) -> Result<(), StoreError> {
        execute!(self, PUT, &head.name, &head.body, &head.mac)?;
        Ok(())
    }
}
