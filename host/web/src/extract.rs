//! What handlers read of a request. It is axum's own, but what cannot be read is a problem like any other.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::unique::Unique;

/// Parts of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(read)| Self(read))
            .map_err(|why| Problem::bad_request(plain(&why.body_text(), "the address")))
    }
}

/// Parameters of the query.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(read)| Self(read))
            .map_err(|why| Problem::bad_request(plain(&why.body_text(), "the query")))
    }
}

/// A body of JSON. That it says so was looked at before.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonOrNothing(body) = JsonOrNothing::from_request(request, state).await?;
        body.map(Self).ok_or_else(|| Problem::bad_request("a body of JSON is needed; see /api/v1/openapi.json"))
    }
}

/// A body of JSON, or none.
pub(crate) struct JsonOrNothing<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|why| Problem::bad_request(why.body_text()))?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        // Objects alone: a list would be read by position, past the names of its fields.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Problem::bad_request("the body must be one JSON object; see /api/v1/openapi.json"));
        }
        // What is no JSON at all is said below.
        if let Some(why) = serde_json::from_slice::<Unique>(&bytes).err().filter(serde_json::Error::is_data) {
            return Err(Problem::bad_request(plain(&why.to_string(), "the body")));
        }
        let read = Json::from_bytes(&bytes)
            .map_err(|why| Problem::bad_request(plain(&without_values(&why.body_text()), "the body")))?;
        let Json(read) = read;
        Ok(Self(Some(read)))
    }
}

/// Without the words in which a parser speaks of itself: `Failed to deserialize the JSON body into the target type: ids: invalid type`.
fn plain(text: &str, part: &str) -> String {
    const OF_PARSERS: [&str; 4] = ["Failed to deserialize ", "Failed to parse ", "Invalid URL: ", "Cannot parse "];
    let own = OF_PARSERS.iter().any(|beginning| text.starts_with(beginning));
    let why = if own { text.split_once(": ").map_or(text, |(_, why)| why) } else { text };
    format!("{part} cannot be read: {why}; see /api/v1/openapi.json for what is expected")
}

/// Fields and positions are named, but no value: it may be a secret that stands in the wrong place.
fn without_values(text: &str) -> String {
    const BEFORE: &str = "string \"";
    match (text.find(BEFORE), text.rfind("\", expected")) {
        (Some(from), Some(to)) if from + BEFORE.len() <= to => {
            format!("{}…{}", &text[..from + BEFORE.len()], &text[to..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        let why = Json::<std::collections::BTreeMap<String, bool>>::from_bytes(br#"{"a": "ck_\"secret, expected"}"#);
        let text = without_values(&why.expect_err("no boolean").body_text());
        assert!(text.contains("invalid type: string \"…\", expected a boolean") && !text.contains("ck_"), "{text}");
    }

    #[test]
    fn parsers_do_not_speak_of_themselves() {
        let body = "Failed to deserialize the JSON body into the target type: ids: invalid type: integer `1`, expected a sequence";
        let said = plain(body, "the body");
        assert!(said.starts_with("the body cannot be read: ids: invalid type: integer `1`"), "{said}");
        let query = plain("Failed to deserialize query string: limit: invalid value: integer `0`", "the query");
        assert!(query.starts_with("the query cannot be read: limit: invalid value"), "{query}");
        assert!(
            plain("length limit exceeded", "the body").starts_with("the body cannot be read: length limit exceeded")
        );
    }
}
