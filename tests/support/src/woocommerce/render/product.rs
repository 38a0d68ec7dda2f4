//! A product, as `GET /wc/v3/products` writes it.

use std::collections::BTreeMap;

use super::View;
use super::shared::{dates, dimensions, downloads, image, links, meta};
use super::text::rendered;
use super::variation::options;
use crate::woocommerce::json::{self, Object, escaped, string};
use crate::woocommerce::model::{Attribute, Product, Term, Variation};
use crate::woocommerce::price::{self, Range};
use crate::woocommerce::state::State;

/// Writes `product`. `variation` is the variation it stands for, when it is one in a product's clothes.
pub(super) fn write(view: &View<'_>, out: &mut Vec<u8>, product: &Product, variation: Option<&Variation>) {
    let mut object = Object::new(out, view.fields);
    head(view, &mut object, product);
    let range = view.state.prices(product, view.now);
    prices(view, &mut object, product, range);
    stock(view, &mut object, product);
    relations(view, &mut object, product, variation);
    tail(view, &mut object, product, range);
    let own = format!("products/{}", product.id);
    let up = variation.map(|variation| format!("products/{}", variation.parent));
    links(&mut object, view, (&own, true), "products", up.as_deref());
    object.end();
}

fn head(view: &View<'_>, object: &mut Object<'_, '_>, product: &Product) {
    let offset = view.state.options.gmt_offset;
    let hidden = matches!(product.status, "draft" | "pending");
    object.id("id", product.id);
    object.string("name", &product.name);
    object.string("slug", if hidden { "" } else { &product.slug });
    if let Some(out) = object.key("permalink") {
        out.push(b'"');
        out.extend_from_slice(view.home.as_bytes());
        if hidden || product.status == "future" {
            escaped(out, "/?post_type=product&p=");
            json::integer(out, product.id.cast_signed());
        } else {
            escaped(out, "/product/");
            escaped(out, &product.slug);
            escaped(out, "/");
        }
        out.push(b'"');
    }
    dates(object, ("date_created", "date_created_gmt"), Some(product.created), offset);
    dates(object, ("date_modified", "date_modified_gmt"), Some(product.modified), offset);
    object.string("type", product.kind);
    object.string("status", product.status);
    object.bool("featured", product.featured);
    object.string("catalog_visibility", product.visibility);
    for (name, text) in [("description", &product.description), ("short_description", &product.short_description)] {
        if let Some(out) = object.key(name) {
            if view.edit { string(out, text) } else { string(out, &rendered(text)) }
        }
    }
    object.string("sku", &product.sku);
}

fn prices(view: &View<'_>, object: &mut Object<'_, '_>, product: &Product, range: Range<'_>) {
    let offset = view.state.options.gmt_offset;
    let parent = matches!(product.kind, "variable" | "grouped");
    object.string("price", range.low);
    object.string("regular_price", if parent { "" } else { &product.regular_price });
    object.string("sale_price", if parent { "" } else { &product.sale_price });
    dates(object, ("date_on_sale_from", "date_on_sale_from_gmt"), product.sale_from, offset);
    dates(object, ("date_on_sale_to", "date_on_sale_to_gmt"), product.sale_to, offset);
    object.bool("on_sale", range.on_sale);
    object.bool("purchasable", !range.low.is_empty() && !matches!(product.kind, "grouped" | "external"));
    object.int("total_sales", 0);
}

