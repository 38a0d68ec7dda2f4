//! Statements that the database holds for ever: what runs them can be killed in the middle.

use entrepot_store::Pools;
use sqlx::AssertSqlSafe;

use crate::App;

/// Holds whoever does this (`INSERT`, `UPDATE`) to a row of the table of which the condition is true; the row is `NEW`.
pub async fn hold(app: &App, event: &str, table: &str, condition: &str) {
    let text = match app.host.db.pools() {
        Pools::Postgres(_) => format!(
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
             CREATE TRIGGER hold BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION hold()"
        ),
        Pools::Sqlite { .. } => format!(
            "CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) AS c FROM n;
             CREATE TRIGGER hold BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT c FROM endless; END"
        ),
    };
    run(app, text).await;
}

/// Holds nobody any more.
pub async fn hold_no_more(app: &App, table: &str) {
    let text = match app.host.db.pools() {
        // The server does not notice that its client is dead while it sleeps.
        Pools::Postgres(_) => format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep';
             DROP TRIGGER hold ON {table}"
        ),
        Pools::Sqlite { .. } => "DROP TRIGGER hold; DROP VIEW endless".to_owned(),
    };
    run(app, text).await;
}

/// Several statements at once.
async fn run(app: &App, text: String) {
    let text = AssertSqlSafe(text);
    match app.host.db.pools() {
        Pools::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
        Pools::Sqlite { write, .. } => sqlx::raw_sql(text).execute(write).await.map(drop),
    }
    .expect("it is done");
}
