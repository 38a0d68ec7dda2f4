//! What the shop takes, and what it refuses as Etsy does.

use entrepot_test_support::etsy::{Store, serve};
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::store;

const LISTINGS: &str = "/v3/application/shops/44400001/listings";

fn write(client: &Client, method: &str, path: &str, kind: &str, body: &str) -> Reply {
    let (key, token) = (client.key.clone().unwrap_or_default(), client.token.clone().unwrap_or_default());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nx-api-key: {key}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n",
        body.len()
    );
    client.send(&head, body)
}

fn form(client: &Client, method: &str, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let reply = write(client, method, path, "application/x-www-form-urlencoded", &body);
    (reply.status, reply.json())
}

fn put(client: &Client, id: u64, body: &Value) -> (u16, String) {
    let path = format!("/v3/application/listings/{id}/inventory");
    let reply = write(client, "PUT", &path, "application/json", &body.to_string());
    (reply.status, reply.json().to_string())
}

const GOOD: [(&str, &str); 10] = [
    ("quantity", "3"),
    ("title", "A mug"),
    ("description", "Of clay."),
    ("price", "12.50"),
    ("who_made", "i_did"),
    ("when_made", "made_to_order"),
    ("taxonomy_id", "400"),
    ("shipping_profile_id", "22200001"),
    ("readiness_state_id", "1400000000001"),
    ("tags", "clay,hand made"),
];

fn selling() -> Store {
    let store = store(3);
    store.let_sell();
    store
}

#[test]
fn a_draft_needs_what_the_document_says_and_nothing_else() {
    let store = selling();
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let (status, made) = form(&client, "POST", LISTINGS, &GOOD);
    assert_eq!((status, &made["state"], &made["quantity"]), (201, &json!("draft"), &json!(3)), "{made}");
    assert_eq!(store.fees(), 0);
    let with = |name: &'static str, value: &'static str| {
        let mut fields: Vec<_> = GOOD.iter().copied().filter(|(known, _)| *known != name).collect();
        fields.push((name, value));
        form(&client, "POST", LISTINGS, &fields).0
    };
    for (name, value) in [
        ("title", ""),
        ("title", "5 & 6 & 7"),
        ("title", "nice 😀"),
        ("price", "0"),
        ("quantity", "1000"),
        ("who_made", "me"),
        ("when_made", "2020_2021"),
        ("taxonomy_id", "7"),
        ("shipping_profile_id", "7"),
        ("readiness_state_id", "7"),
        ("tags", "a tag that is much too long"),
        ("materials", "100% wool"),
        ("sku", "S-1"),
    ] {
        assert_eq!(with(name, value), 400, "{name}={value}");
    }
    let json = write(&client, "POST", LISTINGS, "application/json", "{\"title\":\"A mug\"}");
    assert_eq!(json.status, 400, "a form is expected");
    store.limit_scopes(&["listings_r", "shops_r"]);
    assert_eq!(form(&client, "POST", LISTINGS, &GOOD).0, 403);
}

#[test]
fn publishing_needs_a_picture_and_costs() {
    let store = selling();
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let id = form(&client, "POST", LISTINGS, &GOOD).1["listing_id"].as_u64().expect("an id");
    let one = format!("{LISTINGS}/{id}");
    let active = [("state", "active"), ("return_policy_id", "1")];
    assert_eq!(form(&client, "PATCH", &one, &active).0, 400, "no picture");
    let part = |name: &str, file: &str, content: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n")
    };
    let upload = |content: &str| {
        let body = part("image", "; filename=\"a.gif\"", content) + &part("rank", "", "1") + "--x--\r\n";
        write(&client, "POST", &format!("{one}/images"), "multipart/form-data; boundary=x", &body).status
    };
    assert_eq!((upload("<html>"), upload("GIF89a and so on")), (400, 201));
    assert_eq!(form(&client, "PATCH", &one, &[("price", "1.00")]).0, 400, "price is no parameter of a listing");
    let (status, shown) = form(&client, "PATCH", &one, &active);
    assert_eq!((status, &shown["state"], store.fees()), (200, &json!("active"), 1), "{shown}");
    // Off and on again costs nothing; a renewal does, and leaves one piece.
    assert_eq!(form(&client, "PATCH", &one, &[("state", "inactive")]).0, 200);
    assert_eq!((form(&client, "PATCH", &one, &[("state", "active")]).0, store.fees()), (200, 1));
    store.update(id, |listing| listing.state = "sold_out");
    let (_, shown) = form(&client, "PATCH", &one, &[("state", "active")]);
    assert_eq!((&shown["quantity"], store.fees()), (&json!(1), 2));
}

