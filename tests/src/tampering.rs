//! Changes of a host's database behind its back, by somebody who can write it.

use entrepot_store::Pools;
use sqlx::AssertSqlSafe;

use crate::{App, entrepot_program};

pub async fn execute(app: &App, sql: &str) -> u64 {
    let text = AssertSqlSafe(sql.to_owned());
    let done = match app.host.db.pools() {
        Pools::Postgres(pool) => sqlx::query(text).execute(pool).await.map(|done| done.rows_affected()),
        Pools::Sqlite { write, .. } => sqlx::query(text).execute(write).await.map(|done| done.rows_affected()),
    };
    done.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The first text that a query has.
pub async fn text(app: &App, sql: &str) -> String {
    let text = AssertSqlSafe(sql.to_owned());
    let found: Result<(String,), sqlx::Error> = match app.host.db.pools() {
        Pools::Postgres(pool) => sqlx::query_as(text).fetch_one(pool).await,
        Pools::Sqlite { read, .. } => sqlx::query_as(text).fetch_one(read).await,
    };
    found.unwrap_or_else(|error| panic!("{sql}: {error}")).0
}

/// An expression of text as a document.
pub fn json(app: &App, expression: &str) -> String {
    match app.host.db.pools() {
        Pools::Postgres(_) => format!("CAST({expression} AS JSONB)"),
        Pools::Sqlite { .. } => expression.to_owned(),
    }
}

pub fn bytes(app: &App, hex: &str) -> String {
    match app.host.db.pools() {
        Pools::Postgres(_) => format!("decode('{hex}', 'hex')"),
        Pools::Sqlite { .. } => format!("x'{hex}'"),
    }
}

/// Keeps what is in the tables under a name; those that refer to others last.
pub async fn keep_tables(app: &App, name: &str, tables: &[&str]) {
    for table in tables {
        execute(app, &format!("CREATE TABLE {name}_{table} AS SELECT * FROM {table}")).await;
    }
}

pub async fn restore_tables(app: &App, name: &str, tables: &[&str]) {
    for table in tables.iter().rev() {
        execute(app, &format!("DELETE FROM {table}")).await;
    }
    for table in tables {
        execute(app, &format!("INSERT INTO {table} SELECT * FROM {name}_{table}")).await;
    }
}

pub async fn unlock_audit_log(app: &App) {
    let triggers: &[&str] = match app.host.db.pools() {
        Pools::Postgres(_) => &["audit_log_append_only ON audit_log"],
        Pools::Sqlite { .. } => &["audit_log_no_delete", "audit_log_no_update"],
    };
    for trigger in triggers {
        execute(app, &format!("DROP TRIGGER {trigger}")).await;
    }
}

pub async fn reopen_compiling(app: &App) -> entrepot_server::host::Host {
    app.reopen_with(&[], &entrepot_program().display().to_string()).await.expect("opens")
}