fn stock(view: &View<'_>, object: &mut Object<'_, '_>, product: &Product) {
    object.bool("virtual", product.is_virtual);
    downloads(object, view, &product.downloads);
    object.string("external_url", &product.external_url);
    object.string("button_text", &product.button_text);
    object.string("tax_status", product.tax_status);
    object.string("tax_class", product.tax_class);
    object.bool("manage_stock", product.manage_stock);
    object.optional("stock_quantity", product.stock_quantity.filter(|_| product.manage_stock));
    object.string("backorders", product.backorders);
    object.bool("backorders_allowed", product.backorders != "no");
    object.bool("backordered", State::stock_status(product) == "onbackorder");
    object.optional("low_stock_amount", product.low_stock);
    object.bool("sold_individually", product.sold_individually);
    dimensions(object, &product.weight, &product.dimensions);
    object.bool("shipping_required", !product.is_virtual);
    object.bool("shipping_taxable", !product.is_virtual && product.tax_status != "none");
    let class = product.shipping_class.and_then(|id| view.state.terms.shipping_classes.get(&id));
    object.string("shipping_class", class.map_or("", |class| &class.slug));
    object.id("shipping_class_id", class.map_or(0, |class| class.id));
    object.bool("reviews_allowed", true);
    object.string("average_rating", if view.edit { "0" } else { "0.00" });
    object.int("rating_count", 0);
}

fn relations(view: &View<'_>, object: &mut Object<'_, '_>, product: &Product, variation: Option<&Variation>) {
    let terms = &view.state.terms;
    object.ids("upsell_ids", product.upsells.iter().copied());
    object.ids("cross_sell_ids", product.cross_sells.iter().copied());
    object.id("parent_id", variation.map_or(0, |variation| variation.parent));
    object.string("purchase_note", &product.purchase_note);
    chosen(object, "categories", &product.categories, &terms.categories);
    chosen(object, "brands", &product.brands, &terms.brands);
    chosen(object, "tags", &product.tags, &terms.tags);
    if let Some(out) = object.key("images") {
        json::list(out, &product.images, |out, one| image(out, view, one, true));
    }
    if let Some(out) = object.key("attributes") {
        match variation {
            Some(variation) => options(out, view, variation),
            None => {
                json::list(out, product.attributes.iter().enumerate(), |out, (at, one)| attribute(out, view, at, one));
            }
        }
    }
    object.raw("default_attributes", "[]");
    object.ids("variations", view.state.children.get(&product.id).into_iter().flatten().copied());
    object.ids("grouped_products", product.grouped.iter().copied());
    object.int("menu_order", product.menu_order);
}

fn tail(view: &View<'_>, object: &mut Object<'_, '_>, product: &Product, range: Range<'_>) {
    if let Some(out) = object.key("price_html") {
        out.push(b'"');
        price::html(out, range, &product.regular_price, view.state.options.symbol());
        out.push(b'"');
    }
    // Any five others will do: the real shop picks them at random on every request.
    object.ids("related_ids", view.state.products.range(product.id + 1..).map(|(id, _)| *id).take(5));
    meta(object, &product.meta);
    object.string("stock_status", State::stock_status(product));
    object.bool("has_options", product.kind == "variable");
    object.string("post_password", "");
    object.string("global_unique_id", &product.global_unique_id);
    if view.edit {
        if let Some(out) = object.key("permalink_template") {
            out.push(b'"');
            out.extend_from_slice(view.home.as_bytes());
            escaped(out, "/product/%pagename%/");
            out.push(b'"');
        }
        object.string("generated_slug", &product.slug);
    }
}

fn chosen(object: &mut Object<'_, '_>, name: &str, ids: &[u64], terms: &BTreeMap<u64, Term>) {
    if let Some(out) = object.key(name) {
        json::list(out, ids.iter().filter_map(|id| terms.get(id)), |out, term| {
            let mut inner = Object::new(out, None);
            inner.id("id", term.id);
            inner.string("name", &term.name);
            inner.string("slug", &term.slug);
            inner.end();
        });
    }
}

fn attribute(out: &mut Vec<u8>, view: &View<'_>, position: usize, attribute: &Attribute) {
    let mut inner = Object::new(out, None);
    inner.id("id", attribute.id);
    inner.string("name", &attribute.name);
    // A local attribute's slug is its name, capitals and all.
    let global = view.state.terms.attributes.get(&attribute.id);
    inner.string("slug", global.map_or(&attribute.name, |global| &global.slug));
    inner.id("position", position as u64);
    inner.bool("visible", attribute.visible);
    inner.bool("variation", attribute.variation);
    if let Some(out) = inner.key("options") {
        json::list(out, &attribute.options, |out, option| string(out, option));
    }
    inner.end();
}
