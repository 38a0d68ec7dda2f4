//! Shopify's global ids: `gid://shopify/Product/123`.

use serde_json::Value;

/// The number of a gid; an inventory level's query string is not part of it. Ids exceed what a float holds, so they are never one.
pub(crate) fn number(gid: &str) -> Option<&str> {
    let number = gid.strip_prefix("gid://shopify/")?.split_once('/')?.1;
    let number = number.split('?').next()?;
    (!number.is_empty() && number.len() <= 20 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// The number of the `id` of an object.
pub(crate) fn of(object: &Value) -> Option<&str> {
    number(object.get("id")?.as_str()?)
}

pub(crate) fn product(number: u64) -> String {
    format!("gid://shopify/Product/{number}")
}

/// The gid of what is known by its number; `None`: that is no number of Shopify's.
pub(crate) fn made(kind: &str, id: &str) -> Option<String> {
    let gid = format!("gid://shopify/{kind}/{id}");
    (number(&gid) == Some(id)).then_some(gid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_gids() {
        assert_eq!(number("gid://shopify/Product/788032119674292922"), Some("788032119674292922"));
        assert_eq!(number("gid://shopify/InventoryLevel/7?inventory_item_id=9"), Some("7"));
        assert_eq!(made("Product", "7").as_deref(), Some("gid://shopify/Product/7"));
        for id in ["", "lst_7", "7?x=1", "gid://shopify/Product/7"] {
            assert_eq!(made("Product", id), None, "{id}");
        }
        for text in ["", "123", "gid://shopify/Product/", "gid://shopify/Product/1x", "gid://other/Product/1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
