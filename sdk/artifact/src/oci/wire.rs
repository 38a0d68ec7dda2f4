//! What is asked of a registry, and where its answers may lead: an operator named the registry, and nobody else.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use url::{Host, Url};

use super::OciReference;
use super::auth::Auth;
use crate::address::is_public;
use crate::http::{chain, is_loopback, unreachable, use_ring};
use crate::{FetchError, FetchOptions};

/// Hops to where a registry keeps its layers.
const MAX_HOPS: usize = 5;

/// To one registry. Each request of it, redirects included, goes to the registry itself, or by https to a public address; the client takes
/// what authenticates from a request that leaves its host.
pub(super) struct Wire {
    client: Client,
    reach: Arc<Reach>,
    what: String,
}

/// Where requests may go.
struct Reach {
    registry: Url,
    /// The registry is on this machine, in development: so may be what it leads to.
    loopback: bool,
}

impl Wire {
    pub(super) fn new(reference: &OciReference, options: &FetchOptions) -> Result<Self, FetchError> {
        use_ring();
        let what = reference.to_string();
        let loopback = reference.is_loopback();
        if loopback && !options.allow_loopback_http {
            return Err(FetchError::PlainHttp { what });
        }
        let scheme = if loopback { "http" } else { "https" };
        let registry = Url::parse(&format!("{scheme}://{}/", reference.0.resolve_registry()));
        let registry = registry.map_err(|_| FetchError::BadLocation(what.clone()))?;
        let reach = Arc::new(Reach { registry, loopback });
        let mut builder = Client::builder()
            .referer(false)
            .connect_timeout(options.connect_timeout)
            .user_agent(concat!("entrepot/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Guarded(reach.clone())))
            .redirect(hops(reach.clone()));
        let failed = |error: reqwest::Error| FetchError::Client(chain(&error));
        for pem in &options.extra_roots_pem {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem).map_err(failed)?);
        }
        Ok(Self { client: builder.build().map_err(failed)?, reach, what })
    }

    pub(super) fn registry(&self) -> &Url {
        &self.reach.registry
    }

    /// `path` at the registry.
    pub(super) async fn get(&self, path: &str, accept: &str, auth: &Auth) -> Result<Response, FetchError> {
        let url = self.reach.registry.join(path).map_err(|_| FetchError::BadLocation(self.what.clone()))?;
        self.send(url, accept, auth).await
    }

    /// An address that the registry named.
    pub(super) async fn get_elsewhere(&self, url: Url, auth: &Auth) -> Result<Response, FetchError> {
        self.reach.allows(&url).map_err(|why| self.elsewhere(&url, why))?;
        self.send(url, "application/json", auth).await
    }

    async fn send(&self, url: Url, accept: &str, auth: &Auth) -> Result<Response, FetchError> {
        let mut headers = HeaderMap::new();
        headers.extend(accept.parse().ok().map(|accept| (ACCEPT, accept)));
        headers.extend(auth.header());
        match self.client.get(url).headers(headers).send().await {
            Ok(response) => Ok(response),
            Err(error) if error.is_redirect() => {
                let to = error.url().map(Url::to_string).unwrap_or_default();
                Err(FetchError::Elsewhere { what: self.what.clone(), to, why: chain(&error) })
            }
            Err(error) => Err(unreachable(&self.what, &error)),
        }
    }

    pub(super) fn elsewhere(&self, to: &Url, why: impl Into<String>) -> FetchError {
        // Its query may say who asks.
        let to = format!("{}{}", to.origin().ascii_serialization(), to.path());
        FetchError::Elsewhere { what: self.what.clone(), to, why: why.into() }
    }

    /// The body, of at most `most` bytes; only of a good answer.
    pub(super) async fn body(&self, response: Response, most: usize) -> Result<Vec<u8>, FetchError> {
        let mut response = self.good(response)?;
        let what = || self.what.clone();
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() > most => {
                    return Err(FetchError::TooLarge { what: what(), most });
                }
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => return Ok(bytes),
                Err(error) => {
                    let (received, problem) = (bytes.len(), chain(&error));
                    return Err(FetchError::Interrupted { what: what(), received, problem });
                }
            }
        }
    }

    pub(super) fn good(&self, response: Response) -> Result<Response, FetchError> {
        let what = self.what.clone();
        match response.status().as_u16() {
            200 => Ok(response),
            401 | 403 => Err(FetchError::Unauthorized { what }),
            404 => Err(FetchError::NotFound { what }),
            status => Err(FetchError::Status { what, status }),
        }
    }
}

impl Reach {
    fn allows(&self, url: &Url) -> Result<(), String> {
        if url.origin() == self.registry.origin() {
            return Ok(());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it carries a user name".to_owned());
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && self.loopback && is_loopback(url.host())) {
            return Err("it is not https".to_owned());
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows_address(address.into()),
            Some(Host::Ipv6(address)) => self.allows_address(address.into()),
            // What it resolves to is looked at when it is connected to.
            Some(Host::Domain(_)) => Ok(()),
            None => Err("it has no host".to_owned()),
        }
    }

    fn allows_address(&self, address: IpAddr) -> Result<(), String> {
        let ours = self.loopback && address.is_loopback();
        if ours || is_public(address) { Ok(()) } else { Err(format!("{address} is no public address")) }
    }
}

fn hops(reach: Arc<Reach>) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_HOPS {
            return attempt.error("it leads on and on");
        }
        match reach.allows(attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        }
    })
}

/// Names to addresses: those of the registry as they are, of others the public ones only.
#[derive(Clone)]
struct Guarded(Arc<Reach>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            if reach.registry.host_str() == Some(host) {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let refused = found.iter().find_map(|address| reach.allows_address(address.ip()).err());
            let kept: Vec<SocketAddr> =
                found.into_iter().filter(|address| reach.allows_address(address.ip()).is_ok()).collect();
            match refused {
                Some(why) if kept.is_empty() => Err(std::io::Error::other(format!("{host}: {why}")).into()),
                _ => Ok(Box::new(kept.into_iter()) as Addrs),
            }
        })
    }
}
