//! Options and modifiers. With either of them a list gives ten products a page and no more, so they are asked for apart from
//! the list, ten ids at a time.

use std::collections::HashMap;

use entrepot_guest::prelude::*;

use crate::client::{Client, List, Query};
use entrepot_guest::lenient::Raw;

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
    let requests: Vec<_> = ids.chunks(AT_A_TIME).map(request).collect();
    let (mut found, mut unread) = (HashMap::with_capacity(ids.len()), Vec::new());
    for (some, list) in ids.chunks(AT_A_TIME).zip(client.lists(&requests)) {
        match list.and_then(|list| read(&list, &mut found)) {
            Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) if set_aside => unread.extend(some),
            other => other?,
        }
    }
    Ok((found, unread))
}

fn read(list: &List, found: &mut HashMap<u64, Details>) -> Result<(), Error> {
    for element in list.elements()?.data {
        let fields = element.fields();
        let list = |raw: Raw<'_>| raw.json().starts_with('[').then(|| raw.json().to_owned());
        if let Some(id) = fields.get("id").id() {
            let details = Details { options: list(fields.get("options")), modifiers: list(fields.get("modifiers")) };
            found.insert(id, details);
        }
    }
    Ok(())
}
