//! Many rows in one statement. On PostgreSQL each column travels as one array (`UNNEST`), so a statement has the same text
//! whatever the number of rows; SQLite has no arrays, so rows travel as multi-row `VALUES` in a few fixed sizes, which keeps
//! its statements cached.

use std::sync::Arc;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Postgres, Row, Sqlite};

use crate::{StoreError, Tx};

/// One column of all rows. `Json` is text that PostgreSQL stores as jsonb.
pub enum Column<'a> {
    Text(Vec<Option<&'a str>>),
    Json(Vec<Option<String>>),
    Int(Vec<Option<i64>>),
    Bool(Vec<Option<bool>>),
    Bytes(Vec<&'a [u8]>),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Json(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    fn array_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "text[]",
            Self::Json(_) => "jsonb[]",
            Self::Int(_) => "bigint[]",
            Self::Bool(_) => "boolean[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// SQLite's rows per statement, largest first. A statement's way to the connection's thread and back costs more than some rows, so there
/// are few for any number: one for each table of a page, which is 100 items.
const CHUNKS: [usize; 8] = [100, 64, 32, 16, 8, 4, 2, 1];

/// Inserts all rows. `head` is `INSERT INTO table (columns…)`, `tail` what follows the rows (`ON CONFLICT …`, or nothing).
pub async fn insert(
    tx: &mut Tx,
    head: &'static str,
    tail: &'static str,
    columns: &[Column<'_>],
) -> Result<(), StoreError> {
    insert_returning(tx, head, tail, columns).await.map(drop)
}

/// Likewise; answers with the one text that `tail` returns of each row that was inserted.
pub async fn insert_returning(
    tx: &mut Tx,
    head: &'static str,
    tail: &'static str,
    columns: &[Column<'_>],
) -> Result<Vec<String>, StoreError> {
    let rows = columns.first().map_or(0, Column::len);
    debug_assert!(columns.iter().all(|column| column.len() == rows), "every column has a value for every row");
    if rows == 0 {
        return Ok(Vec::new());
    }
    match tx {
        Tx::Postgres(tx) => insert_postgres(tx, head, tail, columns).await,
        Tx::Sqlite(tx) => insert_sqlite(tx, head, tail, columns, rows).await,
    }
}

async fn insert_postgres(
    tx: &mut sqlx::Transaction<'static, Postgres>,
    head: &str,
    tail: &str,
    columns: &[Column<'_>],
) -> Result<Vec<String>, StoreError> {
    let types: Vec<String> =
        columns.iter().enumerate().map(|(index, column)| format!("${}::{}", index + 1, column.array_type())).collect();
    let sql = format!("{head} SELECT * FROM UNNEST({}) {tail}", types.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for column in columns {
        query = match column {
            Column::Text(values) => query.bind(values),
            Column::Json(values) => query.bind(values),
            Column::Int(values) => query.bind(values),
            Column::Bool(values) => query.bind(values),
            Column::Bytes(values) => query.bind(values),
        };
    }
    let returned = query.fetch_all(&mut **tx).await?;
    Ok(returned.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

async fn insert_sqlite(
    tx: &mut sqlx::Transaction<'static, Sqlite>,
    head: &str,
    tail: &str,
    columns: &[Column<'_>],
    rows: usize,
) -> Result<Vec<String>, StoreError> {
    let (mut start, mut returned) = (0, Vec::new());
    let mut shared = Shared::default();
    for size in CHUNKS {
        if rows - start < size {
            continue;
        }
        let sql: Arc<str> = statement(head, tail, columns.len(), size).into();
        while rows - start >= size {
            let mut values = SqliteArguments::default();
            values.reserve(size * columns.len(), 0);
            for row in start..start + size {
                for (column, place) in columns.iter().zip(0..) {
                    match column {
                        Column::Text(texts) => values.add(texts[row].map(|text| shared.of(place, text))),
                        Column::Json(texts) => values.add(texts[row].clone()),
                        Column::Int(numbers) => values.add(numbers[row]),
                        Column::Bool(flags) => values.add(flags[row]),
                        Column::Bytes(bytes) => values.add(bytes[row]),
                    }
                    .map_err(sqlx::Error::Encode)?;
                }
            }
            let query = sqlx::query_with(AssertSqlSafe(sql.clone()), values);
            for row in query.fetch_all(&mut **tx).await? {
                returned.push(row.try_get(0)?);
            }
            start += size;
        }
    }
    Ok(returned)
}

fn statement(head: &str, tail: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("{head} VALUES {} {tail}", vec![row.as_str(); rows].join(", "))
}

/// Texts that stand in every row, such as the tenant: handed over, and not copied each time.
#[derive(Default)]
struct Shared(Vec<Option<Arc<str>>>);

impl Shared {
    fn of(&mut self, column: usize, text: &str) -> Arc<str> {
        if self.0.len() <= column {
            self.0.resize(column + 1, None);
        }
        match &self.0[column] {
            Some(last) if **last == *text => last.clone(),
            _ => self.0[column].insert(text.into()).clone(),
        }
    }
}
