//! Who asks: the app by its key and secret in one header, the shop's owner by a token with the user's number in it.

use super::answers::{oauth_refusal, refusal};
use super::store::State;
use crate::server::{Answer, Request};

/// The app, always.
pub(crate) fn app(state: &State, request: &Request) -> Result<(), Answer> {
    let own = state.tokens.credentials();
    let header = request.headers.get("x-api-key").and_then(|value| value.to_str().ok());
    match header.map(|value| value.split_once(':').unwrap_or((value, ""))) {
        None => Err(refusal(401, "Missing or invalid API key")),
        Some((_, "")) => Err(refusal(403, "Shared secret is required in x-api-key header.")),
        Some((key, secret)) if key == own.keystring && secret == own.shared_secret => Ok(()),
        Some(_) => Err(refusal(403, "API key not found or not active, or incorrect shared secret for API key.")),
    }
}

/// The owner, where a token is sent or a scope is needed.
pub(crate) fn owner(state: &State, request: &Request, scope: Option<&str>) -> Result<bool, Answer> {
    let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    let Some(header) = header else {
        return match scope {
            None => Ok(false),
            Some(_) => Err(oauth_refusal(401, "invalid_token", "access token is missing")),
        };
    };
    let token = header.strip_prefix("Bearer ").unwrap_or_default();
    // The number in front of the dot is part of the token.
    let known = state.tokens.accepts(token, state.options.seconds());
    known.map_err(|why| oauth_refusal(401, "invalid_token", why))?;
    match scope {
        Some(scope) if !state.tokens.has(scope) => {
            Err(oauth_refusal(403, "insufficient_scope", &format!("the token has no scope {scope}")))
        }
        _ => Ok(true),
    }
}
