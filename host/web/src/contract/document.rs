//! What is the same for every route is written into the document here, once.

use axum::http::Method;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use crate::idempotency::{LONGEST, ROUTES};

const PROBLEM: &str = "application/problem+json";

/// Status, what it says, and whether an operation may answer so.
type Common = (&'static str, &'static str, fn(&Method, &Operation) -> bool);

const COMMON: [Common; 13] = [
    ("400", "the request is not what is described here", |_, _| true),
    ("404", "there is no such thing", |method, _| *method != Method::GET),
    ("409", "it does not fit to what is there", |method, _| *method != Method::GET),
    ("422", "it is understood and refused; the answer says why", |method, _| *method != Method::GET),
    ("502", "the marketplace did not answer as it should", |method, _| *method != Method::GET),
    ("403", "a browser sent it for a page of another origin", |method, _| *method != Method::GET),
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

/// Every operation also answers what all may answer, and problems are of their own media type.
pub(crate) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let api = path.starts_with(super::API);
        for (method, operation) in operations_mut(item) {
            problems_are_problems(operation);
            if method == Method::POST && ROUTES.contains(&path.as_str()) {
                operation.parameters.get_or_insert_default().push(idempotency_key());
            }
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

macro_rules! by_method {
    ($item:ident, $as:ident) => {
        [
            (Method::GET, $item.get.$as()),
            (Method::PUT, $item.put.$as()),
            (Method::POST, $item.post.$as()),
            (Method::PATCH, $item.patch.$as()),
            (Method::DELETE, $item.delete.$as()),
        ]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation?)))
    };
}

pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    by_method!(item, as_ref)
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    by_method!(item, as_mut)
}
