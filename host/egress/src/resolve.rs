//! Names to addresses, with the guard in between.
//!
//! The HTTP client asks this for every connection and connects to what it returns. There is no second look-up that could
//! answer otherwise, so a name that is rebound between check and connect gains nothing.
// See docs/decisions/0020-egress-hop-by-hop.md

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::address;

/// Where addresses come from. The guard is applied to whatever it returns.
#[async_trait]
pub trait Resolver: Send + Sync {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's.
pub(crate) struct System;

#[async_trait]
impl Resolver for System {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect())
    }
}

/// Comes back out of the HTTP client as the source of its error, and is found there by its type.
#[derive(Debug, Error)]
#[error("{host} resolves to {address}, {kind}: not connected{}", .kind.advice())]
pub(crate) struct AddressRefused {
    host: String,
    address: IpAddr,
    kind: address::Kind,
}

#[derive(Clone)]
pub(crate) struct Guarded {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) allow_loopback: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move { this.checked(name.as_str()).await })
    }
}

impl Guarded {
    async fn checked(&self, host: &str) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.resolver.resolve(host).await?;
        let mut refused = None;
        let mut kept = Vec::new();
        for address in found {
            match address::check(address, self.allow_loopback) {
                Ok(()) => kept.push(SocketAddr::new(address, 0)),
                Err(kind) => refused = Some(AddressRefused { host: host.to_owned(), address, kind }),
            }
        }
        match (kept.is_empty(), refused) {
            (false, _) => Ok(Box::new(kept.into_iter())),
            (true, Some(refused)) => Err(refused.into()),
            (true, None) => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
        }
    }
}
