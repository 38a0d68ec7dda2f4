//! A database of its own for each test.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// The server that `cargo xtask test` started. Without it the PostgreSQL half is skipped, and says so.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("ENTREPOT_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        eprintln!("SKIPPED on PostgreSQL: ENTREPOT_TEST_POSTGRES_URL is not set; run `cargo xtask test`");
    }
    url
}

impl Database {
    /// The address of a new, empty database.
    pub async fn create(self, folder: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}", folder.join("entrepot.db").display()),
            Self::Postgres => {
                let server = postgres_url().expect("a PostgreSQL server");
                let name = format!("test_{}", folder.file_name().and_then(|name| name.to_str()).unwrap_or("x"));
                let name: String =
                    name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                let mut connection = PgConnection::connect(&server).await.expect("PostgreSQL answers");
                let create = sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")));
                create.execute(&mut connection).await.expect("a database is made");
                let (base, _) = server.rsplit_once('/').expect("an address with a database");
                format!("{base}/{name}")
            }
        }
    }
}
