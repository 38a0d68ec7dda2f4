//! What the host does for guests: one module per capability.

mod http;
mod keys;
mod log;

pub(crate) use http::link_http;
pub(crate) use keys::link_keys;
pub(crate) use log::link_log;
