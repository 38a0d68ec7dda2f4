//! Answers in JSON, and refusals.

use serde_json::{Value, json};

use crate::server::Answer;

pub(crate) fn ok(value: &Value) -> Answer {
    Answer::new(200, "application/json", value.to_string())
}

/// `{"count": …, "results": […]}`.
pub(crate) fn list(count: usize, results: Vec<Value>) -> Answer {
    ok(&json!({"count": count, "results": results}))
}

/// `{"error": "text"}`; the texts are for people.
pub(crate) fn refusal(status: u16, error: &str) -> Answer {
    Answer::new(status, "application/json", json!({"error": error}).to_string())
}

/// The OAuth form of a refusal.
pub(crate) fn oauth_refusal(status: u16, error: &str, description: &str) -> Answer {
    Answer::new(status, "application/json", json!({"error": error, "error_description": description}).to_string())
}

pub(crate) fn not_found() -> Answer {
    refusal(404, "Resource not found")
}
