//! What changes the catalogue: products and variations made, changed and deleted, alone and in batches; tags made.

mod body;

use http::Method;
use serde_json::{Map, Value, json};

use super::super::errors::{self, JSON};
use super::super::json as php;
use super::super::keys::Caller;
use super::super::model::{Product, Term, Variation};
use super::super::render::View;
use super::super::store::Store;
use crate::server::{Answer, Request};

/// Rows of a batch, all three kinds together.
const MOST: usize = 100;

type Object = Map<String, Value>;
/// What went wrong with one row: status, code, message, and whose it is.
type Refusal = (u16, &'static str, String, Option<u64>);

/// Nothing for what changes no catalogue.
pub(super) fn answer(store: &Store, request: &Request) -> Option<Answer> {
    if !matches!(request.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE) {
        return None;
    }
    let route = route(store, request)?;
    let parts: Vec<&str> = route.trim_matches('/').split('/').collect();
    let ["wc", "v3", "products", rest @ ..] = parts.as_slice() else { return None };
    Some(allowed(store, request).and_then(|()| changed(store, request, rest)).unwrap_or_else(|refusal| refusal))
}

fn route(store: &Store, request: &Request) -> Option<String> {
    let state = store.read();
    let inside = request.path.strip_prefix(&state.options.folder)?;
    request.parameter("rest_route").or_else(|| inside.strip_prefix("/wp-json").map(str::to_owned))
}

fn allowed(store: &Store, request: &Request) -> Result<(), Answer> {
    let state = store.read();
    let status = match store.0.keys.authenticate(request, &state.options)? {
        Caller::Manager => return Ok(()),
        Caller::Anonymous => 401,
        Caller::Nobody => 403,
    };
    Err(errors::refusal(status, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."))
}

fn changed(store: &Store, request: &Request, rest: &[&str]) -> Result<Answer, Answer> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| errors::no_route());
    let delete = request.method == Method::DELETE;
    match rest {
        ["batch"] => batch(store, &object(request)?, None),
        ["tags"] => {
            let term = tag(store, &object(request)?)
                .map_err(|(status, error)| Answer::new(status, JSON, error.to_string().into_bytes()))?;
            Ok(Answer::new(201, JSON, term.to_string().into_bytes()))
        }
        ["tags", "batch"] => tags(store, &object(request)?),
        [parent, "variations", "batch"] => batch(store, &object(request)?, Some(number(parent)?)),
        [] => one(store, product(store, 0, &object(request)?), 201),
        [id] if delete => {
            let id = number(id)?;
            let force = request.parameter("force").as_deref() == Some("true");
            let before = shown(store, id);
            let gone = if force { store.force_delete(id) } else { store.trash(id) };
            if gone { Ok(Answer::new(200, JSON, before)) } else { Err(errors::invalid_id("product")) }
        }
        [id] => one(store, product(store, number(id)?, &object(request)?), 200),
        _ => Err(errors::no_route()),
    }
}

fn object(request: &Request) -> Result<Object, Answer> {
    serde_json::from_slice(&request.body)
        .map_err(|_| errors::refusal(400, "rest_invalid_json", "Invalid JSON body passed."))
}

fn one(store: &Store, made: Result<u64, Refusal>, status: u16) -> Result<Answer, Answer> {
    let id = made.map_err(|(status, code, message, owner)| {
        let data = json!({ "code": code, "message": message, "data": { "status": status, "resource_id": owner } });
        Answer::new(status, JSON, data.to_string().into_bytes())
    })?;
    Ok(Answer::new(status, JSON, shown(store, id)))
}

fn shown(store: &Store, id: u64) -> Vec<u8> {
    let state = store.read();
    let view = View {
        state: &state,
        home: "https:\\/\\/shop.example",
        fields: None,
        edit: false,
        single: true,
        now: state.now(),
    };
    let mut out = Vec::new();
    if state.products.contains_key(&id) {
        view.product(&mut out, id)
    } else {
        view.variation(&mut out, id, true)
    }
    out
}

fn batch(store: &Store, body: &Object, parent: Option<u64>) -> Result<Answer, Answer> {
    let rows = |part: &str| body.get(part).and_then(Value::as_array).cloned().unwrap_or_default();
    let (create, update, delete) = (rows("create"), rows("update"), rows("delete"));
    if create.len() + update.len() + delete.len() > MOST {
        let message = "Unable to accept more than 100 items for this request.";
        return Err(errors::refusal(413, "woocommerce_rest_request_entity_too_large", message));
    }
    if parent.is_some_and(|parent| store.product(parent).is_none()) {
        return Err(errors::invalid_id("product"));
    }
    let mut out = b"{".to_vec();
    let mut first = true;
    for (part, rows) in [("create", create), ("update", update), ("delete", delete)] {
        if rows.is_empty() {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        out.extend_from_slice(format!("\"{part}\":").as_bytes());
        php::list(&mut out, rows, |out, row| {
            let id = row.get("id").or(Some(&row)).and_then(Value::as_u64).unwrap_or(0);
            let outcome = match (part, parent, row.as_object()) {
                ("delete", ..) => {
                    let before = shown(store, id);
                    return match store.force_delete(id) {
                        true => out.extend_from_slice(&before),
                        false => failed(
                            out,
                            id,
                            (404, "woocommerce_rest_product_invalid_id", "Invalid ID.".to_owned(), None),
                        ),
                    };
                }
                (_, _, None) => Err((400, "rest_invalid_param", "A row is no object.".to_owned(), None)),
                ("create", None, Some(row)) => product(store, 0, row),
                ("create", Some(parent), Some(row)) => variation(store, parent, 0, row),
                (_, None, Some(row)) => product(store, id, row),
                (_, Some(parent), Some(row)) => variation(store, parent, id, row),
            };
            match outcome {
                Ok(id) => out.extend_from_slice(&shown(store, id)),
                Err(refusal) => failed(out, id, refusal),
            }
        });
    }
    out.push(b'}');
    Ok(Answer::new(200, JSON, out))
}

fn failed(out: &mut Vec<u8>, id: u64, (status, code, message, owner): Refusal) {
    let mut data = json!({ "status": status });
    if let Some(owner) = owner {
        data["resource_id"] = json!(owner);
    }
    let row = json!({ "id": id, "error": { "code": code, "message": message, "data": data } });
    out.extend_from_slice(row.to_string().as_bytes());
}

/// 0: a new one.
fn product(store: &Store, id: u64, body: &Object) -> Result<u64, Refusal> {
    let invalid = |what: &str| (400, "rest_invalid_param", format!("Invalid parameter(s): {what}"), None);
    body::check(body, body::PRODUCT).map_err(|name| invalid(&name))?;
    let mut row = match id {
        0 => Product::simple(""),
        id => store.product(id).ok_or((404, "woocommerce_rest_product_invalid_id", "Invalid ID.".to_owned(), None))?,
    };
    free_sku(store, id, body)?;
    let next = store.read().last_id;
    body::fill_product(&mut row, body, next).map_err(|name| invalid(&name))?;
    match id {
        0 => Ok(store.insert(row)),
        id => {
            store.update(id, |known| *known = Product { id, created: known.created, modified: known.modified, ..row });
            Ok(id)
        }
    }
}

fn variation(store: &Store, parent: u64, id: u64, body: &Object) -> Result<u64, Refusal> {
    let invalid = |what: &str| (400, "rest_invalid_param", format!("Invalid parameter(s): {what}"), None);
    body::check(body, body::VARIATION).map_err(|name| invalid(&name))?;
    let gone = || (404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.".to_owned(), None);
    let mut row = match id {
        0 => Variation::of(parent, &[]),
        id => store.variation(id).filter(|row| row.parent == parent).ok_or_else(gone)?,
    };
    free_sku(store, id, body)?;
    let next = store.read().last_id;
    let library = store.product(parent).map(|parent| parent.images).unwrap_or_default();
    body::fill_variation(&mut row, body, next, &library).map_err(|name| invalid(&name))?;
    match id {
        0 => Ok(store.insert_variation(row)),
        id => {
            store.update_variation(id, |known| {
                *known = Variation { id, created: known.created, modified: known.modified, ..row }
            });
            Ok(id)
        }
    }
}

/// Each SKU once over products and variations; the trash does not count.
fn free_sku(store: &Store, id: u64, body: &Object) -> Result<(), Refusal> {
    let Some(sku) = body.get("sku").and_then(Value::as_str).filter(|sku| !sku.is_empty()) else { return Ok(()) };
    let state = store.read();
    let products = state.products.values().filter(|row| row.status != "trash" && *row.sku == *sku).map(|row| row.id);
    let variations = state.variations.values().filter(|row| *row.sku == *sku).map(|row| row.id);
    match products.chain(variations).find(|owner| *owner != id) {
        None => Ok(()),
        Some(owner) => Err((400, "product_invalid_sku", "Invalid or duplicated SKU.".to_owned(), Some(owner))),
    }
}

fn tags(store: &Store, body: &Object) -> Result<Answer, Answer> {
    let rows = body.get("create").and_then(Value::as_array).cloned().unwrap_or_default();
    if rows.len() > MOST {
        let message = "Unable to accept more than 100 items for this request.";
        return Err(errors::refusal(413, "woocommerce_rest_request_entity_too_large", message));
    }
    let row = |row: Value| match tag(store, row.as_object().unwrap_or(&Object::new())) {
        Ok(term) => term,
        Err((_, error)) => json!({ "id": 0, "error": error }),
    };
    let rows: Vec<Value> = rows.into_iter().map(row).collect();
    Ok(Answer::new(200, JSON, json!({ "create": rows }).to_string().into_bytes()))
}

/// The term, or the status and the error.
fn tag(store: &Store, body: &Object) -> Result<Value, (u16, Value)> {
    let Some(name) = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        let message = "Missing parameter(s): name";
        return Err((
            400,
            json!({ "code": "rest_missing_callback_param", "message": message, "data": { "status": 400 } }),
        ));
    };
    let mut state = store.write();
    if let Some(known) = state.terms.tags.values().find(|term| term.name.to_lowercase() == name.to_lowercase()) {
        let message = "A term with the name provided already exists in this taxonomy.";
        let data = json!({ "status": 400, "resource_id": known.id });
        return Err((400, json!({ "code": "term_exists", "message": message, "data": data })));
    }
    state.last_id += 1;
    state.revision += 1;
    let id = state.last_id;
    state.terms.tags.insert(id, Term::new(id, name, 0));
    Ok(json!({ "id": id, "name": name }))
}
