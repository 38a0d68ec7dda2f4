//! What somebody typed into a form while their session ended: it is shown, to be sent again after signing in.

use std::time::Duration;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::LARGEST_FORM;
use crate::frame::{Frame, with_status};
use crate::visitor::{Anybody, SignedOut};

const TIME: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "kept_form.html")]
struct Page {
    frame: Frame,
    action: String,
    fields: Vec<(String, String)>,
    /// Something was typed that does not go back to a browser.
    secrets: bool,
}

/// Passwords, codes, keys: they are typed again.
fn is_secret(name: &str) -> bool {
    name.starts_with("secret.") || ["password", "old", "new", "code", "token"].contains(&name)
}

/// Forms of those who are signed in pass through as they are.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("application/x-www-form-urlencoded")));
    let signed_in = request.extensions().get::<std::sync::Arc<entrepot_accounts::Principal>>().is_some();
    if signed_in || !form || request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = match tokio::time::timeout(TIME, to_bytes(body, LARGEST_FORM)).await {
        Ok(Ok(bytes)) => bytes,
        // Whoever asked for it says what is wrong with it.
        Ok(Err(_)) | Err(_) => axum::body::Bytes::new(),
    };
    let action = parts.uri.path().to_owned();
    let anybody = Anybody::of(&parts);
    let again = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.extensions().get::<SignedOut>().is_none() {
        return response;
    }
    let Ok(Form(fields)) = Form::<Vec<(String, String)>>::from_request(again, &()).await else { return response };
    let all = fields.len();
    let fields: Vec<_> = fields.into_iter().filter(|(name, _)| !is_secret(name)).collect();
    let page = Page { frame: anybody.frame("You are signed out"), action, secrets: fields.len() < all, fields };
    with_status(StatusCode::UNAUTHORIZED, &page)
}
