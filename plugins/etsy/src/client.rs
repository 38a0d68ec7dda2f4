//! Requests to Etsy, and its answers as JSON.

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};

use crate::failure::{Quota, accepted};
use crate::settings::Settings;
use entrepot_guest::lenient::Raw;

/// Which of the manifest's credentials the host is to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// The app's key and the shop's token.
    Shop,
    /// The app's key alone.
    App,
}

pub(crate) struct Client<'a, T> {
    pub(crate) transport: &'a T,
    pub(crate) settings: Settings,
}

/// One JSON object.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) quota: Quota,
}

impl Answer {
    /// `count` and `results` of a list; whatever else stands in its place is no empty list.
    pub(crate) fn list(&self) -> Result<(Option<u64>, Vec<Raw<'_>>), Error> {
        let fields = Raw::checked(&self.text).fields();
        let results = fields.get("results").list().ok_or_else(|| {
            let words = excerpt(self.text.as_bytes(), 80);
            Error::Unavailable(format!("Etsy answered with something else than a list: {words}"))
        })?;
        Ok((fields.get("count").word().and_then(|count| count.parse().ok()), results))
    }
}

impl<T: Transport> Client<'_, T> {
    /// `route` is what follows `/v3/application`.
    pub(crate) fn request(&self, credential: As, route: &str, query: &[(&str, &str)]) -> Request {
        let url = format!("{}/v3/application{route}", self.settings.base);
        let get = http::Get::new(url).header("accept", "application/json").credential(match credential {
            As::Shop => "shop",
            As::App => "app",
        });
        query.iter().fold(get, |get, (name, value)| get.query(name, value)).request()
    }

    /// The route of the shop and what is below it.
    pub(crate) fn of_shop(&self, below: &str) -> String {
        format!("/shops/{}{below}", self.settings.shop)
    }

    /// The shop's listings in one state.
    pub(crate) fn listings(&self, state: &str, limit: u64, offset: u64, includes: &str) -> Request {
        let (limit, offset) = (limit.to_string(), offset.to_string());
        let mut query = vec![("state", state), ("limit", limit.as_str()), ("offset", offset.as_str())];
        if !includes.is_empty() {
            query.push(("includes", includes));
        }
        self.request(As::Shop, &self.of_shop("/listings"), &query)
    }

    pub(crate) fn get(&self, request: &Request) -> Result<Answer, Error> {
        http::ask(self.transport, request, answer)
    }

    /// One result for each request, in order.
    pub(crate) fn get_all(&self, requests: &[Request]) -> Vec<Result<Answer, Error>> {
        http::ask_all(self.transport, requests, answer)
    }
}

fn answer(response: Response) -> Result<Answer, Error> {
    let response = accepted(response)?;
    let quota = Quota::of(&response);
    let text = json::text(response.body)?;
    if !text.starts_with('{') {
        let words = excerpt(text.as_bytes(), 80);
        return Err(Error::Unavailable(format!("Etsy answered with something else than an object: {words}")));
    }
    Ok(Answer { text, quota })
}
