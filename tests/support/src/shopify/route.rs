//! From a request to an answer: which version, who asks, is the document good, can it be paid for.

use serde_json::{Map, Value, json};

use super::execute::{Execution, Parsed};
use super::state::State;
use super::store::Store;
use super::store::Trick;
use super::tree::{Arguments, Forest, Missing, Node, number};
use super::writes::{self, IDEMPOTENT};
use super::{bulk, cost, mutations, oauth, schema};
use crate::server::{Answer, Request, Site};

impl Site for Store {
    fn answer(&self, request: &Request) -> Answer {
        let method = request.method.as_str();
        match (method, request.path.as_str()) {
            ("POST", "/admin/oauth/access_token") => oauth::token(self, request),
            ("GET", "/admin/oauth/authorize") => oauth::authorize(self, request),
            ("GET", path) if path.starts_with("/bulk/") => bulk::serve(&self.state(), request),
            ("POST", path) => {
                match path.strip_prefix("/admin/api/").and_then(|rest| rest.strip_suffix("/graphql.json")) {
                    Some(version) => graphql(self, request, version),
                    None => not_found(),
                }
            }
            _ => not_found(),
        }
    }
}

fn not_found() -> Answer {
    Answer::new(404, "application/json; charset=utf-8", json!({"errors": "Not Found"}).to_string())
}

fn graphql(store: &Store, request: &Request, version: &str) -> Answer {
    let sent = request.headers.get("x-shopify-access-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let used = {
        let mut state = store.state();
        let now = state.options.seconds();
        if !state.installed.lets_in(sent, now) {
            let message = "[API] Invalid API key or access token (unrecognized login or wrong password)";
            return Answer::new(401, "application/json; charset=utf-8", json!({"errors": message}).to_string());
        }
        let versions = &state.options.versions;
        // A version that is retired falls forward, silently.
        if versions.iter().any(|known| known == version) { version.to_owned() } else { versions[0].clone() }
    };
    let answer = |status: u16, body: String| {
        let mut answer = Answer::new(status, "application/json; charset=utf-8", body);
        answer.set("X-Shopify-API-Version", used.clone());
        answer
    };
    if let Some(body) = store.instead() {
        return answer(200, body);
    }
    let json = request.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let body = serde_json::from_slice::<Value>(&request.body).ok().filter(|_| json);
    let Some(query) = body.as_ref().and_then(|body| body.get("query")).and_then(Value::as_str) else {
        return answer(400, json!({"errors": {"query": "Required parameter missing or invalid"}}).to_string());
    };
    let empty = json!({});
    let variables = body.as_ref().and_then(|body| body.get("variables")).filter(|variables| variables.is_object());
    let name = Parsed::of(query).map(|parsed| parsed.name()).unwrap_or_default();
    store.interfere(&name);
    match store.trick(&name) {
        Some(Trick::Status(status)) => answer(status, json!({"errors": "Sorry"}).to_string()),
        Some(Trick::Body(body)) => answer(200, body),
        // It was done, and something between gave up.
        Some(Trick::Lost) => {
            run(store, request, query, variables.unwrap_or(&empty));
            Answer::html(502, "<h1>Bad gateway</h1>")
        }
        None => answer(200, run(store, request, query, variables.unwrap_or(&empty)).to_string()),
    }
}

fn errors(messages: impl IntoIterator<Item = String>, code: Option<&str>) -> Value {
    let error = |message: String| match code {
        Some(code) => json!({"message": message, "extensions": {"code": code}}),
        None => json!({"message": message}),
    };
    json!({"errors": messages.into_iter().map(error).collect::<Vec<_>>()})
}

