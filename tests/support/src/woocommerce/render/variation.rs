//! A variation, as the variations endpoints write it; and as the products endpoint does.

use super::View;
use super::shared::{dates, dimensions, downloads, image, links, meta};
use super::text::rendered;
use crate::woocommerce::json::{self, Object, escaped, string};
use crate::woocommerce::model::{ManageStock, Product, Variation, slug};
use crate::woocommerce::price;
use crate::woocommerce::state::State;

pub(super) fn write(view: &View<'_>, out: &mut Vec<u8>, variation: &Variation, nested: bool) {
    let state = view.state;
    let offset = state.options.gmt_offset;
    let parent = state.products.get(&variation.parent);
    let mut object = Object::new(out, view.fields);
    object.id("id", variation.id);
    object.string("type", "variation");
    dates(&mut object, ("date_created", "date_created_gmt"), Some(variation.created), offset);
    dates(&mut object, ("date_modified", "date_modified_gmt"), Some(variation.modified), offset);
    if let Some(out) = object.key("description") {
        if view.edit { string(out, &variation.description) } else { string(out, &rendered(&variation.description)) }
    }
    if let Some(out) = object.key("permalink") {
        permalink(out, view, variation, parent);
    }
    object.string("sku", &variation.sku);
    object.string("global_unique_id", &variation.global_unique_id);
    let (price, on_sale) = price::of_variation(variation, view.now);
    object.string("price", price);
    object.string("regular_price", &variation.regular_price);
    object.string("sale_price", &variation.sale_price);
    dates(&mut object, ("date_on_sale_from", "date_on_sale_from_gmt"), variation.sale_from, offset);
    dates(&mut object, ("date_on_sale_to", "date_on_sale_to_gmt"), variation.sale_to, offset);
    object.bool("on_sale", on_sale);
    object.string("status", variation.status);
    object.bool("purchasable", !price.is_empty() && variation.status == "publish");
    object.bool("virtual", variation.is_virtual);
    downloads(&mut object, view, &[]);
    object.string("tax_status", parent.map_or("taxable", |parent| parent.tax_status));
    object.string("tax_class", variation.tax_class);
    stock(&mut object, state, variation);
    dimensions(&mut object, &variation.weight, &variation.dimensions);
    let class = parent.and_then(|parent| parent.shipping_class);
    let class = class.and_then(|id| state.terms.shipping_classes.get(&id));
    object.string("shipping_class", class.map_or("", |class| &class.slug));
    object.id("shipping_class_id", class.map_or(0, |class| class.id));
    // Without one of its own it shows the parent's first; without that either, null.
    let shown = variation.image.as_deref().or_else(|| parent.and_then(|parent| parent.images.first()));
    if let Some(out) = object.key("image") {
        match shown {
            None => out.extend_from_slice(b"null"),
            Some(shown) => image(out, view, shown, false),
        }
    }
    object.raw("gallery_image_ids", "[]");
    if let Some(out) = object.key("attributes") {
        options(out, view, variation);
    }
    object.int("menu_order", variation.menu_order);
    meta(&mut object, &variation.meta);
    object.string("name", &name(variation));
    object.id("parent_id", variation.parent);
    if nested {
        let list = format!("products/{}/variations", variation.parent);
        let own = format!("{list}/{}", variation.id);
        links(&mut object, view, (&own, true), &list, Some(&format!("products/{}", variation.parent)));
    } else {
        // The list of all variations links to addresses that do not exist. Seen on a real shop.
        let own = format!("variations/{}", variation.id);
        links(&mut object, view, (&own, false), "variations", Some("products/0"));
    }
    object.end();
}

fn stock(object: &mut Object<'_, '_>, state: &State, variation: &Variation) {
    let (quantity, status) = state.variation_stock(variation);
    let managed = match variation.manage_stock {
        ManageStock::No => "false",
        ManageStock::Yes => "true",
        ManageStock::Parent => "\"parent\"",
    };
    object.raw("manage_stock", managed);
    object.optional("stock_quantity", quantity);
    object.string("stock_status", status);
    object.string("backorders", variation.backorders);
    object.bool("backorders_allowed", variation.backorders != "no");
    object.bool("backordered", status == "onbackorder");
    object.optional("low_stock_amount", variation.low_stock);
}

/// The attributes it fixes, by one option each.
pub(super) fn options(out: &mut Vec<u8>, view: &View<'_>, variation: &Variation) {
    json::list(out, &variation.options, |out, (id, name, option)| {
        let mut inner = Object::new(out, None);
        inner.id("id", *id);
        inner.string("name", name);
        match view.state.terms.attributes.get(id) {
            Some(global) => inner.string("slug", &global.slug),
            None => inner.string("slug", &slug(name)),
        }
        inner.string("option", option);
        inner.end();
    });
}

fn permalink(out: &mut Vec<u8>, view: &View<'_>, variation: &Variation, parent: Option<&Product>) {
    out.push(b'"');
    out.extend_from_slice(view.home.as_bytes());
    escaped(out, "/product/");
    escaped(out, parent.map_or("", |parent| &parent.slug));
    escaped(out, "/");
    for (index, (id, name, option)) in variation.options.iter().enumerate() {
        escaped(out, if index == 0 { "?attribute_" } else { "&attribute_" });
        // A global attribute is named by its slug and its term's; a local one by its option as it is.
        let value = match view.state.terms.attributes.get(id) {
            Some(global) => {
                escaped(out, &global.slug);
                slug(option)
            }
            None => {
                escaped(out, &slug(name));
                option.to_string()
            }
        };
        escaped(out, "=");
        for piece in url::form_urlencoded::byte_serialize(value.as_bytes()) {
            escaped(out, piece);
        }
    }
    out.push(b'"');
}

fn name(variation: &Variation) -> String {
    let options: Vec<&str> = variation.options.iter().map(|(_, _, option)| option.as_ref()).collect();
    options.join(", ")
}

/// The variation as the products endpoint shows it: by its SKU, or by its id.
pub(super) fn dressed(state: &State, variation: &Variation) -> Product {
    let parent = state.products.get(&variation.parent);
    let parent_name = parent.map_or("", |parent| &parent.name);
    let title = format!("{parent_name} - {}", name(variation));
    let (stock_quantity, stock_status) = state.variation_stock(variation);
    Product {
        id: variation.id,
        kind: "variation",
        status: variation.status,
        slug: slug(&title).into(),
        sku: variation.sku.clone(),
        global_unique_id: variation.global_unique_id.clone(),
        description: variation.description.clone(),
        regular_price: variation.regular_price.clone(),
        sale_price: variation.sale_price.clone(),
        sale_from: variation.sale_from,
        sale_to: variation.sale_to,
        created: variation.created,
        modified: variation.modified,
        is_virtual: variation.is_virtual,
        tax_class: variation.tax_class,
        manage_stock: variation.manage_stock != ManageStock::No,
        stock_quantity,
        stock_status,
        backorders: variation.backorders,
        low_stock: variation.low_stock,
        weight: variation.weight.clone(),
        dimensions: variation.dimensions.clone(),
        shipping_class: parent.and_then(|parent| parent.shipping_class),
        images: variation.image.as_deref().cloned().into_iter().collect(),
        menu_order: variation.menu_order,
        ..Product::simple(&title)
    }
}
