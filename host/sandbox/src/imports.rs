//! What a guest may import: one module per interface of the host.

mod files;
mod http;
mod keys;
mod log;
mod media;

pub(crate) use files::link_files;
pub(crate) use http::link_http;
pub(crate) use keys::link_keys;
pub(crate) use log::link_log;
pub(crate) use media::link_media;
