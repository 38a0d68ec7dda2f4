//! Requests to Etsy, and its answers as JSON.

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};
use serde_json::Value;

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

/// What a change is sent as; which of them is the endpoint's.
pub(crate) enum Body {
    Form(Vec<(&'static str, String)>),
    Json(Value),
    None,
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

    pub(crate) fn value(&self, request: &Request) -> Result<Value, Error> {
        http::ask(self.transport, request, value)
    }

    /// The rows of a list that comes whole. One with fewer rows than it counts says nothing of those that are missing.
    pub(crate) fn rows(&self, request: &Request) -> Result<Vec<Value>, Error> {
        http::ask(self.transport, request, |response| {
            let answer = value(response)?;
            match answer["results"].as_array() {
                Some(rows) => match answer["count"].as_u64() {
                    Some(count) if count > rows.len() as u64 => {
                        let why = format!("Etsy counts {count} and shows {} of them", rows.len());
                        Err(Error::Unavailable(why))
                    }
                    _ => Ok(rows.clone()),
                },
                None => Err(Error::Unavailable("Etsy answered with something else than a list".to_owned())),
            }
        })
    }

    /// Changes something: sent once. An answer that is no object is none.
    pub(crate) fn change(&self, method: Method, route: &str, body: Body) -> Result<Value, Error> {
        let request = self.changing(method, route, body);
        let answer = self.transport.send(&request).and_then(value);
        answer.map_err(|error| http::named(error, &request))
    }

    /// What answers with nothing: 204.
    pub(crate) fn delete(&self, route: &str) -> Result<(), Error> {
        let request = self.changing(Method::Delete, route, Body::None);
        let answer = self.transport.send(&request).and_then(accepted);
        answer.map(drop).map_err(|error| http::named(error, &request))
    }

    /// A request that changes something.
    pub(crate) fn changing(&self, method: Method, route: &str, body: Body) -> Request {
        let mut request = Request { method, ..self.request(As::Shop, route, &[]) };
        let (kind, bytes) = match body {
            Body::Json(value) => ("application/json", value.to_string()),
            Body::Form(fields) => ("application/x-www-form-urlencoded", form(&fields)),
            Body::None => return request,
        };
        request.headers.push(("content-type".to_owned(), kind.to_owned()));
        request.body = Some(bytes.into_bytes());
        request
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

/// An object, as what was changed is answered with.
pub(crate) fn value(response: Response) -> Result<Value, Error> {
    let text = answer(response)?.text;
    let repaired = json::repaired(&text);
    serde_json::from_str(repaired.as_deref().unwrap_or(&text))
        .map_err(|error| Error::Unavailable(format!("Etsy answered with something that cannot be read: {error}")))
}

fn form(fields: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        http::percent_encode(value, "", &mut text);
    }
    text
}
