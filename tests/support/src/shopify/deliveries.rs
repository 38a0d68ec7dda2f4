//! Webhooks: REST-shaped bodies, signed, for whoever subscribed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::model::{Product, Variant};
use super::state::State;
use super::time::{iso, local};
use super::tree::gid;

/// One delivery, as it would be posted.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// `products/update`.
    pub topic: String,
    /// Where to; "" when nobody subscribed and a test made it.
    pub uri: String,
    pub method: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Delivery {
    /// Posts it over plain HTTP and gives the status. To send it twice, or in another order, is the caller's.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(&self, url: &str) -> std::io::Result<u16> {
        let url = url::Url::parse(url).map_err(std::io::Error::other)?;
        let address = url.socket_addrs(|| None)?;
        let mut stream = TcpStream::connect(&address[..])?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let mut head =
            format!("{} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.method, url.authority());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)?;
        let mut answer = String::new();
        // A connection that is cut after the status line has said what is wanted.
        let _ = stream.read_to_string(&mut answer);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.ok_or_else(|| std::io::Error::other("no status line"))
    }
}

pub(super) fn mac(secret: &str, message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// `products/update` of `PRODUCTS_UPDATE`.
fn path_of(topic: &str) -> String {
    let lower = topic.to_lowercase();
    match lower.rsplit_once('_') {
        Some((resource, action)) => format!("{resource}/{action}"),
        None => lower,
    }
}

/// A signed delivery of `products/update` and the like.
pub(super) fn made(state: &mut State, topic: &str, body: Vec<u8>, uri: String) -> Delivery {
    let (id, event) = (state.id(), state.id());
    let options = &state.options;
    let header = |name: &str, value: String| (name.to_owned(), value);
    let headers = vec![
        header("Content-Type", "application/json".into()),
        header("X-Shopify-Topic", topic.to_owned()),
        header("X-Shopify-Hmac-Sha256", STANDARD.encode(mac(&options.client_secret, &body))),
        header("X-Shopify-Shop-Domain", options.domain()),
        header("X-Shopify-API-Version", options.versions.last().cloned().unwrap_or_default()),
        header("X-Shopify-Webhook-Id", format!("f267a21b-b283-58e6-923a-{id:012x}")),
        header("X-Shopify-Event-Id", format!("a2533945-511e-45bb-a0fa-{event:012x}")),
        header("X-Shopify-Triggered-At", iso(options.seconds()).replace('Z', ".110521905Z")),
    ];
    Delivery { topic: topic.to_owned(), uri, method: "POST".to_owned(), headers, body }
}

/// Filters are not evaluated; but one that names a field the body does not have lets nothing through, as in the real shop.
fn lets_through(filter: &str, body: &Value) -> bool {
    let field = filter.split(':').next().unwrap_or_default();
    filter.is_empty() || body.get(field.split('.').next().unwrap_or_default()).is_some()
}

/// One delivery to each who subscribed.
fn tell(state: &mut State, topic: &str, body: &Value) {
    let uris: Vec<_> = state
        .subscriptions
        .iter()
        .filter(|subscription| subscription.topic == topic && lets_through(&subscription.filter, body))
        .map(|subscription| subscription.uri.clone())
        .collect();
    for uri in uris {
        let delivery = made(state, &path_of(topic), body.to_string().into_bytes(), uri);
        state.deliveries.push(delivery);
    }
}

pub(super) fn product(state: &mut State, topic: &str, id: u64) {
    let Some(product) = state.products.get(&id) else { return };
    let body = product_body(product, state.options.offset);
    tell(state, topic, &body);
}

pub(super) fn deleted(state: &mut State, id: u64) {
    tell(state, "PRODUCTS_DELETE", &json!({"id": id}));
}

pub(super) fn stock(state: &mut State, item: u64, location: u64, available: i64) {
    let body = json!({
        "inventory_item_id": item, "location_id": location, "available": available,
        "updated_at": local(state.options.seconds(), state.options.offset),
        "admin_graphql_api_id": format!("gid://shopify/InventoryLevel/{}?inventory_item_id={item}", location + 34_000_000),
    });
    tell(state, "INVENTORY_LEVELS_UPDATE", &body);
}

pub(super) fn finished(state: &mut State, id: u64, status: &str, code: Option<&str>, created: i64) {
    let body = json!({
        "admin_graphql_api_id": gid("BulkOperation", id), "status": status, "error_code": code, "type": "query",
        "created_at": local(created, state.options.offset),
        "completed_at": local(state.options.seconds(), state.options.offset),
    });
    tell(state, "BULK_OPERATIONS_FINISH", &body);
}

pub(super) fn uninstalled(state: &mut State) {
    let body = json!({"id": 954_889, "name": state.options.name, "domain": state.options.domain(), "myshopify_domain": state.options.domain()});
    tell(state, "APP_UNINSTALLED", &body);
}

/// The first hundred variants; all of them are named in `variant_gids`, newest first.
fn product_body(product: &Product, offset: i64) -> Value {
    let updated = local(product.updated_at, offset);
    let gids: Vec<_> = product
        .variants
        .iter()
        .rev()
        .map(|variant| json!({"admin_graphql_api_id": gid("ProductVariant", variant.id), "updated_at": iso(product.updated_at)}))
        .collect();
    let variants: Vec<_> =
        product.variants.iter().take(100).enumerate().map(|(at, of)| variant_body(product, of, at, offset)).collect();
    json!({
        "admin_graphql_api_id": gid("Product", product.id), "id": product.id, "title": product.title,
        "body_html": product.description_html, "handle": product.handle, "product_type": product.product_type,
        "vendor": product.vendor, "status": product.status.to_lowercase(), "tags": product.tags.join(", "),
        "created_at": local(product.created_at, offset), "updated_at": updated,
        "published_at": product.published_at.map(|moment| local(moment, offset)), "published_scope": "global",
        "template_suffix": "", "variants": variants, "variant_gids": gids, "options": [], "images": [], "image": null,
        "media": [], "category": null, "has_variants_that_requires_components": false,
    })
}

fn variant_body(product: &Product, variant: &Variant, at: usize, offset: i64) -> Value {
    let moment = local(product.updated_at, offset);
    let option = |place: usize| variant.values.get(place).cloned();
    json!({
        "admin_graphql_api_id": gid("ProductVariant", variant.id), "id": variant.id, "product_id": product.id,
        "title": variant.title(), "price": variant.price, "compare_at_price": variant.compare_at, "sku": variant.sku,
        "barcode": variant.barcode, "position": at + 1, "taxable": variant.taxable,
        "inventory_policy": if variant.continues { "continue" } else { "deny" }, "inventory_item_id": variant.item,
        "inventory_quantity": variant.total(), "old_inventory_quantity": variant.total(), "image_id": variant.image,
        "option1": option(0).or_else(|| product.single().then(|| "Default Title".to_owned())), "option2": option(1),
        "option3": option(2), "created_at": moment, "updated_at": moment,
    })
}
