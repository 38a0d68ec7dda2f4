//! A place between the session and the network, where tests of adapters replay and record.

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::body::Body;
use crate::exchange::{Failure, Response};
use crate::wire::RawResponse;

/// One hop as the guest, or the redirect it follows, made it: allowed by the grant, and without its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterceptedRequest {
    pub operation: String,
    pub method: String,
    pub url: String,
    /// The guest's own.
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// Name of the credential that it carries.
    pub credential: Option<String>,
}

#[async_trait]
pub trait Intercept: Send + Sync {
    /// An answer in the network's place. `None`: it is sent.
    async fn answer(&self, asked: &InterceptedRequest) -> Option<Result<Response, Failure>>;

    /// Nobody is asked, so nobody has to be spared.
    fn replays(&self) -> bool;

    /// What came over the network, without secrets.
    fn answered(&self, asked: &InterceptedRequest, response: &Response);
}

pub(crate) fn intercepted(
    operation: &str,
    method: &str,
    url: &str,
    headers: &HeaderMap,
    body: Option<&[u8]>,
    credential: Option<&str>,
) -> InterceptedRequest {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    InterceptedRequest {
        operation: operation.to_owned(),
        method: method.to_owned(),
        url: url.to_owned(),
        headers: headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.map(<[u8]>::to_vec),
        credential: credential.map(str::to_owned),
    }
}

/// As if it had come over the network, under the same cap.
pub(crate) fn received(response: Response, most: u64) -> Result<RawResponse, Failure> {
    let Response { status, headers: lines, body, .. } = response;
    let length = body.len() as u64;
    if length > most {
        return Err(Failure::unusable(format!("the body has {length} bytes; at most {most} are read")));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Failure::unavailable)?;
        headers.append(name, HeaderValue::from_str(&value).map_err(Failure::unavailable)?);
    }
    Ok(RawResponse { status, headers, body: Body { bytes: body, received: length, decoded: false } })
}
