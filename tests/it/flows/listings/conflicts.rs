//! Both sides change a listing: nothing is overwritten unseen, and what counts is decided by a rule or by a person.

use std::collections::BTreeMap;

use entrepot_domain::drift::{ConflictRule, Policy};
use entrepot_domain::effective::ChannelRule;
use entrepot_listings::{ConflictReport, Decision, ListingChange, WhichConflicts};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::Product;
use entrepot_tests::linking::import;
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, TARGET, posts};

impl Seller {
    /// Everything stands there, and what stood there is known.
    pub(super) async fn standing(app: App, products: usize) -> (Self, Vec<String>) {
        let seller = Self::of(app, products).await;
        let ids = seller.list_all().await;
        seller.push().await;
        seller.assert_all_stand(products).await;
        (seller, ids)
    }

    pub(super) async fn there(&self, listing: &str) -> u64 {
        self.report(listing).await.external_id.expect("it stands there").parse().expect("a number")
    }

    pub(super) async fn edit_there(&self, listing: &str, change: impl FnOnce(&mut Product)) {
        assert!(self.target.update(self.there(listing).await, change));
    }

    /// Somebody changes it in the shop, and the shop's goods come in.
    pub(super) async fn edit_there_seen(&self, listing: &str, change: impl FnOnce(&mut Product)) {
        self.edit_there(listing, change).await;
        import(&self.app, TARGET).await;
        self.work().await;
    }

    pub(super) async fn title_there(&self, listing: &str) -> String {
        self.target.product(self.there(listing).await).expect("there").name.into()
    }

    pub(super) async fn open(&self) -> Vec<ConflictReport> {
        let (listings, which) = (&self.app.host.app.listings, WhichConflicts::default());
        listings.conflicts(&self.app.host.tenant, which, ("", ""), 100).await.expect("conflicts")
    }

    pub(super) async fn set_title(&self, listing: &str, title: &str) {
        let change = ListingChange { set: Some(json!({ "title": title })), ..ListingChange::default() };
        self.change(listing, change).await;
        self.work().await;
    }

    pub(super) async fn decide(&self, listing: &str, field: &str, decision: Decision) {
        self.app.host.app.listings.decide(&self.context(), listing, field, decision, None).await.expect("decided");
        self.work().await;
    }

    pub(super) async fn set_policy(&self, field: &str, policy: Policy) {
        let conflicts = ConflictRule(BTreeMap::from([(field.to_owned(), policy)]));
        let rule = ChannelRule { conflicts, ..ChannelRule::default() };
        self.app.host.app.listings.set_rule(&self.context(), TARGET, &rule).await.expect("set");
        self.work().await;
    }
}

#[both_engines]
async fn what_somebody_changed_there_is_not_overwritten_unseen(app: App) {
    let (seller, ids) = Seller::standing(app, 3).await;
    for id in &ids[..2] {
        seller.edit_there(id, |product| product.name = "Summer sale".into()).await;
        seller.set_title(id, "From here").await;
        assert_eq!(seller.title_there(id).await, "Summer sale");
        assert_eq!(seller.report(id).await.sync_status, "conflict");
    }
    seller.set_title(&ids[2], "From here").await;
    assert_eq!(seller.title_there(&ids[2]).await, "From here", "the others go on");
    let open = seller.open().await;
    let said: Vec<_> = open.iter().map(|of| (of.field.as_str(), &of.theirs, &of.ours, &of.decision)).collect();
    assert_eq!(said, vec![("title", &json!("Summer sale"), &json!("From here"), &None); 2]);
    // A push of everything overwrites nothing either.
    seller.push().await;
    assert_eq!(seller.title_there(&ids[0]).await, "Summer sale");
    let listings = &seller.app.host.app.listings;
    let wrong = listings.decide(&seller.context(), &ids[0], "brand", Decision::Ours, None).await.expect_err("not open");
    assert!(wrong.to_string().contains("no open conflict about \"brand\""), "{wrong}");
    seller.decide(&ids[0], "title", Decision::Ours).await;
    assert_eq!(seller.title_there(&ids[0]).await, "From here");
    let before = posts(&seller.shops.1);
    seller.decide(&ids[1], "title", Decision::Theirs).await;
    assert_eq!(seller.report(&ids[1]).await.set, json!({ "title": "Summer sale" }));
    assert_eq!(posts(&seller.shops.1), before, "it stands there already");
    seller.assert_all_stand(3).await;
    assert_eq!(seller.open().await, []);
    let again = listings.decide(&seller.context(), &ids[1], "title", Decision::Ours, None).await;
    assert!(again.is_err(), "decided already");
}

