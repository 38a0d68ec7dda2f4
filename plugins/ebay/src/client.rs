//! Requests to eBay, and its answers as JSON.

use entrepot_guest::api::{Api, Call};
use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};
use serde_json::Value;

use crate::failure::{Refusal, accepted, judged};
use crate::settings::Settings;

/// Rows of a bulk call; more are refused.
pub(crate) const ROWS: usize = 25;

pub(crate) struct Client<'a, T> {
    pub(crate) transport: &'a T,
    pub(crate) settings: Settings,
}

impl<'a, T: Transport> Client<'a, T> {
    pub(crate) fn of(transport: &'a T, channel: &Channel) -> Result<Self, Error> {
        Ok(Self { transport, settings: Settings::of(channel)? })
    }

    /// As the seller.
    pub(crate) fn user(&self) -> Api<'a, T> {
        Api::new(self.transport, &self.settings.base).credential("user")
    }

    /// As the app.
    pub(crate) fn app(&self) -> Api<'a, T> {
        Api::new(self.transport, &self.settings.base).credential("app")
    }

    /// A question about the inventory.
    pub(crate) fn inventory(&self, path: &[&str]) -> Call<'a, T> {
        self.user().get(&[&["sell", "inventory", "v1"], path].concat())
    }

    pub(crate) fn ask(&self, call: Call<'_, T>) -> Result<String, Error> {
        http::ask(self.transport, &call.request(), object)
    }

    /// One result for each request, in order.
    pub(crate) fn ask_all(&self, requests: &[Request]) -> Vec<Result<String, Error>> {
        http::ask_all(self.transport, requests, object)
    }

    /// A POST that only reads.
    pub(crate) fn look_up(&self, path: &[&str], body: &Value) -> Result<String, Error> {
        let path = [&["sell", "inventory", "v1"], path].concat();
        let request = http::repeatable(self.user().post(&path, body)?.request());
        http::ask(self.transport, &request, object)
    }

    /// Changes something: sent once, with the language that texts are in. eBay answers 411 to a POST without a body, so where there is
    /// nothing to say it says `{}`.
    pub(crate) fn change(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> Result<Result<String, Refusal>, Error> {
        let path = [&["sell", "inventory", "v1"], path].concat();
        let api = self.user().header("content-language", self.settings.language);
        let empty = Value::Object(serde_json::Map::new());
        let call = match (method, body) {
            (Method::Post, body) => api.post(&path, body.unwrap_or(&empty))?,
            (Method::Put, Some(body)) => api.put(&path, body)?,
            (method, _) => api.call(method, &path),
        };
        let request = call.request();
        let answered = self.transport.send(&request).and_then(|response| match judged(response)? {
            Err(refusal) => Ok(Err(refusal)),
            // 204: there is nothing to say.
            Ok(response) if response.status == 204 || response.body.is_empty() => Ok(Ok("{}".to_owned())),
            Ok(response) => text_of(response).map(Ok),
        });
        answered.map_err(|error| http::named(error, &request))
    }
}

fn object(response: Response) -> Result<String, Error> {
    let response = accepted(response)?;
    // Where there is none of what was asked for.
    if response.status == 204 && response.body.is_empty() {
        return Ok("{}".to_owned());
    }
    text_of(response)
}

fn text_of(response: Response) -> Result<String, Error> {
    let text = json::text(response.body)?;
    if !text.starts_with('{') {
        let words = excerpt(text.as_bytes(), 80);
        return Err(Error::Unavailable(format!("eBay answered with something else than an object: {words}")));
    }
    Ok(text)
}

/// The rows of a list; whatever else stands in its place is no empty list.
pub(crate) fn rows<'t>(text: &'t str, name: &str) -> Result<Vec<Raw<'t>>, Error> {
    Raw::checked(text).fields().get(name).list().ok_or_else(|| {
        let words = excerpt(text.as_bytes(), 80);
        Error::Unavailable(format!("eBay answered without the list {name}: {words}"))
    })
}

/// As a value that can be changed and sent back.
pub(crate) fn value(raw: Raw<'_>) -> Value {
    let text = raw.json();
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(json::repaired(text).as_deref().unwrap_or("null")))
        .unwrap_or_default()
}
