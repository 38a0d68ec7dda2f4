use thiserror::Error;

/// What the database did not do.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("{}", in_words(.0))]
    Database(#[from] sqlx::Error),
    #[error("the database could not be brought up to date: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    #[error(
        "the database is newer than this program: it has migration {found}, and this program knows those up to {known}. Start the \
         version of entrepot that it was last used with, or a newer one; or go back to the backup made before that one was started"
    )]
    Newer { found: i64, known: i64 },
    #[error("{0:?} is no database address; use sqlite://path/to/file.db or postgres://user@host/database")]
    Address(String),
    #[error("{path} cannot be used for the database: {cause}")]
    Folder { path: String, cause: std::io::Error },
    /// Someone else has the run: nothing was written.
    #[error("another worker has taken over this run")]
    LeaseLost,
    /// Nothing was written: what was compared is not what is there any more.
    #[error("another worker wrote the same items in the same moment")]
    Overtaken,
    #[error("a row cannot be read: {0}")]
    Corrupt(String),
}

/// Where the file of an embedded database is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileTrouble {
    /// The disk is full, or does not do what it should.
    Disk,
    /// It is no database any more.
    Damaged,
}

impl StoreError {
    /// None: it is something else.
    pub fn file_trouble(&self) -> Option<FileTrouble> {
        let Self::Database(sqlx::Error::Database(error)) = self else { return None };
        let code: u32 = error.code().filter(|code| code.len() < 5)?.parse().ok()?;
        match code & 0xff {
            10 | 13 => Some(FileTrouble::Disk),
            11 | 26 => Some(FileTrouble::Damaged),
            _ => None,
        }
    }

    /// The disk that the database writes to is full, or fails.
    pub fn is_of_the_disk(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // PostgreSQL's disk_full and io_error.
        let postgres = error.code().is_some_and(|code| code == "53100" || code == "58030");
        postgres || self.file_trouble() == Some(FileTrouble::Disk)
    }

    /// Worth another try later: the database is away, busy or full, not wrong.
    pub fn is_transient(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| is_transient_code(&code)),
            _ => false,
        }
    }

    /// Not to be written however often it is tried, whatever else goes on: it is the data that the database refuses.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Encode(_)) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                !error.is_unique_violation() && error.code().is_some_and(|code| is_refusal_code(&code))
            }
            _ => false,
        }
    }

    /// As [`is_refusal`](Self::is_refusal), where a row that is there already has been met too often to be of the moment.
    pub fn is_refusal_if(&self, conflicts_last: bool) -> bool {
        self.is_refusal() || conflicts_last && !matches!(self, Self::Overtaken) && self.is_conflict()
    }

    /// Somebody else wrote the same in the same moment.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Overtaken => true,
            Self::Database(sqlx::Error::Database(error)) => error.is_unique_violation(),
            _ => false,
        }
    }
}

/// What did not come to an answer is not called one.
fn in_words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => format!("the database cannot be reached: {error}"),
        error => format!("the database answered: {error}"),
    }
}

fn is_transient_code(code: &str) -> bool {
    // SQLite: extended result codes carry the primary one in the low byte. 5 busy, 6 locked, 10 I/O, 13 full, 14 cannot open.
    if code.len() < 5 {
        return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14));
    }
    // PostgreSQL: connection, rollback (serialisation, deadlock), resources (disk full), operator intervention (shutdown),
    // locks not to be had, a database that takes no connections, that is not there or lets nobody in: while it is moved or restored.
    ["08", "40", "53", "57", "55", "3D", "28"].iter().any(|class| code.starts_with(class))
}

fn is_refusal_code(code: &str) -> bool {
    // SQLite: 18 too big, 19 a constraint, 20 another type.
    if code.len() < 5 {
        return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20));
    }
    // PostgreSQL: cardinality, data, integrity, and what is beyond a limit of the program's, such as the size of an index's row.
    ["21", "22", "23", "54"].iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_is_told_from_one_that_says_no() {
        // Shut down, too many connections, no such database, not let in; SQLite: busy, cannot open.
        for code in ["57P01", "53300", "3D000", "28P01", "55000", "5", "14", "1550"] {
            assert!(is_transient_code(code), "{code}");
        }
        for code in ["42P01", "23505", "22021", "1", "19", "2067"] {
            assert!(!is_transient_code(code), "{code}");
        }
        for error in [sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed] {
            let error = StoreError::Database(error);
            assert!(error.is_transient() && error.to_string().starts_with("the database cannot be reached"), "{error}");
        }
    }
}
