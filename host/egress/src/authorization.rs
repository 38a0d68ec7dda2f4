//! The way of a seller's browser to a marketplace and back: where it is sent, and whether what it brings is from there.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrepot_domain::Secret;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::secret::SecretSource;
use entrepot_policy::{CallbackSignature, OAuth, Settings};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use url::form_urlencoded::parse;

use crate::keys;
use crate::tokens::{TokenFailure, filled};

/// 256 bits that nobody can guess, in 43 letters, digits, `-` and `_`: a state, or the verifier of PKCE (RFC 7636).
pub fn random_state() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// What the browser takes along.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationRequest<'a> {
    pub redirect_uri: &'a str,
    pub state: &'a Secret,
    /// Of PKCE: sent as its SHA-256.
    pub verifier: Option<&'a Secret>,
}

/// The address where the seller agrees. It holds the state: only the browser it is for may have it.
pub fn authorize_url(
    oauth: &OAuth,
    settings: &Settings,
    secrets: &dyn SecretSource,
    request: &AuthorizationRequest<'_>,
) -> Result<Secret, TokenFailure> {
    let mut url = oauth.authorize_endpoint(settings).map_err(TokenFailure::Refused)?;
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("response_type", "code");
        query.append_pair("client_id", filled(&oauth.client_id, secrets)?.expose());
        let scopes = oauth.asked_scopes().collect::<Vec<_>>().join(&oauth.scope_separator.to_string());
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes);
        }
        query.append_pair("redirect_uri", request.redirect_uri).append_pair("state", request.state.expose());
        if let Some(verifier) = request.verifier {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()));
            query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
        }
    }
    // A space as in every part of a URL, and not as in forms alone: not all marketplaces read both.
    let query = url.query().unwrap_or_default().replace('+', "%20");
    url.set_query(Some(&query));
    Ok(Secret::new(url))
}

/// What a browser brought back. Its values are anybody's until they are verified.
pub struct Callback(Vec<(String, String)>);

/// A query is a few hundred bytes.
const MAX_QUERY_LEN: usize = 8 << 10;
/// What is written as it is in what marketplaces sign.
const SIGNED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl Callback {
    /// `None`: no answer of a marketplace reads so. A parameter that is there twice would be read by one as this and by another as that.
    pub fn parse(query: &str) -> Option<Self> {
        if query.len() > MAX_QUERY_LEN {
            return None;
        }
        let mut pairs: Vec<(String, String)> = parse(query.as_bytes()).into_owned().collect();
        pairs.sort();
        let twice = pairs.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        (!twice).then_some(Self(pairs))
    }

    /// The parameter of that name, if it says anything.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Did the marketplace sign this, and lately? `now` in milliseconds since 1970.
    pub fn is_signed(&self, signature: &CallbackSignature, secrets: &dyn SecretSource, now: Timestamp) -> bool {
        let (Some(sent), Some(key)) = (self.get(&signature.parameter), secrets.secret(&signature.secret)) else {
            return false;
        };
        let unsigned = |name: &String| *name == signature.parameter || signature.without.contains(name);
        let encoded = |text: &str| utf8_percent_encode(text, &SIGNED).to_string();
        let message: Vec<String> = self
            .0
            .iter()
            .filter(|(name, _)| !unsigned(name))
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let good = keys::hex(sent).is_some_and(|sent| {
            keys::verifies(signature.algorithm, key.expose().as_bytes(), message.join("&").as_bytes(), &sent)
        });
        good && signature.timestamp.as_ref().is_none_or(|name| {
            let signed = self.get(name).and_then(|seconds| seconds.parse::<u32>().ok());
            signed.is_some_and(|seconds| {
                let off = now.abs_diff(i64::from(seconds) * 1_000);
                Duration::from_millis(off) <= signature.tolerance.duration()
            })
        })
    }
}

#[cfg(test)]
mod tests;
