//! What eBay's refusals mean. Decided by status and error number: the texts are for people, and are passed on.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};

/// Where eBay says that a limit is reached and not until when. A day's limit begins anew at midnight in California.
const LIMIT_REACHED: u64 = 15 * 60 * 1000;
/// The limit of an app for a day.
const TOO_MANY: i64 = 2001;
/// Its own trouble, and somebody else who changes the same thing: both go away.
const PASSING: [i64; 2] = [25001, 25025];
/// A listing cannot be changed now; where it was changed too often today, it can tomorrow.
const NO_REVISION: i64 = 25019;

/// One of the errors or warnings that come with an answer or with a row of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) id: i64,
    pub(crate) message: String,
    /// Name and value.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Said {
    /// `errors` or `warnings` of an answer.
    pub(crate) fn all(raw: Raw<'_>) -> Vec<Self> {
        raw.records().iter().map(Self::of).collect()
    }

    fn of(fields: &Fields<'_>) -> Self {
        let long = fields.get("longMessage").owned();
        let parameters = fields.get("parameters").records();
        let pair = |one: &Fields<'_>| Some((one.get("name").owned()?, one.get("value").owned()?));
        Self {
            id: fields.get("errorId").whole().unwrap_or_default(),
            message: long.or_else(|| fields.get("message").owned()).unwrap_or_default(),
            parameters: parameters.iter().filter_map(pair).collect(),
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let same = |pair: &&(String, String)| pair.0.eq_ignore_ascii_case(name);
        self.parameters.iter().find(same).map(|(_, value)| value.as_str())
    }

    fn words(&self) -> String {
        let values: Vec<&str> = self.parameters.iter().map(|(_, value)| value.as_str()).collect();
        let message = excerpt(self.message.as_bytes(), 300);
        let unsaid: Vec<&str> = values.into_iter().filter(|value| !message.contains(value)).collect();
        let more = if unsaid.is_empty() {
            String::new()
        } else {
            format!(" [{}]", excerpt(unsaid.join(", ").as_bytes(), 120))
        };
        format!("{message}{more} (eBay's error {})", self.id)
    }
}

/// An answer that is none of success, as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) errors: Vec<Said>,
    words: String,
    retry_after: Option<u64>,
}

impl Refusal {
    /// Of a row: its `statusCode` and `errors`.
    pub(crate) fn of_row(row: &Fields<'_>) -> Option<Self> {
        let status = row.get("statusCode").whole().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        if (200..300).contains(&status) {
            return None;
        }
        let errors = Said::all(row.get("errors"));
        Some(Self { status, words: joined(&errors), errors, retry_after: None })
    }

    pub(crate) fn names(&self, id: i64) -> Option<&Said> {
        self.errors.iter().find(|error| error.id == id)
    }

    fn names_one_of(&self, ids: &[i64]) -> bool {
        self.errors.iter().any(|error| ids.contains(&error.id))
    }

    /// What it means to whoever wanted to change something: [`Error::Invalid`] is a refusal of these goods.
    pub(crate) fn error(&self) -> Error {
        let said = format!("HTTP {}: {}", self.status, self.words);
        match self.status {
            429 => Error::RateLimited(self.retry_after.or(Some(LIMIT_REACHED))),
            _ if self.names_one_of(&[TOO_MANY]) => Error::RateLimited(self.retry_after.or(Some(LIMIT_REACHED))),
            401 => Error::Unauthorized(format!(
                "eBay refuses the access token. Connect the account again; a changed password or a withdrawn permission ends the old \
                 connection. ({said})"
            )),
            403 => Error::Unauthorized(format!(
                "The connection may not do this: connect the account again, and agree to all that is asked for. ({said})"
            )),
            500..=599 | 0 | 408 | 409 => Error::Unavailable(said),
            _ if self.names_one_of(&PASSING) => Error::Unavailable(said),
            _ if self.names(NO_REVISION).is_some_and(|error| is_for_today(&error.message)) => {
                Error::Unavailable(format!(
                    "eBay takes 250 changes of a listing a day, and this one has had them; it is sent again later. ({said})"
                ))
            }
            404 => Error::NotFound,
            _ if self.errors.is_empty() => Error::Other(said),
            _ => Error::Invalid(self.errors.iter().map(problem).collect()),
        }
    }
}

