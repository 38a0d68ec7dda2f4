//! Messages for the people who look after the adapter. On targets other than WebAssembly they go nowhere.

use crate::bindings::log;
pub use crate::bindings::log::Level;

pub fn info(message: &str, fields: &[(&str, &str)]) {
    write(Level::Info, message, fields);
}

pub fn warn(message: &str, fields: &[(&str, &str)]) {
    write(Level::Warn, message, fields);
}

/// Messages are readable alone; `fields` hold the values again, with dotted names.
pub fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    if cfg!(target_arch = "wasm32") {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        log::write(level, message, &fields);
    }
}
