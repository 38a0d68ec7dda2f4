//! Whether this host's clock is to be believed. One that is ahead would take for old what is of today, and delete it for all hosts.

use std::time::Duration;

use entrepot_domain::clock::{Timestamp, millis};

use crate::{Db, Engine, StoreError};

/// Clocks that are kept by the network differ by less than seconds.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Milliseconds since 1970, by the database server's own clock. Only one of the engines has a server.
const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

impl Db {
    /// Why nothing is to be deleted for its age now; none: this host's clock and the database's agree. Of an embedded database, which has
    /// no other clock: this one has not been set since the database was opened.
    pub async fn clock_trouble(&self) -> Result<Option<String>, StoreError> {
        let ahead = match self.engine() {
            Engine::Postgres => {
                let (there,) = read_optional!(self, (Timestamp,), NOW)?.unwrap_or_default();
                self.clock().now().saturating_sub(there)
            }
            Engine::Sqlite => {
                let (since, then) = self.opened_at();
                self.clock().now().saturating_sub(then).saturating_sub(millis(since.elapsed()))
            }
        };
        if ahead.saturating_abs() <= millis(TOLERANCE) {
            return Ok(None);
        }
        let (minutes, way) = (ahead.saturating_abs() / 60_000, if ahead > 0 { "ahead" } else { "behind" });
        Ok(Some(match self.engine() {
            Engine::Postgres => format!(
                "this host's clock is {minutes} minutes {way} of the database server's, so nothing is deleted for its age by it; set both right"
            ),
            Engine::Sqlite => format!(
                "this host's clock was set while it ran, and is {minutes} minutes {way} of what it was, so nothing is deleted for its age; set \
                 it right, and if it is right, start the host again"
            ),
        }))
    }
}
