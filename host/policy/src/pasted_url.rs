//! Addresses that sellers paste from a browser.

use url::Url;

use super::origin::{check_host, parse_port, web_port};
use super::path::check_path;

/// The address up to the first of the folders.
pub(super) fn cut<'a>(address: &'a str, folders: &[String]) -> &'a str {
    let path = address.find("://").map_or(0, |at| at + 3);
    let path_end = address.find(['?', '#']).unwrap_or(address.len());
    let mut at = path;
    for folder in address[path.min(path_end)..path_end].split('/') {
        // The first part is the host.
        if at > path && folders.iter().any(|end| end == folder) {
            return &address[..at];
        }
        at += folder.len() + 1;
    }
    address
}

/// Sellers paste these from a browser, so case, a final slash and international names are taken; anything that a URL
/// parser would quietly turn into another place is not.
pub(super) fn normalise_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let (_, rest) = text.split_once("://").ok_or("must begin with https:// or http://")?;
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with https:// or http://".to_owned());
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err("must not hold a user name or password".to_owned());
    }
    if text.contains(['?', '#']) {
        return Err("must not have a query (?) or fragment (#)".to_owned());
    }
    if text.contains('\\') || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("must not hold spaces, backslashes or control characters".to_owned());
    }
    // Parsing takes out `..` however it is written, and the address would lead somewhere that nobody wrote.
    check_path(&rest[authority.len()..])?;
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    let host_end = authority[after_address..].find(':').map_or(authority.len(), |at| after_address + at);
    let (written, port) = authority.split_at(host_end);
    if !port.is_empty() {
        parse_port(&port[1..]).ok_or("has a port that is not a number from 1 to 65535")?;
        // On one's own machine, for development, anything may be anywhere.
        let own = matches!(written, "127.0.0.1" | "[::1]" | "localhost");
        if !own {
            web_port(&port[1..]).map_err(|why| format!("has a port that cannot be: {why}"))?;
        }
    }
    let host = url.host_str().ok_or("has no host")?;
    let written = written.to_lowercase();
    let dotted = host.starts_with('[') || !host.split('.').any(str::is_empty);
    if !dotted || (written != host && written != url::quirks::domain_to_unicode(host)) {
        return Err(format!("its host would be read as `{host}`; write it that way if that is what you mean"));
    }
    // What the strict reader of guests' URLs refuses could be set and never be reached.
    check_host(host)?;
    check_path(url.path())?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
