//! Stock that is counted here: one number for the same goods wherever they are listed.

use std::collections::BTreeMap;

use entrepot_stock::{Adjustment, Count, Kind, LocationChange, NewLocation, StockReport};
use entrepot_tests::linking::import;
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, both_engines};
use futures_util::future::join_all;

use super::Seller;

/// What somebody counts.
fn of(sku: &str, location: &str, on_hand: i64, buffer: i64) -> Count {
    let (sku, location, reason) = (sku.to_owned(), location.to_owned(), "counted".to_owned());
    Count { sku, location, on_hand: Some(on_hand), buffer: Some(buffer), reason, key: None, new: false }
}

fn by(sku: &str, by: i64, key: Option<&str>) -> Adjustment {
    let (sku, location, reason) = (sku.to_owned(), "BER".to_owned(), "found".to_owned());
    Adjustment { sku, location, by, reason, key: key.map(str::to_owned) }
}

impl Seller {
    /// Everything stands there, and two places are known. A listing whose only variant is counted, with its SKU.
    async fn with_places(app: App) -> (Self, String, String) {
        let (seller, ids) = Self::standing(app, 8).await;
        for (code, name) in [("BER", "Berlin"), ("HAM", "Hamburg")] {
            let new = NewLocation { code: code.into(), name: name.into(), kind: "warehouse".into() };
            seller.app.host.app.stock.add_location(&seller.context(), new).await.expect("added");
        }
        let id = seller.counted(&ids).await;
        let sku = seller.report(&id).await.variants[0].sku.clone().expect("a SKU");
        (seller, id, sku)
    }

    async fn count(&self, count: &Count) -> i64 {
        let done = self.app.host.app.stock.count(&self.context(), count).await.expect("counted");
        self.work().await;
        done.on_hand
    }

    async fn stock_there(&self, listing: &str) -> Option<i64> {
        self.product_there(listing).await.stock_quantity
    }

    async fn explained(&self, sku: &str) -> StockReport {
        self.app.host.app.stock.show(&self.app.host.tenant, sku).await.expect("a report")
    }
}

#[both_engines]
async fn what_is_counted_here_is_told_everywhere_and_explained(app: App) {
    let (seller, id, sku) = Seller::with_places(app).await;
    let before = seller.explained(&sku).await;
    let shops = before.shops[0].available;
    assert_eq!((before.kind.as_str(), before.available, before.listings.len()), ("shop", None, 1));
    assert_eq!(seller.count(&of(&sku, "BER", 40, 5)).await, 40);
    assert_eq!(seller.stock_there(&id).await, Some(35));
    seller.count(&of(&sku, "HAM", 3, 9)).await;
    assert_eq!(seller.stock_there(&id).await, Some(35), "what one place keeps back is not taken from another");
    // The shop that the goods come from tells another number, and nobody asked it.
    seller.restock(&id, shops.expect("counted") + 700).await;
    assert_eq!(seller.stock_there(&id).await, Some(35));
    let report = seller.explained(&sku).await;
    let now = report.shops[0].available;
    assert!(now > shops, "the shop's number is shown beside it");
    assert_eq!((report.on_hand, report.buffer, report.available), (43, 14, Some(35)));
    let told = &report.listings[0];
    assert_eq!((told.wanted, told.told, told.listing.as_str()), (Some(35), Some(35), id.as_str()));
    let (stock, context) = (&seller.app.host.app.stock, seller.context());
    let off = LocationChange { enabled: Some(false), ..LocationChange::default() };
    stock.change_location(&context, "BER", off).await.expect("changed");
    seller.work().await;
    assert_eq!(seller.stock_there(&id).await, Some(0));
    stock.set_kind(&context, &sku, Kind::Shop).await.expect("changed");
    seller.work().await;
    assert_eq!(seller.stock_there(&id).await, now, "the shop's number counts again");
    seller.assert_all_stand(8).await;
}

