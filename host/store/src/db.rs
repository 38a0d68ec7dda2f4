//! Connections, transactions, and the handles that lead to a tenant's rows.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Clock, TenantId};
use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::StoreError;

/// How long a statement waits for SQLite's write lock, held by another process.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
/// How long a caller waits for a free connection before the database counts as away.
const ACQUIRE: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Sqlite,
}

#[derive(Clone, Debug)]
pub enum Pools {
    Postgres(PgPool),
    /// SQLite has one writer; waiting in our own line is fairer and faster than its busy loop.
    /// The job engine has connections of its own: it may hold one while it asks for another.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        jobs: SqlitePool,
    },
}

/// The database of a host. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    clock: Clock,
    /// Of an embedded database: its file, and device and number by which it is known whatever its name becomes.
    file: Option<(PathBuf, (u64, u64))>,
    opened_at: (Instant, Timestamp),
}

pub enum Tx {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

impl Db {
    /// Connects, and makes the file and its folder where the database is embedded and not there yet.
    pub async fn connect(address: &str, clock: Clock) -> Result<Self, StoreError> {
        let pools = if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options =
                PgConnectOptions::from_str(address).map_err(|_| StoreError::Address(hide_password(address)))?;
            Pools::Postgres(
                PgPoolOptions::new().max_connections(16).acquire_timeout(ACQUIRE).connect_with(options).await?,
            )
        } else if address.starts_with("sqlite:") {
            Self::open_sqlite(address).await?
        } else {
            return Err(StoreError::Address(hide_password(address)));
        };
        let file = match &pools {
            Pools::Sqlite { write, .. } => {
                let path = write.connect_options().get_filename().to_owned();
                identity(&path).map(|identity| (path, identity))
            }
            Pools::Postgres(_) => None,
        };
        let opened_at = (Instant::now(), clock.now());
        Ok(Self { pools, clock, file, opened_at })
    }

    /// By a clock that nobody sets, and by the one that counts.
    pub(crate) fn opened_at(&self) -> (Instant, Timestamp) {
        self.opened_at
    }

    /// Whether the file of an embedded database was deleted, renamed or replaced: what is written goes where nobody will find it.
    pub fn has_lost_its_file(&self) -> bool {
        self.file.as_ref().is_some_and(|(path, known)| identity(path) != Some(*known))
    }

    async fn open_sqlite(address: &str) -> Result<Pools, StoreError> {
        let options = SqliteConnectOptions::from_str(address)
            .map_err(|_| StoreError::Address(address.to_owned()))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY)
            .statement_cache_capacity(256)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000")
            // Of a file that is made now. With 8 KiB a product's row lies in one page, and there are fewer of them.
            .page_size(8192)
            // Pages are carried over from the log by the thousand: many of them were written several times by then.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("journal_size_limit", "67108864");
        if let Some(folder) = Path::new(options.get_filename()).parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)
                .map_err(|cause| StoreError::Folder { path: folder.display().to_string(), cause })?;
        }
        let write = sqlite_pool(1).connect_with(options.clone()).await?;
        // Connections that are opened later find the file that there is, or none: another one is not made in its place.
        let options = options.create_if_missing(false);
        let read = sqlite_pool(4).connect_with(options.clone()).await?;
        let jobs = sqlite_pool(3).connect_with(options).await?;
        Ok(Pools::Sqlite { read, write, jobs })
    }

    /// Brings the tables up to date. Safe to call on every start, and by several hosts at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let (migrator, outcome) = match &self.pools {
            Pools::Postgres(pool) => {
                let migrator = sqlx::migrate!("../../migrations/postgres");
                let outcome = migrator.run(pool).await;
                (migrator, outcome)
            }
            Pools::Sqlite { write, .. } => {
                let migrator = sqlx::migrate!("../../migrations/sqlite");
                let outcome = migrator.run(write).await;
                (migrator, outcome)
            }
        };
        let known = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
        outcome.map_err(|error| match error {
            MigrateError::VersionMissing(found) if found > known => StoreError::Newer { found, known },
            error => StoreError::Migrate(error),
        })
    }

    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Postgres(_) => Engine::Postgres,
            Pools::Sqlite { .. } => Engine::Sqlite,
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// For the job engine, which keeps its own tables in the same database.
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Does it answer?
    pub async fn ping(&self) -> Result<(), StoreError> {
        read_all!(self, (i64,), "SELECT CAST(1 AS BIGINT)")?;
        Ok(())
    }

    /// The rows of one tenant.
    pub fn tenant(&self, tenant: &TenantId) -> Scoped {
        Scoped { db: self.clone(), tenant: tenant.clone() }
    }

    /// A transaction on what belongs to the host, not to a tenant.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pools {
            Pools::Postgres(pool) => Tx::Postgres(pool.begin().await?),
            // A transaction that reads before it writes must not find out at its first write that another was faster.
            Pools::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
        })
    }

    pub async fn close(&self) {
        match &self.pools {
            Pools::Postgres(pool) => pool.close().await,
            Pools::Sqlite { read, write, jobs } => {
                jobs.close().await;
                read.close().await;
                write.close().await;
            }
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    // When the disk is full, or cannot be written, SQLite ends the transaction by itself, and its driver goes on to believe in it:
    // nothing could ever begin on that connection again.
    let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE);
    // A file's connections do not age. And what looks for old ones may count fewer idle ones than none while one is being given back
    // (sqlx 0.9.0), and then goes on for ever.
    pool.idle_timeout(None).max_lifetime(None).after_release(|connection, _| {
        Box::pin(async move {
            // What a dropped transaction has left to do is done before the answer comes.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    })
}

impl Tx {
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(tx) => tx.commit().await?,
            Self::Sqlite(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Reads of one tenant's rows.
#[derive(Clone, Debug)]
pub struct Scoped {
    db: Db,
    tenant: TenantId,
}

impl Scoped {
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    pub fn clock(&self) -> &Clock {
        self.db.clock()
    }

    pub(crate) fn pools(&self) -> &Pools {
        self.db.pools()
    }

    /// Goes on with a transaction that was begun for all tenants as one on this tenant's rows.
    pub fn go_on(&self, tx: Tx) -> ScopedTx {
        ScopedTx { tx, tenant: self.tenant.clone(), clock: self.db.clock().clone() }
    }

    /// A transaction on this tenant's rows; dropped without [`ScopedTx::commit`], nothing happened.
    pub async fn begin(&self) -> Result<ScopedTx, StoreError> {
        Ok(ScopedTx { tx: self.db.begin().await?, tenant: self.tenant.clone(), clock: self.db.clock().clone() })
    }
}

/// Writes of one tenant's rows, in one transaction.
pub struct ScopedTx {
    pub(crate) tx: Tx,
    pub(crate) tenant: TenantId,
    pub(crate) clock: Clock,
}

impl ScopedTx {
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// For the job engine: jobs are inserted in the transaction of what causes them.
    pub fn raw(&mut self) -> &mut Tx {
        &mut self.tx
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}

/// The address without its password, for messages.
pub(crate) fn hide_password(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(start), Some(end)) if start + 3 < end => format!("{}://…@{}", &address[..start], &address[end + 1..]),
        _ => address.to_owned(),
    }
}
