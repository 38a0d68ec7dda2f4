use axum::Json;
use axum::http::{HeaderName, StatusCode, header};
use entrepot_core::StartedOperation;
use serde::Serialize;
use utoipa::ToSchema;

/// It is not waited for: what comes of it is told at `location`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedOperation {
    operation: String,
    /// The same was asked for before and is not over: it is that one
    joined: bool,
    /// Where to look, as in the header Location
    location: String,
}

/// 202 with the address of the operation.
pub(crate) type Accepted = (StatusCode, [(HeaderName, String); 1], Json<AcceptedOperation>);

pub(crate) fn accepted(StartedOperation { id, joined }: StartedOperation) -> Accepted {
    let location = format!("/api/v1/operations/{id}");
    let body = AcceptedOperation { operation: id.to_string(), joined, location: location.clone() };
    (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(body))
}
