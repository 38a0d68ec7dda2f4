//! How browsers are let in and out by pages: the cookie of their session, and how often an address may try.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use entrepot_accounts::Client;

use crate::body::Bodies;
use crate::clients::Clients;
use crate::cookie::Cookie;
use crate::problem::Problem;

/// Cheap to clone.
#[derive(Clone)]
pub struct Visitors {
    cookie: Cookie,
    clients: Arc<Clients>,
    bodies: Arc<Bodies>,
}

impl Visitors {
    pub(crate) fn new(cookie: Cookie, clients: Arc<Clients>, bodies: Arc<Bodies>) -> Self {
        Self { cookie, clients, bodies }
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

    /// A form with an artifact in it, received as the API receives artifacts, and what `read` finds in it.
    pub async fn receive_upload<T>(&self, body: Body, read: impl AsyncFnOnce(Body) -> T) -> Result<T, Problem> {
        let (bytes, _room) = self.bodies.form(body).await?;
        Ok(read(Body::from(bytes)).await)
    }

    /// Counts a try at a password, and says who tries.
    pub fn count_try(&self, parts: &Parts) -> Result<Client, Problem> {
        self.clients.count_try_of(parts)
    }
}