fn is_for_today(message: &str) -> bool {
    let message = message.to_lowercase();
    ["limit", "exceed", "too many", "maximum"].iter().any(|word| message.contains(word))
}

fn joined(errors: &[Said]) -> String {
    errors.iter().map(Said::words).collect::<Vec<_>>().join("; ")
}

/// What a seller can do about it.
fn problem(error: &Said) -> Issue {
    let (path, code, advice) = match error.id {
        25003 => ("/variants", "price-refused", "Set another price."),
        25004 => ("/variants", "quantity-refused", "Look at the stock of the goods."),
        25005 | 62009 => ("/category", "category-refused", "Choose another category, one without others below it."),
        25007 => (
            "/fields/fulfillment_policy",
            "fulfillment-policy-refused",
            "Set the channel's setting fulfillment_policy to one of this marketplace, or the field of this listing.",
        ),
        25008 => (
            "/fields/payment_policy",
            "payment-policy-refused",
            "Set the channel's setting payment_policy to one of this marketplace, or the field of this listing.",
        ),
        25009 => (
            "/fields/return_policy",
            "return-policy-refused",
            "Set the channel's setting return_policy to one of this marketplace, or the field of this listing.",
        ),
        25012 | 25900 | 25901 => (
            "/fields/location",
            "location-refused",
            "Set the channel's setting location to the key of an inventory location, or the field of this listing.",
        ),
        25014 | 25015 | 25501 => ("/media", "pictures-refused", "Look at the pictures and their addresses."),
        25018 => (
            "",
            "account-incomplete",
            "Finish your seller's account on eBay: registration, payments, business policies.",
        ),
        25021 => ("/fields/condition", "condition-refused", "Choose a condition that the category takes."),
        25026 => ("", "selling-limit", "Your account may not sell more this month: ask eBay for a higher limit."),
        25703 => (
            "/variants",
            "sku-in-group",
            "The SKU is part of another listing: end that one, adopt it, or change the SKU.",
        ),
        25704 => (
            "/variants",
            "sku-listed-alone",
            "The SKU is on sale by itself and cannot become a variation: end that listing and delete its offer first.",
        ),
        25713 => (
            "",
            "offer-refused",
            "Look at the policies and the location of the offer: each belongs to one marketplace.",
        ),
        25029 | 25002 => ("", "refused", "Correct it and push the listing again."),
        _ => ("", "refused", "Correct it, and push the listing again."),
    };
    issue(path, code, format!("eBay refuses it: {} {advice}", error.words()))
}

/// The refusal, or the answer.
pub(crate) fn judged(response: Response) -> Result<Result<Response, Refusal>, Error> {
    if (200..300).contains(&response.status) {
        return Ok(Ok(response));
    }
    if let Some(error) = http::in_front(&response).or_else(|| http::redirected(&response)) {
        return Err(error);
    }
    let text = json::text(response.body.clone()).unwrap_or_default();
    let fields = Raw::of(&text).fields();
    let errors = Said::all(fields.get("errors"));
    let words = match (errors.is_empty(), fields.get("error_description").owned()) {
        (false, _) => joined(&errors),
        (true, Some(words)) => words,
        (true, None) => excerpt(&response.body, 120),
    };
    Ok(Err(Refusal { status: response.status, errors, words, retry_after: response.retry_after }))
}

/// The body of a good answer to a question, or what else it means. What cannot be asked stays so only for whoever asks: it is no refusal of
/// goods.
pub(crate) fn accepted(response: Response) -> Result<Response, Error> {
    let retry_after = response.retry_after;
    match judged(response)? {
        Ok(response) => Ok(response),
        Err(refusal) => Err(match refusal.error() {
            Error::Unavailable(_) if refusal.status == 503 && retry_after.is_some() => Error::RateLimited(retry_after),
            Error::Invalid(_) => Error::Other(format!("HTTP {}: {}", refusal.status, refusal.words)),
            error => error,
        }),
    }
}
