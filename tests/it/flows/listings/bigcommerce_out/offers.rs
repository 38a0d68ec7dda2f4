//! Price and stock alone.

use entrepot_listings::ListingChange;
use entrepot_test_support::bigcommerce::Store;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce;
use entrepot_tests::linking::import;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::{Value, json};

use super::{OfWoo, Seller, dollars, paid, plain, with_options};

impl OfWoo {
    /// The source has so many of its first product.
    async fn restock(&self, available: i64) {
        let id = self.source.product_ids()[0];
        assert!(self.source.update(id, |product: &mut woocommerce::Product| product.stock_quantity = Some(available)));
        import(&self.app, "source").await;
        self.work().await;
    }

    /// What lies of the listing's first variant, and where.
    async fn stock(&self, listing: &str) -> Vec<(u64, i64)> {
        let there = self.there(listing).await;
        self.target.stock_of(there["variants"][0]["id"].as_u64().expect("an id"))
    }
}

#[both_engines]
async fn price_and_stock_are_sent_alone(app: App) {
    let mut goods = plain(2);
    goods.extend(with_options(1));
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let (whole, variants) = (seller.writes("/catalog/products"), seller.writes("/catalog/variants"));
    for id in &ids {
        seller.change(id, ListingChange { set: Some(dollars(4_321)), ..ListingChange::default() }).await;
    }
    seller.restock(7).await;
    seller.assert_each_stands(3).await;
    for id in &ids {
        let there = seller.there(id).await;
        assert!(paid(&there).iter().all(|paid| *paid == 43.21));
        // What lists and feeds show of a product with options is its own price.
        let own = json!({ "price": there["price"], "sale_price": there["sale_price"], "variants": [{}] });
        assert_eq!(paid(&own), [43.21]);
    }
    assert_eq!(seller.stock(&ids[0]).await, [(1, 7)]);
    // The products in one batch, the variants of the third in another; the number in the inventory's own call.
    assert_eq!((seller.writes("/catalog/products") - whole, seller.writes("/catalog/variants") - variants), (1, 1));
    assert_eq!(seller.writes("/adjustments/"), 2);
    // What is there already is not written back.
    let before = seller.writes("");
    seller.push().await;
    assert_eq!(seller.writes(""), before);
}

/// A sale is a price below the price, and its end is no sale price at all.
#[both_engines]
async fn a_reduction_comes_and_goes(app: App) {
    let mut goods = plain(1);
    (goods[0].variants[0].price, goods[0].variants[0].compare_at) = (1_000, Some(1_500));
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let prices = |of: &Value| (of["price"].clone(), of["sale_price"].clone());
    assert_eq!(prices(&seller.there(&ids[0]).await), (json!(15.0), json!(10.0)));
    let id = seller.source.product_ids()[0];
    assert!(seller.source.update(id, |product| product.sale_price = "".into()));
    import(&seller.app, "source").await;
    seller.work().await;
    assert_eq!(prices(&seller.there(&ids[0]).await), (json!(15.0), json!(0)));
    seller.assert_each_stands(1).await;
}

/// A store that sold one meanwhile says so, and its number is reckoned with. What is kept back there is not taken for sold.
#[both_engines]
async fn a_sale_at_the_same_moment_is_seen(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let variant = seller.there(&ids[0]).await["variants"][0]["id"].as_u64().expect("an id");
    assert!(seller.target.set_stock(variant, 1, 19));
    let looks = || {
        let lines = seller.shops.1.server.log().lines();
        lines.iter().filter(|line| line.path.contains("/inventory/items") && line.query.contains("location_id")).count()
    };
    let before = looks();
    seller.restock(30).await;
    assert_eq!(looks() - before, 2, "once with what was expected, once with what is there");
    assert_eq!(seller.stock(&ids[0]).await, [(1, 30)]);
    seller.assert_each_stands(1).await;
    seller.target.keep_back(variant, 5);
    seller.restock(40).await;
    seller.restock(41).await;
    assert_eq!(seller.stock(&ids[0]).await, [(1, 36)], "five are kept back");
    seller.assert_each_stands(1).await;
}

#[both_engines]
async fn a_lost_answer_sets_stock_once(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let sets = seller.writes("/adjustments/");
    seller.shops.1.server.inject(Matcher::path("/adjustments/").nth(1), Fault::Truncate(0));
    seller.restock(3).await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "failed");
    seller.wait().await;
    seller.assert_each_stands(1).await;
    assert_eq!((seller.stock(&ids[0]).await, seller.writes("/adjustments/") - sets), (vec![(1, 3)], 1));
    // An answer that promises nothing is none.
    seller.shops.1.server.inject(Matcher::path("/adjustments/").nth(1), Fault::Json(200, "{}"));
    seller.restock(4).await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "failed");
    seller.wait().await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.stock(&ids[0]).await, [(1, 4)]);
}

