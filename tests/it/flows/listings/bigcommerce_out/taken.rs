//! Titles, SKUs and addresses that another product of the store has: it takes each once.

use entrepot_test_support::bigcommerce::Store;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, TARGET, plain, with_options};

#[both_engines]
async fn what_stands_there_already_is_adopted_and_not_doubled(app: App) {
    let mut goods = plain(1);
    goods.extend(with_options(1));
    let mut there = goods.clone();
    // Its SKUs are written in another way, which is the same to BigCommerce; its title is another one.
    there[0].title = "Called otherwise there".into();
    there[1].variants.iter_mut().for_each(|variant| variant.sku = variant.sku.to_lowercase());
    let seller = Seller::to_bigcommerce(app, &goods, Store::from_seed(&there)).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let reports = seller.reports().await;
    assert!(
        reports.iter().all(|of| of.sync_error.as_deref().is_some_and(|why| why.contains("Adopt it"))),
        "{reports:?}"
    );
    assert_eq!(seller.target.product_count(), 2);
    let variants = |of: &serde_json::Value| {
        of["variants"].as_array().expect("variants").iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    let before: Vec<_> = seller.target.product_ids().iter().filter_map(|id| seller.target.product(*id)).collect();
    let listings = &seller.app.host.app.listings;
    let done = listings.adopt(&seller.context(), TARGET, true).await.expect("adopted");
    assert_eq!((done.found, done.adopted, done.doubtful.len()), (2, 2, 0), "{done:?}");
    seller.push().await;
    for id in &ids {
        let _ = listings.decide(&seller.context(), id, "all", entrepot_listings::Decision::Ours, None).await;
    }
    seller.work().await;
    seller.assert_each_stands(2).await;
    let after: Vec<_> = seller.target.product_ids().iter().filter_map(|id| seller.target.product(*id)).collect();
    assert_eq!(after.iter().map(variants).collect::<Vec<_>>(), before.iter().map(variants).collect::<Vec<_>>());
}

/// Two goods of one title: the second is called something else, which is said, and stays so.
#[both_engines]
async fn a_title_that_is_taken_gets_an_ending(app: App) {
    let mut goods = plain(2);
    goods[1].title = goods[0].title.to_uppercase();
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.assert_each_stands(2).await;
    let named = |of: &serde_json::Value| of["name"].as_str().expect("a name").to_owned();
    let names = [named(&seller.there(&ids[0]).await), named(&seller.there(&ids[1]).await)];
    let sku = &goods[1].variants[0].sku;
    assert!(names.iter().any(|name| name.ends_with(')')), "{names:?} {sku}");
    let renamed = if names[0].ends_with(')') { 0 } else { 1 };
    let issues = seller.report(&ids[renamed]).await.issues;
    assert!(issues.to_string().contains("title-taken"), "{issues}");
    for _ in 0..2 {
        seller.push_by_id(&ids[renamed]).await;
    }
    assert_eq!(named(&seller.there(&ids[renamed]).await), names[renamed], "it is not renamed again");
    // Another title is nobody else's.
    seller.set(&ids[renamed], json!({ "title": "Nobody else's" })).await;
    assert_eq!(named(&seller.there(&ids[renamed]).await), "Nobody else's");
    seller.assert_each_stands(2).await;
}

/// An address likewise, when a product is made (409) and when it is changed (207).
#[both_engines]
async fn an_address_that_is_taken_gets_an_ending(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(3), Store::empty()).await;
    let ids = seller.list_all().await;
    for id in &ids[..2] {
        seller.set(id, json!({ "seo_slug": "the-same" })).await;
    }
    seller.push().await;
    seller.assert_each_stands(3).await;
    seller.set(&ids[2], json!({ "seo_slug": "the-same" })).await;
    seller.assert_each_stands(3).await;
    let mut urls = Vec::new();
    for id in &ids {
        urls.push(seller.there(id).await["custom_url"]["url"].as_str().expect("an address").to_owned());
    }
    assert!(urls.iter().all(|url| url.starts_with("/the-same")), "{urls:?}");
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 3, "{urls:?}");
}
