//! What changes a shop: listings made, changed and deleted, their images, their inventories.

mod body;
mod images;
mod inventory;
mod listing;

use http::Method;

use super::answers::{not_found, refusal};
use super::auth;
use super::store::State;
use crate::server::{Answer, Request};

/// Method, path below `/v3/application` where `*` is a number, and the scope.
const WRITES: [(&str, &str, &str, Does); 9] = [
    ("POST", "/shops/*/listings", "listings_w", listing::create),
    ("PATCH", "/shops/*/listings/*", "listings_w", listing::update),
    ("DELETE", "/listings/*", "listings_d", listing::delete),
    ("POST", "/shops/*/listings/*/images", "listings_w", images::upload),
    ("DELETE", "/shops/*/listings/*/images/*", "listings_w", images::delete),
    ("POST", "/shops/*/listings/*/variation-images", "listings_w", images::of_variations),
    ("PUT", "/listings/*/inventory", "listings_w", inventory::put),
    ("PUT", "/shops/*/listings/*/properties/*", "listings_w", listing::set_property),
    ("DELETE", "/shops/*/listings/*/properties/*", "listings_w", listing::delete_property),
];

pub(super) use images::shown as variation_images;

/// The numbers in the path without the shop's.
type Does = fn(&mut State, &Request, &[u64]) -> Result<Answer, Answer>;

pub(super) fn answer(state: &mut State, request: &Request, path: &str) -> Result<Answer, Answer> {
    let method = request.method.as_str();
    let mut known = WRITES.iter().filter_map(|write| Some((write, numbers(path, write.1)?))).peekable();
    if known.peek().is_none() {
        return Err(if request.method == Method::GET { not_found() } else { refusal(405, "Method not allowed") });
    }
    let Some(((_, pattern, scope, does), numbers)) = known.find(|((own, ..), _)| *own == method) else {
        return Err(refusal(405, "Method not allowed"));
    };
    auth::owner(state, request, Some(scope))?;
    let numbers = match pattern.starts_with("/shops/*") {
        true if numbers[0] != state.options.shop_id => return Err(refusal(403, "User does not own the shop")),
        true => &numbers[1..],
        false => &numbers[..],
    };
    does(state, request, numbers)
}

fn numbers(path: &str, pattern: &str) -> Option<Vec<u64>> {
    let (parts, wanted): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
    let same = parts.len() == wanted.len() && parts.iter().zip(&wanted).all(|(a, b)| a == b || *b == "*");
    let found = parts.iter().zip(&wanted).filter(|(_, want)| **want == "*").map(|(part, _)| part.parse().ok());
    found.collect::<Option<Vec<u64>>>().filter(|_| same)
}

fn bad(why: impl Into<String>) -> Answer {
    refusal(400, &why.into())
}

/// Nothing that is there comes with it.
fn nothing() -> Answer {
    Answer::new(204, "application/json", "")
}
