//! What BigCommerce refuses of a product after it has made it, and what it says of a conflict.

use entrepot_test_support::bigcommerce::Store;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, plain};

const REFUSED: &str = r#"{"status":422,"title":"It is refused","type":"","errors":{}}"#;

/// The product stands, and its stock or its storefront is refused: it is nobody's orphan, and can be taken off.
#[both_engines]
async fn what_was_made_before_a_refusal_is_not_forgotten(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(2), Store::empty()).await;
    let ids = seller.list_all().await;
    let steps = ["/adjustments/", "/channel-assignments"];
    for (id, step) in ids.iter().zip(steps) {
        seller.shops.1.server.inject(Matcher::path(step), Fault::Json(422, REFUSED));
        seller.push_by_id(id).await;
        let report = seller.report(id).await;
        assert_eq!((report.sync_status.as_str(), report.next_try_at.is_some()), ("failed", true), "{report:?}");
        assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("It is refused")), "{report:?}");
        // The second time it is a refusal, and waits for somebody to change something.
        seller.wait().await;
        assert_eq!(seller.report(id).await.sync_status, "blocked");
        seller.shops.1.server.heal();
    }
    assert_eq!(seller.target.product_count(), 2);
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let hidden = |id: &u64| seller.target.product(*id).is_some_and(|product| product["is_visible"] == json!(false));
    assert_eq!(seller.target.product_ids().iter().filter(|id| hidden(id)).count(), 1);
    seller.push_by_id(&ids[1]).await;
    assert_eq!(seller.report(&ids[1]).await.sync_status, "synced");
    assert_eq!(seller.target.product_count(), 2);
}

/// A conflict that names neither title, SKU nor address is told as it is: nothing of the product is changed for it.
#[both_engines]
async fn a_conflict_that_does_not_name_the_address_changes_none(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.set(&ids[0], json!({ "seo_slug": "its-own" })).await;
    seller.push().await;
    let conflict = r#"{"status":409,"title":"The image_url is in conflict with something","type":"","errors":{}}"#;
    let before = seller.writes("/catalog/products/");
    seller.shops.1.server.inject(Matcher::path("/catalog/products/").without("?"), Fault::Json(409, conflict));
    seller.set(&ids[0], json!({ "seo_slug": "its-own", "title": "Renamed" })).await;
    let report = seller.report(&ids[0]).await;
    assert_eq!(report.sync_status, "blocked", "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("in conflict with something")), "{report:?}");
    assert_eq!(seller.writes("/catalog/products/") - before, 1, "it is not sent with another address");
    assert_eq!(seller.there(&ids[0]).await["custom_url"]["url"], "/its-own/");
}
