//! Rows of a bulk call: each has an answer of its own, and one that failed makes 207 of 200.

use serde_json::{Map, Value, json};

use super::answers::{Wrong, with, wrong};
use crate::server::Answer;

const ROWS: usize = 25;

/// `requests` of a body, not too many and each once.
pub(super) fn rows<'b>(body: &'b Value, key: &str, too_many: i64, twice: i64) -> Result<Vec<&'b Value>, Wrong> {
    let Some(rows) = body["requests"].as_array().filter(|rows| !rows.is_empty()) else {
        return Err(wrong(400, 25709, "Invalid request. Invalid value for field requests."));
    };
    if rows.len() > ROWS {
        return Err(wrong(400, too_many, format!("The number of rows in the request cannot exceed {ROWS}.")));
    }
    let mut names: Vec<&str> = rows.iter().filter_map(|row| row[key].as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(wrong(400, twice, format!("{key} should be unique in the request.")));
    }
    Ok(rows.iter().collect())
}

/// The answer to a row: what it is known by, and what came of it.
pub(super) fn row(known_by: &[(&str, &str)], outcome: Result<Value, Wrong>, done: u16) -> Value {
    let mut row: Map<String, Value> = known_by.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let (status, errors) = match outcome {
        Ok(Value::Object(fields)) => {
            row.extend(fields);
            (done, json!([]))
        }
        Ok(_) => (done, json!([])),
        Err(wrong) => (wrong.status, json!([wrong.error()])),
    };
    row.insert("statusCode".to_owned(), json!(status));
    row.insert("errors".to_owned(), errors);
    row.entry("warnings").or_insert_with(|| json!([]));
    Value::Object(row)
}

pub(super) fn answer(rows: Vec<Value>) -> Answer {
    let good = |row: &Value| row["statusCode"].as_u64().is_some_and(|status| (200..300).contains(&status));
    with(if rows.iter().all(good) { 200 } else { 207 }, &json!({ "responses": rows }))
}