fn row(sku: &str, values: &[(u64, &str)], price: f64, quantity: i64) -> Value {
    let choice = |(id, value): &(u64, &str)| json!({ "property_id": id, "property_name": format!("P{id}"), "value_ids": [], "values": [value] });
    json!({ "sku": sku, "property_values": values.iter().map(choice).collect::<Vec<_>>(),
        "offerings": [{ "price": price, "quantity": quantity, "is_enabled": true, "readiness_state_id": 1_400_000_000_001_u64 }] })
}

#[test]
fn an_inventory_is_whole_and_says_by_what_it_varies() {
    let store = selling();
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let id = form(&client, "POST", LISTINGS, &GOOD).1["listing_id"].as_u64().expect("an id");
    let body = |rows: Vec<Value>, price: &[u64], quantity: &[u64], sku: &[u64]| json!({ "products": rows, "price_on_property": price, "quantity_on_property": quantity, "sku_on_property": sku });
    let two = || vec![row("A", &[(513, "Red")], 12.5, 1), row("B", &[(513, "Blue")], 13.5, 2)];
    assert_eq!(put(&client, id, &body(two(), &[513], &[513], &[513])).0, 200);
    assert_eq!(put(&client, id, &body(vec![row("A", &[], 12.5, 1)], &[], &[], &[])).0, 200);
    let mut with_ids = two();
    with_ids[0]["product_id"] = json!(1);
    let mut shown = two();
    shown[0]["offerings"][0]["price"] = json!({ "amount": 1250, "divisor": 100, "currency_code": "USD" });
    let mut unready = two();
    unready[0]["offerings"][0].as_object_mut().expect("an object").remove("readiness_state_id");
    let mut off = two();
    off.iter_mut().for_each(|row| row["offerings"][0]["is_enabled"] = json!(false));
    let long = "x".repeat(33);
    let all = [513_u64];
    for (wrong, why) in [
        (body(two(), &[], &all, &all), "the price varies"),
        (body(vec![row("A", &[], 12.5, 1)], &all, &[], &[]), "nothing varies"),
        (body(with_ids, &all, &all, &all), "ids of products"),
        (body(shown, &all, &all, &all), "a price as it is shown"),
        (body(unready, &all, &all, &all), "no processing profile"),
        (body(off, &all, &all, &all), "nothing can be bought"),
        (body(vec![row(&long, &[], 12.5, 1)], &[], &[], &[]), "a long SKU"),
        (body(vec![row("A", &[], 12.5, 1_000)], &[], &[], &[]), "too many"),
        (body(vec![row("A", &[], 12.5, 0)], &[], &[], &[]), "nothing left"),
        (body(vec![row("A", &[(513, "Red (dark)")], 12.5, 1)], &[], &[], &[]), "parentheses"),
        (
            body(
                vec![row("A", &[(513, "Red"), (514, "S")], 1.0, 1), row("A", &[(513, "Blue"), (514, "M")], 1.0, 1)],
                &[],
                &[],
                &[],
            ),
            "two of four",
        ),
        (body(vec![row("A", &[(513, "Red")], 1.0, 1), row("A", &[(513, "Red")], 1.0, 1)], &[], &[], &[]), "one twice"),
        (body(vec![row("A", &[(513, "R"), (514, "S"), (515, "T")], 1.0, 1)], &[], &[], &[]), "three properties"),
        (json!({ "price_on_property": [] }), "no products"),
    ] {
        let (status, said) = put(&client, id, &wrong);
        assert_eq!(status, 400, "{why}: {said}");
    }
    let as_form = form(&client, "PUT", &format!("/v3/application/listings/{id}/inventory"), &[("products", "[]")]);
    assert_eq!(as_form, (400, json!({ "error": "Missing input parameter: [products]" })));
}

#[test]
fn what_cannot_be_bought_any_more_is_not_deleted_while_it_is_active() {
    let store = selling();
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let ids = store.listing_ids();
    let delete = |id: u64| write(&client, "DELETE", &format!("/v3/application/listings/{id}"), "text/plain", "").status;
    for (id, state, quantity, status) in [
        (ids[0], "active", 0, 409),
        (ids[0], "removed", 3, 409),
        (ids[0], "active", 3, 204),
        (ids[1], "sold_out", 0, 204),
    ] {
        store.update(id, |listing| {
            listing.state = state;
            listing.products.iter_mut().flatten().for_each(|product| product.offering.quantity = quantity);
        });
        assert_eq!(delete(id), status, "{state} {quantity}");
    }
    assert_eq!(delete(ids[0]), 404);
}
