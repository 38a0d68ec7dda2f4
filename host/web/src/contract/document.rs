//! What is the same for every route is written into the document here, once.

use axum::http::Method;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use super::operations::operations_mut;
use super::requirements::{self, Requirement};
use crate::idempotency::{LONGEST, ROUTES};

const PROBLEM: &str = "application/problem+json";

/// Status, what it says, and whether an operation may answer so.
type Common = (&'static str, &'static str, fn(&Method, &Operation) -> bool);

const COMMON: [Common; 14] = [
    ("400", "the request is not what is described here", |_, _| true),
    ("404", "there is no such thing", |method, _| *method != Method::GET),
    ("409", "it does not fit to what is there", |method, _| *method != Method::GET),
    ("422", "it is understood and refused; the answer says why", |method, _| *method != Method::GET),
    ("502", "the marketplace did not answer as it should", |method, _| *method != Method::GET),
    ("401", "whoever asks is not signed in, or not any more", |_, operation| needs_somebody(operation)),
    (
        "403",
        "it needs a role or scope that whoever asks does not have, or a browser sent it for a page of another origin",
        |_, _| true,
    ),
    ("408", "the body did not come in time", |_, operation| operation.request_body.is_some()),
    ("413", "the body is too large", |_, operation| operation.request_body.is_some()),
    ("415", "the body is of another kind, or is not said to be of this one", |method, _| *method != Method::GET),
    ("429", "too many requests in a minute; `Retry-After` says when to try again", |_, _| true),
    ("421", "it is addressed to another host", |_, _| true),
    ("500", "something failed inside the host", |_, _| true),
    ("503", "not possible at the moment; try again", |_, _| true),
];
/// What those who look after the host may get, too.
const ALWAYS: &str = "400";

fn needs_somebody(operation: &Operation) -> bool {
    requirements::of(operation) != Requirement::Nothing || is_of_accounts(operation)
}

/// Of routes that passwords and codes are tried on.
fn is_of_accounts(operation: &Operation) -> bool {
    operation.tags.iter().flatten().any(|tag| matches!(tag.as_str(), "auth" | "me"))
}

/// Every operation also answers what all may answer, and problems are of their own media type.
pub(crate) fn complete(document: &mut OpenApi) {
    requirements::describe_schemes(document);
    for (path, item) in &mut document.paths.paths {
        let api = path.starts_with(super::API);
        for (method, operation) in operations_mut(item) {
            problems_are_problems(operation);
            if method == Method::POST && ROUTES.contains(&path.as_str()) {
                operation.parameters.get_or_insert_default().push(idempotency_key());
            }
            requirements::write_out(operation);
            for (status, description, applies) in COMMON.iter().filter(|(status, ..)| api || *status == ALWAYS) {
                if applies(&method, operation) {
                    let responses = &mut operation.responses.responses;
                    responses.entry((*status).to_owned()).or_insert_with(|| problem(description).into());
                }
            }
        }
    }
}

fn idempotency_key() -> RefOr<Parameter> {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(LONGEST));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Of the client's choice, such as a UUID. The same request with the same key is done once: for 24 hours it gets the answer that \
             was given first, with `Idempotent-Replayed: true`. Another request with the key is 422, and 409 while the first is under way",
        ))
        .schema(Some(text));
    parameter.build().into()
}

fn problem(description: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content(PROBLEM, content).build()
}

fn problems_are_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5'])
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM.to_owned(), content);
        }
    }
}
