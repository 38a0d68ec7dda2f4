//! What eBay asks for beside the goods: told before, and what a category asks for.

use entrepot_listings::ListingChange;
use entrepot_test_support::ebay::Aspect;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

use super::{Auctions, CATEGORY, account, plain, served, varied};

#[both_engines]
async fn what_is_missing_is_said_before_anything_is_sent(app: App) {
    let target = account();
    let shop = Marketplace::ebay(&target);
    let seller = Auctions::to_ebay_on(app, &plain(1), target, shop).await;
    let ids = seller.list_all().await;
    let check = seller.app.host.app.listings.check(&seller.app.host.tenant, &ids[0]).await.expect("a check");
    let codes: Vec<&str> = check.issues.iter().map(|issue| issue.code.as_str()).collect();
    for code in [
        "category-missing",
        "fulfillment-policy-missing",
        "payment-policy-missing",
        "return-policy-missing",
        "location-missing",
    ] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    seller.push().await;
    assert_eq!((seller.writes(""), seller.reports().await[0].sync_status.as_str()), (0, "blocked"));
    // The listing says what the channel does not.
    let fields = json!({ "fulfillment_policy": "6000000010", "payment_policy": 6_000_000_020_u64, "return_policy": "6000000030",
        "location": "warehouse-1", "condition": "USED_GOOD", "condition_description": "A scratch." });
    let category = Some(Some(CATEGORY.to_owned()));
    seller.change(&ids[0], ListingChange { fields: Some(fields), category, ..ListingChange::default() }).await;
    seller.work().await;
    seller.assert_each_stands(1).await;
    let item = seller.item(&ids[0], 0).await;
    assert_eq!((&item["condition"], &item["conditionDescription"]), (&json!("USED_GOOD"), &json!("A scratch.")));
    // What the account does not have is refused before.
    let before = seller.writes("");
    for (fields, word) in [
        (json!({ "fulfillment_policy": "6000000011" }), "Fulfilment policy"),
        (json!({ "location": "nowhere" }), "Inventory location"),
        (json!({ "condition": "SHINY" }), "SHINY"),
    ] {
        let none = json!({ "fulfillment_policy": "6000000010", "location": "warehouse-1", "condition": "NEW" });
        seller.change(&ids[0], ListingChange { fields: Some(none), ..ListingChange::default() }).await;
        seller.change(&ids[0], ListingChange { fields: Some(fields.clone()), ..ListingChange::default() }).await;
        seller.push().await;
        let report = seller.report(&ids[0]).await;
        assert_eq!((report.sync_status.as_str(), seller.writes("")), ("blocked", before), "{fields}: {report:?}");
        assert!(report.issues.to_string().contains(word), "{fields}: {report:?}");
    }
}

fn aspect(name: &str, required: bool, usage: &'static str) -> Aspect {
    Aspect { name: name.into(), required, usage, may_vary: true, ..Aspect::default() }
}

/// `aspectRequired` decides, whatever `aspectUsage` says; closed lists are closed.
#[both_engines]
async fn a_category_asks_for_what_it_requires(app: App) {
    let target = account();
    let closed =
        Aspect { closed: true, values: vec!["Linen".into(), "Wool".into()], ..aspect("Material", true, "OPTIONAL") };
    let all = vec![closed, aspect("Period", false, "RECOMMENDED"), aspect("EAN", true, "RECOMMENDED")];
    target.configure(|options| drop(options.aspects.insert(CATEGORY.into(), all)));
    // An EAN is never among the facts here.
    target.configure(|options| {
        options.silently_need_ean = vec![CATEGORY.into()];
        options.aspects.get_mut(CATEGORY).expect("aspects").pop();
    });
    let shop = served(&target);
    let mut goods = plain(1);
    goods[0].variants[0].gtin = None;
    let seller = Auctions::to_ebay_on(app, &goods, target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    let issues = report.issues.to_string();
    assert!(issues.contains("Material") && !issues.contains("Period") && seller.writes("") == 0, "{report:?}");
    let set = async |fields: serde_json::Value| {
        seller.change(&ids[0], ListingChange { fields: Some(fields), ..ListingChange::default() }).await;
        seller.push().await;
    };
    set(json!({ "aspect:Material": "Plastic" })).await;
    assert!(seller.report(&ids[0]).await.issues.to_string().contains("Plastic") && seller.writes("") == 0);
    set(json!({ "aspect:Material": ["Linen", "Wool"] })).await;
    assert!(seller.report(&ids[0]).await.issues.to_string().contains("one value"));
    set(json!({ "aspect:Material": "Wool" })).await;
    seller.assert_each_stands(1).await;
    let product = seller.item(&ids[0], 0).await["product"].clone();
    assert_eq!((&product["aspects"]["Material"], &product["ean"]), (&json!(["Wool"]), &json!(["Does not apply"])));
}

/// A category takes some conditions and no others: that is known before.
#[both_engines]
async fn a_category_takes_its_own_conditions(app: App) {
    let target = account();
    let used = vec![(3000, "USED_EXCELLENT", "Used"), (7000, "FOR_PARTS_OR_NOT_WORKING", "For spares")];
    target.configure(|options| drop(options.conditions.insert(CATEGORY.into(), used)));
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &plain(1), target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), seller.writes("")), ("blocked", 0), "{report:?}");
    assert!(report.issues.to_string().contains("Condition"), "{report:?}");
    let fields = json!({ "condition": "USED_EXCELLENT" });
    seller.change(&ids[0], ListingChange { fields: Some(fields), ..ListingChange::default() }).await;
    seller.push().await;
    seller.assert_each_stands(1).await;
}

