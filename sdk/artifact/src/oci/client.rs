use std::future::Future;

use oci_client::Client;
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};

use super::OciReference;
use crate::http::{chain, use_ring};
use crate::{FetchError, FetchOptions};

impl OciReference {
    /// For pushing.
    pub(super) fn client(&self, options: &FetchOptions) -> Result<Client, FetchError> {
        use_ring();
        let protocol = if self.is_loopback() {
            if !options.allow_loopback_http {
                return Err(FetchError::PlainHttp { what: self.to_string() });
            }
            ClientProtocol::HttpsExcept(vec![self.0.resolve_registry().to_owned()])
        } else {
            ClientProtocol::Https
        };
        let pem = |data: &Vec<u8>| Certificate { encoding: CertificateEncoding::Pem, data: data.clone() };
        let config = ClientConfig {
            protocol,
            extra_root_certificates: options.extra_roots_pem.iter().map(pem).collect(),
            // An index offers one image for each platform; an adapter is the same for all, so it is never one.
            platform_resolver: None,
            connect_timeout: Some(options.connect_timeout),
            user_agent: concat!("entrepot/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        // Not `Client::new`: it falls back to another configuration when this one cannot be had.
        Client::try_from(config).map_err(|error| FetchError::Client(chain(&error)))
    }

    /// Does `work` within the time there is, in a task of its own: what an answer makes the client library do, a panic
    /// included, ends that task and nothing else.
    pub(super) async fn within<T, F>(&self, options: &FetchOptions, work: F) -> Result<T, FetchError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, FetchError>> + Send + 'static,
    {
        let after = options.total_timeout;
        match tokio::spawn(tokio::time::timeout(after, work)).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(FetchError::TimedOut { what: self.to_string(), after }),
            Err(_) => {
                let problem = "its answer could not be dealt with".to_owned();
                Err(FetchError::Protocol { what: self.to_string(), problem })
            }
        }
    }
}
