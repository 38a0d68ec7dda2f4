//! Records are replaced as a whole, and what is not ours of them stays.

use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, plain, varied};

#[both_engines]
async fn what_the_seller_entered_at_ebay_outlives_a_change(app: App) {
    let mut goods = plain(1);
    goods[0].variants[0].gtin = None;
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    let sku = seller.skus(&ids[0]).await.remove(0);
    seller.target.change_item(&sku, |item| {
        item["product"]["ean"] = json!(["4006381333931"]);
        item["product"]["subtitle"] = json!("In one piece");
        item["product"]["aspects"]["Period"] = json!(["1920s", "1930s"]);
        item["packageWeightAndSize"]["packageType"] = json!("MAILING_BOX");
        item["availability"]["pickupAtLocationAvailability"] = json!([{"merchantLocationKey": "shop", "quantity": 2}]);
    });
    let (number, _) = seller.target.offers(&sku).remove(0);
    seller.target.change_offer(&number, |offer| {
        offer.body["quantityLimitPerBuyer"] = json!(2);
        offer.body["storeCategoryNames"] = json!(["/Own shelf"]);
        offer.body["listingPolicies"]["bestOfferTerms"] = json!({"bestOfferEnabled": true});
        offer.body["regulatory"] = json!({"manufacturer": {"companyName": "Own"}});
    });
    seller.set(&ids[0], json!({ "title": "Another title", "description": "<p>Other words.</p>" })).await;
    for report in seller.reports().await {
        let decision = entrepot_listings::Decision::Ours;
        drop(seller.app.host.app.listings.decide(&seller.context(), &report.id, "all", decision, None).await);
    }
    seller.work().await;
    seller.assert_each_stands(1).await;
    let item = seller.item(&ids[0], 0).await;
    assert_eq!(item["product"]["title"], "Another title");
    assert_eq!(
        (&item["product"]["ean"], &item["product"]["subtitle"]),
        (&json!(["4006381333931"]), &json!("In one piece"))
    );
    assert_eq!(item["product"]["aspects"]["Period"], json!(["1920s", "1930s"]));
    assert_eq!(item["packageWeightAndSize"]["packageType"], "MAILING_BOX");
    assert_eq!(item["availability"]["pickupAtLocationAvailability"][0]["quantity"], 2);
    let offer = seller.offer(&ids[0], 0).await.body;
    assert_eq!(offer["listingDescription"], "<p>Other words.</p>");
    assert_eq!((&offer["quantityLimitPerBuyer"], &offer["storeCategoryNames"]), (&json!(2), &json!(["/Own shelf"])));
    assert_eq!(offer["listingPolicies"]["bestOfferTerms"]["bestOfferEnabled"], true);
    assert_eq!(offer["regulatory"]["manufacturer"]["companyName"], "Own");
}

/// A fact that was sent and is no longer said is taken off.
#[both_engines]
async fn a_fact_that_is_no_longer_said_is_taken_off(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    let set = async |fields: serde_json::Value| {
        let change = entrepot_listings::ListingChange { fields: Some(fields), ..Default::default() };
        seller.change(&ids[0], change).await;
        seller.push().await;
    };
    set(json!({ "aspect:Material": ["Linen", "Wool"], "common_aspect:Theme": "Winter" })).await;
    seller.assert_each_stands(1).await;
    let aspects = seller.item(&ids[0], 0).await["product"]["aspects"].clone();
    assert_eq!((&aspects["Material"], &aspects["Theme"]), (&json!(["Linen", "Wool"]), &json!(["Winter"])));
    set(json!({ "aspect:Material": "Linen", "common_aspect:Theme": null })).await;
    let aspects = seller.item(&ids[0], 0).await["product"]["aspects"].clone();
    assert_eq!((&aspects["Material"], aspects.get("Theme")), (&json!(["Linen"]), None), "{aspects}");
}

/// A variation that is gone from its shop is out of the group, and its item with it.
#[both_engines]
async fn a_variation_comes_and_goes(app: App) {
    let seller = Auctions::to_ebay(app, &varied(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let before = seller.skus(&ids[0]).await;
    let (source, numbers) = (seller.source.product_ids()[0], seller.target.live());
    let mut taken = None;
    seller.source.change(source, |product| {
        taken = product["variants"].as_array_mut().and_then(Vec::pop);
    });
    import(&seller.app, "source").await;
    seller.work().await;
    seller.assert_each_stands(1).await;
    let key = seller.target.group_keys().remove(0);
    let members = || seller.target.group(&key).expect("a group")["variantSKUs"].as_array().map_or(0, Vec::len);
    assert_eq!(
        (members(), seller.target.skus().len(), seller.target.offer_count()),
        (before.len() - 1, before.len() - 1, before.len() - 1)
    );
    assert_eq!(seller.target.live(), numbers, "the listing is the same one");
    seller.source.change(source, |product| {
        product["variants"].as_array_mut().expect("variants").extend(taken.take());
    });
    import(&seller.app, "source").await;
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!((members(), seller.target.offer_count()), (before.len(), before.len()));
    assert_eq!(seller.target.live(), numbers);
}

/// What somebody changed at eBay is not written over unseen.
#[both_engines]
async fn what_was_changed_at_ebay_waits_for_a_decision(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let sku = seller.skus(&ids[0]).await.remove(0);
    seller.target.change_item(&sku, |item| item["product"]["title"] = json!("Changed at eBay"));
    seller.set(&ids[0], json!({ "description": "<p>Another one.</p>" })).await;
    let which = entrepot_listings::WhichConflicts::default();
    let listings = &seller.app.host.app.listings;
    let open = listings.conflicts(&seller.app.host.tenant, which, ("", ""), 50).await.expect("conflicts");
    assert_eq!(open.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["title"], "{open:?}");
    assert_eq!(seller.item(&ids[0], 0).await["product"]["title"], "Changed at eBay");
}
