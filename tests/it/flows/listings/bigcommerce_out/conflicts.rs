//! What was changed in the store is not overwritten unseen.

use entrepot_listings::{Decision, WhichConflicts};
use entrepot_test_support::bigcommerce::Store;
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, TARGET, dollars, paid, plain};

#[both_engines]
async fn conflicts_are_seen_and_decided(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(2), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.id_there(&ids[0]).await;
    seller.target.change(there, |product| {
        (product["name"], product["price"], product["sale_price"]) = (json!("Theirs"), json!(99.5), json!(0));
        product["search_keywords"] = json!(format!("{},more", product["search_keywords"].as_str().unwrap_or_default()));
    });
    seller.set(&ids[0], json!({ "title": "Ours" })).await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "conflict");
    let listings = &seller.app.host.app.listings;
    let open = listings.conflicts(&seller.app.host.tenant, WhichConflicts::default(), ("", ""), 50).await;
    let mut fields: Vec<_> = open.expect("conflicts").into_iter().map(|of| of.field).collect();
    fields.sort();
    // The mark of the listing is no tag.
    assert!(fields[0] == "tags" && fields[1] == "title" && fields[2].ends_with("/price"), "{fields:?}");
    let product = seller.there(&ids[0]).await;
    assert_eq!((&product["name"], paid(&product)), (&json!("Theirs"), vec![99.5]));
    // A price of ours does not go over it either.
    seller.set(&ids[0], dollars(1_234)).await;
    assert_eq!(paid(&seller.there(&ids[0]).await), [99.5]);
    listings.decide(&seller.context(), &ids[0], "all", Decision::Ours, None).await.expect("decided");
    seller.work().await;
    let product = seller.there(&ids[0]).await;
    assert_eq!((&product["name"], paid(&product)), (&json!("Ours"), vec![12.34]));
    seller.assert_each_stands(2).await;
    // What comes in by an import is no conflict with itself.
    import(&seller.app, TARGET).await;
    seller.work().await;
    seller.assert_each_stands(2).await;
}
