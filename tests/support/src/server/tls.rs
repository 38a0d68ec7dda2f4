//! A certificate authority and a leaf, made for one server.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// The authority's certificate as PEM, and what the server needs.
pub(crate) fn identity(hosts: &[String]) -> (String, Arc<ServerConfig>) {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Simulated site authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key"))
        .expect("an authority's certificate");

    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    names.extend(hosts.iter().cloned());
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(names)
        .and_then(|leaf| leaf.signed_by(&key, &authority))
        .expect("a certificate for the names given");

    // The provider is named: which one the process has installed is the business of the code under test.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a certificate that fits its key");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    (authority.pem(), Arc::new(config))
}
