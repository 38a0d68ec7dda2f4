//! What a browser posts.

use std::time::Duration;

use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use entrepot_web::Problem;
use serde::de::DeserializeOwned;

use crate::AppState;
use crate::failure::Failure;

/// Whoever sends slower holds memory for nothing.
const TIME: Duration = Duration::from_secs(10);

/// Larger than what is taken, or none that can be read.
pub(crate) fn unreadable(what: &str, status: StatusCode, why: &str) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::larger("what was sent is larger than what is taken here");
    }
    Problem::bad_request(format!("{what}: {why}"))
}

/// A form. What does not fit is said on a page.
pub(crate) struct PostedForm<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for PostedForm<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let form = tokio::time::timeout(TIME, Form::<T>::from_request(request, state)).await;
        let form = form.map_err(|_| Problem::bad_request("the form did not come whole in time; send it again"))?;
        let form = form.map_err(|error| unreadable("the form cannot be read", error.status(), &error.body_text()))?;
        Ok(Self(form.0))
    }
}

/// A try at what is tried by those who guess, counted.
pub(crate) struct Trying;

impl FromRequestParts<AppState> for Trying {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        app.visitors.count_try(parts)?;
        Ok(Self)
    }
}
