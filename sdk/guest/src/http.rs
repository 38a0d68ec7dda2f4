//! Requests and what their answers mean.

use std::borrow::Cow;

use crate::bindings::exchange::{Method, Request, Response};
use crate::bindings::types::Error;
use crate::text::excerpt;
use crate::transport::Transport;

/// A GET request that grows; `into()` makes it the host's.
///
/// ```
/// use entrepot_guest::http::Get;
/// let request = Get::new("https://shop.example/api").query("name", "a b&c").request();
/// assert_eq!(request.url, "https://shop.example/api?name=a%20b%26c");
/// ```
#[derive(Clone, Debug)]
pub struct Get {
    url: String,
    headers: Vec<(String, String)>,
    credential: Option<String>,
}

impl Get {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), credential: None }
    }

    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        percent_encode(name, "", &mut self.url);
        self.url.push('=');
        percent_encode(value, ",", &mut self.url);
        self
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Which of the rule's credentials the host should add.
    #[must_use]
    pub fn credential(mut self, name: &str) -> Self {
        self.credential = Some(name.to_owned());
        self
    }

    pub fn request(self) -> Request {
        Request { method: Method::Get, url: self.url, headers: self.headers, body: None, credential: self.credential }
    }
}

/// A POST request with a JSON body.
pub fn post_json(url: impl Into<String>, body: Vec<u8>) -> Request {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Request { method: Method::Post, url: url.into(), headers, body: Some(body), credential: None }
}

/// For the host alone, which never sends it.
const REPEATABLE: &str = "entrepot-repeatable";

/// Only reads, whatever its method says, as queries of GraphQL do: the host sends it again by itself where it would a GET.
#[must_use]
pub fn repeatable(mut request: Request) -> Request {
    request.headers.push((REPEATABLE.to_owned(), "yes".to_owned()));
    request
}

/// Sends of a request whose answer is whole and wrong.
const TRIES: usize = 3;

/// Sends and reads. Where `read` finds the answer with a good status to be something else than what was asked for (`unavailable`), some
/// cache, firewall or broken process spoke in the marketplace's place: the request is sent again, and the host told to ask anew.
/// What failed in any other way, the host has tried again already.
pub fn ask<T: Transport, V>(
    transport: &T,
    request: &Request,
    mut read: impl FnMut(Response) -> Result<V, Error>,
) -> Result<V, Error> {
    let (mut outcome, mut wrong) = judged(request, transport.send(request), &mut read);
    for _ in 1..TRIES {
        if !wrong || !is_repeatable(request) {
            break;
        }
        (outcome, wrong) = judged(request, transport.send(&fresh(request)), &mut read);
    }
    outcome
}

/// [`ask`] for several at once; one result for each request, in order.
pub fn ask_all<T: Transport, V>(
    transport: &T,
    requests: &[Request],
    mut read: impl FnMut(Response) -> Result<V, Error>,
) -> Vec<Result<V, Error>> {
    let send = |requests: &[Request]| {
        let mut answers = transport.send_all(requests);
        answers
            .resize_with(requests.len(), || Err(Error::Other("the host left a request without an answer".to_owned())));
        answers
    };
    let (mut outcomes, mut wrong) = (Vec::with_capacity(requests.len()), Vec::new());
    for (at, answer) in send(requests).into_iter().enumerate() {
        let (outcome, is_wrong) = judged(&requests[at], answer, &mut read);
        wrong.extend((is_wrong && is_repeatable(&requests[at])).then_some(at));
        outcomes.push(outcome);
    }
    for _ in 1..TRIES {
        if wrong.is_empty() {
            break;
        }
        let again: Vec<Request> = wrong.iter().map(|at| fresh(&requests[*at])).collect();
        let asked = std::mem::take(&mut wrong);
        for (at, answer) in asked.into_iter().zip(send(&again)) {
            let (outcome, is_wrong) = judged(&requests[at], answer, &mut read);
            wrong.extend(is_wrong.then_some(at));
            outcomes[at] = outcome;
        }
    }
    outcomes
}

/// What was read, and whether a good status came with something else.
fn judged<V>(
    request: &Request,
    answer: Result<Response, Error>,
    read: &mut impl FnMut(Response) -> Result<V, Error>,
) -> (Result<V, Error>, bool) {
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    let outcome = answer.and_then(read).map_err(|error| match error {
        // What only reads is in nobody's way: whatever is locked or in conflict is so for now.
        Error::Other(why) if matches!(status, 409 | 423 | 425) && is_repeatable(request) => Error::Unavailable(why),
        other => other,
    });
    let wrong = (200..300).contains(&status) && matches!(outcome, Err(Error::Unavailable(_)));
    (outcome.map_err(|error| named(error, request)), wrong)
}

