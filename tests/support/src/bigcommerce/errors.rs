//! Refusals of version 3: status, title, type, errors.

use serde_json::{Value, json};

use crate::server::Answer;

const TYPE: &str = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";

pub(crate) fn refusal(status: u16, title: &str) -> Answer {
    with_errors(status, title, &json!({}))
}

pub(crate) fn with_errors(status: u16, title: &str, errors: &Value) -> Answer {
    json_answer(status, &json!({"status": status, "title": title, "type": TYPE, "errors": errors}))
}

pub(crate) fn unauthorized() -> Answer {
    refusal(
        401,
        "Unauthorized - the v3 Auth client ID or token in the request are not a valid combination for this store.",
    )
}

pub(crate) fn forbidden() -> Answer {
    refusal(403, "You don't have a required scope to access the endpoint")
}

pub(crate) fn not_found() -> Answer {
    refusal(404, "The route is not found, check the URL")
}

pub(crate) fn json_answer(status: u16, body: &Value) -> Answer {
    Answer::new(status, "application/json", body.to_string())
}
