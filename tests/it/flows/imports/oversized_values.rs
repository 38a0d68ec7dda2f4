//! What an index or the database does not take is the affair of its own item.

use entrepot_catalog::Received;
use entrepot_domain::run::RunState;
use entrepot_test_support::woocommerce::{Product, Store, serve};
use entrepot_tests::{App, both_engines, hostile};
use serde_json::json;

const NO_POISON: [&str; 2] = [
    "ALTER TABLE variants ADD CONSTRAINT no_poison CHECK (sku IS DISTINCT FROM 'poison')",
    "CREATE TRIGGER no_poison BEFORE INSERT ON variants WHEN NEW.sku = 'poison' BEGIN SELECT RAISE(ABORT, 'no poison'); END",
];
const POISON: [&str; 2] = ["ALTER TABLE variants DROP CONSTRAINT no_poison", "DROP TRIGGER no_poison"];
const NOTHING: [&str; 2] = [
    "ALTER TABLE source_items ADD CONSTRAINT nothing CHECK (source_id = '') NOT VALID",
    "CREATE TRIGGER nothing_at_all BEFORE INSERT ON source_items BEGIN SELECT RAISE(ABORT, 'nothing'); END",
];

fn with_sku(name: &str, sku: &str) -> Product {
    let mut product = Product::simple(name).priced("1.00");
    product.sku = sku.into();
    product
}

/// Nothing that could be compressed.
fn noise(bytes: usize) -> String {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + ((state >> 16) % 26) as u8)
    };
    (0..bytes).map(|_| next()).collect()
}

#[both_engines]
async fn a_sku_that_no_index_takes_is_a_dead_letter(app: App) {
    let store = Store::empty();
    for name in ["one", "two"] {
        store.insert(with_sku(name, name));
    }
    store.insert(with_sku("long", &noise(3_000)));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 2, 1), "{run:?}");
    let letter = app.dead_letters().await.pop().expect("one");
    assert_eq!(letter.code, "sku-too-long");
    assert!(letter.reason.contains("3000 bytes") && letter.reason.len() < 500, "{letter:?}");
    app.assert_whole(3).await;
}

#[both_engines]
async fn a_row_that_is_in_the_way_for_good_costs_its_item(app: App) {
    let store = Store::empty();
    let ids = ["one", "two", "three"].map(|name| store.insert(with_sku(name, name)));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    // As after a backup of which only a part was put back: the product is there, and nobody knows where from.
    let lost = "DELETE FROM source_items WHERE source_id = (SELECT MIN(source_id) FROM source_items)";
    hostile::sql(&app, lost, lost).await;
    let run = app.import().await;
    assert_eq!((run.state, run.dead_letters), (RunState::Completed, 1), "{run:?}");
    let letter = app.dead_letters().await.pop().expect("one");
    assert_eq!(letter.source_id, ids[0].to_string(), "{letter:?}");
    store.update(ids[1], |product| product.name = "changed".into());
    let run = app.import().await;
    assert_eq!((run.state, run.updated), (RunState::Completed, 1), "the others go on: {run:?}");
}

#[both_engines]
async fn no_text_of_an_adapter_stops_a_channel(app: App) {
    hostile::install(&app).await;
    for (field, code) in [
        ("sku", "sku-too-long"),
        ("variant", "source-id-too-long"),
        ("location", "source-id-too-long"),
        ("item", "source-id-too-long"),
        ("collection", "source-id-too-long"),
    ] {
        let body = json!({"mode": "long", "field": field, "times": 3_000}).to_string();
        hostile::add(&app, field, json!({"items": 5, "only": 2, "body": body})).await;
        let run = hostile::import(&app, field).await;
        assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 4, 1), "{field}: {run:?}");
        let letters = app.dead_letters().await;
        assert_eq!(letters.last().map(|letter| letter.code.as_str()), Some(code), "{field}: {letters:?}");
    }
    // The item's own id, and one that is listed only.
    hostile::add(&app, "ids", json!({"items": 5, "long": 3_000})).await;
    for round in 0..2 {
        let run = hostile::import(&app, "ids").await;
        assert_eq!(
            (run.state, run.fetched, run.dead_letters, run.deleted),
            (RunState::Completed, 5, 1, 0),
            "{round}: {run:?}"
        );
    }
}

