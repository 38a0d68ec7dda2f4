//! Webhooks of the simulated BigCommerce store.

use base64::Engine as _;
use entrepot_test_support::bigcommerce::send;
use entrepot_test_support::seed::{Seed, catalogue};
use entrepot_test_support::server::{Fault, Matcher};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

use crate::bigcommerce::{Shop, shop};

impl Shop {
    fn hook(&self, scope: &str) -> u64 {
        let body = json!({"scope": scope, "destination": "https://entrepot.example/hooks", "is_active": true,
            "headers": {"X-Own": "a word"}});
        self.send("POST", "/v3/hooks", Some(body)).json()["data"]["id"].as_u64().unwrap()
    }

    fn scopes(&self) -> Vec<String> {
        self.store.deliveries().into_iter().map(|delivery| delivery.scope).collect()
    }
}

#[test]
fn webhooks_are_kept_and_checked() {
    let shop = shop(1);
    let id = shop.hook("store/product/*");
    let one = shop.get(&format!("/v3/hooks/{id}")).json()["data"].clone();
    assert_eq!((&one["is_active"], &one["headers"]["X-Own"]), (&json!(true), &json!("a word")));
    let body = |destination: &str| Some(json!({"scope": "store/product/*", "destination": destination}));
    assert_eq!(
        shop.send("POST", "/v3/hooks", body("https://entrepot.example/hooks")).status,
        409,
        "one of scope and destination"
    );
    for destination in ["http://entrepot.example/", "https://entrepot.example:8443/", "nowhere"] {
        assert_eq!(shop.send("POST", "/v3/hooks", body(destination)).status, 422, "{destination}");
    }
    assert_eq!(shop.send("POST", "/v3/hooks", Some(json!({"scope": "store/product/*"}))).status, 422);
    assert_eq!(
        shop.send(
            "POST",
            "/v3/hooks",
            Some(json!({"scope": "store/x", "destination": "https://a.example/", "colour": 1}))
        )
        .status,
        422
    );
    for n in 0..9 {
        assert_eq!(shop.send("POST", "/v3/hooks", body(&format!("https://entrepot.example/{n}"))).status, 200);
    }
    assert_eq!(shop.send("POST", "/v3/hooks", body("https://entrepot.example/11")).status, 422, "ten of a scope");
    shop.store.deactivate_hook(id);
    assert_eq!(shop.get("/v3/hooks?is_active=false").ids(), [id]);
    let mended = shop.send("PUT", &format!("/v3/hooks/{id}"), Some(json!({"is_active": true})));
    assert_eq!(mended.json()["data"]["is_active"], true);
    assert_eq!(shop.send("DELETE", &format!("/v3/hooks/{id}"), None).status, 200);
    assert_eq!(shop.send("DELETE", &format!("/v3/hooks/{id}"), None).status, 404);
}

#[test]
fn changes_are_told_as_bigcommerce_tells_them() {
    let shop = shop(30);
    for scope in ["store/product/*", "store/sku/*", "store/channel/*/inventory/product/stock_changed"] {
        shop.hook(scope);
    }
    let product = shop.with("variant");
    let id = product["id"].as_u64().unwrap();
    shop.store.change(id, |product| product["total_sold"] = json!(5));
    assert_eq!(shop.scopes(), ["store/product/updated"], "every sale is told");
    shop.store.change(id, |product| product["gtin"] = json!("4006381333931"));
    shop.store.change(id, |product| product["images"] = json!([]));
    assert_eq!(shop.scopes(), Vec::<String>::new(), "and these are not");
    shop.store.change(id, |product| product["variants"][0]["price"] = json!(1));
    let told = shop.store.deliveries();
    let body: Value = serde_json::from_slice(&told[0].body).unwrap();
    assert_eq!((told.len(), told[0].scope.as_str()), (1, "store/sku/updated"));
    assert_ne!(body["data"]["id"], body["data"]["sku"]["variant_id"], "the id is the SKU's");
    shop.store.set_stock(product["variants"][0]["id"].as_u64().unwrap(), 2, 3);
    assert_eq!(shop.scopes(), ["store/sku/inventory/updated", "store/channel/*/inventory/product/stock_changed"]);
    let pooled = shop.with("product");
    shop.store.set_stock(pooled["variants"][0]["id"].as_u64().unwrap(), 1, 3);
    assert_eq!(shop.scopes(), ["store/product/inventory/updated", "store/channel/*/inventory/product/stock_changed"]);
    shop.store.delete(id);
    assert_eq!(shop.scopes(), ["store/product/deleted"]);
    let added = catalogue(Seed { products: 31, ..Seed::default() }).pop().unwrap();
    shop.store.add(&[added]);
    assert_eq!((shop.scopes(), shop.store.product_count()), (vec!["store/product/created".to_owned()], 30));
    shop.store.hooks().iter().for_each(|(id, _, _)| shop.store.deactivate_hook(*id));
    shop.store.change(1, |product| product["name"] = json!("Silent"));
    assert_eq!(shop.scopes(), Vec::<String>::new());
}

#[test]
fn deliveries_are_signed_and_can_be_sent() {
    let shop = shop(1);
    shop.hook("store/product/updated");
    shop.store.change(1, |product| product["name"] = json!("New"));
    let told = shop.store.deliveries();
    let header =
        |name: &str| told[0].headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap();
    let message = format!(
        "{}.{}.{}",
        header("webhook-id"),
        header("webhook-timestamp"),
        std::str::from_utf8(&told[0].body).unwrap()
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(shop.options.client_secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(header("webhook-signature"), format!("v1,{signature}"));
    assert_eq!((header("X-Own"), told[0].url.as_str()), ("a word", "https://entrepot.example/hooks"));

    // Any server answers; what it says is what comes back.
    let target = format!("{}/stores/x/y", shop.server.base_url);
    assert_eq!(send(&told[0], &target).unwrap(), 401);
    shop.server.inject(Matcher::path("/stores/x"), Fault::Status(503));
    assert_eq!(send(&told[0], &target).unwrap(), 503);
    assert_eq!(shop.server.log().lines().last().unwrap().method, "POST");
    shop.store.configure(|options| options.signs = false);
    shop.store.change(1, |product| product["name"] = json!("Newer"));
    assert!(shop.store.deliveries()[0].headers.iter().all(|(name, _)| !name.starts_with("webhook-")));
}

#[test]
fn an_uninstalled_app_is_told_once_and_then_refused() {
    let shop = shop(1);
    shop.hook("store/app/uninstalled");
    shop.store.uninstall();
    assert_eq!(shop.scopes(), ["store/app/uninstalled"]);
    assert_eq!((shop.get("/v2/store").status, shop.store.hooks().len()), (401, 0));
}
