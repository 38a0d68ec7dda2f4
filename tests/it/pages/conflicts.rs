//! What somebody changed at the marketplace: counted, shown beside what is wanted here, and decided.

use axum::http::StatusCode;
use entrepot_domain::drift::Policy;
use entrepot_listings::ListingChange;
use entrepot_tests::pages::Pages;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use crate::flows::listings::{Seller, TARGET};

#[both_engines]
async fn what_was_changed_there_is_shown_and_decided(app: App) {
    let seller = Seller::of(app, 2).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let report = seller.reports().await.into_iter().find(|report| report.id == ids[0]).expect("a report");
    let there: u64 = report.external_id.expect("it stands").parse().expect("a number");
    let hostile = "<script>alert(1)</script> there";
    assert!(seller.target.update(there, |product| product.name = hostile.into()));
    let set = json!({ "title": "Wanted here" });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    let pages = Pages::of(&seller.app);
    assert!(pages.shown("/").await.holds("<b>1</b> listings need attention"));
    let list = pages.shown("/listings?show=conflict").await;
    assert!(list.holds("</span>changed there") && list.holds("<b>1</b> changed at the marketplace"), "{}", list.html);
    let path = format!("/listings/{}", ids[0]);
    let shown = pages.shown(&path).await;
    assert!(shown.holds("Changed at the marketplace") && shown.holds("Wanted here"), "{}", shown.html);
    assert!(!shown.holds("<script>alert") && shown.holds("alert(1)"), "{}", shown.html);
    let decide = format!("{path}/conflicts");
    let seen = shown.html.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("seen");
    let wrong = pages.post(&decide, &[("field", "title"), ("decision", "mine"), ("seen", seen)]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let decided = pages.post(&decide, &[("field", "title"), ("decision", "ours"), ("seen", seen)]).await;
    assert_eq!(decided.location(), path, "{}", decided.html);
    // Posted twice, it was decided already.
    assert!(
        !pages.post(&decide, &[("field", "title"), ("decision", "ours"), ("seen", seen)]).await.status.is_success()
    );
    seller.work().await;
    let shown = pages.shown(&path).await;
    assert!(shown.holds("</span>on sale") && !shown.holds("Take theirs"), "{}", shown.html);
    assert!(shown.holds("What is wanted here is sent over the marketplace’s value"), "{}", shown.html);
    assert_eq!(&*seller.target.product(there).expect("there").name, "Wanted here");
}

#[both_engines]
async fn the_rule_says_what_counts(app: App) {
    let seller = Seller::of(app, 1).await;
    let (pages, path) = (Pages::of(&seller.app), format!("/channels/{}/rule", seller.channels[1].as_str()));
    let form = pages.shown(&path).await;
    assert!(form.holds("<option value=\"ask\" selected>Ask me</option>"), "{}", form.html);
    let seen = form.html.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("seen");
    let saved = pages.post(&path, &[("conflicts", "theirs"), ("buffer", "1"), ("seen", seen)]).await;
    assert!(saved.location().starts_with("/listings"), "{}", saved.html);
    let rule = seller.app.host.app.listings.rule(&seller.app.host.tenant, TARGET).await.expect("a rule");
    assert_eq!((rule.conflicts.of("title"), rule.stock.map(|stock| stock.buffer)), (Policy::Theirs, Some(1)));
    assert!(pages.shown(&path).await.holds("<option value=\"theirs\" selected>"));
}
