//! What can be read: the store's information, products, brands, categories, stock.

use serde_json::{Value, json};

use super::errors::json_answer;
use super::list::{self, Page, unknown_choice};
use super::parameters::Values;
use super::state::State;
use super::{render, select};
use crate::server::Answer;

/// With one of these a page has ten products and no more.
const HEAVY: [&str; 2] = ["options", "modifiers"];
const HEAVY_PAGE: usize = 10;

pub(crate) fn information(state: &State) -> Answer {
    let options = &state.options;
    json_answer(
        200,
        &json!({"id": options.store_hash, "domain": options.secure_url.trim_start_matches("https://"),
            "secure_url": options.secure_url, "status": "live", "name": options.name, "country": "United States",
            "country_code": "US", "language": "en", "currency": options.currency, "currency_symbol": "$",
            "decimal_separator": ".", "thousands_separator": ",", "decimal_places": 2, "currency_symbol_location": "left",
            "weight_units": options.weight_units, "dimension_units": options.dimension_units,
            "dimension_decimal_places": 2, "dimension_decimal_token": ".", "dimension_thousands_token": ",",
            "timezone": {"name": "America/Chicago", "raw_offset": -21600, "dst_offset": -18000, "dst_correction": true},
            "plan_name": "Standard", "plan_level": "Standard", "plan_is_trial": false,
            "is_price_entered_with_tax": options.prices_include_tax, "default_channel_id": 1, "default_site_id": 1000}),
    )
}

pub(crate) fn products(state: &State, values: &Values) -> Result<Answer, Answer> {
    let include = values.list("include").unwrap_or_default();
    if let Some(unknown) = include.iter().find(|part| !render::PARTS.contains(part)) {
        return Err(unknown_choice("include", unknown));
    }
    let all = select::products(state, values)?;
    let heavy = include.iter().any(|part| HEAVY.contains(part));
    let page = Page::of(values, heavy.then_some(HEAVY_PAGE));
    // The parts that were asked for come whatever `include_fields` says.
    let mut always = vec!["id"];
    always.extend(&include);
    let shown =
        page.cut(&all).iter().map(|product| render::trimmed(render::with_parts(product, &include), values, &always));
    let data: Vec<Value> = shown.collect();
    let meta = page.meta(all.len(), data.len());
    let text = render::text(json!({"data": data, "meta": meta}), &state.raw);
    Ok(Answer::new(200, "application/json", text))
}

pub(crate) fn brands(state: &State, values: &Values) -> Result<Answer, Answer> {
    let (id, ids) = (values.number("id")?, values.ids("id:in")?);
    let wanted = |brand: i64| id.is_none_or(|id| id == brand) && ids.as_ref().is_none_or(|ids| ids.contains(&brand));
    let brands = state.brands.iter().filter(|(id, _)| wanted(id.cast_signed()));
    let all: Vec<Value> = brands
        .map(|(id, name)| {
            json!({"id": id, "name": name, "page_title": "", "meta_keywords": [""], "meta_description": "", "image_url": "",
                "search_keywords": "", "custom_url": {"url": format!("/brands/{id}.html"), "is_customized": false}})
        })
        .collect();
    Ok(list::answer(values, &all, "id"))
}

pub(crate) fn categories(state: &State, values: &Values) -> Result<Answer, Answer> {
    let ids = values.ids("category_id:in")?;
    let categories =
        state.categories.iter().filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(&id.cast_signed())));
    let all: Vec<Value> = categories
        .map(|(id, category)| {
            json!({"category_id": id, "parent_id": category.parent, "tree_id": 1, "name": category.name, "description": "",
                "views": 0, "sort_order": 0, "page_title": "", "meta_keywords": [""], "meta_description": "",
                "layout_file": "category.html", "image_url": "", "is_visible": true, "search_keywords": "",
                "default_product_sort": "use_store_settings", "url": {"path": format!("/c/{id}/"), "is_customized": false}})
        })
        .collect();
    Ok(list::answer(values, &all, "category_id"))
}

pub(crate) fn locations(state: &State, values: &Values) -> Answer {
    let all: Vec<Value> = { state.locations.iter() }
        .map(|(id, (name, enabled))| {
            json!({"id": id, "code": format!("BC-LOCATION-{id}"), "label": name, "description": "", "enabled": enabled,
                "managed_by_external_source": false, "type_id": "PHYSICAL", "storefront_visibility": true})
        })
        .collect();
    list::answer(values, &all, "id")
}

/// Of all products.
pub(crate) fn variants(state: &State, values: &Values) -> Result<Answer, Answer> {
    let (id, products) = (values.number("id")?, values.ids("product_id:in")?);
    let of = |variant: &&Value| {
        let sku = variant["sku"].as_str().unwrap_or_default();
        id.is_none_or(|id| variant["id"] == id)
            && values.get("sku").is_none_or(|wanted| wanted.eq_ignore_ascii_case(sku))
            && products.as_ref().is_none_or(|ids| ids.iter().any(|id| variant["product_id"] == *id))
    };
    let all = state.products.values().flat_map(|product| product["variants"].as_array().into_iter().flatten());
    let all: Vec<Value> = all.filter(of).cloned().collect();
    Ok(list::answer(values, &all, "id"))
}

pub(crate) fn inventory(state: &State, values: &Values) -> Result<Answer, Answer> {
    let (products, variants) = (values.ids("product_id:in")?, values.ids("variant_id:in")?);
    let locations = values.ids("location_id:in")?;
    let among =
        |ids: &Option<Vec<i64>>, id: &Value| ids.as_ref().is_none_or(|ids| ids.iter().any(|wanted| id == wanted));
    let mut all = Vec::new();
    for product in state.products.values().filter(|product| among(&products, &product["id"])) {
        for variant in product["variants"].as_array().into_iter().flatten() {
            let levels = variant["id"].as_u64().and_then(|id| state.stock.get(&id));
            // What was never set has no item.
            let Some(levels) = levels.filter(|_| among(&variants, &variant["id"])) else { continue };
            let at = levels.iter().filter(|(id, _)| among(&locations, &json!(id)));
            let at: Vec<Value> = at
                .map(|(id, available)| {
                    let safety = variant["id"].as_u64().and_then(|id| state.safety.get(&id)).copied().unwrap_or(0);
                    let (name, enabled) = state.locations.get(id).cloned().unwrap_or_default();
                    json!({"location_id": id, "location_code": format!("BC-LOCATION-{id}"), "location_name": name,
                        "available_to_sell": available, "total_inventory_onhand": available + safety, "location_enabled": enabled,
                        "settings": {"safety_stock": safety, "is_in_stock": *available > 0, "warning_level": 0, "bin_picking_number": ""}})
                })
                .collect();
            all.push(
                json!({"identity": {"sku": variant["sku"], "variant_id": variant["id"], "product_id": product["id"],
                "sku_id": variant["sku_id"]}, "locations": at}),
            );
        }
    }
    let page = Page::of(values, None);
    let data = page.cut(&all);
    Ok(json_answer(200, &json!({"data": data, "meta": page.meta(all.len(), data.len())})))
}