/// Variations may not differ in everything.
#[both_engines]
async fn what_may_not_vary_is_refused_before(app: App) {
    let target = account();
    let goods = varied(1);
    let name = goods[0].options[0].name.clone();
    let all = vec![Aspect { may_vary: false, ..aspect(&name, true, "RECOMMENDED") }];
    target.configure(|options| drop(options.aspects.insert(CATEGORY.into(), all)));
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &goods, target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.issues[0]["code"].as_str(), seller.writes("")), (Some("option-may-not-vary"), 0), "{report:?}");
}

/// Everything that passes the check is taken: texts at eBay's limits, and not one more.
#[both_engines]
async fn what_passes_the_check_is_taken(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let fields = json!({ format!("aspect:{}", "N".repeat(40)): "v".repeat(50) });
    seller.change(&ids[0], ListingChange { fields: Some(fields), ..ListingChange::default() }).await;
    seller.set(&ids[0], json!({ "title": format!("ß€ & {}", "x".repeat(75)), "brand": "b".repeat(65) })).await;
    seller.assert_each_stands(1).await;
    let product = seller.item(&ids[0], 0).await["product"].clone();
    assert_eq!(product["title"].as_str().map(|title| title.chars().count()), Some(80));
    let before = seller.writes("");
    seller.set(&ids[0], json!({ "title": "x".repeat(81) })).await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.issues[0]["code"].as_str(), seller.writes("")), (Some("title-too-long"), before), "{report:?}");
    seller.set(&ids[0], json!({ "title": "Short" })).await;
    for (fields, code) in [
        (json!({ format!("aspect:{}", "M".repeat(41)): "v" }), "aspect-too-long"),
        (json!({ "aspect:Material": "v".repeat(66) }), "aspect-too-long"),
    ] {
        let before = seller.writes("");
        seller.change(&ids[0], ListingChange { fields: Some(fields.clone()), ..ListingChange::default() }).await;
        seller.push().await;
        let report = seller.report(&ids[0]).await;
        assert_eq!((report.issues[0]["code"].as_str(), seller.writes("")), (Some(code), before), "{report:?}");
        let none: serde_json::Map<_, _> =
            fields.as_object().into_iter().flatten().map(|(key, _)| (key.clone(), json!(null))).collect();
        seller.change(&ids[0], ListingChange { fields: Some(none.into()), ..ListingChange::default() }).await;
    }
}

/// Prices are in the marketplace's currency, and texts in its language.
#[both_engines]
async fn a_marketplace_has_its_own_currency_and_language(app: App) {
    let target = account();
    target.configure(|options| (options.marketplace, options.currency) = ("EBAY_DE".into(), "EUR".into()));
    let german = [
        ("fulfillment_policy", "6000000011"),
        ("payment_policy", "6000000021"),
        ("return_policy", "6000000031"),
        ("location", "warehouse-1"),
        ("sku_suffix", "@DE"),
    ];
    let shop =
        german.into_iter().fold(Marketplace::ebay(&target), |shop, (name, value)| shop.with_setting(name, value));
    let seller = Auctions::to_ebay_on(app, &plain(1), target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("EUR")), "{report:?}");
    seller.set(&ids[0], json!({ "price": { "minor": 2_150, "currency": "EUR" } })).await;
    seller.push().await;
    seller.assert_each_stands(1).await;
    let sku = format!("{}@DE", plain(1)[0].variants[0].sku);
    assert_eq!(seller.target.skus(), std::slice::from_ref(&sku));
    let (item, (_, offer)) = (seller.target.item(&sku).expect("an item"), seller.target.offers(&sku).remove(0));
    assert_eq!((&item["locale"], offer.marketplace.as_str()), (&json!("de_DE"), "EBAY_DE"));
    assert_eq!(offer.body["pricingSummary"]["price"], json!({"value": "21.50", "currency": "EUR"}));
    assert!(seller.report(&ids[0]).await.external_url.is_some_and(|url| url.starts_with("https://www.ebay.de/itm/")));
    // What comes in has the seller's own SKU; an item with another end is another channel's.
    seller.target.change_item("OTHER@FR", |item| item["product"] = json!({"title": "Other"}));
    entrepot_tests::linking::import(&seller.app, super::TARGET).await;
    let there = seller.products(1).await;
    assert_eq!((there.len(), there[0].variants[0].sku.clone()), (1, Some(plain(1)[0].variants[0].sku.clone())));
}
