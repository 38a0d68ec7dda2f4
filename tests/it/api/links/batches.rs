//! Batches of link proposals over REST.

use axum::body::Body;
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::{shopify, woocommerce};
use entrepot_tests::linking::import;
use entrepot_tests::operations::{finish, result};
use entrepot_tests::rest::call;
use entrepot_tests::{App, Marketplace, assert_body, both_engines};
use serde_json::{Value, json};

#[both_engines]
async fn batches_are_proposed_reviewed_applied_and_undone(app: App) {
    let seeds = seed::catalogue(Seed { products: 6, variable_share: 0.0, seed: 6 });
    let shops = [
        Marketplace::shopify(&shopify::Store::from_seed(&seeds)),
        Marketplace::woocommerce(&woocommerce::Store::from_seed(&seeds)),
    ];
    let (app, _) = app.connect_each(&[("berlin", &shops[0]), ("paris", &shops[1])]).await;
    import(&app, "berlin").await;
    import(&app, "paris").await;
    let post = async |path: &str, body: Value| {
        let (status, _, answer) = call(&app, "POST", &format!("/api/v1{path}"), Body::from(body.to_string())).await;
        (status.as_u16(), answer)
    };
    let get = async |path: &str| call(&app, "GET", &format!("/api/v1{path}"), Body::empty()).await.2;
    let proposed = finish(&app, "/api/v1/link-batches", &json!({"channel": "berlin"})).await;
    assert_body!("propose", proposed);
    let made = &proposed["result"];
    let batch = format!("/link-batches/{}", made["batch"].as_str().expect("an id"));
    assert_eq!(get("/link-batches").await["items"][0]["batch"], made["batch"]);
    let page = get(&format!("{batch}/proposals?limit=4&reason=sku&min_confidence=80")).await;
    let next = page["next"].as_str().expect("more");
    assert_body!("proposals", page);
    let rest = get(&format!("{batch}/proposals?limit=4&cursor={next}")).await;
    assert_eq!((rest["items"].as_array().map(Vec::len), rest["next"].is_null()), (Some(2), true), "{rest}");
    assert_eq!(post(&format!("{batch}/reject"), json!({"ids": [6]})).await.1["changed"], 1);
    assert_eq!(post(&format!("{batch}/accept"), json!({})).await.0, 400, "all is said, not left out");
    let (_, accepted) = post(&format!("{batch}/accept"), json!({"min_confidence": 0})).await;
    assert_body!("accept", accepted);
    assert_body!("apply", result(&app, &format!("/api/v1{batch}/apply"), &json!({})).await);
    let row = &page["items"][0];
    let links = get(&format!("/products/{}/links", row["product"].as_str().expect("an id"))).await;
    assert_body!("of_product", links);
    let two = json!({"product": row["product"], "other_product": row["other_product"]});
    assert_eq!(post("/links/remove", two.clone()).await, (200, json!({"changed": 1})));
    let (status, problem) = post("/links/remove", two.clone()).await;
    assert_eq!(status, 409);
    assert_body!("remove_unlinked", problem);
    assert_eq!(post("/links", two).await, (200, json!({"changed": 1})));
    let undone = result(&app, &format!("/api/v1{batch}/undo"), &json!({})).await;
    assert_body!("undo", undone);
    assert_eq!(
        undone["changed_since"][0]["number"], row["number"],
        "what was unlinked and linked by hand stays: {undone}"
    );
    let links = get(&format!("/products/{}/links", row["product"].as_str().expect("an id"))).await;
    assert_eq!(links.as_array().map(Vec::len), Some(1), "{links}");
    assert_eq!(post("/link-batches/lbt_none/apply", json!({})).await.0, 404, "what cannot be is refused at once");
    assert_eq!(post(&format!("{batch}/apply"), json!({})).await.0, 409, "it was undone");
    assert_eq!(post("/links", json!({"product": "berlin:none", "other_product": "paris:none"})).await.0, 404);
}
