//! Products that stand there are changed, and what others made of them stays.

use entrepot_listings::ListingChange;
use entrepot_test_support::bigcommerce::Store;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, ids, plain, with_options};

/// Lists are replaced at BigCommerce: what is not ours of them goes with ours.
#[both_engines]
async fn a_change_keeps_what_others_made_of_it(app: App) {
    let store = Store::empty();
    let (ours, next, theirs) =
        (store.add_category(&["Ours"]), store.add_category(&["Ours", "Next"]), store.add_category(&["Theirs"]));
    let seller = Seller::to_bigcommerce(app, &with_options(1), store).await;
    let listings = seller.list_all().await;
    let into = |category: u64| ListingChange { category: Some(Some(category.to_string())), ..ListingChange::default() };
    seller.change(&listings[0], into(ours)).await;
    seller.push().await;
    let before = seller.there(&listings[0]).await;
    assert_eq!(before["categories"], json!([ours]));
    // Somebody puts it into another category, too, adds a picture and a field, and a warranty.
    let id = seller.id_there(&listings[0]).await;
    seller.target.change(id, |product| {
        product["categories"].as_array_mut().expect("categories").push(json!(theirs));
        product["custom_fields"] = json!([{"id": 91, "name": "Made in", "value": "Kyoto"}]);
        product["warranty"] = json!("Two years");
    });
    seller.change(&listings[0], into(next)).await;
    seller.set(&listings[0], json!({ "title": "Renamed" })).await;
    let after = seller.there(&listings[0]).await;
    assert_eq!((&after["name"], &after["categories"]), (&json!("Renamed"), &json!([theirs, next])));
    assert_eq!((&after["warranty"], &after["custom_fields"][0]["value"]), (&json!("Two years"), &json!("Kyoto")));
    for part in ["variants", "images", "options"] {
        assert_eq!(ids(&after, part), ids(&before, part), "{part}");
    }
    // Once more of the same changes nothing, and three times neither.
    let once = seller.there(&listings[0]).await;
    for _ in 0..3 {
        seller.push_by_id(&listings[0]).await;
    }
    assert_eq!(seller.there(&listings[0]).await, once);
    seller.assert_each_stands(1).await;
}

