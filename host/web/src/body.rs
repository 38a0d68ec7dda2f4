//! Bodies of requests: whole, soon, and not too large; or not at all.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::problem::Problem;

/// An artifact is the largest thing that is uploaded.
pub(crate) const LARGEST_ARTIFACT: usize = 33 << 20;
/// Lists of ids are the largest of what is written in JSON.
const LARGEST_JSON: usize = 1 << 20;
/// Bytes of artifacts that are received at the same time. Only what has come counts: a client that announces much and sends nothing keeps
/// nobody waiting.
const ARTIFACTS_AT_ONCE: usize = 4 * LARGEST_ARTIFACT;
/// For room among them. Several that have half of theirs would wait for each other.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) const JSON: &str = "application/json";
pub(crate) const WASM: &str = "application/wasm";

/// Receives bodies of the API.
pub(crate) struct Bodies {
    /// For all of a body.
    time: Duration,
    /// Bytes that artifacts may still take.
    artifacts: Semaphore,
}

impl Bodies {
    pub(crate) fn new(time: Duration) -> Self {
        Self { time, artifacts: Semaphore::new(ARTIFACTS_AT_ONCE) }
    }

    /// `media`: one of those above.
    pub(crate) async fn receive(&self, body: Body, media: &str) -> Result<Bytes, Problem> {
        if media != WASM {
            let bytes = whole(body, LARGEST_JSON, self.time).await?;
            return if holds_nul(&bytes) { Err(Problem::nul("the body")) } else { Ok(bytes) };
        }
        let received = tokio::time::timeout(self.time, self.artifact(body)).await;
        received.unwrap_or_else(|_| Err(Problem::too_slow(self.time)))
    }

    /// A form with an artifact in it: of the same bytes at once, which it keeps until the permit is dropped, and in the same time.
    pub(crate) async fn form(&self, body: Body) -> Result<(Bytes, Option<SemaphorePermit<'_>>), Problem> {
        let received = tokio::time::timeout(self.time, self.received(body)).await;
        received.unwrap_or_else(|_| Err(Problem::too_slow(self.time)))
    }

    async fn artifact(&self, body: Body) -> Result<Bytes, Problem> {
        self.received(body).await.map(|(bytes, _)| bytes)
    }

    async fn received(&self, mut body: Body) -> Result<(Bytes, Option<SemaphorePermit<'_>>), Problem> {
        let (mut bytes, mut room) = (Vec::new(), None::<SemaphorePermit<'_>>);
        if body.size_hint().lower() > LARGEST_ARTIFACT as u64 {
            return Err(Problem::too_large(LARGEST_ARTIFACT));
        }
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::bad_request("the body broke off"))?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > LARGEST_ARTIFACT {
                return Err(Problem::too_large(LARGEST_ARTIFACT));
            }
            let size = u32::try_from(data.len()).map_err(|_| Problem::too_large(LARGEST_ARTIFACT))?;
            let taken = tokio::time::timeout(PATIENCE, self.artifacts.acquire_many(size)).await;
            let taken = taken.map_err(|_| Problem::unavailable())?.map_err(|_| Problem::unavailable())?;
            match &mut room {
                Some(room) => room.merge(taken),
                None => room = Some(taken),
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes.into(), room))
    }
}

/// All of a body, if it comes within `time` and has at most `limit` bytes.
pub(crate) async fn whole(body: Body, limit: usize, time: Duration) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::too_large(limit));
    }
    match tokio::time::timeout(time, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => Err(Problem::too_large(limit)),
        Ok(Err(_)) => Err(Problem::bad_request("the body broke off")),
        Err(_) => Err(Problem::too_slow(time)),
    }
}

/// All of a body that has at most `limit` bytes; `None`: it has more, and was read to its end and dropped, for a client that is cut off takes
/// that for a failure. What has more than `largest`, or takes longer than `time`, is not read.
pub(crate) async fn whole_or_dropped(
    mut body: Body,
    limit: usize,
    largest: usize,
    time: Duration,
) -> Result<Option<Vec<u8>>, Problem> {
    if body.size_hint().lower() > largest as u64 {
        return Err(Problem::too_large(limit));
    }
    let read = async {
        let (mut kept, mut length) = (Vec::new(), 0_usize);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::bad_request("the body broke off"))?;
            let Ok(data) = frame.into_data() else { continue };
            length = length.saturating_add(data.len());
            if length > largest {
                return Err(Problem::too_large(limit));
            }
            if length <= limit {
                kept.extend_from_slice(&data);
            } else {
                kept = Vec::new();
            }
        }
        Ok((length <= limit).then_some(kept))
    };
    tokio::time::timeout(time, read).await.unwrap_or_else(|_| Err(Problem::too_slow(time)))
}

fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<LengthLimitError>())
}

/// What the body is said to be, without parameters; with them, if it is said to be in another encoding than UTF-8.
pub(crate) fn media(headers: &HeaderMap) -> String {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.trim().to_ascii_lowercase();
    let (media, parameters) = given.split_once(';').unwrap_or((&given, ""));
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let is_utf_8 = |charset: &str| matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii");
    let encoded = parameters.any(|(name, value)| name.trim() == "charset" && !is_utf_8(value.trim()));
    if encoded { given } else { media.trim().to_owned() }
}

/// Whether any text of the JSON document holds a NUL, which PostgreSQL keeps in no text. Written as itself it is no JSON.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_however_it_is_hidden() {
        for text in [r#"{"a":"\u0000"}"#, r#""\\\u0000""#, r#"["\n\u0000"]"#, r#"{"\u0000":1}"#] {
            assert!(holds_nul(text.as_bytes()), "{text}");
        }
        for text in [r#"{"a":"\\u0000"}"#, r#""\\\\u0000""#, r#""\u0001""#, "\\", r#""u0000""#, ""] {
            assert!(!holds_nul(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_media_type_is_compared_without_its_parameters() {
        let of = |text: &str| media(&HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())]));
        assert_eq!(of("Application/JSON; charset=utf-8"), JSON);
        assert_eq!(of("application/json;charset=\"UTF-8\""), JSON);
        assert_eq!(of("text/plain"), "text/plain");
        assert_ne!(of("application/json; charset=utf-16"), JSON);
        assert_eq!(media(&HeaderMap::new()), "");
    }
}
