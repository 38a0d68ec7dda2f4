//! Rows that cannot be read as what they are: somebody, or a broken disk, changed them. SQLite keeps anything in any column. One of them
//! costs itself, and no other of its list; that it is there is said in the log, and by `entrepot doctor`.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::FromRow;

/// Many lists are read every few seconds.
const AGAIN: Duration = Duration::from_secs(60 * 60);
const MOST: usize = 1_000;

/// What was met, and when it was said last.
static MET: LazyLock<Mutex<HashMap<String, Instant>>> = LazyLock::new(Mutex::default);

/// What this process could not read, in words: table, row, what is wrong and what to do.
pub fn damaged_rows() -> Vec<String> {
    let mut all: Vec<String> = MET.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
    all.sort();
    all
}

/// Those that can be read. `key`: what a row is known by.
pub(crate) fn sound<R, T: for<'r> FromRow<'r, R>>(rows: &[R], table: &str, key: impl Fn(&R) -> String) -> Vec<T>
where
    R: sqlx::Row,
{
    let read = |row: &R| T::from_row(row).inspect_err(|error| tell(table, &key(row), error)).ok();
    rows.iter().filter_map(read).collect()
}

fn tell(table: &str, key: &str, error: &sqlx::Error) {
    let words = format!(
        "the row {key:?} of the table {table} is damaged and left out: {error}. Put it back from a backup, or delete it in the database"
    );
    let mut met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    if met.get(&words).is_some_and(|since| since.elapsed() < AGAIN) {
        return;
    }
    tracing::warn!("{words}");
    if met.len() < MOST || met.contains_key(&words) {
        met.insert(words, Instant::now());
    }
}
