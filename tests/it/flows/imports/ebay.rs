//! eBay's inventory: pages that have numbers, groups that are spread over them, offers that are asked for by SKU.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::ebay::{Offer, Store};
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

fn catalogue(products: usize) -> Vec<seed::Product> {
    seed::catalogue(Seed { products, variable_share: 0.5, seed: 13 })
}

/// 200 items a page, whatever they are part of: groups lie across pages and come once.
#[both_engines]
async fn groups_across_pages_come_once(app: App) {
    let goods = catalogue(150);
    let store = Store::from_seed(&goods);
    // The first item of a group moves to the end of the list: its group is read with it, and not before.
    let key = store.group_keys().remove(0);
    let first = store.group(&key).expect("a group")["variantSKUs"][0].as_str().expect("a SKU").to_owned();
    let (item, (id, offer)) = (store.item(&first).expect("an item"), store.offers(&first).remove(0));
    let group = store.group(&key).expect("a group");
    assert!(store.delete_item(&first));
    store.change_item(&first, |there| *there = item);
    store.put_group(&key, group);
    store.put_offer(offer);
    assert_ne!(store.offers(&first)[0].0, id);
    let shop = Marketplace::ebay(&store);
    let (app, _) = app.connect_to(&shop).await;
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 150, 0), "{run:?}");
    app.assert_whole(150).await;
    let lines = shop.server.log().lines();
    let pages: Vec<_> = lines
        .iter()
        .filter(|line| line.path.ends_with("/inventory_item") && line.parameter("limit").as_deref() == Some("200"))
        .collect();
    let numbers: Vec<_> = pages.iter().filter_map(|line| line.parameter("offset")).collect();
    let count = store.skus().len().div_ceil(200);
    let wanted: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    assert!(count > 1 && numbers.ends_with(&wanted), "the offset is the number of a page: {numbers:?}");
    let again = app.import().await;
    assert_eq!((again.state, again.updated, again.deleted), (RunState::Completed, 0, 0), "{again:?}");
}

/// A page shows fewer than it counts: nothing that was not shown is taken for gone.
#[both_engines]
async fn items_that_are_counted_and_not_shown_are_not_deleted(app: App) {
    let store = Store::from_seed(&catalogue(30));
    let shop = Marketplace::ebay(&store);
    let (app, _) = app.connect_to(&shop).await;
    assert_eq!(app.import().await.created, 30);
    let hidden: Vec<String> = store.skus().into_iter().filter(|sku| sku.matches('-').count() == 1).take(3).collect();
    store.configure(|options| options.hidden = hidden);
    let run = app.import().await;
    assert_eq!((run.state, run.deleted, run.declared), (RunState::Incomplete, 0, Some(30)), "{run:?}");
    assert_eq!(app.products().await.len(), 30);
    store.configure(|options| options.hidden.clear());
    // A total that is wrong, and pages that name no next one, lose nothing either.
    for miscounts in [25, -20, 0] {
        store.configure(|options| (options.miscounts, options.without_next) = (miscounts, miscounts == 0));
        let run = app.import().await;
        assert_eq!((run.deleted, run.updated, run.unchanged), (0, 0, 30), "{miscounts}: {run:?}");
    }
    app.assert_whole(30).await;
}

/// One SKU whose offers cannot be read is a dead letter; the others come in.
#[both_engines]
async fn one_item_that_cannot_be_read_stops_no_other(app: App) {
    let store = Store::from_seed(&catalogue(20));
    let shop = Marketplace::ebay(&store);
    let (app, _) = app.connect_to(&shop).await;
    let sku = store.skus().into_iter().find(|sku| sku.matches('-').count() == 1).expect("an item alone");
    shop.server.inject(
        Matcher::path("/offer?").with(&format!("sku={sku}&")),
        Fault::Json(500, r#"{"errors":[{"errorId":25001,"message":"A system error has occurred."}]}"#),
    );
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 19, 1), "{run:?}");
    let letter = app.dead_letters().await.remove(0);
    assert!(format!("{letter:?}").contains(&format!("item:{sku}")), "{letter:?}");
    shop.server.heal();
    let run = app.import().await;
    assert_eq!((run.created, run.deleted), (1, 0), "{run:?}");
}

