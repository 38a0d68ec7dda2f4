//! From a request to an answer: limit, token, scope, route, parameters.

use http::Method;

use super::parameters::{self as known, Known, Values};
use super::store::Store;
use super::{catalogue, errors, hooks, writes};
use crate::server::{Answer, Request, Site};

impl Site for Store {
    fn answer(&self, request: &Request) -> Answer {
        self.comes(request);
        let left = match self.0.window.count(&self.read().options) {
            Ok(left) => left,
            Err(refusal) => return refusal,
        };
        let mut answer = api(self, request).unwrap_or_else(|refusal| refusal);
        if let Some(left) = left {
            left.tell(&mut answer);
        }
        answer
    }

    fn answered(&self, request: &Request) {
        self.gone(request);
    }
}

fn api(store: &Store, request: &Request) -> Result<Answer, Answer> {
    let options = store.options();
    let Some(path) = request.path.strip_prefix("/stores/") else { return Err(errors::not_found()) };
    let (hash, path) = path.split_once('/').ok_or_else(errors::not_found)?;
    let token = request.headers.get("x-auth-token").and_then(|value| value.to_str().ok());
    if hash != options.store_hash || token != Some(options.access_token.as_str()) {
        return Err(errors::unauthorized());
    }
    let values = |known: &Known| {
        let values = Values::of(request, known)?;
        store.note(&request.path, &values.undone);
        Ok(values)
    };
    let route: Vec<&str> = path.split('/').collect();
    let id = |text: &str| text.parse::<u64>().map_err(|_| errors::not_found());
    match (&request.method, route.as_slice()) {
        (&Method::GET, ["v2", "store"]) if options.information_forbidden => Err(errors::forbidden()),
        (&Method::GET, ["v3", "inventory", ..]) if options.inventory_forbidden => Err(errors::forbidden()),
        (&Method::GET, ["v2", "store"]) => values(&known::NONE).map(|_| catalogue::information(&store.read())),
        (&Method::GET, ["v3", "catalog", "products"]) => catalogue::products(&store.read(), &values(&known::PRODUCTS)?),
        (&Method::GET, ["v3", "catalog", "brands"]) => catalogue::brands(&store.read(), &values(&known::BRANDS)?),
        (&Method::GET, ["v3", "catalog", "trees", "categories"]) => {
            catalogue::categories(&store.read(), &values(&known::CATEGORIES)?)
        }
        (&Method::GET, ["v3", "catalog", "variants"]) => catalogue::variants(&store.read(), &values(&known::VARIANTS)?),
        (&Method::GET, ["v3", "inventory", "locations"]) => {
            values(&known::LOCATIONS).map(|values| catalogue::locations(&store.read(), &values))
        }
        (&Method::GET, ["v3", "inventory", "items"]) => {
            catalogue::inventory(&store.read(), &values(&known::INVENTORY)?)
        }
        (&Method::GET, ["v3", "hooks"]) => values(&known::HOOKS).map(|values| hooks::list(&store.read(), &values)),
        (&Method::POST, ["v3", "hooks"]) => hooks::create(&mut store.write(), request),
        (&Method::GET, ["v3", "hooks", hook]) => hooks::one(&store.read(), id(hook)?),
        (&Method::PUT, ["v3", "hooks", hook]) => hooks::change(&mut store.write(), id(hook)?, request),
        (&Method::DELETE, ["v3", "hooks", hook]) => hooks::delete(&mut store.write(), id(hook)?),
        (_, ["v3", "hooks", ..] | ["v2", "store"]) => Err(errors::refusal(405, "Method not allowed")),
        _ => writes::answer(&mut store.write(), request, &route).unwrap_or_else(|| Err(errors::not_found())),
    }
}
