//! The index of the site, which anyone may read, and the index of the namespace.

use serde_json::{Map, Value, json};

use super::View;
use super::settings::written;
use crate::woocommerce::options::Options;

const NAMESPACES: [&str; 12] = [
    "oembed/1.0",
    "wc/v3",
    "wc/v1",
    "wc-admin",
    "wc-analytics",
    "wc/store",
    "wc/store/v1",
    "wc/private",
    "wc/v2",
    "wc-telemetry",
    "wp/v2",
    "wp-block-editor/v1",
];

const ROUTES: [(&str, &[&str]); 20] = [
    ("", &["GET"]),
    ("/products/brands", &["GET", "POST"]),
    ("/products/attributes/(?P<attribute_id>[\\d]+)/terms", &["GET", "POST"]),
    ("/products/attributes", &["GET", "POST"]),
    ("/products/categories", &["GET", "POST"]),
    ("/products/shipping_classes", &["GET", "POST"]),
    ("/products/tags", &["GET", "POST"]),
    ("/products", &["GET", "POST"]),
    ("/products/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/products/batch", &["POST", "PUT", "PATCH"]),
    ("/products/(?P<product_id>[\\d]+)/variations", &["GET", "POST"]),
    ("/products/(?P<product_id>[\\d]+)/variations/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/orders", &["GET", "POST"]),
    ("/orders/(?P<id>[\\d]+)", &["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ("/settings", &["GET"]),
    ("/settings/(?P<group_id>[\\w-]+)", &["GET"]),
    ("/variations", &["GET"]),
    ("/webhooks", &["GET", "POST"]),
    ("/system_status", &["GET"]),
    ("/data/currencies/current", &["GET"]),
];

fn routes(options: &Options) -> Map<String, Value> {
    let listed = ROUTES.iter().filter(|(path, _)| options.all_variations || *path != "/variations");
    let route = |(path, methods): &(&str, &[&str])| {
        let endpoint = json!({ "methods": methods, "args": {} });
        (format!("/wc/v3{path}"), json!({ "namespace": "wc/v3", "methods": methods, "endpoints": [endpoint] }))
    };
    listed.map(route).collect()
}

/// `GET /wp-json/`.
pub(crate) fn index(view: &View<'_>, out: &mut Vec<u8>, home: &str) {
    let options = &view.state.options;
    let mut routes = routes(options);
    routes.insert("/".into(), json!({ "namespace": "", "methods": ["GET"] }));
    let hours = options.gmt_offset as f64 / 3_600.0;
    // WordPress writes whole hours without a point.
    let hours = if hours.fract() == 0.0 { json!(hours as i64) } else { json!(hours) };
    let authorize = format!("{home}/wp-admin/authorize-application.php");
    let body = json!({
        "name": options.name, "description": "", "url": home, "home": home,
        "gmt_offset": hours, "timezone_string": options.timezone,
        "page_for_posts": 0, "page_on_front": 0, "show_on_front": "posts",
        "namespaces": NAMESPACES,
        "authentication": { "application-passwords": { "endpoints": { "authorization": authorize } } },
        "routes": routes,
        "site_logo": 0, "site_icon": 0, "site_icon_url": "",
        "_links": { "help": [{ "href": "https://developer.wordpress.org/rest-api/" }] },
    });
    written(view, out, &body);
}

/// `GET /wp-json/wc/v3/`.
pub(crate) fn namespace(view: &View<'_>, out: &mut Vec<u8>, home: &str) {
    let up = format!("{home}/wp-json/");
    let body = json!({
        "namespace": "wc/v3", "routes": routes(&view.state.options), "_links": { "up": [{ "href": up }] },
    });
    written(view, out, &body);
}
