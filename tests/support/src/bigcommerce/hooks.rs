//! Webhooks: made, listed, changed, deleted. A token sees those of its own client.

use serde_json::{Map, Value, json};

use super::errors::{json_answer, refusal, with_errors};
use super::list;
use super::parameters::Values;
use super::state::{Hook, State};
use crate::server::{Answer, Request};

const FIELDS: [&str; 5] = ["scope", "destination", "is_active", "headers", "events_history_enabled"];
/// Of one store, client and scope.
const MOST_OF_A_SCOPE: usize = 10;

pub(crate) fn list(state: &State, values: &Values) -> Answer {
    let wanted = |hook: &&Hook| {
        values.get("scope").is_none_or(|scope| scope == hook.scope)
            && values.get("destination").is_none_or(|destination| destination == hook.destination)
            && values.get("is_active").is_none_or(|active| active == hook.active.to_string())
    };
    let all: Vec<Value> = state.hooks.iter().filter(wanted).map(|hook| shown(state, hook)).collect();
    list::answer(values, &all, "id")
}

pub(crate) fn create(state: &mut State, request: &Request) -> Result<Answer, Answer> {
    let fields = body(request)?;
    let mut hook = Hook {
        id: state.id() + 18_000_000,
        scope: String::new(),
        destination: String::new(),
        headers: Default::default(),
        active: true,
        created_at: state.options.seconds(),
        updated_at: state.options.seconds(),
    };
    fill(&mut hook, &fields, state.options.any_port)?;
    for (name, value) in [("scope", &hook.scope), ("destination", &hook.destination)] {
        if value.is_empty() {
            return Err(with_errors(422, "JSON data is missing or invalid", &json!({name: "error.path.missing."})));
        }
    }
    let same: Vec<_> = state.hooks.iter().filter(|known| known.scope == hook.scope).collect();
    if same.iter().any(|known| known.destination == hook.destination) {
        return Err(refusal(409, "A webhook with this scope and destination exists"));
    }
    if same.len() >= MOST_OF_A_SCOPE {
        return Err(refusal(422, "There are ten webhooks of this scope"));
    }
    let answer = json_answer(200, &json!({"data": shown(state, &hook), "meta": {}}));
    state.hooks.push(hook);
    Ok(answer)
}

pub(crate) fn change(state: &mut State, id: u64, request: &Request) -> Result<Answer, Answer> {
    let fields = body(request)?;
    let at = find(state, id)?;
    let mut hook = state.hooks[at].clone();
    fill(&mut hook, &fields, state.options.any_port)?;
    hook.updated_at = state.options.seconds();
    state.hooks[at] = hook;
    one(state, id)
}

pub(crate) fn one(state: &State, id: u64) -> Result<Answer, Answer> {
    let at = find(state, id)?;
    Ok(json_answer(200, &json!({"data": shown(state, &state.hooks[at]), "meta": {}})))
}

pub(crate) fn delete(state: &mut State, id: u64) -> Result<Answer, Answer> {
    let answer = one(state, id)?;
    state.hooks.retain(|hook| hook.id != id);
    Ok(answer)
}

fn find(state: &State, id: u64) -> Result<usize, Answer> {
    let at = state.hooks.iter().position(|hook| hook.id == id);
    at.ok_or_else(|| refusal(404, &format!("Webhook with id [{id}] not found")))
}

fn body(request: &Request) -> Result<Map<String, Value>, Answer> {
    let json = request.headers.get("content-type").and_then(|value| value.to_str().ok());
    if !json.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(refusal(415, "The content type is not application/json"));
    }
    let fields: Map<String, Value> =
        serde_json::from_slice(&request.body).map_err(|_| refusal(400, "Input is invalid."))?;
    match fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        Some(unknown) => Err(with_errors(422, "JSON data is missing or invalid", &json!({unknown: "error.unknown"}))),
        None => Ok(fields),
    }
}

fn fill(hook: &mut Hook, fields: &Map<String, Value>, any_port: bool) -> Result<(), Answer> {
    let invalid = |name: &str, why: &str| with_errors(422, "JSON data is missing or invalid", &json!({name: why}));
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("scope", Value::String(scope)) if scope.starts_with("store/") => hook.scope.clone_from(scope),
            ("destination", Value::String(destination)) => {
                let url = url::Url::parse(destination).map_err(|_| invalid(name, "error.url"))?;
                if url.scheme() != "https" || (!any_port && url.port().is_some()) {
                    return Err(invalid(name, "only HTTPS on port 443"));
                }
                hook.destination.clone_from(destination);
            }
            ("is_active", Value::Bool(active)) => hook.active = *active,
            ("events_history_enabled", Value::Bool(_)) => {}
            ("headers", Value::Null) => hook.headers.clear(),
            ("headers", Value::Object(headers)) => {
                let pairs = headers.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
                hook.headers = pairs.collect::<Option<_>>().ok_or_else(|| invalid(name, "error.expected.string"))?;
            }
            _ => return Err(invalid(name, "error.invalid")),
        }
    }
    Ok(())
}

fn shown(state: &State, hook: &Hook) -> Value {
    json!({"id": hook.id, "client_id": state.options.client_id, "store_hash": state.options.store_hash,
        "created_at": hook.created_at, "updated_at": hook.updated_at, "scope": hook.scope, "destination": hook.destination,
        "is_active": hook.active, "headers": if hook.headers.is_empty() { Value::Null } else { json!(hook.headers) }})
}
