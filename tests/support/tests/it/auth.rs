//! Who gets in, how, and what the others are told.

use entrepot_test_support::woocommerce::{
    Key, Options, Permalinks, Permission, Store, oauth_parameters, serve, serve_tls,
};

use crate::client::{Reply, Shop, products, shop};

fn outcome(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(body["data"]["status"], reply.status);
    (reply.status, word("code"), word("message"))
}

const CANNOT_VIEW: &str = "woocommerce_rest_cannot_view";
const AUTHENTICATION: &str = "woocommerce_rest_authentication_error";

fn refused(reply: &Reply, code: &str, message: &str) {
    assert_eq!(outcome(reply), (401, code.to_owned(), message.to_owned()));
}

#[test]
fn basic_over_tls() {
    let store = Store::empty();
    let mut shop = shop(&store);
    assert_eq!(shop.get(&products("")).status, 200);

    let good = store.key();
    shop.key = Some(Key { consumer_secret: "cs_wrong".into(), ..good.clone() });
    refused(&shop.get(&products("")), AUTHENTICATION, "Consumer secret is invalid.");
    shop.key = Some(Key { consumer_key: "ck_unknown".into(), ..good.clone() });
    refused(&shop.get(&products("")), CANNOT_VIEW, "Sorry, you cannot list resources.");
    shop.key = None;
    refused(&shop.get(&products("")), CANNOT_VIEW, "Sorry, you cannot list resources.");

    shop.key = Some(store.add_key(Permission::Write));
    refused(&shop.get(&products("")), AUTHENTICATION, "The API key provided does not have read permissions.");
    shop.key = Some(store.add_key(Permission::Read));
    assert_eq!(shop.get(&products("")).status, 200);
    let written = shop.send("POST", &products("")).unwrap();
    refused(&written, AUTHENTICATION, "The API key provided does not have write permissions.");

    shop.key = Some(good.clone());
    store.demote_key(&good.consumer_key);
    assert_eq!(outcome(&shop.get(&products(""))).0, 403);
    store.revoke_key(&good.consumer_key);
    refused(&shop.get(&products("")), CANNOT_VIEW, "Sorry, you cannot list resources.");
}

#[test]
fn query_keys_over_tls_come_first_and_survive_a_dropped_header() {
    let store = Store::empty();
    store.insert(entrepot_test_support::woocommerce::Product::simple("One"));
    store.insert(entrepot_test_support::woocommerce::Product::simple("Two"));
    let mut shop = shop(&store);
    let key = store.key();
    let query = format!("?consumer_key={}&consumer_secret={}&per_page=1", key.consumer_key, key.consumer_secret);

    store.configure(|options| options.drop_authorization_header = true);
    refused(&shop.get(&products("")), CANNOT_VIEW, "Sorry, you cannot list resources.");
    let reply = shop.get(&products(&query));
    assert_eq!(reply.status, 200);
    // The real shop repeats the secret in its Link header; so does this one.
    assert!(reply.header("link").unwrap().contains(&key.consumer_secret));
    assert!(shop.server.log().lines().iter().all(|line| !line.query.contains(&key.consumer_secret)));

    store.configure(|options| options.drop_authorization_header = false);
    let reply = shop.get(&products("?consumer_key=ck_x&consumer_secret=cs_x"));
    refused(&reply, CANNOT_VIEW, "Sorry, you cannot list resources.");
    shop.key = None;
    assert_eq!(shop.get(&products(&query)).status, 200);
}

#[test]
fn without_tls_only_oauth_gets_in() {
    let store = Store::empty();
    let mut shop = Shop::new(serve(&store), Some(store.key()));
    refused(&shop.get(&products("")), CANNOT_VIEW, "Sorry, you cannot list resources.");
    shop.key = None;
    let now = seconds();
    let signed = |key: &Key, at: i64, nonce: &str| {
        let url = format!("{}/wp-json/wc/v3/products", shop.server.base_url);
        let pairs = oauth_parameters(key, "GET", &url, &[("search", "café & co+~")], (at, nonce));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        shop.get(&products(&format!("?{query}")))
    };
    let key = store.key();
    assert_eq!(signed(&key, now, "one").status, 200);
    refused(&signed(&key, now, "one"), AUTHENTICATION, "Invalid nonce - nonce has already been used.");
    refused(&signed(&key, now - 1_000, "two"), AUTHENTICATION, "Invalid timestamp.");
    assert_eq!(signed(&key, now - 800, "three").status, 200);
    let wrong = Key { consumer_secret: "cs_x".into(), ..key.clone() };
    let message = "Invalid signature - provided signature does not match.";
    refused(&signed(&wrong, now, "four"), AUTHENTICATION, message);
    let unknown = Key { consumer_key: "ck_x".into(), ..key };
    refused(&signed(&unknown, now, "five"), AUTHENTICATION, "Consumer key is invalid.");
    refused(
        &shop.get(&products("?oauth_consumer_key=ck_x&oauth_nonce=1")),
        AUTHENTICATION,
        "Missing OAuth parameters oauth_timestamp, oauth_signature, oauth_signature_method",
    );
}

