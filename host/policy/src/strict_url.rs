//! URLs from guests: parsed once, and refused unless parsing changed nothing.
//!
//! Allow-lists are bypassed where two parsers disagree. Here there is one, and its result must spell scheme, host, port
//! and path exactly as they were written, so no later reader can see another place in the same text.

use thiserror::Error;
use url::Url;

use super::origin::{check_host, parse_port};
use super::path::check_path;

/// The reason in words. The URL itself is not repeated: its query may hold anything.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the URL is refused: {0}")]
pub struct UrlRefused(pub &'static str);

/// Longer than any marketplace accepts, short enough to handle without thought.
const MAX_LENGTH: usize = 16 * 1024;

pub fn parse_url(text: &str) -> Result<Url, UrlRefused> {
    let (https, authority, path) = split(text).map_err(UrlRefused)?;
    let (host, port) = split_port(authority).map_err(UrlRefused)?;
    check_host(host).map_err(UrlRefused)?;
    check_path(path).map_err(UrlRefused)?;
    let url = Url::parse(text).map_err(|_| UrlRefused("it cannot be parsed"))?;
    let same = url.scheme() == if https { "https" } else { "http" }
        && url.host_str() == Some(host)
        && url.port_or_known_default() == Some(port.unwrap_or(if https { 443 } else { 80 }))
        && url.username().is_empty()
        && url.password().is_none();
    if !same {
        return Err(UrlRefused("it reads differently once parsed"));
    }
    if url.path() != if path.is_empty() { "/" } else { path } {
        return Err(UrlRefused("its path must be written as it is sent, percent-encoded"));
    }
    Ok(url)
}

/// Scheme, authority and path as they stand in the text.
fn split(text: &str) -> Result<(bool, &str, &str), &'static str> {
    if text.len() > MAX_LENGTH {
        return Err("it is longer than 16 KiB");
    }
    if text.bytes().any(|b| b <= b' ' || b == 0x7f) {
        return Err("it contains a space or a control character");
    }
    if !text.is_ascii() {
        return Err("it contains characters that must be percent-encoded (in the host: written as xn--…)");
    }
    if text.contains('\\') {
        return Err("it contains a backslash");
    }
    if text.contains('#') {
        return Err("it has a fragment, which is never sent");
    }
    let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err("only `https://` and `http://`, in lower case, are possible"),
    };
    let (before_query, _) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = before_query.split_at(before_query.find('/').unwrap_or(before_query.len()));
    if authority.contains('@') {
        return Err("it carries a user name; credentials are the host's to add");
    }
    if authority.contains('%') {
        return Err("its host is percent-encoded");
    }
    Ok((https, authority, path))
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_address..].find(':') {
        None => Ok((authority, None)),
        Some(at) => {
            let (host, port) = authority.split_at(after_address + at);
            let port = parse_port(&port[1..]).ok_or("its port is not a number from 1 to 65535")?;
            Ok((host, Some(port)))
        }
    }
}
