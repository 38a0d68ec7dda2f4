//! Options and modifiers. With either of them a list gives ten products a page and no more, so they are asked for apart from
//! the list, ten ids at a time.

use std::collections::HashMap;

use entrepot_guest::prelude::*;

use crate::client::{Client, List, Query};
use entrepot_guest::lenient::{Raw, in_one_order};

const AT_A_TIME: usize = 10;

/// A product's options and modifiers, as JSON lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) options: Option<String>,
    pub(crate) modifiers: Option<String>,
}

/// What was found, and which ids could not be read: with `set_aside` they do not stop the page.
pub(crate) fn find<T: Transport>(
    client: &Client<'_, T>,
    ids: &[u64],
    set_aside: bool,
) -> Result<(HashMap<u64, Details>, Vec<u64>), Error> {
    let request = |some: &[u64]| {
        let query: Query<'_> = vec![
            ("id:in", some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
            ("include", "options,modifiers".to_owned()),
            ("include_fields", "name".to_owned()),
            ("limit", AT_A_TIME.to_string()),
        ];
        client.request("/v3/catalog/products", &query)
    };
    let (mut found, mut unread) = (HashMap::with_capacity(ids.len()), Vec::new());
    let mut waiting: Vec<Vec<u64>> = ids.chunks(AT_A_TIME).map(<[u64]>::to_vec).collect();
    while !waiting.is_empty() {
        let requests: Vec<_> = waiting.iter().map(|some| request(some)).collect();
        let mut again = Vec::new();
        for (some, list) in waiting.iter().zip(client.lists(&requests)) {
            match list.and_then(|list| read(&list, &mut found)) {
                // The others are read by themselves: one product at which the store fails costs itself.
                Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) if set_aside => match some.as_slice() {
                    [one] => unread.push(*one),
                    many => again.extend(many.chunks(many.len().div_ceil(2)).map(<[u64]>::to_vec)),
                },
                other => {
                    // What was asked for and did not come has options all the same.
                    let came = other?;
                    let missing: Vec<u64> = some.iter().copied().filter(|id| !found.contains_key(id)).collect();
                    match (missing.is_empty(), came) {
                        (true, _) => {}
                        (false, 0) => unread.extend(missing),
                        (false, _) => again.push(missing),
                    }
                }
            }
        }
        waiting = again;
    }
    if !set_aside && !unread.is_empty() {
        return Err(Error::Unavailable(format!("BigCommerce does not show the options of product {}", unread[0])));
    }
    Ok((found, unread))
}

/// How many were new.
fn read(list: &List, found: &mut HashMap<u64, Details>) -> Result<usize, Error> {
    let before = found.len();
    for element in list.elements()?.data {
        let fields = element.fields();
        let list = |raw: Raw<'_>| raw.list().map(|_| in_one_order(raw, true, &["option_values"]));
        // What is there and no list says nothing of what the product has.
        let is_told = |name: &str| !fields.get(name).is_given() || fields.get(name).is_list_of(Raw::is_object);
        if let Some(id) = fields.get("id").id().filter(|_| is_told("options") && is_told("modifiers")) {
            let details = Details { options: list(fields.get("options")), modifiers: list(fields.get("modifiers")) };
            found.insert(id, details);
        }
    }
    Ok(found.len() - before)
}