#[both_engines]
async fn our_own_writes_are_no_drift(app: App) {
    let (seller, ids) = Seller::standing(app, 4).await;
    import(&seller.app, TARGET).await;
    seller.work().await;
    seller.set_title(&ids[0], "Another").await;
    import(&seller.app, TARGET).await;
    let before = posts(&seller.shops.1);
    seller.work().await;
    assert_eq!((seller.open().await, posts(&seller.shops.1)), (vec![], before));
    seller.assert_all_stand(4).await;
}

#[both_engines]
async fn drift_is_seen_when_the_shop_comes_in_and_is_over_when_it_is_set_back(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    let title = seller.title_there(&ids[0]).await;
    seller.edit_there_seen(&ids[0], |product| product.name = "Meddled with".into()).await;
    let open = seller.open().await;
    assert_eq!(open.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["title"]);
    assert_eq!(seller.report(&ids[0]).await.sync_status, "conflict");
    seller.edit_there_seen(&ids[0], |product| product.name = "Meddled with again".into()).await;
    let again = seller.open().await;
    assert_eq!(again.iter().map(|of| of.theirs.clone()).collect::<Vec<_>>(), [json!("Meddled with again")]);
    seller.edit_there_seen(&ids[0], |product| product.name = title.as_str().into()).await;
    assert_eq!(seller.open().await, []);
    seller.assert_all_stand(2).await;
}

#[both_engines]
async fn a_rule_decides_by_field(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    let title = seller.title_there(&ids[0]).await;
    seller.set_policy("title", Policy::Ours).await;
    // Three times ours is sent again; something there sets it back, and a person is asked.
    for _ in 0..3 {
        seller.edit_there_seen(&ids[0], |product| product.name = "Meddled with".into()).await;
        assert_eq!((seller.title_there(&ids[0]).await, seller.open().await), (title.clone(), vec![]));
        import(&seller.app, TARGET).await;
    }
    seller.edit_there_seen(&ids[0], |product| product.name = "Meddled with".into()).await;
    assert_eq!(seller.title_there(&ids[0]).await, "Meddled with");
    assert_eq!(seller.open().await.len(), 1);
    seller.decide(&ids[0], "title", Decision::Ours).await;
    assert_eq!(seller.title_there(&ids[0]).await, title);
    seller.set_policy("default", Policy::Theirs).await;
    let before = posts(&seller.shops.1);
    seller.edit_there_seen(&ids[1], |product| product.name = "As they say".into()).await;
    assert_eq!((seller.open().await, posts(&seller.shops.1)), (vec![], before));
    assert_eq!(seller.report(&ids[1]).await.set, json!({ "title": "As they say" }));
    seller.assert_all_stand(2).await;
}

#[both_engines]
async fn what_was_taken_off_there_is_not_put_on_sale_again_unasked(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    for id in &ids {
        seller.edit_there(id, |product| product.status = "draft").await;
        seller.set_title(id, "Published again?").await;
        let there = seller.target.product(seller.there(id).await).expect("there");
        assert_eq!((there.status, &*there.name == "Published again?"), ("draft", false));
    }
    seller.decide(&ids[0], "on_sale", Decision::Theirs).await;
    let ended = seller.report(&ids[0]).await;
    assert_eq!((ended.status.as_str(), ended.sync_status.as_str()), ("archived", "synced"), "{ended:?}");
    seller.decide(&ids[1], "on_sale", Decision::Ours).await;
    let there = seller.target.product(seller.there(&ids[1]).await).expect("there");
    assert_eq!((there.status, &*there.name), ("publish", "Published again?"));
    assert_eq!(seller.open().await, []);
}

#[both_engines]
async fn nothing_is_sent_over_what_cannot_be_looked_at(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    seller.edit_there(&ids[0], |product| product.name = "Theirs".into()).await;
    let before = posts(&seller.shops.1);
    let reads = Matcher::path("/wp-json/wc/v3/products").with("include=").next(200);
    seller.shops.1.server.inject(reads, Fault::Gateway(503));
    seller.set_title(&ids[0], "Ours").await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), posts(&seller.shops.1)), ("failed", before), "{report:?}");
    assert!(report.next_try_at.is_some());
    seller.shops.1.server.heal();
    seller.app.clock().advance(10_000);
    seller.work().await;
    assert_eq!((seller.title_there(&ids[0]).await.as_str(), seller.open().await.len()), ("Theirs", 1));
}

/// A price that the channel's settings refuse, or an item that the adapter cannot read, says nothing of what stands there.
#[both_engines]
async fn nothing_is_sent_over_what_cannot_be_read(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    seller
        .edit_there(&ids[0], |product| {
            product.name = "Theirs".into();
            product.regular_price = "twelve".into();
        })
        .await;
    let before = posts(&seller.shops.1);
    seller.set_title(&ids[0], "Ours").await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), posts(&seller.shops.1)), ("failed", before), "{report:?}");
    assert!(report.sync_error.is_some_and(|why| why.contains("what stands there cannot be read")));
    assert_eq!(seller.title_there(&ids[0]).await, "Theirs");
}

