//! The way out as a trait, so that what an adapter does with answers can be tested without a host.

use crate::bindings::exchange::{Request, Response};
use crate::bindings::http;
use crate::bindings::types::Error;

pub trait Transport {
    /// Any status is a response; an error means that there was none.
    fn send(&self, request: &Request) -> Result<Response, Error>;

    /// One result for each request, in order.
    fn send_all(&self, requests: &[Request]) -> Vec<Result<Response, Error>> {
        requests.iter().map(|request| self.send(request)).collect()
    }
}

/// The host's imports. They exist inside a component only; elsewhere everything is denied.
#[derive(Clone, Copy, Debug, Default)]
pub struct Host;

impl Transport for Host {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        if cfg!(target_arch = "wasm32") { http::send(request) } else { Err(outside("http")) }
    }

    fn send_all(&self, requests: &[Request]) -> Vec<Result<Response, Error>> {
        if cfg!(target_arch = "wasm32") {
            http::send_all(requests)
        } else {
            requests.iter().map(|_| Err(outside("http"))).collect()
        }
    }
}

pub(crate) fn outside(import: &str) -> Error {
    Error::Denied(format!("there is no host here: {import} exists inside a component only"))
}
