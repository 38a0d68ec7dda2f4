//! GraphQL documents to one shop, and its answers.

use entrepot_guest::prelude::*;
use entrepot_guest::{http, json, log};
use serde_json::{Value, json};

use crate::failure::{Refused, messages, of_errors, of_status};
use crate::settings::Address;

pub(crate) struct Client<'a, T> {
    pub(crate) transport: &'a T,
    pub(crate) address: Address,
}

/// An answer without errors.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) data: Value,
    /// How many points the shop's bucket holds when it is full; it changes with the plan.
    pub(crate) bucket: Option<u32>,
    /// The version that really answered, where it is not the one asked for.
    pub(crate) other_version: Option<String>,
}

impl<'a, T: Transport> Client<'a, T> {
    pub(crate) fn new(transport: &'a T, channel: &Channel) -> Result<Self, Error> {
        Ok(Self { transport, address: Address::of(channel)? })
    }

    /// The answer, of exactly the version that was asked for: fields of another one may mean something else.
    pub(crate) fn ask(&self, document: &str, variables: Value) -> Result<Answer, Refused> {
        let answer = self.ask_any_version(document, variables)?;
        match answer.other_version {
            Some(version) => Err(Refused::Because(Error::Unsupported(format!(
                "Shopify no longer supports version {} of its API and answers by {version}: choose a newer version by the \
                 channel's setting api_version, or update the adapter.",
                self.address.version
            )))),
            None => Ok(answer),
        }
    }

    pub(crate) fn ask_any_version(&self, document: &str, variables: Value) -> Result<Answer, Refused> {
        let body = json!({"query": document, "variables": variables}).to_string().into_bytes();
        let mut request = http::post_json(self.address.graphql(), body);
        request.headers.push(("accept".to_owned(), "application/json".to_owned()));
        // Queries only read, and are sent by POST all the same.
        if !document.trim_start().starts_with("mutation") {
            request = http::repeatable(request);
        }
        let (used, mut body) = http::ask(self.transport, &request, |response| {
            if let Some(error) = of_status(&response) {
                return Err(error);
            }
            let header = |name| http::header(&response, name).map(str::to_owned);
            let (used, deprecated) = (header("x-shopify-api-version"), header("x-shopify-api-deprecated-reason"));
            if let Some(reason) = deprecated {
                log::warn("Shopify will not support something of this query for long", &[("reason", &reason)]);
            }
            let body: Value = json::parse(response.body)?;
            if body.get("errors").is_none() && !body.get("data").is_some_and(Value::is_object) {
                return Err(Error::Unavailable("Shopify's answer holds no data".to_owned()));
            }
            Ok((used, body))
        })?;
        if let Some(refused) = of_errors(&body) {
            return Err(refused);
        }
        if let Some(warnings) = search_warnings(&body) {
            // A misspelt field is ignored and everything is returned: that must never pass for what was searched.
            return Err(Refused::Because(Error::Other(format!("Shopify did not understand a filter: {warnings}"))));
        }
        let bucket = body.pointer("/extensions/cost/throttleStatus/maximumAvailable").and_then(Value::as_f64);
        let data = body.get_mut("data").map(Value::take).filter(Value::is_object);
        let Some(data) = data else {
            return Err(Refused::Because(Error::Unavailable("Shopify's answer holds no data".to_owned())));
        };
        Ok(Answer {
            data,
            bucket: bucket.map(|bucket| bucket as u32),
            other_version: used.filter(|used| *used != self.address.version),
        })
    }

    /// A mutation's payload. What it refuses is in there: `userErrors` come with status 200, an empty list where there is nothing to say.
    /// Without that list nobody knows what was done.
    pub(crate) fn change(&self, document: &str, variables: Value, payload: &str) -> Result<Value, Error> {
        let mut data = self.ask(document, variables)?.data;
        data.get_mut(payload)
            .map(Value::take)
            .filter(|payload| payload.get("userErrors").is_some_and(Value::is_array))
            .ok_or_else(|| Error::Unavailable(format!("Shopify's answer holds no {payload} with userErrors")))
    }
}

/// What a mutation's `userErrors` say; `None` when it did what it was asked.
pub(crate) fn user_errors(payload: &Value) -> Option<String> {
    let errors = payload.get("userErrors").filter(|errors| errors.as_array().is_some_and(|list| !list.is_empty()))?;
    Some(messages(errors))
}

fn search_warnings(body: &Value) -> Option<String> {
    let warned = body.pointer("/extensions/search")?.as_array()?.iter().filter_map(|search| search.get("warnings"));
    let warned: Vec<_> =
        warned.filter(|warnings| warnings.as_array().is_some_and(|list| !list.is_empty())).map(messages).collect();
    (!warned.is_empty()).then(|| warned.join("; "))
}