/// After something was sent, what stands there is not known before it was looked at, however long that takes.
#[both_engines]
async fn what_is_changed_before_the_first_look_is_seen_or_waited_for(app: App) {
    let seller = Seller::of(app, 1).await;
    let ids = seller.list_all().await;
    let reads = Matcher::path("/wp-json/wc/v3/products").with("include=").next(200);
    seller.shops.1.server.inject(reads, Fault::Gateway(503));
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    assert!(report.external_id.is_some() && report.next_try_at.is_some(), "it is looked at again: {report:?}");
    seller.shops.1.server.heal();
    seller.app.clock().advance(10_000);
    seller.work().await;
    seller.assert_all_stand(1).await;
    seller.edit_there(&ids[0], |product| product.name = "Theirs".into()).await;
    seller.set_title(&ids[0], "Ours").await;
    assert_eq!((seller.title_there(&ids[0]).await.as_str(), seller.open().await.len()), ("Theirs", 1));
}

/// What was set for a variant that the shop has no more keeps nothing from being decided or set.
#[both_engines]
async fn a_variant_that_is_gone_stops_nothing(app: App) {
    let (seller, ids) = Seller::standing(app, 1).await;
    let set = json!({ "variants": { "gone": { "price": { "minor": 5, "currency": "USD" } } } });
    let named = ListingChange { set: Some(set.clone()), ..ListingChange::default() };
    let refused = seller.app.host.app.listings.change(&seller.context(), &ids[0], named).await;
    assert!(refused.expect_err("there is none").to_string().contains("no variant \"gone\""));
    execute(&seller.app, &format!("UPDATE listings SET overrides = '{set}'")).await;
    seller.set_policy("default", Policy::Theirs).await;
    seller.edit_there_seen(&ids[0], |product| product.name = "Theirs".into()).await;
    assert_eq!(seller.report(&ids[0]).await.set, json!({ "title": "Theirs" }));
    seller.assert_all_stand(1).await;
}

/// Somebody decides about what they were shown.
#[both_engines]
async fn what_was_changed_once_more_is_not_decided_unseen(app: App) {
    let (seller, ids) = Seller::standing(app, 1).await;
    seller.edit_there_seen(&ids[0], |product| product.name = "First".into()).await;
    let shown = seller.open().await.remove(0);
    seller.app.clock().advance(1_000);
    seller.edit_there_seen(&ids[0], |product| product.name = "Second".into()).await;
    let (listings, context) = (&seller.app.host.app.listings, seller.context());
    let late = listings.decide(&context, &ids[0], "title", Decision::Theirs, Some(shown.seen_at)).await;
    assert!(late.expect_err("it was shown something else").to_string().contains("changed by somebody else"));
    assert_eq!(seller.open().await.len(), 1);
}

/// What was sent without an answer is told from what somebody else wrote meanwhile.
#[both_engines]
async fn what_is_changed_there_after_a_lost_answer_is_not_overwritten(app: App) {
    let (seller, ids) = Seller::standing(app, 3).await;
    for id in &ids {
        let set = ListingChange { set: Some(json!({ "title": "Ours" })), ..ListingChange::default() };
        seller.change(id, set).await;
    }
    let batches = || Matcher::path("/wp-json/wc/v3/products/batch");
    // Of the first the shop knows, of the second it never heard; of both there is no answer.
    seller.shops.1.server.inject(batches().nth(1), Fault::Truncate(0));
    seller.work().await;
    seller.edit_there(&ids[0], |product| product.name = "Theirs".into()).await;
    seller.edit_there(&ids[1], |product| product.description = "<p>Theirs</p>".into()).await;
    for _ in 0..3 {
        seller.app.clock().advance(60_000);
        seller.work().await;
    }
    let mut open: Vec<_> = seller.open().await.into_iter().map(|of| (of.listing, of.field, of.theirs)).collect();
    open.sort_by_key(|of| ids.iter().position(|id| *id == of.0));
    let theirs = |id: &String, field: &str, theirs| (id.clone(), field.to_owned(), json!(theirs));
    assert_eq!(open, [theirs(&ids[0], "title", "Theirs"), theirs(&ids[1], "description", "<p>Theirs</p>")]);
    assert_eq!(seller.title_there(&ids[0]).await, "Theirs");
    assert_eq!(seller.title_there(&ids[2]).await, "Ours");
    assert_eq!(seller.report(&ids[2]).await.sync_status, "synced");
}