/// The failure with what was asked for: the address's path, without host and query. [`ask`] and [`ask_all`] add it by themselves.
pub fn named(error: Error, request: &Request) -> Error {
    let path = path(&request.url);
    let named = |why: String| {
        if why.starts_with("HTTP ") {
            format!("{path} answered {why}")
        } else {
            format!("{why} ({path} was asked for)")
        }
    };
    match error {
        Error::Unavailable(why) => Error::Unavailable(named(why)),
        Error::Unauthorized(why) => Error::Unauthorized(named(why)),
        Error::Other(why) => Error::Other(named(why)),
        other => other,
    }
}

/// Without host and query, and no longer than a sentence bears. WordPress may have the route in the query.
fn path(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (path, query) = after.split_once('?').unwrap_or((after, ""));
    let route = query.split('&').find_map(|pair| pair.strip_prefix("rest_route="));
    let path = route.or_else(|| path.find('/').map(|at| &path[at..])).unwrap_or("/");
    if path.chars().count() <= 100 { path.to_owned() } else { path.chars().take(100).chain(['…']).collect() }
}

fn is_repeatable(request: &Request) -> bool {
    let says = |name: &str| name.eq_ignore_ascii_case("idempotency-key") || name.eq_ignore_ascii_case(REPEATABLE);
    matches!(request.method, Method::Get | Method::Head) || request.headers.iter().any(|(name, _)| says(name))
}

/// Not from what anybody keeps.
fn fresh(request: &Request) -> Request {
    let mut request = request.clone();
    request.headers.push(("cache-control".to_owned(), "no-cache".to_owned()));
    request
}

/// RFC 3986: all but unreserved characters, and those of `keep`, are encoded.
pub fn percent_encode(text: &str, keep: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.as_bytes().contains(&byte) {
            into.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// The text with its percent escapes decoded; what is no escape, or not UTF-8 then, stays as it is.
///
/// ```
/// use entrepot_guest::http::percent_decode;
/// assert_eq!(percent_decode("%d1%86%D0%B2%d0%B5%d1%82"), "цвет");
/// assert_eq!(percent_decode("100% wool"), "100% wool");
/// ```
pub fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match escaped(bytes, at) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The byte that the escape at this place stands for.
pub(crate) fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = bytes.get(at..at + 3)? else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// A header's value; names are in lower case.
pub fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The answer if its status is 2xx, else what the status means. A marketplace whose error bodies say more looks at them first.
pub fn classify(response: Response) -> Result<Response, Error> {
    match failure(&response) {
        None => Ok(response),
        Some(error) => Err(error),
    }
}

/// A refusal that comes as a web page, of which an API makes none: a gateway, a firewall or a maintenance page answered in the
/// marketplace's place, and will not do so for ever. It says nothing of the account, nor of what exists. A page with 401 may be the
/// web server's own question for a password, and is none of these.
pub fn in_front(response: &Response) -> Option<Error> {
    let is_page = response.body.trim_ascii_start().starts_with(b"<");
    if !is_page || !matches!(response.status, 400 | 403..=406 | 410 | 451) {
        return None;
    }
    let (status, words) = (response.status, excerpt(&response.body, 80));
    let words = if words.is_empty() { String::new() } else { format!(", {words:?}") };
    Some(Error::Unavailable(format!(
        "a web page came instead of an answer (HTTP {status}{words}): a firewall, a gateway or a maintenance page is in front of the \
         marketplace, or the address is not its API's"
    )))
}

/// A redirect that the host did not follow.
pub fn redirected(response: &Response) -> Option<Error> {
    if !(300..400).contains(&response.status) {
        return None;
    }
    let to = header(response, "location").map_or_else(String::new, |location| format!(" to {location}"));
    Some(Error::Unavailable(format!(
        "the marketplace sends requests on{to} (HTTP {}): if it has moved, enter the address that it has now; if not, a login or a firewall is \
         in front of it",
        response.status
    )))
}

/// What a status other than 2xx means.
pub fn failure(response: &Response) -> Option<Error> {
    if let Some(error) = in_front(response).or_else(|| redirected(response)) {
        return Some(error);
    }
    let said = || {
        let words = excerpt(&response.body, 80);
        let status = response.status;
        if words.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {words}") }
    };
    Some(match response.status {
        200..=299 => return None,
        401 | 403 => Error::Unauthorized(said()),
        404 | 410 => Error::NotFound,
        429 => Error::RateLimited(response.retry_after),
        503 if response.retry_after.is_some() => Error::RateLimited(response.retry_after),
        408 | 423 | 425 | 500..=599 => Error::Unavailable(said()),
        _ => Error::Other(said()),
    })
}

#[cfg(test)]
mod tests;
