//! Finding out how a shop is reached: pretty or plain addresses, and which credential gets through.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};

use crate::failure::{WRONG, accepted, code, signature_refused};
use crate::site::{Credential, Site};

/// What the plain form of address costs, and the cure.
pub(crate) const PLAIN: &str = "The shop's permalinks are switched to plain, which its REST API only half supports. In WordPress, \
    open Settings, Permalinks, and choose any other structure.";

const QUERY: &str = "The shop's web server drops the Authorization header, so the key is sent in the address, where server logs \
    may keep it. Ask the hoster to pass the header on.";

const OAUTH1: &str = "The shop does not know that it is reached by https (a proxy in front of it does not say so), so requests are \
    signed one by one. Ask the hoster to set HTTPS for PHP.";

/// The site, and what the seller should know about the way in.
pub(crate) fn find<T: Transport>(transport: &T, base: &str) -> Result<(Site, Vec<String>), Error> {
    let mut refused = None;
    for credential in Credential::candidates(base) {
        let mut site = Site { base: base.to_owned(), plain: false, credential: *credential };
        let mut response = transport.send(&ask(&site))?;
        if !speaks_json(&response) && worth_the_plain_form(&response) {
            site.plain = true;
            let plain = transport.send(&ask(&site))?;
            // A page at 200 that the plain form knows nothing better than: what the page says counts.
            if !speaks_json(&plain) || (response.status == 200 && plain.status == 404) {
                return Err(not_a_shop(&response));
            }
            response = plain;
        }
        // Treated as nobody: the next way in may be the one. A wrong secret, by contrast, is wrong however it travels; but a
        // signature is also wrong where the key is unknown, or the site believes that it is called by http.
        let signed = matches!(credential, Credential::Oauth1 | Credential::Oauth1Http);
        let wrong = response.status == 401 && code(&response) == WRONG;
        if response.status == 401 && (signed || !wrong) {
            // A refused signature says more than "nobody": the shop has seen the key.
            if wrong || refused.is_none() {
                refused = Some((wrong, response));
            }
            continue;
        }
        let response = accepted(response)?;
        if Raw::of(&json::text(response.body)?).list().is_none() {
            return Err(Error::Unsupported(
                "The address answers with JSON that is not WooCommerce's REST API v3.".to_owned(),
            ));
        }
        let warnings = [(site.plain, PLAIN), (*credential == Credential::Query, QUERY)];
        let mut warnings: Vec<_> = warnings.iter().filter(|(is, _)| *is).map(|(_, text)| (*text).to_owned()).collect();
        if matches!(credential, Credential::Oauth1 | Credential::Oauth1Http) && base.starts_with("https:") {
            warnings.push(OAUTH1.to_owned());
        }
        return Ok((site, warnings));
    }
    match refused {
        Some((true, response)) => Err(signature_refused(&response)),
        Some((false, response)) => accepted(response).and_then(|_| Err(Error::Other("no way in".to_owned()))),
        None => Err(Error::Other("no credential to try".to_owned())),
    }
}

fn ask(site: &Site) -> Request {
    site.get("/wc/v3/products", &[("per_page", "1"), ("_fields", "id")])
}

fn speaks_json(response: &Response) -> bool {
    json::text(response.body.clone()).is_ok()
}

/// Without pretty permalinks `/wp-json/` is a page that does not exist, a redirect, or the shop's start page.
fn worth_the_plain_form(response: &Response) -> bool {
    matches!(response.status, 200..=399 | 404)
}

/// Neither form of address gave JSON.
fn not_a_shop(response: &Response) -> Error {
    // The title and the first words: further down, any shop has a link to log in.
    let page = excerpt(&response.body, 160).to_ascii_lowercase();
    let words = excerpt(&response.body, 80);
    let passing = [
        "maintenance",
        "coming soon",
        "log in",
        "login",
        "sign in",
        "password",
        "just a moment",
        "checking your browser",
    ];
    if passing.iter().any(|word| page.contains(word)) {
        return Error::Unavailable(format!("the shop shows a page instead of data: {words}"));
    }
    // Whoever speaks JSON, and not to its end, has the API: the answer was cut off.
    if (200..300).contains(&response.status) && page.trim_start().starts_with(['[', '{']) {
        return Error::Unavailable(format!("the shop's answer is no whole JSON: {words}"));
    }
    if (300..400).contains(&response.status)
        && let Some(location) = http::header(response, "location")
    {
        return Error::Unsupported(format!(
            "The address sends us on to {location}: enter the address that this leads to."
        ));
    }
    Error::Unsupported(format!(
        "There is no WooCommerce REST API at this address: check the store address and that WooCommerce is active. \
         HTTP {}: {words}",
        response.status
    ))
}