#[both_engines]
async fn many_who_move_stock_at_once_lose_nothing_and_the_same_is_done_once(app: App) {
    let (seller, id, sku) = Seller::with_places(app).await;
    seller.count(&of(&sku, "BER", 40, 0)).await;
    let (stock, context) = (&seller.app.host.app.stock, seller.context());
    let adjustments: Vec<Adjustment> = (0..6).map(|_| by(&sku, -2, None)).collect();
    let done = join_all(adjustments.iter().map(|one| stock.adjust(&context, one))).await;
    let done = done.iter().filter(|done| done.is_ok()).count() as i64;
    assert_eq!(done, 6, "each waits for its turn");
    // Somebody keeps some back while others move: neither is lost.
    let keep = Count { on_hand: None, buffer: Some(7), ..of(&sku, "BER", 0, 0) };
    let moves = [by(&sku, -1, None), by(&sku, 1, None)];
    let (kept, moved) =
        tokio::join!(stock.count(&context, &keep), join_all(moves.iter().map(|one| stock.adjust(&context, one))));
    assert!(kept.is_ok() && moved.iter().all(Result::is_ok), "{kept:?} {moved:?}");
    assert_eq!(seller.explained(&sku).await.buffer, 7);
    stock.count(&context, &Count { buffer: Some(0), ..keep }).await.expect("as before");
    let once = stock.adjust(&context, &by(&sku, -1, Some("receipt 7"))).await.expect("done");
    let again = stock.adjust(&context, &by(&sku, -1, Some("receipt 7"))).await.expect("the same");
    assert_eq!((once.repeated, again.repeated, again.on_hand), (false, true, 40 - 2 * done - 1));
    let more = stock.adjust(&context, &by(&sku, -3, Some("receipt 7"))).await.expect_err("another amount").to_string();
    assert!(more.contains("another movement was made with the key"), "{more}");
    let other = stock.count(&context, &Count { key: Some("receipt 7".into()), ..of(&sku, "BER", 1, 0) }).await;
    assert!(other.expect_err("another movement").to_string().contains("another movement was made with the key"));
    let few = stock.adjust(&context, &by(&sku, -100, None)).await.expect_err("so many are not there").to_string();
    assert!(few.contains("would leave -"), "{few}");
    seller.work().await;
    assert_eq!(seller.stock_there(&id).await, Some(40 - 2 * done - 1));
    let ledger = stock.ledger(&seller.app.host.tenant, &sku, "", 100).await.expect("a ledger");
    assert_eq!(ledger.len() as i64, done + 2 + 2);
    let mut on_hand = 0;
    for entry in ledger.iter().rev() {
        on_hand += entry.on_hand_delta;
        assert_eq!(entry.on_hand_after, on_hand, "{ledger:?}");
    }
    // Somebody writes past the host.
    assert_eq!(stock.mismatches(&seller.app.host.tenant).await.expect("a look"), []);
    execute(&seller.app, "UPDATE stock_levels SET on_hand = 7").await;
    let found = stock.mismatches(&seller.app.host.tenant).await.expect("a look");
    assert_eq!((found.len(), found[0].on_hand, found[0].by_ledger), (1, 7, 40 - 2 * done - 1));
    let mended = join_all((0..4).map(|_| stock.reconcile(&context))).await;
    let mended: usize = mended.into_iter().map(|of| of.expect("mended").iter().filter(|of| of.mended).count()).sum();
    assert_eq!(mended, 1, "whoever comes second finds it mended");
    assert_eq!(stock.mismatches(&seller.app.host.tenant).await.expect("a look"), []);
}

#[both_engines]
async fn bundles_are_as_many_as_their_parts_make_and_untracked_goods_are_not_counted(app: App) {
    let (seller, id, sku) = Seller::with_places(app).await;
    for (part, on_hand) in [("BOTTLE", 13), ("BOX", 2)] {
        let new = Count { new: true, ..of(part, "BER", on_hand, 0) };
        assert_eq!(seller.count(&new).await, on_hand);
    }
    let (stock, context) = (&seller.app.host.app.stock, seller.context());
    let parts = |units: &[(&str, i64)]| -> BTreeMap<String, i64> {
        units.iter().map(|(sku, units)| ((*sku).to_owned(), *units)).collect()
    };
    stock.set_parts(&context, &sku, &parts(&[("BOTTLE", 6), ("BOX", 1)])).await.expect("a bundle");
    seller.work().await;
    assert_eq!(seller.stock_there(&id).await, Some(2));
    stock.adjust(&context, &by("BOTTLE", -8, None)).await.expect("moved");
    seller.work().await;
    assert_eq!(seller.stock_there(&id).await, Some(0), "a part that is sold is missing in the bundle");
    let report = seller.explained(&sku).await;
    let made_of: Vec<_> = report.parts.iter().map(|of| (of.sku.as_str(), of.units, of.available)).collect();
    assert_eq!(made_of, [("BOTTLE", 6, Some(5)), ("BOX", 1, Some(2))]);
    // Two that would be made of each other: one of them is refused.
    for part in ["LEFT", "RIGHT"] {
        seller.count(&Count { new: true, ..of(part, "BER", 1, 0) }).await;
    }
    let (of_right, of_left) = (parts(&[("RIGHT", 1)]), parts(&[("LEFT", 1)]));
    let (left, right) =
        tokio::join!(stock.set_parts(&context, "LEFT", &of_right), stock.set_parts(&context, "RIGHT", &of_left));
    assert!(left.is_ok() != right.is_ok(), "{left:?} {right:?}");
    for (wrong, why) in [
        (parts(&[]), "at least one part"),
        (parts(&[(&sku, 1)]), "is not made of itself"),
        (parts(&[("BOX", 0)]), "1 to 10000"),
        (parts(&[("NONE", 1)]), "is not counted here"),
    ] {
        let refused = stock.set_parts(&context, &sku, &wrong).await.expect_err("refused").to_string();
        assert!(refused.contains(why), "{refused}");
    }
    let part = stock.set_kind(&context, "BOX", Kind::Shop).await.expect_err("it is a part").to_string();
    assert!(part.contains("is part of the bundle"), "{part}");
    let never = stock.set_kind(&context, &sku, Kind::Simple).await.expect_err("never counted").to_string();
    assert!(never.contains("is not counted here yet"), "{never}");
    let counted = stock.count(&context, &of(&sku, "BER", 1, 0)).await.expect_err("a bundle").to_string();
    assert!(counted.contains("count its parts"), "{counted}");
    stock.set_kind(&context, &sku, Kind::Untracked).await.expect("changed");
    seller.work().await;
    assert!(!seller.product_there(&id).await.manage_stock);
}

