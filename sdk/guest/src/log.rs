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

/// From now on a panic is logged, with its place and its message, before it traps: a trap alone says neither. What
/// [`adapter!`](crate::adapter) makes calls this first in every function; who implements capabilities by hand does it.
pub fn panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if cfg!(target_arch = "wasm32") {
        ONCE.call_once(|| {
            std::panic::set_hook(Box::new(|panic| {
                // One line: "panicked at src/map.rs:12:5: index out of bounds".
                write(Level::Error, &panic.to_string().replacen('\n', " ", 1), &[]);
            }));
        });
    }
}
