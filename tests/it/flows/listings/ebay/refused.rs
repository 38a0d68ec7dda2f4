//! What eBay refuses: told in its words with what to do, row by row.

use entrepot_listings::ListingChange;
use entrepot_test_support::ebay::Policy;
use entrepot_tests::{App, both_engines};

use super::{Auctions, CATEGORY, plain, varied};

#[both_engines]
async fn goods_that_are_refused_stop_no_others(app: App) {
    let mut goods = plain(3);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    // One category has others below it, one is not there: that is known to eBay alone.
    for (id, category) in [(&ids[1], "15680"), (&ids[3], "999")] {
        let category = Some(Some(category.to_owned()));
        seller.change(id, ListingChange { category, ..ListingChange::default() }).await;
    }
    seller.push().await;
    let reports = seller.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status != "synced").collect();
    assert_eq!((refused.len(), seller.target.live().len()), (2, 2), "{reports:?}");
    for report in &refused {
        assert_eq!(report.issues[0]["path"], "/category", "{report:?}");
        assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("Choose another category")), "{report:?}");
    }
    let before = seller.writes("");
    seller.wait().await;
    assert_eq!(seller.writes(""), before, "what was refused is not sent again by itself");
    for id in [&ids[1], &ids[3]] {
        let category = Some(Some(CATEGORY.to_owned()));
        seller.change(id, ListingChange { category, ..ListingChange::default() }).await;
    }
    seller.work().await;
    seller.assert_each_stands(4).await;
    assert_eq!(seller.target.offer_count(), goods.iter().map(|product| product.variants.len()).sum::<usize>());
}

/// Policies and locations that are gone, or another marketplace's: which one, and where it is set.
#[both_engines]
async fn a_missing_policy_is_told_to_the_seller(app: App) {
    let seller = Auctions::to_ebay(app, &plain(2)).await;
    let mut ids = seller.list().await;
    // What the account offers is known from a push before, for a day.
    let other = ids.remove(1);
    seller.push_by_id(&other).await;
    let before = seller.target.options();
    let elsewhere = Policy { id: "6000000010".into(), name: "Parcel".into(), marketplace: "EBAY_DE".into() };
    type Change = Box<dyn Fn(&mut entrepot_test_support::ebay::Options)>;
    let changes: [(Change, &str, &str, &str); 5] = [
        (Box::new(|options| options.fulfillment.clear()), "/fields/fulfillment_policy", "25007", "fulfillment_policy"),
        (Box::new(|options| options.payment.clear()), "/fields/payment_policy", "25008", "payment_policy"),
        (Box::new(|options| options.returns.clear()), "/fields/return_policy", "25009", "return_policy"),
        (Box::new(|options| options.locations.clear()), "/fields/location", "25012", "location"),
        (Box::new(move |options| options.fulfillment = vec![elsewhere.clone()]), "", "25713", "one marketplace"),
    ];
    for (change, path, number, word) in changes {
        seller.target.configure(|options| *options = before.clone());
        seller.target.configure(change);
        seller.push_by_id(&ids[0]).await;
        let report = seller.report(&ids[0]).await;
        let told = report.sync_error.clone().unwrap_or_default();
        assert!(told.contains(number) && told.contains(word), "{number}: {report:?}");
        assert_eq!(
            (report.sync_status.as_str(), report.issues[0]["path"].as_str()),
            ("blocked", Some(path)),
            "{report:?}"
        );
        assert_eq!(seller.target.live().len(), 1);
    }
    seller.target.configure(|options| *options = before);
    seller.push_by_id(&ids[0]).await;
    seller.assert_each_stands(2).await;
}
