//! What a host says of itself while it works: logs on stderr, readable on a terminal, JSON where a machine reads them; and traces, where
//! a collector is named.

mod json;
mod text;
mod traces;

use std::io::IsTerminal;

use entrepot_config::Config;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

pub use json::Json;
pub use traces::Traces;

/// What has to be brought to an end before the process is.
pub(crate) struct Telemetry(Option<Traces>);

/// `quiet`: commands that people type show warnings only, unless they asked for more.
pub(crate) fn init(config: &Config, quiet: bool) -> anyhow::Result<Telemetry> {
    let filter = if quiet && std::env::var_os("ENTREPOT_LOG").is_none() { "warn" } else { &config.log };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let traces = config.otlp_endpoint.as_ref().map(|endpoint| Traces::start(endpoint, &config.egress.extra_roots_pem));
    let traces = traces.transpose()?;
    let logs = if std::io::stderr().is_terminal() {
        let fields = debug_fn(text::field).delimited(" ");
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).fmt_fields(fields).boxed()
    } else {
        Json::new(std::io::stderr).boxed()
    };
    let subscriber = tracing_subscriber::registry().with(logs.with_filter(filter));
    // A second start in the same process (tests) keeps the first one's logs.
    let _ = subscriber.with(traces.as_ref().map(Traces::layer)).try_init();
    Ok(Telemetry(traces))
}

impl Telemetry {
    pub(crate) async fn finish(self) {
        if let Some(traces) = self.0 {
            traces.finish().await;
        }
    }
}
