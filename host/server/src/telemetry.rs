//! Logs go to stderr: readable on a terminal, JSON where a machine reads them.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// `quiet`: commands that people type show warnings only, unless they asked for more.
pub(crate) fn init(filter: &str, quiet: bool) {
    let filter = if quiet && std::env::var_os("ENTREPOT_LOG").is_none() { "warn" } else { filter };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in the same process (tests) keeps the first one's logs.
    let _ = if std::io::stderr().is_terminal() {
        builder.with_target(false).finish().try_init()
    } else {
        builder.json().flatten_event(true).finish().try_init()
    };
}
