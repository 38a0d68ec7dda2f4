//! Whether anything can be written, found out without leaving anything behind.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::Row;

use crate::StoreError;
use crate::db::{Db, Pools};

/// A writer that takes longer is at work, and shows that writing works.
const BUSY: Duration = Duration::from_millis(1_500);
/// More than what migrations leave free in a new file: with room for this, there is some.
const FILL: &str = "CREATE TABLE room_is_looked_for AS SELECT zeroblob(1048576) AS filler";

impl Db {
    /// Whether there are any tables of ours; makes none.
    pub async fn is_set_up(&self) -> Result<bool, StoreError> {
        const SET_UP: [&str; 2] = [
            "SELECT CAST(1 AS BIGINT) WHERE to_regclass('_sqlx_migrations') IS NOT NULL",
            "SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'",
        ];
        Ok(!read_all_forked!(self, (i64,), SET_UP)?.is_empty())
    }

    /// Why nothing can be written; `None`: it can.
    pub async fn write_problem(&self) -> Result<Option<&'static str>, StoreError> {
        match &self.pools() {
            Pools::Postgres(pool) => {
                let row = sqlx::query("SHOW transaction_read_only").fetch_one(pool).await?;
                let read_only = row.try_get::<String, _>(0)? == "on";
                Ok(read_only.then_some(
                    "the database can only be read: it is a standby, or set to default_transaction_read_only",
                ))
            }
            Pools::Sqlite { write, .. } => {
                let looked = async {
                    let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                    sqlx::query(FILL).execute(&mut *tx).await?;
                    tx.rollback().await
                };
                match tokio::time::timeout(BUSY, looked).await {
                    Ok(Err(error)) => of_sqlite(error),
                    Ok(Ok(())) | Err(_) => Ok(None),
                }
            }
        }
    }

    /// Where the file of an embedded database lies.
    pub fn folder(&self) -> Option<PathBuf> {
        match self.pools() {
            Pools::Postgres(_) => None,
            Pools::Sqlite { write, .. } => {
                let options = write.connect_options();
                let folder = options.get_filename().parent()?;
                Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
            }
        }
    }
}

/// The primary result code stands in the low byte: 5 busy, 6 locked, 8 read-only, 13 full.
fn of_sqlite(error: sqlx::Error) -> Result<Option<&'static str>, StoreError> {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => Ok(None),
        Some(8) => Ok(Some(
            "the database can only be read: check the rights of its file and folder, and how its disk is mounted",
        )),
        Some(13) => Ok(Some("the database has no room: make some on its disk")),
        _ => Err(error.into()),
    }
}