/// A variant needs its option's value first, and takes the value along when it goes.
#[both_engines]
async fn variants_come_and_go_with_their_values(app: App) {
    let seller = Seller::to_bigcommerce(app, &with_options(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let (woo, before) = (seller.source.product_ids()[0], seller.there(&listings[0]).await);
    let last = *seller.source.variations_of(woo).last().expect("a variation");
    let kept = seller.source.variation(last).expect("it");
    assert!(seller.source.force_delete(last));
    seller.reread().await;
    let fewer = seller.there(&listings[0]).await;
    assert_eq!(ids(&fewer, "variants").len(), ids(&before, "variants").len() - 1);
    assert!(ids(&fewer, "variants").iter().all(|id| ids(&before, "variants").contains(id)), "the others are the same");
    seller.assert_each_stands(1).await;
    // It comes back, of a value that there never was.
    let name = kept.options[0].1.clone();
    let mut more = kept;
    (more.id, more.options[0].2) = (0, "Never seen".into());
    assert!(seller.source.update(woo, |product| {
        let axis = product.attributes.iter_mut().find(|axis| axis.name == name).expect("the option");
        axis.options.push("Never seen".into());
    }));
    seller.source.insert_variation(more);
    seller.reread().await;
    let again = seller.there(&listings[0]).await;
    assert_eq!(ids(&again, "variants").len(), ids(&before, "variants").len());
    assert!(again["options"].to_string().contains("Never seen"), "{again}");
    let labels = again["variants"].to_string().matches("\"Never seen\"").count();
    assert_eq!(labels, 1, "{again}");
    seller.assert_each_stands(1).await;
}

/// A variant that somebody made in the store by hand is not ours to delete.
#[both_engines]
async fn what_was_made_by_hand_stays(app: App) {
    let seller = Seller::to_bigcommerce(app, &with_options(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let id = seller.id_there(&listings[0]).await;
    seller.target.change(id, |product| {
        let mut picture = product["images"][0].clone();
        (picture["id"], picture["sort_order"], picture["is_thumbnail"]) = (json!(77_001), json!(9), json!(false));
        product["images"].as_array_mut().expect("images").push(picture);
        let mut more = product["variants"][0].clone();
        (more["id"], more["sku"], more["purchasing_disabled"]) = (json!(77_002), json!("BY-HAND"), json!(true));
        let values = more["option_values"].as_array_mut().expect("values");
        values.iter_mut().for_each(|value| (value["id"], value["label"]) = (json!(77_003), json!("By hand")));
        product["variants"].as_array_mut().expect("variants").push(more);
    });
    let many = ids(&seller.there(&listings[0]).await, "variants").len();
    seller.ours_counts().await;
    seller.set(&listings[0], json!({ "title": "Renamed" })).await;
    let after = seller.there(&listings[0]).await;
    assert_eq!((&after["name"], ids(&after, "variants").len()), (&json!("Renamed"), many));
    assert!(ids(&after, "images").contains(&77_001));
}

/// An option that is called something else is the same option.
#[both_engines]
async fn an_option_is_renamed_and_not_made_anew(app: App) {
    let seller = Seller::to_bigcommerce(app, &with_options(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let (woo, before) = (seller.source.product_ids()[0], seller.there(&listings[0]).await);
    let old = before["options"][0]["display_name"].as_str().expect("a name").to_owned();
    assert!(seller.source.update(woo, |product| {
        product.attributes.iter_mut().filter(|axis| *axis.name == *old).for_each(|axis| axis.name = "Hue".into());
    }));
    for variation in seller.source.variations_of(woo) {
        assert!(seller.source.update_variation(variation, |of| {
            of.options.iter_mut().filter(|option| *option.1 == *old).for_each(|option| option.1 = "Hue".into());
        }));
    }
    seller.reread().await;
    let after = seller.there(&listings[0]).await;
    assert_eq!(after["options"][0]["display_name"], "Hue");
    assert_eq!((ids(&after, "options"), ids(&after, "variants")), (ids(&before, "options"), ids(&before, "variants")));
    seller.assert_each_stands(1).await;
}

/// What nobody says here may be said there.
#[both_engines]
async fn what_is_not_known_here_stays_as_it_is_there(app: App) {
    let mut goods = plain(1);
    (goods[0].variants[0].gtin, goods[0].variants[0].weight_grams) = (None, 0);
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let id = seller.id_there(&listings[0]).await;
    seller.target.change(id, |product| {
        (product["mpn"], product["upc"]) = (json!("M-1"), json!("012345678905"));
        (product["availability"], product["type"]) = (json!("preorder"), json!("physical"));
    });
    seller.set(&listings[0], json!({ "title": "Renamed" })).await;
    let after = seller.there(&listings[0]).await;
    assert_eq!(
        (&after["name"], &after["mpn"], &after["upc"]),
        (&json!("Renamed"), &json!("M-1"), &json!("012345678905"))
    );
    assert_eq!(after["availability"], "preorder");
    seller.assert_each_stands(1).await;
}

/// A product is given options: it stays the product that it is, and its SKU may be that of a variant by now.
#[both_engines]
async fn a_product_gets_options(app: App) {
    let goods = plain(1);
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let (woo, id) = (seller.source.product_ids()[0], seller.id_there(&listings[0]).await);
    let sku = goods[0].variants[0].sku.clone();
    seller.give_options(woo, &[("Small", sku.as_str()), ("Large", "ANOTHER")]);
    seller.reread().await;
    let after = seller.there(&listings[0]).await;
    assert_eq!((seller.id_there(&listings[0]).await, seller.target.product_count()), (id, 1), "{after}");
    let skus: Vec<_> = after["variants"].as_array().expect("variants").iter().map(|of| of["sku"].clone()).collect();
    assert_eq!((skus, &after["sku"]), (vec![json!(sku), json!("ANOTHER")], &json!("")));
    // Which options there are cannot be changed any more: that is said, with what to do.
    assert!(seller.source.update(woo, |product| {
        (product.kind, product.sku, product.regular_price) = ("simple", "PLAIN".into(), "12.00".into());
        product.attributes.retain(|axis| *axis.name != *"Size");
    }));
    seller.source.variations_of(woo).into_iter().for_each(|variation| assert!(seller.source.force_delete(variation)));
    seller.reread().await;
    let report = seller.report(&listings[0]).await;
    assert_eq!(report.sync_status, "blocked", "{report:?}");
    assert!(
        report.sync_error.as_deref().is_some_and(|why| why.contains("there Size") && why.contains("forget")),
        "{report:?}"
    );
}