/// Stock is set where the seller says, and nowhere else.
#[both_engines]
async fn stock_lies_where_the_seller_says(app: App) {
    let store = Store::empty();
    store.set_location(7, "Hamburg", true);
    let served = Marketplace::bigcommerce(&store).with_setting("location", "hamburg");
    let seller = Seller::to_bigcommerce_on(app, &plain(1), store, served).await;
    let ids = seller.list_all().await;
    seller.push().await;
    assert_eq!(seller.stock(&ids[0]).await, [(7, 20)]);
    seller.restock(5).await;
    assert_eq!(seller.stock(&ids[0]).await, [(7, 5)]);
    seller.assert_each_stands(1).await;
}

/// Somebody switched counting off, or counts the variant in place of the product: it counts again before the number is set.
#[both_engines]
async fn a_number_is_set_where_it_counts(app: App) {
    let mut goods = plain(1);
    goods.extend(with_options(1));
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.id_there(&ids[0]).await;
    seller.target.change(there, |product| product["inventory_tracking"] = json!("none"));
    seller.restock(6).await;
    assert_eq!(seller.there(&ids[0]).await["inventory_tracking"], "product");
    assert_eq!(seller.stock(&ids[0]).await, [(1, 6)]);
    seller.assert_each_stands(2).await;
}

/// One that is refused costs the others nothing, whichever of a thousand it is.
#[both_engines]
async fn a_number_that_is_refused_costs_the_others_nothing(app: App) {
    let seller = Seller::to_bigcommerce(app, &with_options(1), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let id = seller.id_there(&ids[0]).await;
    let gone = seller.there(&ids[0]).await["variants"][1]["id"].clone();
    seller
        .target
        .change(id, |product| product["variants"].as_array_mut().expect("variants").retain(|of| of["id"] != gone));
    seller.set(&ids[0], dollars(4_321)).await;
    let report = seller.report(&ids[0]).await;
    assert_eq!(report.issues[0]["code"], "variant-gone", "{report:?}");
    assert!(paid(&seller.there(&ids[0]).await).iter().all(|paid| *paid == 43.21));
    // Somebody deleted all of it: that is found out by its price, too.
    assert!(seller.target.delete(id));
    seller.set(&ids[0], dollars(5_432)).await;
    seller.ask_again().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
}

/// A base variant with a price of its own costs that, whatever its product's is.
#[both_engines]
async fn a_price_is_set_where_it_counts(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(2), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.id_there(&ids[0]).await;
    let own = paid(&seller.there(&ids[0]).await)[0];
    seller.target.change(there, |product| {
        (product["variants"][0]["price"], product["variants"][0]["sale_price"]) = (json!(own), json!(0));
    });
    for id in &ids {
        seller.change(id, ListingChange { set: Some(dollars(4_321)), ..ListingChange::default() }).await;
    }
    seller.work().await;
    seller.assert_each_stands(2).await;
    for id in &ids {
        assert_eq!(paid(&seller.there(id).await), [43.21]);
    }
}

/// A price that is refused keeps no number from being set: what is sold out must not be sold on.
#[both_engines]
async fn a_refused_price_keeps_no_stock_back(app: App) {
    let mut goods = plain(1);
    goods.extend(with_options(1));
    goods[1].variants.iter_mut().for_each(|variant| variant.stock = Some([5, 0]));
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let refused = r#"{"status":422,"title":"The price is refused","type":"","errors":{}}"#;
    for part in ["/catalog/products/", "/catalog/products", "/catalog/variants"] {
        seller.shops.1.server.inject(Matcher::path(part).without("?"), Fault::Json(422, refused));
    }
    let woo = seller.source.product_ids();
    let first = seller.source.variations_of(woo[1])[0];
    assert!(seller.source.update(woo[0], |product| product.stock_quantity = Some(3)));
    assert!(seller.source.update_variation(first, |of| of.stock_quantity = Some(1)));
    for id in &ids {
        seller.change(id, ListingChange { set: Some(dollars(4_321)), ..ListingChange::default() }).await;
    }
    import(&seller.app, "source").await;
    seller.work().await;
    assert_eq!((seller.stock(&ids[0]).await, seller.stock(&ids[1]).await), (vec![(1, 3)], vec![(1, 1)]));
    for id in &ids {
        let report = seller.report(id).await;
        assert!(report.issues.to_string().contains("The price is refused"), "{report:?}");
    }
}

/// Without being told whether a product has options nobody knows where its price belongs.
#[both_engines]
async fn what_is_not_said_of_a_product_is_not_guessed(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let sent = seller.writes("");
    let left_out = Fault::Replaced("\"base_variant_id\"", "\"something_else\"");
    seller.shops.1.server.inject(Matcher::path("base_variant_id").with("inventory_tracking").nth(1), left_out);
    seller.set(&ids[0], dollars(4_321)).await;
    assert_eq!((seller.report(&ids[0]).await.sync_status.as_str(), seller.writes("")), ("failed", sent));
    seller.wait().await;
    seller.assert_each_stands(1).await;
    assert_eq!(paid(&seller.there(&ids[0]).await), [43.21]);
}