fn seconds() -> i64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed()
}

/// One request a real shop took, and refused when it came again.
#[test]
fn the_recorded_vector_is_accepted_once() {
    let key = Key {
        consumer_key: "ck_087db365d67155f3b81c1f2d1647cb9654343ce2".into(),
        consumer_secret: "cs_81dbf25a7bd1455fb44680ce4abf77de4347e577".into(),
    };
    let store = Store::empty();
    store.add_this_key(&key, Permission::ReadWrite);
    store.configure(|options| {
        *options = Options { home: Some("http://127.0.0.1:8090".into()), now: Some(1_795_167_410), ..options.clone() };
    });
    let shop = Shop::new(serve(&store), None);
    let target = "/wp-json/wc/v3/products?per_page=2&search=caf%C3%A9+%26+co%2B~\
                  &oauth_consumer_key=ck_087db365d67155f3b81c1f2d1647cb9654343ce2&oauth_nonce=0123456789abcdef\
                  &oauth_signature_method=HMAC-SHA256&oauth_timestamp=1795167405\
                  &oauth_signature=Q1%2FPCNUsY4oVWS9wZp9fUWc6ll%2BLSyNB3ZfW%2BPo1LJg%3D";
    assert_eq!(shop.get(target).status, 200);
    let again = shop.get(target);
    assert_eq!(
        again.text(),
        r#"{"code":"woocommerce_rest_authentication_error","message":"Invalid nonce - nonce has already been used.","data":{"status":401}}"#
    );
}

#[test]
fn tls_that_php_does_not_see_leaves_oauth_signed_for_http() {
    let store = Store::empty();
    store.configure(|options| options.tls_hidden = true);
    let mut shop = shop(&store);
    refused(&shop.get(&products("")), CANNOT_VIEW, "Sorry, you cannot list resources.");
    shop.key = None;
    let url = format!("{}/wp-json/wc/v3/products", shop.server.base_url.replace("https:", "http:"));
    let pairs = oauth_parameters(&store.key(), "GET", &url, &[], (seconds(), "n"));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    assert_eq!(shop.get(&products(&format!("?{query}"))).status, 200);
}

#[test]
fn plain_permalinks_need_a_trick() {
    let store = Store::empty();
    store.configure(|options| options.permalinks = Permalinks::PlainRedirect);
    let shop = Shop::new(serve_tls(&store), Some(store.key()));
    let reply = shop.get(&products(""));
    assert_eq!((reply.status, reply.header("location").is_some()), (301, true));
    let route = "/?rest_route=/wc/v3/products";
    refused(&shop.get(route), CANNOT_VIEW, "Sorry, you cannot list resources.");
    assert_eq!(shop.get(&format!("{route}&x=wp-json/wc/")).status, 200);
    store.configure(|options| options.permalinks = Permalinks::PlainNotFound);
    let reply = shop.get(&products(""));
    assert_eq!((reply.status, reply.text().starts_with("<!DOCTYPE html>")), (404, true));
}

#[test]
fn anyone_may_read_the_index_and_nobody_learns_more() {
    let store = Store::empty();
    store.configure(|options| options.folder = "/shop".into());
    let shop = Shop::new(serve_tls(&store), None);
    assert!(shop.server.base_url.ends_with("/shop"));
    let index = shop.get("/shop/wp-json/?_fields=namespaces,url").json();
    assert_eq!(index.as_object().unwrap().len(), 2);
    assert_eq!(index["url"], shop.server.base_url);
    assert_eq!(shop.get("/wp-json/").status, 404);
    let front = shop.get("/shop/");
    assert_eq!(
        front.header("link").unwrap(),
        format!("<{}/wp-json/>; rel=\"https://api.w.org/\"", shop.server.base_url)
    );
    // Route first, then parameters, then rights.
    assert_eq!(outcome(&shop.get("/shop/wp-json/wc/v3/nonsense")).1, "rest_no_route");
    assert_eq!(outcome(&shop.get("/shop/wp-json/wc/v3/products?page=0")).1, "rest_invalid_param");
    assert_eq!(outcome(&shop.get("/shop/wp-json/wc/v3/products/1")).1, "woocommerce_rest_product_invalid_id");
}

#[test]
fn settings_can_be_forbidden() {
    let store = Store::empty();
    let shop = shop(&store);
    assert_eq!(shop.get("/wp-json/wc/v3/settings/products").status, 200);
    store.configure(|options| options.settings_forbidden = true);
    for path in ["settings/products", "settings/general", "data/currencies/current", "system_status"] {
        let reply = shop.get(&format!("/wp-json/wc/v3/{path}"));
        assert_eq!(outcome(&reply), (403, CANNOT_VIEW.into(), "Sorry, you cannot list resources.".into()));
    }
    assert_eq!(shop.get(&products("")).status, 200);
}
