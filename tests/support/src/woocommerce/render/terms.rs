//! Categories, tags, brands, shipping classes, global attributes and their terms.

use super::View;
use super::shared::links;
use crate::woocommerce::json::Object;
use crate::woocommerce::model::{GlobalAttribute, Term};

/// Writes a term of the list at `path` (`products/categories`).
pub(crate) fn term(view: &View<'_>, out: &mut Vec<u8>, path: &str, term: &Term) {
    let tree = matches!(path, "products/categories" | "products/brands");
    let mut object = Object::new(out, view.fields);
    object.id("id", term.id);
    object.string("name", &term.name);
    object.string("slug", &term.slug);
    if tree {
        object.id("parent", term.parent);
    }
    object.string("description", "");
    if tree {
        object.string("display", "default");
        object.raw("image", "null");
    }
    if tree || path.ends_with("/terms") {
        object.int("menu_order", 0);
    }
    object.int("count", term.count);
    let own = format!("{path}/{}", term.id);
    let up = (term.parent != 0).then(|| format!("{path}/{}", term.parent));
    links(&mut object, view, (&own, true), path, up.as_deref());
    object.end();
}

pub(crate) fn attribute(view: &View<'_>, out: &mut Vec<u8>, attribute: &GlobalAttribute) {
    let mut object = Object::new(out, view.fields);
    object.id("id", attribute.id);
    object.string("name", &attribute.name);
    object.string("slug", &attribute.slug);
    object.string("type", "select");
    object.string("order_by", "menu_order");
    object.bool("has_archives", false);
    let own = format!("products/attributes/{}", attribute.id);
    links(&mut object, view, (&own, true), "products/attributes", None);
    object.end();
}
