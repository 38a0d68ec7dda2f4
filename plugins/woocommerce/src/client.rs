//! Requests to one shop, and its answers as JSON.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use entrepot_guest::{http, json};
use serde::de::DeserializeOwned;

use crate::failure::{accepted, code};
use crate::site::Site;

/// How many requests are handed to the host at once: enough for its rate limit, few enough to hold their answers.
pub(crate) const AT_ONCE: usize = 10;

/// A query without `page`, and the page.
pub(crate) type Query<'a> = Vec<(&'a str, String)>;

/// One page of a list: the elements' text, and how many there are in all if the shop says so believably.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) text: String,
    pub(crate) total: Option<u64>,
    /// How many pages that makes.
    pub(crate) pages: Option<u64>,
}

pub(crate) struct Client<'a, T> {
    pub(crate) transport: &'a T,
    pub(crate) site: &'a Site,
}

impl<T: Transport> Client<'_, T> {
    pub(crate) fn get<V: DeserializeOwned>(&self, route: &str, query: &[(&str, &str)]) -> Result<V, Error> {
        http::ask(self.transport, &self.site.get(route, query), |response| json::parse(accepted(response)?.body))
    }

    pub(crate) fn list(&self, route: &str, query: &Query<'_>) -> Result<List, Error> {
        http::ask(self.transport, &self.request(route, query), list)
    }

    pub(crate) fn request(&self, route: &str, query: &Query<'_>) -> Request {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.site.get(route, &query)
    }

    /// At most [`AT_ONCE`] in flight; one result for each request, in order.
    pub(crate) fn lists(&self, requests: &[Request]) -> Vec<Result<List, Error>> {
        requests.chunks(AT_ONCE).flat_map(|some| http::ask_all(self.transport, some, list)).collect()
    }
}

/// The answer as a list: whatever else stands in its place is no empty list.
pub(crate) fn list(response: Response) -> Result<List, Error> {
    // Where the shop is known to have the API, one route that is missing says nothing of the others.
    if response.status == 404 && code(&response) == "rest_no_route" {
        return Err(Error::NotFound);
    }
    let response = accepted(response)?;
    let number = |name| http::header(&response, name).and_then(|value| value.trim().parse().ok());
    let (total, pages) = (number("x-wp-total"), number("x-wp-totalpages"));
    let text = json::text(response.body)?;
    if !text.starts_with('[') && Raw::of(&text).list().is_none() {
        let words = entrepot_guest::text::excerpt(text.as_bytes(), 80);
        return Err(Error::Unavailable(format!("the shop answered with something else than a list: {words}")));
    }
    Ok(List { text, total, pages })
}
