//! The simulated Etsy shop, held against the OpenAPI document and the facts.

mod client;
mod document;
mod oauth;
mod webhooks;
mod writes;

use entrepot_test_support::etsy::{Listing, Order, Store, serve};
use entrepot_test_support::seed::{Seed, catalogue};
use entrepot_test_support::server::Matcher;
use serde_json::Value;

use self::client::{Client, ids};

fn store(products: usize) -> Store {
    Store::from_seed(&catalogue(Seed { products, ..Seed::default() }))
}

fn error(client: &Client, target: &str) -> (u16, String) {
    let reply = client.get(target);
    (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn the_key_needs_its_secret_and_the_token_its_number() {
    let store = store(3);
    let server = serve(&store);
    let mut client = Client::of(&store, &server);
    assert_eq!(client.get("/shops/44400001/listings").status, 200);
    let credentials = store.credentials();
    assert!(credentials.access_token.starts_with("55500001."));

    client.token = None;
    assert_eq!(client.get("/shops/44400001/sections").status, 200, "public");
    assert_eq!(error(&client, "/shops/44400001/listings").0, 401);
    client.token = credentials.access_token.split_once('.').map(|(_, rest)| rest.to_owned());
    assert_eq!(error(&client, "/shops/44400001/listings"), (401, "invalid_token".into()));
    client.token = Some(credentials.access_token.clone());
    assert_eq!(error(&client, "/shops/9/listings").0, 403);
    assert_eq!(error(&client, "/shops/9").0, 404);
    store.limit_scopes(&["listings_r"]);
    assert_eq!(error(&client, "/users/me"), (403, "insufficient_scope".into()));

    client.key = Some(credentials.keystring.clone());
    assert_eq!(error(&client, "/openapi-ping"), (403, "Shared secret is required in x-api-key header.".into()));
    client.key = Some(format!("{}:wrong", credentials.keystring));
    assert_eq!(error(&client, "/openapi-ping").0, 403);
    client.key = None;
    assert_eq!(error(&client, "/openapi-ping").0, 401);
}

#[test]
fn lists_show_one_state_at_a_time_and_a_hundred_at_most() {
    let store = store(300);
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let mut all = Vec::new();
    for state in ["active", "inactive", "sold_out", "draft", "expired"] {
        let mut offset = 0;
        loop {
            let page = client.get(&format!("/shops/44400001/listings?state={state}&limit=500&offset={offset}")).json();
            let shown = ids(&page);
            assert!(shown.len() <= 100, "cut silently");
            offset += shown.len();
            all.extend(shown);
            if page["count"] == offset {
                break;
            }
        }
    }
    all.sort_unstable();
    assert_eq!(all, store.listing_ids());
    let default = client.get("/shops/44400001/listings").json();
    assert_eq!(ids(&default).len(), 25);
    assert!(default["results"].as_array().unwrap().iter().all(|one| one["state"] == "active"));
    for query in ["state=gone", "limit=0", "limit=x", "offset=-1", "updated_after=1", "includes=Stock"] {
        assert_eq!(client.get(&format!("/shops/44400001/listings?{query}")).status, 400, "{query}");
    }
}

#[test]
fn batches_lose_everything_for_one_unknown_id() {
    let store = store(5);
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let batch = |what: &str, ids: &str| client.get(&format!("/listings/batch{what}?listing_ids={ids}"));
    let known = "1000000001,1000000002";
    let inventories = batch("/inventory", known).json();
    assert_eq!(ids(&inventories), [1_000_000_001, 1_000_000_002]);
    assert!(inventories["results"][0]["inventory"]["products"][0]["sku"].as_str().unwrap().starts_with("S-"));
    assert_eq!(batch("/inventory", &format!("{known},7")).status, 404);
    assert_eq!(ids(&batch("", &format!("{known},7")).json()).len(), 2);
    assert_eq!(batch("", &vec!["7"; 101].join(",")).status, 400);
    assert_eq!(batch("", "").status, 400);
    assert_eq!(batch("", &format!("{known}&includes=Inventory")).status, 400, "gone since July 2026");
    store.update(1_000_000_001, |listing| listing.state = "draft");
    store.configure(|options| options.batch_public_only = true);
    assert_eq!(ids(&batch("", known).json()), [1_000_000_002]);
    assert_eq!(client.get("/listings/1000000001").status, 200);
    assert_eq!(client.get("/listings/1000000001?includes=Inventory").status, 400);
    assert_eq!(client.get("/listings/7").status, 404);
}

#[test]
fn changes_at_run_time_are_seen() {
    let store = Store::empty();
    store.configure(|options| options.now = Some(1_800_000_000));
    let made: Vec<u64> = (1..=3).map(|n| store.insert(Listing::simple(&format!("Tee {n}"), "T", 2200, 4))).collect();
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let list = || ids(&client.get("/shops/44400001/listings").json());
    assert_eq!(list(), [made[2], made[1], made[0]]);
    store.configure(|options| options.now = Some(1_800_000_060));
    store.renew(made[0]);
    assert_eq!(list(), [made[0], made[2], made[1]], "renewed ones come first");
    let renewed = client.get(&format!("/listings/{}", made[0])).json();
    assert_eq!(
        (&renewed["original_creation_timestamp"], &renewed["creation_timestamp"]),
        (&1_800_000_000.into(), &1_800_000_060.into())
    );
    let product = |id| store.listing(id).unwrap().products.unwrap()[0].id;
    let before = product(made[1]);
    assert!(store.rewrite_inventory(made[1]) && product(made[1]) != before);
    let last = made[2];
    store.before_request(Matcher::path("/listings"), 1, move |store| {
        store.delete(last);
    });
    assert_eq!(list(), [made[0], made[1]]);
    store.configure(|options| options.order = Order::UpdatedLoosely);
    assert_eq!(list().len(), 2);
}

#[test]
fn the_limits_of_a_second_and_a_day() {
    let store = store(1);
    store.configure(|options| {
        options.now = Some(1_800_000_000);
        (options.per_second, options.per_day) = (3, 5);
    });
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let ping = || client.get("/openapi-ping");
    let first = ping();
    assert_eq!((first.header("x-remaining-this-second"), first.header("x-remaining-today")), (Some("2"), Some("4")));
    ping();
    ping();
    let refused = ping();
    assert_eq!(
        (refused.status, refused.header("retry-after"), refused.header("x-remaining-today")),
        (429, Some("1"), Some("2"))
    );
    store.configure(|options| options.now = Some(1_800_003_600));
    ping();
    ping();
    store.configure(|options| options.now = Some(1_800_003_700));
    let refused = ping();
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, Some("82700")),
        "until the first one is a day ago"
    );
    store.configure(|options| options.bare_429 = true);
    assert_eq!(ping().header("x-remaining-today"), None);
    store.configure(|options| options.now = Some(1_800_000_000 + 86_401));
    assert_eq!(ping().status, 200);
}

#[test]
fn the_seed_is_expressed_as_far_as_it_goes() {
    let products = catalogue(Seed { products: 60, variable_share: 0.5, seed: 4 });
    let store = Store::from_seed(&products);
    store.configure(|options| options.encoded = false);
    let server = serve(&store);
    let client = Client::of(&store, &server);
    for product in &products {
        let id = 1_000_000_000 + product.number;
        let inventory = client.get(&format!("/listings/batch/inventory?listing_ids={id}")).json();
        let listing = &inventory["results"][0];
        assert_eq!(listing["title"], product.title.as_str());
        let shown = listing["inventory"]["products"].as_array().unwrap();
        assert_eq!(shown.len(), product.variants.len());
        for (one, variant) in shown.iter().zip(&product.variants) {
            let values: Vec<&Value> =
                one["property_values"].as_array().unwrap().iter().map(|p| &p["values"][0]).collect();
            assert_eq!((&one["sku"], values.len()), (&variant.sku.as_str().into(), variant.option_values.len()));
            assert_eq!(one["offerings"][0]["price"]["amount"], variant.price);
        }
    }
}
