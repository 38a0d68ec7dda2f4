//! How browsers are let in and out by pages: the cookie of their session, and how often an address may try.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use entrepot_accounts::Client;

use crate::clients::Clients;
use crate::cookie::Cookie;
use crate::problem::Problem;

/// Cheap to clone.
#[derive(Clone)]
pub struct Visitors {
    cookie: Cookie,
    clients: Arc<Clients>,
}

impl Visitors {
    pub(crate) fn new(cookie: Cookie, clients: Arc<Clients>) -> Self {
        Self { cookie, clients }
    }

    /// The token of its session that the browser shows.
    pub fn token(&self, headers: &HeaderMap) -> Option<String> {
        self.cookie.of(headers)
    }

    /// `Set-Cookie` for a session that has begun.
    pub fn signed_in(&self, token: &str) -> Option<HeaderValue> {
        self.cookie.set(token)
    }

    /// `Set-Cookie` for one that has ended.
    pub fn signed_out(&self) -> Option<HeaderValue> {
        self.cookie.clear()
    }

    /// Counts a try at a password, and says who tries.
    pub fn count_try(&self, parts: &Parts) -> Result<Client, Problem> {
        self.clients.count_try_of(parts)
    }
}
