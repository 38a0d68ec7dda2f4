//! Connections: what is on a page of one, and whether there is another.

use entrepot_guest::prelude::*;
use serde_json::Value;

/// The nodes of a page. `None`: it is no page.
pub(crate) fn nodes(connection: &Value) -> Option<&Vec<Value>> {
    connection.get("nodes")?.as_array()
}

/// Where the page after this one begins; `None`: this was the last one. What is said by anything else than `true` or `false` is not said:
/// taken for the end, all that follows would seem not to exist.
pub(crate) fn next(connection: &Value) -> Result<Option<String>, Error> {
    let info = connection.get("pageInfo").unwrap_or(&Value::Null);
    let end = || info.get("endCursor").and_then(Value::as_str).map(str::to_owned);
    match info.get("hasNextPage").and_then(Value::as_bool) {
        Some(false) => Ok(None),
        Some(true) => Ok(Some(end().ok_or_else(|| odd("a list that goes on and does not say where"))?)),
        None => Err(odd("a list that does not say whether it goes on")),
    }
}

pub(crate) fn odd(what: &str) -> Error {
    Error::Unavailable(format!("Shopify answered with {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_boolean_says_whether_there_is_more() {
        let next = |info: Value| next(&json!({"nodes": [], "pageInfo": info}));
        assert_eq!(next(json!({"hasNextPage": false, "endCursor": "x"})), Ok(None));
        assert_eq!(next(json!({"hasNextPage": true, "endCursor": "x"})), Ok(Some("x".to_owned())));
        for odd in [json!(null), json!("x"), json!({}), json!({"hasNextPage": null}), json!({"hasNextPage": "true"})] {
            assert!(matches!(next(odd.clone()), Err(Error::Unavailable(_))), "{odd}");
        }
        assert!(next(json!({"hasNextPage": true, "endCursor": null})).is_err());
    }
}