fn run(store: &Store, request: &Request, query: &str, given: &Value) -> Value {
    let parsed = match Parsed::of(query) {
        Ok(parsed) => parsed,
        Err(message) => return errors([message], None),
    };
    if let Err(errors) = schema::validate(query, given) {
        return json!({"errors": errors});
    }
    store.note(parsed.name());
    let variables = parsed.variables(given);
    let mut state = store.state();
    let requested = with(&state, request, &parsed, &variables, |execution| cost::requested(&parsed, execution));
    if state.options.costs {
        if requested > cost::MOST {
            let message =
                format!("Query cost is {requested}, which exceeds the single query max cost limit {}.", cost::MOST);
            return errors([message], Some("MAX_COST_EXCEEDED"));
        }
        if f64::from(requested) > state.available() {
            let mut body = errors(["Throttled".to_owned()], Some("THROTTLED"));
            body["extensions"] = json!({"cost": cost::said(&mut state, requested, None)});
            return body;
        }
    }
    let outcome = if parsed.is_mutation() {
        changed(&mut state, request, &parsed, &variables).map(|data| (data, requested, Vec::new()))
    } else {
        poll(&mut state, &parsed, request, &variables);
        with(&state, request, &parsed, &variables, |execution| {
            let data = execution.object(&Node::Query, &parsed.operation.selection_set)?;
            // The root is no object of its own.
            let searches = execution.forest.searches.borrow().clone();
            Ok((data, execution.objects.get().saturating_sub(1), searches))
        })
    };
    match outcome {
        Ok((data, actual, searches)) => {
            if state.options.costs {
                state.available();
                state.spend(actual.min(requested));
            }
            let mut body =
                json!({"data": data, "extensions": {"cost": cost::said(&mut state, requested, Some(actual))}});
            if !searches.is_empty() {
                body["extensions"]["search"] = searches.into();
            }
            body
        }
        Err(Missing::Denied(message)) => errors([message], Some("ACCESS_DENIED")),
        Err(Missing::Wrong(message)) => errors([message], None),
        Err(Missing::Unsimulated(field)) => {
            store.note_unsimulated(&field);
            errors([format!("{field} is not simulated")], Some("INTERNAL_SERVER_ERROR"))
        }
    }
}

fn with<R>(
    state: &State,
    request: &Request,
    parsed: &Parsed,
    variables: &Map<String, Value>,
    then: impl FnOnce(&Execution<'_, '_>) -> R,
) -> R {
    let forest = Forest { state, origin: &request.origin, searches: std::cell::RefCell::default() };
    let execution =
        Execution { forest: &forest, fragments: &parsed.fragments, variables, objects: std::cell::Cell::new(0) };
    then(&execution)
}

/// The fields of the operation's root with their arguments, before anything is changed.
fn roots(
    state: &State,
    request: &Request,
    parsed: &Parsed,
    variables: &Map<String, Value>,
) -> Vec<(String, Arguments)> {
    with(state, request, parsed, variables, |execution| {
        let fields = execution.fields("Root", &parsed.operation.selection_set);
        let with_key = |field: &&apollo_compiler::Node<apollo_compiler::ast::Field>| {
            let mut arguments = execution.arguments(field);
            arguments.extend(execution.key(field).map(|key| (IDEMPOTENT.to_owned(), key)));
            (field.name.to_string(), arguments)
        };
        fields.iter().map(with_key).collect()
    })
}

/// An operation that is asked for comes nearer to its end.
fn poll(state: &mut State, parsed: &Parsed, request: &Request, variables: &Map<String, Value>) {
    for (name, arguments) in roots(state, request, parsed, variables) {
        let id = arguments.get("id").and_then(Value::as_str).and_then(|id| number(id, "BulkOperation"));
        if let (true, Some(id)) = (name == "bulkOperation", id) {
            bulk::asked_for(state, id);
        }
        if name == "productOperation" {
            writes::asked_for(state, arguments.get("id").and_then(Value::as_str).unwrap_or_default());
        }
    }
}

fn changed(
    state: &mut State,
    request: &Request,
    parsed: &Parsed,
    variables: &Map<String, Value>,
) -> Result<Value, Missing> {
    let mut payloads = Vec::new();
    for (name, arguments) in roots(state, request, parsed, variables) {
        payloads.push(mutations::payload(state, &name, &arguments)?);
    }
    with(state, request, parsed, variables, |execution| {
        let mut data = Map::new();
        for (field, payload) in execution.fields("Root", &parsed.operation.selection_set).iter().zip(payloads) {
            let key = field.alias.as_ref().unwrap_or(&field.name).to_string();
            let fields = payload.as_object().cloned().unwrap_or_default();
            data.insert(key, execution.object(&Node::Plain("Payload", fields), &field.selection_set)?);
        }
        Ok(Value::Object(data))
    })
}
