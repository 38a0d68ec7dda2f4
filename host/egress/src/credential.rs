//! Puts a credential on a request that the policy has let through. The only place where secrets are read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::secret::{Secret, SecretSource};
use entrepot_policy::{Credential, Template};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::exchange::Failure;
use crate::oauth1::{Signer, query};

pub(crate) struct Applier<'a> {
    pub(crate) channel: &'a str,
    pub(crate) secrets: &'a dyn SecretSource,
    /// By the clock of who is asked: signatures have a date.
    pub(crate) now: Timestamp,
}

impl Applier<'_> {
    /// Returns the URL to send.
    pub(crate) fn apply(
        &self,
        credential: &Credential,
        method: &str,
        url: &Url,
        headers: &mut HeaderMap,
    ) -> Result<Url, Failure> {
        for name in parameters(credential) {
            if url.query_pairs().any(|(key, _)| key == name) {
                return Err(Failure::denied(format!("the parameter `{name}` is the credential's; the host adds it")));
            }
        }
        match credential {
            Credential::Basic { username, password } => {
                let pair = format!("{}:{}", self.fill(username)?.expose(), self.fill(password)?.expose());
                let value = Secret::new(format!("Basic {}", STANDARD.encode(Secret::new(pair).expose())));
                insert(headers, AUTHORIZATION, &value)?;
                Ok(url.clone())
            }
            Credential::Header { name, value } => {
                self.header(headers, name, value)?;
                Ok(url.clone())
            }
            Credential::Headers { headers: all } => {
                all.iter().try_for_each(|(name, value)| self.header(headers, name, value))?;
                Ok(url.clone())
            }
            Credential::Query { parameters } => {
                let mut pairs: Vec<(String, String)> = Vec::new();
                for (name, value) in parameters {
                    pairs.push((name.clone(), self.fill(value)?.expose().to_owned()));
                }
                let own = url.query().filter(|own| !own.is_empty()).map(|own| format!("{own}&")).unwrap_or_default();
                let mut sent = url.clone();
                sent.set_query(Some(&format!("{own}{}", query(&pairs))));
                Ok(sent)
            }
            Credential::OAuth1 { consumer_key, consumer_secret, signature_method, sign_as } => {
                let nonce = format!("{:032x}", rand::random::<u128>());
                let (key, secret) = (self.fill(consumer_key)?, self.fill(consumer_secret)?);
                let signer = Signer {
                    consumer_key: key.expose(),
                    consumer_secret: secret.expose(),
                    method: *signature_method,
                    nonce: &nonce,
                    timestamp: self.now / 1000,
                    sign_as: *sign_as,
                };
                Ok(signer.sign(method, url))
            }
        }
    }

    fn header(&self, headers: &mut HeaderMap, name: &str, value: &Template) -> Result<(), Failure> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable())?;
        if headers.contains_key(&name) {
            return Err(Failure::denied(format!("the header `{name}` is the credential's; the host sets it")));
        }
        insert(headers, name, &self.fill(value)?)
    }

    fn fill(&self, template: &Template) -> Result<Secret, Failure> {
        let value = |name: &str| self.secrets.secret(name).map(Exposed);
        template.fill(value).map(Secret::new).map_err(|name| {
            Failure::denied(format!(
                "the secret `{name}` is not set; set it with: entrepot channel set {} --secret {name}=…",
                self.channel
            ))
        })
    }
}

struct Exposed(Secret);

impl AsRef<str> for Exposed {
    fn as_ref(&self) -> &str {
        self.0.expose()
    }
}

/// The query parameters that a credential adds.
pub(crate) fn parameters(credential: &Credential) -> Vec<&str> {
    match credential {
        Credential::Query { parameters } => parameters.keys().map(String::as_str).collect(),
        Credential::OAuth1 { .. } => vec![
            "oauth_consumer_key",
            "oauth_nonce",
            "oauth_signature",
            "oauth_signature_method",
            "oauth_timestamp",
            "oauth_token",
            "oauth_version",
        ],
        Credential::Basic { .. } | Credential::Header { .. } | Credential::Headers { .. } => Vec::new(),
    }
}

/// Servers that redirect often repeat the whole query, and the credential in it.
pub(crate) fn strip_parameters(credential: &Credential, url: &mut Url) {
    let names = parameters(credential);
    if !url.query_pairs().any(|(key, _)| names.contains(&key.as_ref())) {
        return;
    }
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(key, _)| !names.contains(&key.as_str())).collect();
    url.set_query(if kept.is_empty() { None } else { Some(query(&kept)) }.as_deref());
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &Secret) -> Result<(), Failure> {
    let mut value = HeaderValue::from_str(value.expose()).map_err(|_| unusable())?;
    // Kept out of Debug output and out of HTTP/2's header table.
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

fn unusable() -> Failure {
    Failure::denied("the credential holds characters that cannot be sent in a header; check the channel's secrets")
}
