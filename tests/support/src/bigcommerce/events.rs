//! Which change tells which webhooks.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::deliver::delivery;
use super::state::State;

/// The fields whose change is told as `store/product/updated`. Not among them: further images, options, codes other than `upc`.
const TOLD: [&str; 50] = [
    "availability",
    "availability_description",
    "categories",
    "brand_id",
    "condition",
    "is_condition_shown",
    "description",
    "depth",
    "height",
    "width",
    "inventory_tracking",
    "is_featured",
    "meta_description",
    "name",
    "order_quantity_minimum",
    "order_quantity_maximum",
    "open_graph_type",
    "open_graph_title",
    "open_graph_description",
    "open_graph_use_product_name",
    "open_graph_use_meta_description",
    "open_graph_use_image",
    "page_title",
    "is_preorder_only",
    "preorder_message",
    "price",
    "cost_price",
    "retail_price",
    "sale_price",
    "is_price_hidden",
    "price_hidden_label",
    "type",
    "related_products",
    "reviews_count",
    "search_keywords",
    "fixed_cost_shipping_price",
    "is_free_shipping",
    "sku",
    "sort_order",
    "tax_class_id",
    "layout_file",
    "total_sold",
    "upc",
    "is_visible",
    "warranty",
    "weight",
    "inventory_level",
    "reviews_rating_sum",
    "preorder_release_date",
    "modifiers",
];

impl State {
    /// Puts an event into the outbox, once for each active webhook that hears it.
    pub(crate) fn tell(&mut self, scope: &str, data: &Value) {
        for hook in self.hooks.iter().filter(|hook| hook.active && hears(&hook.scope, scope)) {
            // Deliveries are numbered through: the length of an outbox that is emptied would repeat.
            self.last_id += 1;
            self.outbox.push(delivery(&self.options, hook, scope, data, self.last_id));
        }
    }

    pub(crate) fn tell_product(&mut self, what: &str, id: u64) {
        self.tell(&format!("store/product/{what}"), &json!({"type": "product", "id": id}));
    }

    /// What is told of a product that was one thing and is another.
    pub(crate) fn tell_changes(&mut self, before: &Value, after: &Value) {
        let id = after["id"].as_u64().unwrap_or(0);
        if TOLD.iter().any(|field| before[*field] != after[*field]) {
            self.tell_product("updated", id);
        }
        let of = |variant: &Value| variant["id"].as_u64();
        let rows = |product| -> Vec<&Value> { Value::as_array(product).into_iter().flatten().collect() };
        let (old, new) = (rows(&before["variants"]), rows(&after["variants"]));
        let known: HashMap<_, _> = old.iter().map(|variant| (of(variant), *variant)).collect();
        let left: HashSet<_> = new.iter().map(|variant| of(variant)).collect();
        for variant in new {
            match known.get(&of(variant)) {
                None => self.tell_sku("created", id, variant),
                Some(known) if *known != variant => self.tell_sku("updated", id, variant),
                Some(_) => {}
            }
        }
        for variant in old.into_iter().filter(|variant| !left.contains(&of(variant))) {
            self.tell_sku("deleted", id, variant);
        }
    }

    /// `data.id` is the SKU's id and not the variant's. Base variants have no SKU of their own and tell nothing.
    fn tell_sku(&mut self, what: &str, product: u64, variant: &Value) {
        if variant["sku_id"].is_u64() {
            let data = json!({"type": "sku", "id": variant["sku_id"], "sku": {"product_id": product, "variant_id": variant["id"]}});
            self.tell(&format!("store/sku/{what}"), &data);
        }
    }

    pub(crate) fn tell_stock(&mut self, product: &Value, variant: &Value, location: u64, value: i64) {
        let (id, variant_id) = (&product["id"], &variant["id"]);
        if product["inventory_tracking"] == "product" {
            let inventory = json!({"product_id": id, "method": "absolute", "value": value});
            self.tell("store/product/inventory/updated", &json!({"type": "product", "id": id, "inventory": inventory}));
        } else {
            let inventory = json!({"product_id": id, "method": "absolute", "value": value, "variant_id": variant_id});
            self.tell(
                "store/sku/inventory/updated",
                &json!({"type": "sku", "id": variant["sku_id"], "inventory": inventory}),
            );
        }
        let data = json!({"variant_id": variant_id, "product_id": id, "location_id": location});
        self.tell("store/channel/*/inventory/product/stock_changed", &data);
    }
}

/// A `*` at the end hears everything below.
fn hears(subscribed: &str, scope: &str) -> bool {
    subscribed == scope || subscribed.strip_suffix('*').is_some_and(|folder| scope.starts_with(folder))
}
