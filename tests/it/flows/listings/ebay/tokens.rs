//! Tokens that end in the middle, and what a connection may not do.

use entrepot_test_support::ebay;
use entrepot_test_support::server::Matcher;
use entrepot_tests::{App, both_engines};

use super::{Auctions, account, plain, served, varied};

/// The access token ends between two steps: with another one it goes on from there, the refresh token stays, and nothing is done twice.
#[both_engines]
async fn a_token_that_ends_in_the_middle_is_renewed(app: App) {
    let seller = Auctions::to_ebay(app, &varied(1)).await;
    seller.list().await;
    let before = seller.target.credentials();
    seller.target.before_request(Matcher::path("bulk_create_offer"), 1, ebay::Store::expire_access_token);
    seller.push().await;
    let after = seller.target.credentials();
    assert_eq!((after.refresh_token == before.refresh_token, seller.target.renewals()), (true, 1));
    assert_ne!(after.access_token, before.access_token);
    seller.assert_each_stands(1).await;
    // Its end is known now, and the refresh token that the answer did not repeat is still the one to use.
    let renewals = seller.target.renewals();
    seller.app.clock().advance(7_200_000);
    seller.restock(0, 2).await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.target.renewals(), renewals + 1);
}

#[both_engines]
async fn consent_that_was_withdrawn_is_told(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.target.revoke_tokens();
    seller.push().await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let said = scoped.listing_lane(&seller.channels[1]).await.expect("a lane").problem.unwrap_or_default();
    let report = seller.report(&ids[0]).await;
    assert!(said.to_lowercase().contains("connect"), "{said} {report:?}");
    assert_eq!(seller.target.skus().len(), 0);
}

/// A connection that may only read says what is missing to sell.
#[both_engines]
async fn a_connection_that_may_only_read_says_what_is_missing(app: App) {
    let target = account();
    target.limit_scopes(&["sell.inventory.readonly", "sell.account.readonly"]);
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &plain(1), target, shop).await;
    seller.list().await;
    seller.push().await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let said = scoped.listing_lane(&seller.channels[1]).await.expect("a lane").problem.unwrap_or_default();
    assert!(said.contains("agree to all"), "{said}");
}
