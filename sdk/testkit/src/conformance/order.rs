//! Lists whose order says nothing: what is told in another order is the same item, or each import would find changes in a shop that had
//! none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entrepot_domain::catalog::Product;
use serde_json::Value;

use super::{Outcome, Subject};
use crate::recording::Exchange;
use crate::replay::Replay;

/// Keys that are tried, each in an import of its own.
const KEYS: usize = 40;

pub(super) async fn says_nothing(subject: &Subject<'_>) -> Outcome {
    let keys: BTreeSet<String> =
        subject.case.exchanges.iter().flat_map(|exchange| lists(&exchange.answer.body)).collect();
    // Written anew once without a turn: what that changes is no fault of an order.
    let Some(before) = import(subject, "").await? else { return Ok("nothing to turn round".to_owned()) };
    let mut turned = 0;
    for key in keys.iter().take(KEYS) {
        // Pages that rely on an order notice another one, and that is fine.
        let Some(after) = import(subject, key).await? else { continue };
        turned += 1;
        for (id, (body, product)) in &after {
            let Some((known, same)) = before.get(id) else { continue };
            if body != known && product == same {
                return Err(format!(
                    "item {id} is another one when the list `{key}` comes in another order, and is mapped to the same product: put \
                     such lists into one order (`lenient::in_one_order`), or unchanged goods count as changed"
                ));
            }
        }
    }
    Ok(format!("{turned} lists, turned round"))
}

type Items = BTreeMap<String, (String, String)>;

/// All items with what they are mapped to, in a shop that tells the lists of this key from their end. `None`: it cannot be imported.
async fn import(subject: &Subject<'_>, key: &str) -> Result<Option<Items>, String> {
    let turned = subject.case.exchanges.iter().map(|exchange| {
        let mut exchange: Exchange = exchange.clone();
        exchange.answer.body = rewritten(&exchange.answer.body, key);
        exchange
    });
    let replay = Arc::new(Replay::new(turned.collect(), Vec::new()));
    let shop = subject.kit.connect(&subject.case.login, replay).map_err(|error| format!("{error:#}"))?;
    let Ok(walk) = shop.walk().await else { return Ok(None) };
    let mut mapper = shop.mapper();
    let mut items = Items::new();
    for item in walk.items.iter().filter(|item| !item.deleted && item.problems.is_empty()) {
        let product = mapper.map(item).await.map_or_else(|error| error.to_string(), plain);
        items.insert(item.source_id.clone(), (item.body.clone(), product));
    }
    Ok(Some(items))
}

/// With its sets in one order.
fn plain(mut product: Product) -> String {
    product.tags.sort();
    product.collections.sort_by(|one, other| one.source_id.cmp(&other.source_id));
    let text = |attribute: &entrepot_domain::catalog::Attribute| serde_json::to_string(attribute).unwrap_or_default();
    product.attributes.sort_by_cached_key(text);
    product.warnings.clear();
    serde_json::to_string(&product).unwrap_or_default()
}

/// Of JSON, or of lines of JSON, the keys of lists that another order makes another list of.
fn lists(body: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    for value in values(body).unwrap_or_default() {
        collect(&value, &mut keys);
    }
    keys
}

fn collect(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            if value.as_array().is_some_and(|list| list.iter().ne(list.iter().rev())) {
                keys.push(key.clone());
            }
            collect(value, keys);
        }),
        Value::Array(list) => list.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}

fn rewritten(body: &[u8], key: &str) -> Vec<u8> {
    let Some(values) = values(body) else { return body.to_vec() };
    let texts: Vec<String> = values
        .into_iter()
        .map(|mut value| {
            turn(&mut value, key);
            value.to_string()
        })
        .collect();
    texts.join("\n").into_bytes()
}

fn values(body: &[u8]) -> Option<Vec<Value>> {
    let text = std::str::from_utf8(body).ok()?;
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    values.ok().filter(|values| !values.is_empty())
}

fn turn(value: &mut Value, key: &str) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| {
            if let (true, Value::Array(list)) = (name == key, &mut *value) {
                list.reverse();
            }
            turn(value, key);
        }),
        Value::Array(list) => list.iter_mut().for_each(|value| turn(value, key)),
        _ => {}
    }
}