#[both_engines]
async fn what_a_product_can_do_without_is_left_out(app: App) {
    hostile::install(&app).await;
    for (field, bytes) in [
        ("description", 3 << 20),
        ("url", 9_000),
        ("brand", 5_000),
        ("tag", 5_000),
        ("attribute", 300_000),
        ("mpn", 5_000),
        ("extras", 2 << 20),
    ] {
        let body = json!({"mode": "long", "field": field, "times": bytes}).to_string();
        let channel = hostile::add(&app, field, json!({"items": 1, "body": body})).await;
        let run = hostile::import(&app, field).await;
        assert_eq!((run.state, run.created), (RunState::Completed, 1), "{field}: {run:?}");
        let scoped = app.host.db.tenant(&app.host.tenant);
        let product = scoped.products_of(&channel, "", 1).await.expect("answers").pop().expect("there").product;
        assert_eq!(product.title, "Well behaved");
        assert!(
            product
                .warnings
                .iter()
                .any(|warning| warning.code.ends_with("-too-long") || warning.code.ends_with("-too-large")),
            "{field}"
        );
        assert!(serde_json::to_string(&product).expect("JSON").len() < 2_000, "{field} is left out");
    }
}

#[both_engines]
async fn large_products_are_read_a_few_at_a_time(app: App) {
    hostile::install(&app).await;
    let body = json!({"mode": "fat", "times": 45}).to_string();
    let channel = hostile::add(&app, "shop", json!({"items": 3, "body": body})).await;
    assert_eq!(hostile::import(&app, "shop").await.created, 3);
    let (scoped, mut after, mut pages) = (app.host.db.tenant(&app.host.tenant), String::new(), Vec::new());
    while let Some(last) = scoped.products_of(&channel, &after, 100).await.expect("answers").pop() {
        after = last.product.source_id;
        pages.push(scoped.has_products_after(Some(&channel), &after).await.expect("answers"));
    }
    assert_eq!(pages, [true, true, false], "nine megabytes each: one at a time");
}

#[both_engines]
async fn an_item_that_the_database_refuses_is_set_aside_and_tried_again(app: App) {
    hostile::sql(&app, NO_POISON[0], NO_POISON[1]).await;
    let store = Store::empty();
    for number in 0..11 {
        store.insert(with_sku(&format!("fine {number}"), &format!("sku-{number}")));
    }
    store.insert(with_sku("bad", "poison"));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 11, 1), "{run:?}");
    let letter = app.dead_letters().await.pop().expect("one");
    assert!(
        letter.code == "refused-by-database" && letter.reason.contains("poison") && !letter.raw.is_empty(),
        "{letter:?}"
    );
    assert_eq!(app.replay().await.failed, 1, "it is refused as before");
    hostile::sql(&app, POISON[0], POISON[1]).await;
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.unchanged, run.dead_letters), (RunState::Completed, 1, 11, 0), "{run:?}");
    assert_eq!((app.products().await.len(), app.dead_letters().await.len()), (12, 0));
}

#[both_engines]
async fn a_page_that_is_refused_for_good_ends_the_run_with_the_reason(app: App) {
    hostile::install(&app).await;
    hostile::add(&app, "shop", json!({"items": 5})).await;
    hostile::sql(&app, NOTHING[0], NOTHING[1]).await;
    let run = hostile::import(&app, "shop").await;
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    let why = run.failure.unwrap_or_default();
    assert!(why.contains("cannot be stored") && why.contains("nothing") && why.contains("hostile"), "{why}");
}

#[both_engines]
async fn a_delivery_whose_item_is_refused_holds_up_no_other(app: App) {
    hostile::install(&app).await;
    let body = json!({"mode": "sku", "sku": "poison"}).to_string();
    let channel = hostile::add(&app, "shop", json!({"items": 3, "answer_body": body})).await;
    assert_eq!(hostile::import(&app, "shop").await.created, 3);
    hostile::sql(&app, NO_POISON[0], NO_POISON[1]).await;
    for (id, changed) in [("a", "item-1"), ("b", "nothing-of-that-id")] {
        assert_eq!(hostile::deliver(&app, &channel, json!({"id": id, "changed": [changed]})).await, Received::Stored);
    }
    hostile::work(&app, &channel).await;
    let scoped = app.host.db.tenant(&app.host.tenant);
    let deliveries = scoped.deliveries(&channel, "", "", 10).await.expect("answers");
    assert!(deliveries.iter().all(|delivery| delivery.state == "done"), "{deliveries:?}");
    let letters = app.dead_letters().await;
    assert!(letters.iter().all(|letter| letter.code == "refused-by-database"), "{letters:?}");
    assert_eq!(letters.len(), 2);
    // Nothing at all can be stored: the deliveries are given up, and say why.
    hostile::sql(&app, NOTHING[0], NOTHING[1]).await;
    hostile::deliver(&app, &channel, json!({"id": "c", "changed": ["item-2"]})).await;
    hostile::work(&app, &channel).await;
    let dead = scoped.deliveries(&channel, "dead", "", 10).await.expect("answers");
    assert!(
        dead.len() == 1 && dead[0].failure.as_deref().is_some_and(|why| why.contains("cannot be stored")),
        "{dead:?}"
    );
}
