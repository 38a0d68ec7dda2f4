//! The few settings a client reads: units, currency, versions.

use serde_json::{Value, json};

use super::{View, trimmed};
use crate::woocommerce::json;
use crate::woocommerce::options::Options;

/// Id, label, type, default, value.
type Setting = (&'static str, &'static str, &'static str, &'static str, String);

fn general(options: &Options) -> Vec<Setting> {
    let yes = |on: bool| if on { "yes" } else { "no" }.to_owned();
    vec![
        ("woocommerce_store_address", "Address line 1", "text", "", "1 Test Street".into()),
        ("woocommerce_store_address_2", "Address line 2", "text", "", String::new()),
        ("woocommerce_store_city", "City", "text", "", "Springfield".into()),
        ("woocommerce_default_country", "Country / State", "select", "US:CA", "US:IL".into()),
        ("woocommerce_store_postcode", "Postcode / ZIP", "text", "", "62701".into()),
        ("woocommerce_allowed_countries", "Selling location(s)", "select", "all", "all".into()),
        ("woocommerce_calc_taxes", "Enable taxes", "checkbox", "no", yes(true)),
        ("woocommerce_enable_coupons", "Enable coupons", "checkbox", "yes", yes(true)),
        ("woocommerce_prices_include_tax", "Prices entered with tax", "radio", "no", yes(options.prices_include_tax)),
        ("woocommerce_currency", "Currency", "select", "USD", options.currency.clone()),
        ("woocommerce_currency_pos", "Currency position", "select", "left", "left".into()),
        ("woocommerce_price_thousand_sep", "Thousand separator", "text", ",", ",".into()),
        ("woocommerce_price_decimal_sep", "Decimal separator", "text", ".", ".".into()),
        ("woocommerce_price_num_decimals", "Number of decimals", "number", "2", "2".into()),
    ]
}

fn products(options: &Options) -> Vec<Setting> {
    vec![
        ("woocommerce_shop_page_id", "Shop page", "select", "", "5".into()),
        ("woocommerce_weight_unit", "Weight unit", "select", "lbs", options.weight_unit.clone()),
        ("woocommerce_dimension_unit", "Dimensions unit", "select", "in", options.dimension_unit.clone()),
        ("woocommerce_enable_reviews", "Enable reviews", "checkbox", "yes", "yes".into()),
        ("woocommerce_manage_stock", "Manage stock", "checkbox", "yes", "yes".into()),
        ("woocommerce_hold_stock_minutes", "Hold stock (minutes)", "number", "60", "60".into()),
        ("woocommerce_notify_low_stock_amount", "Low stock threshold", "number", "2", "2".into()),
        ("woocommerce_notify_no_stock_amount", "Out of stock threshold", "number", "0", "0".into()),
        ("woocommerce_hide_out_of_stock_items", "Out of stock visibility", "checkbox", "no", "no".into()),
    ]
}

/// The settings of a group; `false` when there is no such group.
pub(crate) fn settings(view: &View<'_>, out: &mut Vec<u8>, group: &str) -> bool {
    let rows = match group {
        "general" => general(&view.state.options),
        "products" => products(&view.state.options),
        _ => return false,
    };
    json::list(out, rows, |out, (id, label, kind, default, value)| {
        let mut object = json::Object::new(out, view.fields);
        object.string("id", id);
        object.string("label", label);
        object.string("description", "");
        object.string("type", kind);
        object.string("default", default);
        object.string("value", &value);
        if let Some(out) = object.key("_links") {
            let own = format!("{}\\/wp-json\\/wc\\/v3\\/settings\\/{group}", view.home);
            out.extend_from_slice(format!("{{\"self\":[{{\"href\":\"{own}\\/{id}\"").as_bytes());
            out.extend_from_slice(
                br#","targetHints":{"allow":["GET","POST","PUT","PATCH"]}}],"collection":[{"href":""#,
            );
            out.extend_from_slice(own.as_bytes());
            out.extend_from_slice(b"\"}]}");
        }
        object.end();
    });
    true
}

/// `data/currencies/current`.
pub(crate) fn currency(view: &View<'_>, out: &mut Vec<u8>) {
    let options = &view.state.options;
    let name = match options.currency.as_str() {
        "USD" => "United States (US) dollar",
        "EUR" => "Euro",
        "GBP" => "Pound sterling",
        "JPY" => "Japanese yen",
        other => other,
    };
    let mut object = json::Object::new(out, view.fields);
    object.string("code", &options.currency);
    object.string("name", name);
    object.string("symbol", options.symbol());
    if let Some(out) = object.forced("_links") {
        let list = format!("{}\\/wp-json\\/wc\\/v3\\/data\\/currencies", view.home);
        let own = format!("{list}\\/{}", options.currency);
        out.extend_from_slice(
            format!("{{\"self\":[{{\"href\":\"{own}\",\"targetHints\":{{\"allow\":[\"GET\"]}}}}],").as_bytes(),
        );
        out.extend_from_slice(format!("\"collection\":[{{\"href\":\"{list}\"}}]}}").as_bytes());
    }
    object.end();
}

/// `system_status`, the parts that say something about the shop.
pub(crate) fn status(view: &View<'_>, out: &mut Vec<u8>, home: &str) {
    let options = &view.state.options;
    let body = json!({
        "environment": {
            "home_url": home, "site_url": home, "store_id": "00000000-0000-4000-8000-000000000000",
            "version": options.version, "wp_version": "7.1", "wp_multisite": false, "wp_memory_limit": 402_653_184,
            "wp_debug_mode": false, "wp_cron": true, "language": "en_US", "server_info": "nginx/1.22.1",
            "php_version": "8.2.35", "php_post_max_size": 33_554_432, "php_max_execution_time": 300,
            "default_timezone": "UTC", "gzip_enabled": true, "mbstring_enabled": true,
        },
        "database": { "wc_database_version": options.version, "database_prefix": "wp_" },
        "active_plugins": [],
        "inactive_plugins": [],
        "theme": { "name": "Storefront", "version": "4.6.0" },
        "settings": {
            "api_enabled": false, "force_ssl": false, "currency": options.currency, "currency_symbol": options.symbol(),
            "currency_position": "left", "thousand_separator": ",", "decimal_separator": ".", "number_of_decimals": 2,
            "taxonomies": { "external": "external", "grouped": "grouped", "simple": "simple", "variable": "variable" },
            "HPOS_enabled": true, "HPOS_sync_enabled": false,
        },
        "security": { "secure_connection": home.starts_with("https:"), "hide_errors": true },
        "pages": [],
        "post_type_counts": [
            { "type": "product", "count": view.state.products.len().to_string() },
            { "type": "product_variation", "count": view.state.variations.len().to_string() },
        ],
    });
    written(view, out, &body);
}

pub(super) fn written(view: &View<'_>, out: &mut Vec<u8>, body: &Value) {
    let mut text = Vec::new();
    json::value(&mut text, body);
    trimmed(out, &String::from_utf8_lossy(&text), view.fields, false);
}
