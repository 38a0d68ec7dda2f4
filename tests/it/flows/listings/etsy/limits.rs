//! What the app may do, and how often.

use entrepot_test_support::etsy;
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};

use super::{CATEGORY, Crafts, served};

/// A shop that was connected to be read goes on being read, and says what is missing to sell.
#[both_engines]
async fn a_shop_that_is_only_read_says_what_is_missing_to_sell(app: App) {
    let target = etsy::Store::empty();
    target.add_category(CATEGORY, "Quilts & Rugs", None);
    let served = served(&target);
    let crafts = Crafts::on(app, &catalogue(2), target, served).await;
    import(&crafts.app, super::TARGET).await;
    crafts.list().await;
    crafts.push().await;
    let scoped = crafts.app.host.db.tenant(&crafts.app.host.tenant);
    let said = scoped.listing_lane(&crafts.channels[1]).await.expect("a lane").problem.unwrap_or_default();
    assert!(said.contains("listings_w") && said.contains("connect the shop again"), "{said}");
    assert_eq!(crafts.target.listing_ids().len(), 0);
    import(&crafts.app, super::TARGET).await;
    crafts.target.let_sell();
    crafts.app.clock().advance(3_600_000);
    crafts.work().await;
    crafts.assert_each_stands(2).await;
}

/// The day's limit can take a day: that is said, and nobody asks every second.
#[both_engines]
async fn the_days_limit_is_waited_for(app: App) {
    let mut crafts = Crafts::of(app, &super::plain()).await;
    crafts.list().await;
    let spent = crafts.shops.1.server.log().total() as u64;
    let now = crafts.app.clock().now() / 1_000;
    crafts.target.configure(|options| (options.per_day, options.now) = (spent.saturating_sub(3) + 6, Some(now)));
    crafts.push().await;
    let scoped = crafts.app.host.db.tenant(&crafts.app.host.tenant);
    let lane = scoped.listing_lane(&crafts.channels[1]).await.expect("a lane");
    let wait = lane.not_before - crafts.app.clock().now();
    assert!(wait > 20 * 3_600_000, "{wait}: {lane:?}");
    crafts.app.clock().advance(25 * 3_600_000);
    let now = crafts.app.clock().now() / 1_000;
    crafts.target.configure(|options| (options.per_day, options.now) = (0, Some(now)));
    // What this process remembers of the limit goes by the machine's own clock.
    crafts.seller.app.host = crafts.seller.app.reopen().await;
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    assert_eq!(crafts.target.fees(), 1);
}
