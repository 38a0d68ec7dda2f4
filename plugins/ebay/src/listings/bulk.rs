//! Bulk calls: twenty-five rows at the most, and an answer for each. A good status of the whole says nothing of a row.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::listing::is_about_the_account;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::client::{Client, ROWS, rows, value};
use crate::failure::Refusal;

/// What became of a row: what eBay answered, or why not.
pub(super) type Row = Result<Value, Refused>;

/// With the refusal as eBay told it, where it did.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) error: Error,
    pub(super) refusal: Option<Refusal>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, refusal: None }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { error: refusal.error(), refusal: Some(refusal) }
    }
}

/// Sends rows, each of which is known by this field. What concerns the account ends it: the rest fails with the same reason.
pub(super) fn send<T: Transport>(client: &Client<'_, T>, route: &str, key: &str, sent: &[Value]) -> Vec<Row> {
    let mut found: Vec<Row> = Vec::with_capacity(sent.len());
    let mut ended: Option<Error> = None;
    for some in sent.chunks(ROWS) {
        if let Some(error) = &ended {
            found.extend(some.iter().map(|_| Err(Refused::from(error.clone()))));
            continue;
        }
        let mut answered = call(client, route, key, some);
        // A batch that is refused as a whole names nobody: each by itself says what is wrong with it.
        let is_whole = some.len() > 1
            && answered
                .iter()
                .all(|row| matches!(row, Err(Refused { error: Error::Invalid(_) | Error::Other(_), refusal: None })));
        if is_whole {
            answered = some.iter().flat_map(|one| call(client, route, key, std::slice::from_ref(one))).collect();
        }
        ended = answered.iter().find_map(|row| {
            row.as_ref().err().map(|refused| &refused.error).filter(|error| is_about_the_account(error)).cloned()
        });
        found.extend(answered);
    }
    found
}

fn call<T: Transport>(client: &Client<'_, T>, route: &str, key: &str, sent: &[Value]) -> Vec<Row> {
    let all = |error: Error| sent.iter().map(|_| Err(Refused::from(error.clone()))).collect();
    let text = match client.change(Method::Post, &[route], Some(&json!({ "requests": sent }))) {
        Err(error) => return all(error),
        Ok(Err(refusal)) => return all(refusal.error()),
        Ok(Ok(text)) => text,
    };
    let answered: Vec<Fields<'_>> = match rows(&text, "responses") {
        Err(error) => return all(error),
        Ok(answered) => answered.into_iter().map(Raw::fields).collect(),
    };
    { sent.iter() }
        .map(|row| {
            let wanted = row[key].as_str().unwrap_or_default();
            let mut own = answered.iter().filter(|row| row.get(key).text().as_deref() == Some(wanted)).peekable();
            if own.peek().is_none() {
                let why = format!("eBay answers without a word of {wanted:?}");
                return Err(Refused::from(Error::Unavailable(why)));
            }
            // One SKU may have several: of its item and of its offer.
            let mut said = Value::Null;
            for row in own {
                if let Some(refusal) = Refusal::of_row(row) {
                    return Err(Refused::from(refusal));
                }
                said = Value::Object(row.0.iter().map(|(name, raw)| (name.to_string(), value(*raw))).collect());
            }
            Ok(said)
        })
        .collect()
}

/// What eBay warns of in a row or an answer.
pub(super) fn warnings(answer: &Value) -> Vec<Issue> {
    let text = answer["warnings"].to_string();
    let said = crate::failure::Said::all(Raw::of(&text));
    // A listing that is published again is published.
    let said = said.into_iter().filter(|warning| warning.id != 25402);
    said.map(|warning| issue("", "warned", format!("eBay says: {}", warning.message))).collect()
}
