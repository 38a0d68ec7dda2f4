//! Who asks: the seller by a token with scopes, or the app in its own name.

use super::answers::{Wrong, wrong};
use super::store::State;
use crate::server::Request;

/// What a route asks for: one of these scopes of the seller's.
pub(crate) fn seller(state: &State, request: &Request, scopes: &[&str]) -> Result<(), Wrong> {
    match bearer(state, request)? {
        false if state.tokens.has(scopes) => Ok(()),
        _ => Err(wrong(403, 1100, "Access denied: Insufficient permissions to fulfill the request.")),
    }
}

/// What is the same for all sellers: any token will do.
pub(crate) fn anybody(state: &State, request: &Request) -> Result<(), Wrong> {
    // A seller's token needs the base scope, which this app never asks for.
    match bearer(state, request)? {
        true => Ok(()),
        false => Err(wrong(403, 1100, "Access denied: Insufficient permissions to fulfill the request.")),
    }
}

fn bearer(state: &State, request: &Request) -> Result<bool, Wrong> {
    let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|header| header.strip_prefix("Bearer "))
        .ok_or_else(|| wrong(401, 1002, "Missing access token"))?;
    let accepted = state.tokens.accepts(token, state.options.seconds());
    accepted.ok_or_else(|| {
        wrong(401, 1001, "Invalid access token. Check the value of the Authorization HTTP request header.")
    })
}