/// Goods of another SKU that are linked with these share their stock, from the moment on that they are.
#[both_engines]
async fn linked_goods_share_their_stock(app: App) {
    let (seller, id, _) = Seller::with_places(app).await;
    import(&seller.app, super::TARGET).await;
    let listing = seller.report(&id).await;
    let there = listing.external_id.expect("it stands there");
    let channel = seller.channels[1].as_str();
    execute(
        &seller.app,
        &format!(
            "UPDATE variants SET sku = 'OTHER' WHERE product_id IN (SELECT id FROM products WHERE channel_id = '{channel}' AND source_id = '{there}')"
        ),
    )
    .await;
    seller.count(&of("OTHER", "BER", 12, 0)).await;
    assert_ne!(seller.stock_there(&id).await, Some(12), "nobody said that they are the same");
    let (product, variant) = (&listing.product, &listing.variants[0].variant);
    for of in [
        format!("tenant_id, '{product}', '{variant}', channel_id, 'lnk_1' FROM products WHERE id = '{product}'"),
        format!("v.tenant_id, v.product_id, v.source_id, '{channel}', 'lnk_1' FROM variants v WHERE v.sku = 'OTHER'"),
    ] {
        let into = "INSERT INTO link_members (tenant_id, product_id, variant_id, channel_id, link_id) SELECT";
        execute(&seller.app, &format!("{into} {of}")).await;
    }
    seller.count(&of("OTHER", "BER", 13, 0)).await;
    assert_eq!(seller.stock_there(&id).await, Some(13));
    assert_eq!(seller.explained("OTHER").await.variants.len(), 2);
    // Asked for by their own SKU, they say who counts them, and are not counted twice.
    let own = listing.variants[0].sku.clone().expect("a SKU");
    let explained = seller.explained(&own).await;
    assert_eq!((explained.counted_as.as_deref(), explained.available), (Some("OTHER"), Some(13)));
    let twice = seller.app.host.app.stock.count(&seller.context(), &of(&own, "BER", 1, 0)).await;
    assert!(twice.expect_err("one number").to_string().contains("count OTHER"));
}

#[both_engines]
async fn what_is_typed_wrong_is_refused_with_what_to_do(app: App) {
    let (seller, _, sku) = Seller::with_places(app).await;
    let (stock, context) = (&seller.app.host.app.stock, seller.context());
    for (wrong, why) in [
        (of("NO-SUCH-SKU", "BER", 1, 0), "no product has this SKU"),
        (of(&sku, "PARIS", 1, 0), "no location \"PARIS\""),
        (of(&sku, "BER", -1, 0), "on_hand is -1"),
        (of(&sku, "BER", i64::MAX, 0), "from 0 to 1000000000"),
        (of("", "BER", 1, 0), "the SKU is empty"),
        (of("a\u{202e}b", "BER", 1, 0), "nobody sees"),
        (Count { reason: " ".into(), ..of(&sku, "BER", 1, 0) }, "the reason is empty"),
        (Count { on_hand: None, buffer: None, ..of(&sku, "BER", 1, 0) }, "nothing is given to change"),
    ] {
        let refused = stock.count(&context, &wrong).await.expect_err("refused").to_string();
        assert!(refused.contains(why), "{refused}");
    }
    for code in ["", "BER", "ber", "a b", "../x"] {
        let new = NewLocation { code: code.into(), name: "One more".into(), kind: "warehouse".into() };
        assert!(stock.add_location(&context, new).await.is_err(), "{code:?}");
    }
}
