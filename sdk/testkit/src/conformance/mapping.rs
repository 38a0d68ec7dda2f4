//! `catalog.map-product`: the same for the same, and never a trap, whatever the item.

use entrepot_domain::catalog::Product;
use entrepot_sandbox::{CallError, RawItem};
use serde_json::Value;

use super::{Outcome, Subject, told};

/// Spoiled items that are tried.
const SPOILED: u64 = 400;

pub(super) async fn pure(subject: &Subject<'_>) -> Outcome {
    let walk = subject.walk()?;
    let (shop, replay) = subject.shop(None)?;
    let mut together = shop.mapper();
    let mut first = Vec::new();
    for item in &walk.items {
        first.push(together.map(item).await);
    }
    for (item, before) in walk.items.iter().zip(&first).rev() {
        // Alone in a new store, and in another order.
        let again = shop.mapper().map(item).await;
        if let Err(error @ CallError::Stopped { .. }) = &again {
            return Err(format!("item {}: {}", item.source_id, told(error)));
        }
        if text(&again) != text(before) {
            return Err(format!("item {} is mapped to something else the second time", item.source_id));
        }
    }
    match replay.requests() {
        0 => Ok(format!("{} items, twice", walk.items.len())),
        requests => Err(format!("mapping made {requests} requests")),
    }
}

fn text(outcome: &Result<Product, CallError>) -> String {
    match outcome {
        Ok(product) => serde_json::to_string(product).unwrap_or_default(),
        Err(error) => told(error),
    }
}

pub(super) async fn total(subject: &Subject<'_>) -> Outcome {
    let walk = subject.walk()?;
    let (shop, _) = subject.shop(None)?;
    let mut mapper = shop.mapper();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut refused = 0;
    for turn in 0..SPOILED {
        let Some(item) = walk.items.get(chance.below(walk.items.len())) else { break };
        let spoiled = RawItem { body: spoil(&item.body, &mut chance), ..item.clone() };
        match mapper.map(&spoiled).await {
            Err(error @ CallError::Stopped { .. }) => {
                let body: String = spoiled.body.chars().take(300).collect();
                return Err(format!(
                    "a spoiled item ended in a trap instead of an issue ({}), turn {turn}: {body}",
                    told(&error)
                ));
            }
            Err(_) => refused += 1,
            Ok(_) => {}
        }
    }
    Ok(format!("{SPOILED} spoiled items, {refused} refused"))
}

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }
}

/// The item with one thing about it wrong.
fn spoil(body: &str, chance: &mut Chance) -> String {
    if chance.below(5) == 0 {
        let end = (0..=chance.below(body.len())).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
        return body.get(..end).unwrap_or_default().to_owned();
    }
    let Ok(mut json) = serde_json::from_str::<Value>(body) else { return body.chars().rev().collect() };
    let mut places = Vec::new();
    pointers("", &json, &mut places);
    let Some(place) = places.get(chance.below(places.len())) else { return String::new() };
    let odd = [
        Value::Null,
        "".into(),
        "\u{0}\u{fffd}💥".into(),
        "9".repeat(400).into(),
        (-1).into(),
        0.into(),
        1e308.into(),
        u64::MAX.into(),
        "12,50".into(),
        "1.299,00 zł".into(),
        true.into(),
        Value::Array(vec![Value::Null; 3]),
        Value::Object(Default::default()),
        "x".repeat(70_000).into(),
    ];
    if let Some(found) = json.pointer_mut(place) {
        *found = odd.get(chance.below(odd.len())).cloned().unwrap_or_default();
    }
    json.to_string()
}

fn pointers(at: &str, value: &Value, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(&format!("{at}/{index}"), item, into))
        }
        Value::Object(fields) => fields.iter().for_each(|(key, field)| {
            pointers(&format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), field, into);
        }),
        _ => {}
    }
}
