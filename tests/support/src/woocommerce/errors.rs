//! The shop's own refusals, and the headers every answer of the API has.

use super::json;
use crate::server::Answer;

pub(crate) const JSON: &str = "application/json; charset=UTF-8";

/// `{"code","message","data":{"status":…}}`.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let mut body = Vec::new();
    let mut object = json::Object::new(&mut body, None);
    object.string("code", code);
    object.string("message", message);
    object.raw("data", &format!("{{\"status\":{status}}}"));
    object.end();
    Answer::new(status, JSON, body)
}

pub(crate) fn authentication(message: &str) -> Answer {
    refusal(401, "woocommerce_rest_authentication_error", message)
}

pub(crate) fn no_route() -> Answer {
    refusal(404, "rest_no_route", "No route was found matching the URL and request method.")
}

pub(crate) fn invalid_id(what: &str) -> Answer {
    refusal(404, &format!("woocommerce_rest_{what}_invalid_id"), "Invalid ID.")
}

/// One parameter that does not pass.
#[derive(Debug)]
pub(crate) struct Invalid {
    pub(crate) name: String,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The element meant, where `data` names it: `include[0]`.
    pub(crate) element: Option<String>,
}

/// 400, one entry for each parameter.
pub(crate) fn invalid(parameters: &[Invalid]) -> Answer {
    let names: Vec<_> = parameters.iter().map(|one| one.name.as_str()).collect();
    let mut body = Vec::new();
    let mut object = json::Object::new(&mut body, None);
    object.string("code", "rest_invalid_param");
    object.string("message", &format!("Invalid parameter(s): {}", names.join(", ")));
    if let Some(out) = object.key("data") {
        let mut data = json::Object::new(out, None);
        data.int("status", 400);
        if let Some(out) = data.key("params") {
            let mut params = json::Object::new(out, None);
            for one in parameters {
                params.string(&one.name, &one.message);
            }
            params.end();
        }
        if let Some(out) = data.key("details") {
            let mut details = json::Object::new(out, None);
            for one in parameters {
                if let Some(out) = details.key(&one.name) {
                    detail(out, one);
                }
            }
            details.end();
        }
        data.end();
    }
    object.end();
    Answer::new(400, JSON, body)
}

fn detail(out: &mut Vec<u8>, one: &Invalid) {
    let mut detail = json::Object::new(out, None);
    detail.string("code", one.code);
    detail.string("message", &one.message);
    match &one.element {
        None => detail.raw("data", "null"),
        Some(element) => {
            if let Some(out) = detail.key("data") {
                let mut data = json::Object::new(out, None);
                data.string("param", element);
                data.end();
            }
        }
    }
    detail.end();
}
