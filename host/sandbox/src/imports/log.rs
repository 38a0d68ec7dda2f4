//! `entrepot:adapter/log`: gated by nothing, limited in volume.

use entrepot_domain::names::shown;
use wasmtime::component::Linker;

use crate::bindings::log;
use crate::state::HostState;

/// What the host writes around a message: time, names, the line itself.
const LINE_OVERHEAD: usize = 64;
/// How Rust begins what it says of a panic. Other languages may do the same.
const PANICKED: &str = "panicked at ";
/// Characters of it that become part of an error.
const MAX_PANIC_LEN: usize = 300;

pub(crate) fn link_log(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    log::add_to_linker::<HostState, HostState>(linker, |state| state)
}

impl log::Host for &mut HostState {
    async fn write(
        &mut self,
        level: log::Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.count_host_call()?;
        // A line costs something even when nothing is on it.
        let size =
            LINE_OVERHEAD + message.len() + fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let Some(left) = self.log_left.checked_sub(size) else {
            self.log_left = 0;
            self.log_dropped += 1;
            return Ok(());
        };
        self.log_left = left;
        if level == log::Level::Error && message.starts_with(PANICKED) {
            self.panicked = Some(message.chars().map(shown).take(MAX_PANIC_LEN).collect());
        }
        let fields = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        let (adapter, channel, operation) = (&self.adapter, &self.channel, self.operation);
        match level {
            log::Level::Debug => tracing::debug!(adapter, channel, operation, fields, "{message}"),
            log::Level::Info => tracing::info!(adapter, channel, operation, fields, "{message}"),
            log::Level::Warn => tracing::warn!(adapter, channel, operation, fields, "{message}"),
            log::Level::Error => tracing::error!(adapter, channel, operation, fields, "{message}"),
        }
        Ok(())
    }
}