/// What is offered on another marketplace alone is another channel's; without any offer it is a draft.
#[both_engines]
async fn what_is_offered_elsewhere_is_another_channels(app: App) {
    let store = Store::from_seed(&catalogue(5));
    let goods = |title: &str| json!({"product": {"title": title, "aspects": {"Brand": ["Own"]}}, "condition": "NEW"});
    store.change_item("ELSEWHERE", |item| *item = goods("Elsewhere"));
    let body = json!({"pricingSummary": {"price": {"value": "5.0", "currency": "EUR"}}});
    store.put_offer(Offer {
        sku: "ELSEWHERE".into(),
        marketplace: "EBAY_FR".into(),
        format: "FIXED_PRICE".into(),
        body,
        listing: None,
    });
    store.change_item("UN/OFFERED 1", |item| *item = goods("Not offered"));
    let shop = Marketplace::ebay(&store);
    let (app, _) = app.connect_to(&shop).await;
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, 6), "{run:?}");
    let found = app.products().await;
    let draft = found.iter().find(|product| product.title == "Not offered").expect("a draft");
    assert_eq!(
        (draft.status, &draft.variants[0].price, draft.brand.as_deref()),
        (entrepot_domain::catalog::ProductStatus::Draft, &None, Some("Own"))
    );
    // A webhook or a look asks by id: the same comes.
    let again = app.import_with(RunScope::ChangedSince(0), StartOptions::default()).await;
    assert_eq!((again.state, again.updated, again.created), (RunState::Completed, 0, 0), "{again:?}");
}

/// The price is a text with one decimal or two, the lower of two quantities counts, and a listing that is over is archived.
#[both_engines]
async fn what_an_offer_says_counts(app: App) {
    let goods = catalogue(3);
    let store = Store::from_seed(&goods);
    let sku = store.skus().into_iter().find(|sku| sku.matches('-').count() == 1).expect("an item alone");
    let (id, _) = store.offers(&sku).remove(0);
    store.change_offer(&id, |offer| {
        offer.body["pricingSummary"] = json!({"price": {"value": "100.0", "currency": "USD"}});
        offer.body["availableQuantity"] = json!(2);
    });
    store.set_stock(&sku, 9);
    let shop = Marketplace::ebay(&store);
    let (app, _) = app.connect_to(&shop).await;
    assert_eq!(app.import().await.created, 3);
    let of = |products: Vec<entrepot_domain::catalog::Product>| {
        products.into_iter().find(|product| product.variants[0].sku.as_ref() == Some(&sku)).expect("the product")
    };
    let product = of(app.products().await);
    let variant = &product.variants[0];
    assert_eq!(variant.price, Some(entrepot_domain::Money::new(10_000, "USD")));
    assert_eq!(entrepot_domain::effective::available(variant), Some(2));
    store.withdraw(&id);
    let run = app.import().await;
    assert_eq!(run.deleted, 0, "{run:?}");
    assert_eq!(of(app.products().await).status, entrepot_domain::catalog::ProductStatus::Draft);
}

/// A place of the list that cannot be read is passed by, and told; where all of them fail, it is eBay.
#[both_engines]
async fn a_place_that_cannot_be_read_is_passed_by(app: App) {
    let store = Store::from_seed(&seed::catalogue(Seed { products: 12, variable_share: 0.0, seed: 13 }));
    let shop = Marketplace::ebay(&store);
    let (app, _) = app.connect_to(&shop).await;
    let broken = r#"{"errors":[{"errorId":25001,"message":"A system error has occurred."}]}"#;
    // Each page that has the eighth item, whatever its size.
    for (size, number) in [(200, 0), (100, 0), (50, 0), (25, 0), (5, 1), (1, 7)] {
        let page = Matcher::path(&format!("/inventory_item?limit={size}&offset={number}"));
        shop.server.inject(page, Fault::Json(500, broken));
    }
    let run = app.import().await;
    assert_eq!((run.created, run.deleted, run.dead_letters > 0), (11, 0, true), "{run:?}");
    shop.server.heal();
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, 1), "{run:?}");
    shop.server.inject(Matcher::path("/inventory_item?"), Fault::Json(500, broken));
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Failed, 0), "{run:?}");
}
