//! Answering from the recording: the recorded bytes where the question is the recorded one, a part of the recorded items
//! where a real shop would answer with a part.

use http::Method;

use super::tape::{Item, Tape};
use crate::server::{Answer, Request};
use crate::woocommerce::errors::{self, JSON};
use crate::woocommerce::json;
use crate::woocommerce::keys::{Caller, Keys};
use crate::woocommerce::list::Page;
use crate::woocommerce::options::Options;
use crate::woocommerce::parameters::{self, NONE, PRODUCTS, TERMS, VARIATIONS, Values};
use crate::woocommerce::render::{self, View, trimmed};
use crate::woocommerce::route::wanted;
use crate::woocommerce::state::State;

const API: &str = "/wp-json/wc/v3/";

/// Parameters that change nothing about which recorded items are meant: the recording is of all of them, by id.
const PASSED_BY: [&str; 7] = ["page", "per_page", "order", "orderby", "context", "status", "hide_empty"];

pub(super) fn answer(tape: &Tape, keys: &Keys, options: &Options, request: &Request) -> Answer {
    let caller = match keys.authenticate(request, options) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let path = request.path.trim_end_matches('/');
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return errors::no_route();
    }
    let fields = request.parameter("_fields").map(|fields| wanted(&fields)).filter(|fields| !fields.is_empty());
    if path == "/wp-json" {
        return index(options, request, fields.as_deref());
    }
    let found = match tape.list(path) {
        Some(items) => list(tape, path, items, request, caller, fields.as_deref()),
        None => whole(tape, path, caller, fields.as_deref()).or_else(|| single(tape, path, caller, fields.as_deref())),
    };
    found.unwrap_or_else(errors::no_route)
}

fn refused() -> Answer {
    errors::refusal(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
}

fn index(options: &Options, request: &Request, fields: Option<&[String]>) -> Answer {
    let state = State { options: options.clone(), ..State::default() };
    let view = View { state: &state, home: "", fields, edit: false, single: true, now: 0 };
    let mut out = Vec::new();
    render::index(&view, &mut out, &request.origin);
    Answer::new(200, JSON, out)
}

/// What was recorded without pages: settings, currency, status, the namespace's index.
fn whole(tape: &Tape, path: &str, caller: Caller, fields: Option<&[String]>) -> Option<Answer> {
    let exchange = tape.exchanges.get(&(path.to_owned(), None, None))?;
    if caller != Caller::Manager && path != "/wp-json/wc/v3" {
        return Some(refused());
    }
    let mut answer = Answer::new(exchange.status, JSON, exchange.body.clone());
    answer.headers.clone_from(&exchange.headers);
    if fields.is_some() {
        let text = String::from_utf8_lossy(&exchange.body);
        let mut out = Vec::new();
        match serde_json::from_str::<Vec<&serde_json::value::RawValue>>(&text) {
            Ok(items) => json::list(&mut out, items, |out, item| trimmed(out, item.get(), fields, false)),
            Err(_) => trimmed(&mut out, &text, fields, true),
        }
        answer.body = out.into();
    }
    Some(answer)
}

fn list(
    tape: &Tape,
    path: &str,
    items: &[Item],
    request: &Request,
    caller: Caller,
    fields: Option<&[String]>,
) -> Option<Answer> {
    let schema = match path.strip_prefix(API)? {
        "products" => PRODUCTS,
        "products/attributes" => NONE,
        rest if rest.ends_with("variations") => VARIATIONS,
        _ => TERMS,
    };
    let (values, _) = match parameters::read(schema, &request.pairs()) {
        Ok(read) => read,
        Err(invalid) => return Some(errors::invalid(&invalid)),
    };
    if caller != Caller::Manager {
        return Some(refused());
    }
    let plain = values.0.keys().all(|name| PASSED_BY.contains(name)) && values.text("order") != Some("desc");
    let key = (path.to_owned(), values.int("page").or(Some(1)), values.int("per_page"));
    let unpaged = (path.to_owned(), None, None);
    let recorded = tape.exchanges.get(&key).or_else(|| tape.exchanges.get(&unpaged));
    if let (true, None, Some(exchange)) = (plain, fields, recorded) {
        let mut answer = Answer::new(exchange.status, JSON, exchange.body.clone());
        answer.headers.clone_from(&exchange.headers);
        return Some(answer);
    }
    // A question the recording cannot answer truthfully is not answered with something near it.
    let known =
        |name: &&'static str| PASSED_BY.contains(name) || matches!(*name, "include" | "exclude" | "parent" | "offset");
    if !values.0.keys().all(known) {
        return None;
    }
    Some(part(path, items, request, &values, fields))
}

fn part(path: &str, items: &[Item], request: &Request, values: &Values, fields: Option<&[String]>) -> Answer {
    let listed = |name: &str, id: i64| values.ints(name).contains(&id);
    let mut chosen: Vec<&Item> = items
        .iter()
        .filter(|item| values.ints("include").is_empty() || listed("include", item.id))
        .filter(|item| !listed("exclude", item.id))
        .filter(|item| values.ints("parent").is_empty() || listed("parent", item.parent))
        .filter(|item| values.int("parent").is_none_or(|parent| parent == item.parent))
        .collect();
    if values.text("orderby") == Some("include") {
        chosen.sort_by_key(|item| values.ints("include").iter().position(|id| *id == item.id));
    } else if values.text("order") == Some("desc") {
        chosen.reverse();
    }
    let page = Page::of(values);
    let mut out = Vec::new();
    json::list(&mut out, page.cut(&chosen), |out, item| trimmed(out, &item.text, fields, false));
    let mut answer = Answer::new(200, JSON, out);
    page.headers(&mut answer, request, &format!("{}{path}", request.origin), chosen.len());
    answer
}

/// One item by its id, from the list it is in.
fn single(tape: &Tape, path: &str, caller: Caller, fields: Option<&[String]>) -> Option<Answer> {
    let (list, id) = path.rsplit_once('/')?;
    let id: i64 = id.parse().ok()?;
    let items = tape.list(list)?;
    let what = if list.ends_with("/products") { "product" } else { "product_variation" };
    if !list.ends_with("/products") && !list.ends_with("/variations") || list == "/wp-json/wc/v3/variations" {
        return None;
    }
    let Some(item) = items.iter().find(|item| item.id == id) else { return Some(errors::invalid_id(what)) };
    if caller != Caller::Manager {
        return Some(refused());
    }
    let mut out = Vec::new();
    trimmed(&mut out, &item.text, fields, true);
    Some(Answer::new(200, JSON, out))
}
