//! Bodies too large to hold, as a trait, so that what an adapter does with their lines can be tested without a host.

use crate::bindings::exchange::Request;
use crate::bindings::files::{self, Chunk, File};
use crate::bindings::types::Error;
use crate::transport::{Host, outside};

pub trait Files {
    /// Spools the answer to a request. A status other than 2xx is an error here: there is nothing to read.
    fn download(&self, request: &Request) -> Result<File, Error>;

    /// Whole lines from `offset` on, as many as fit into `max_bytes`, and at least one.
    fn read_lines(&self, id: &str, offset: u64, max_bytes: u32) -> Result<Chunk, Error>;

    /// Each root line followed by all lines that descend from it by `parent_key`, whatever order they came in.
    fn group_lines(&self, id: &str, id_key: &str, parent_key: &str) -> Result<File, Error>;
}

impl Files for Host {
    fn download(&self, request: &Request) -> Result<File, Error> {
        if cfg!(target_arch = "wasm32") { files::download(request) } else { Err(outside("files")) }
    }

    fn read_lines(&self, id: &str, offset: u64, max_bytes: u32) -> Result<Chunk, Error> {
        if cfg!(target_arch = "wasm32") { files::read_lines(id, offset, max_bytes) } else { Err(outside("files")) }
    }

    fn group_lines(&self, id: &str, id_key: &str, parent_key: &str) -> Result<File, Error> {
        if cfg!(target_arch = "wasm32") { files::group_lines(id, id_key, parent_key) } else { Err(outside("files")) }
    }
}
