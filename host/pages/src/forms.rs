//! What a browser posts.

use axum::extract::{Form, FromRequest, Request};
use entrepot_web::Problem;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// A form. What does not fit is said on a page.
pub(crate) struct PostedForm<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for PostedForm<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let form = Form::<T>::from_request(request, state).await;
        let form = form.map_err(|error| Problem::bad_request(format!("the form cannot be read: {error}")))?;
        Ok(Self(form.0))
    }
}
