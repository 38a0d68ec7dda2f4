//! Listings in a browser: many at once, planned before they are done; what stops the day is found and counted.

use axum::http::StatusCode;
use entrepot_domain::effective::{ChannelRule, PriceRule};
use entrepot_domain::{OperationId, TenantId};
use entrepot_listings::{MOST, Which};
use entrepot_store::listings::{ListingQuery, Standing};
use entrepot_tests::operations::{carry, newest};
use entrepot_tests::pages::{Page, Pages};
use entrepot_tests::{App, both_engines};

use crate::flows::listings::{Seller, TARGET};

/// Does what workers do until the newest operation of that kind is over.
pub(super) async fn carried(seller: &Seller, kind: &str) {
    let operation = newest(&seller.app, kind).await.expect("an operation");
    let over = carry(&seller.app, &seller.app.host.tenant, &OperationId::from(operation.operation)).await;
    assert_eq!(over.state, "done", "{over:?}");
}

async fn products(seller: &Seller) -> Vec<String> {
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let all = scoped.products_of(&seller.channels[0], "", 1_000).await.expect("products");
    all.into_iter().map(|stored| stored.id.to_string()).collect()
}

/// What a plan is about.
fn ids_of(plan: &Page) -> String {
    let ids = plan.html.split("name=\"ids\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    ids.expect("ids").to_owned()
}

#[both_engines]
async fn chosen_products_become_drafts_and_are_published(app: App) {
    let seller = Seller::of(app, 4).await;
    let pages = Pages::of(&seller.app);
    let empty = pages.shown("/listings").await;
    assert!(empty.holds("Nothing is listed yet"), "{}", empty.html);
    let products = products(&seller).await;
    let chosen = format!("product={}&product={}", products[0], products[1]);
    let list = pages.shown("/products").await;
    assert!(list.holds(&format!("name=\"product\" value=\"{}\"", products[0])), "{}", list.html);
    // Goods can be put on sale on both; one of them is theirs.
    let ask = pages.shown(&format!("/listings/new?{chosen}")).await;
    assert!(ask.holds("List 2 products") && ask.holds(">target</option>"), "{}", ask.html);
    let target = seller.channels[1].as_str();
    let plan = pages.shown(&format!("/listings/new?{chosen}&on={target}")).await;
    assert!(plan.holds("List 2 products on target") && plan.holds("Make 2 drafts"), "{}", plan.html);
    let ids = format!("{} {}", products[0], products[1]);
    let made = pages.post("/listings/new", &[("on", target), ("products", &ids)]).await;
    assert!(made.location().starts_with("/listings/jobs/"), "{}", made.html);
    let waits = pages.shown(made.location()).await;
    assert!(waits.holds("data-live=\"/live/listings/jobs/") && waits.holds("</span>queued"), "{}", waits.html);
    carried(&seller, "draft_listings").await;
    let job = pages.shown(made.location()).await;
    assert!(job.holds("</span>done") && job.holds("</span>draft") && !job.holds("data-live"), "{}", job.html);
    assert_eq!(seller.target.product_ids().len(), 0, "drafts are sent nowhere");
    // It is taken back.
    let undo = pages.shown(&job.link("Remove these drafts")).await;
    assert!(undo.holds("Remove 2 listings") && !undo.holds("to the marketplace"), "{}", undo.html);
    let removed = pages.post("/listings/plan", &[("action", "remove"), ("ids", &ids_of(&undo))]).await;
    carried(&seller, "change_listings").await;
    assert!(pages.shown(removed.location()).await.holds("</span>removed"));
    assert!(pages.shown("/listings").await.holds("Nothing is listed yet"));
    pages.post("/listings/new", &[("on", target), ("products", &ids)]).await;
    carried(&seller, "draft_listings").await;
    // A second time there is nothing to do.
    let again = pages.shown(&format!("/listings/new?{chosen}&on={target}")).await;
    assert!(again.holds("no draft would be made") && again.holds("is listed on target already"), "{}", again.html);

    let drafts = pages.shown("/listings?show=draft").await;
    assert_eq!(drafts.html.matches("name=\"id\"").count(), 2, "{}", drafts.html);
    let plan = pages.shown(&drafts.link("Publish")).await;
    assert!(plan.holds("<h1>Publish 2 listings</h1>") && plan.holds("about 1 request"), "{}", plan.html);
    let ids = ids_of(&plan);
    let begun = pages.post("/listings/plan", &[("action", "publish"), ("ids", &ids)]).await;
    // Sent twice, it is the same operation.
    let twice = pages.post("/listings/plan", &[("action", "publish"), ("ids", &ids)]).await;
    assert_eq!(begun.location(), twice.location());
    carried(&seller, "change_listings").await;
    let job = pages.shown(begun.location()).await;
    assert!(job.holds("on their way") && job.holds("data-live"), "{}", job.html);
    seller.work().await;
    let job = pages.shown(begun.location()).await;
    assert!(job.holds("</span>on sale") && job.holds("2 of 2") && !job.holds("data-live"), "{}", job.html);
    let live = pages.shown(&format!("/live{}", begun.location())).await;
    assert!(live.html.starts_with("event: last") && live.holds("on sale"), "{}", live.html);
    assert!(pages.shown(&job.link("End what was published")).await.holds("End 2 listings"));
    assert_eq!(seller.target.product_ids().len(), 2);

    let ids: Vec<&str> = ids.split(' ').collect();
    let plan = pages.shown(&format!("/listings/plan?action=end&id={}", ids[0])).await;
    assert!(plan.holds("End 1 listing"), "{}", plan.html);
    pages.post("/listings/plan", &[("action", "end"), ("ids", ids[0])]).await;
    carried(&seller, "change_listings").await;
    seller.work().await;
    assert!(pages.shown("/listings?show=ended").await.holds("</span>ended"));
    let plan = pages.shown(&format!("/listings/plan?action=remove&id={}", ids[0])).await;
    assert!(plan.holds("Remove 1 listing"), "{}", plan.html);
    let plan = pages.shown(&format!("/listings/plan?action=push&id={}&id={}", ids[0], ids[1])).await;
    assert!(plan.holds("Send again 1 listing") && plan.holds("It is ended. Publish it"), "{}", plan.html);
}

#[both_engines]
async fn what_stops_the_day_is_counted_and_found(app: App) {
    let seller = Seller::of(app, 3).await;
    seller.list_all().await;
    let pages = Pages::of(&seller.app);
    // What would be refused is said before anything is sent.
    let floor = ChannelRule {
        price: Some(PriceRule { floor: Some(100_000_000), ..PriceRule::default() }),
        ..ChannelRule::default()
    };
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &floor).await.expect("set");
    let plan = pages.shown("/listings/plan?action=publish&all=yes").await;
    assert!(plan.holds("There is nothing to do") && plan.holds("below the channel"), "{}", plan.html);
    seller.push().await;
    let start = pages.shown("/").await;
    assert!(start.holds("class=\"urgent\"><b>3</b> listings need attention"), "{}", start.html);
    let stuck = pages.shown(&start.link("listings need attention")).await;
    assert_eq!(stuck.html.matches("</span>refused").count(), 3, "{}", stuck.html);
    assert!(stuck.holds("below the channel") && stuck.holds("<time"), "{}", stuck.html);
    let channel = pages.shown(&format!("/channels/{}", seller.channels[1].as_str())).await;
    assert!(
        channel.holds("<b>3</b> listings need attention") && channel.holds("nothing was sent yet"),
        "{}",
        channel.html
    );

    // No answer came: it is in doubt, and the time of the next try stands there.
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &ChannelRule::default()).await.expect("set");
    let batches = entrepot_test_support::server::Matcher::path("/wp-json/wc/v3/products/batch");
    seller.shops.1.server.inject(batches.nth(1), entrepot_test_support::server::Fault::Truncate(0));
    seller.push().await;
    for show in ["failed", "in-doubt", "stuck"] {
        let doubt = pages.shown(&format!("/listings?show={show}")).await;
        assert_eq!(doubt.html.matches("</span>in doubt").count(), 3, "{show}: {}", doubt.html);
        assert!(doubt.holds("Tried again <time"), "{}", doubt.html);
    }
    seller.app.clock().advance(60_000);
    seller.work().await;
    let sold = pages.shown("/listings?show=on-sale").await;
    let number = sold.html.matches("name=\"id\"").count();
    assert!(number > 0 && sold.holds(&format!("<b>{number}</b> on sale")), "{}", sold.html);
    assert!(pages.shown("/listings?show=stuck").await.holds("No listing fits"));
    assert!(pages.shown("/").await.holds("<b>0</b> listings need attention"));
    assert_eq!(pages.open("/listings?show=never").await.status, StatusCode::BAD_REQUEST);
}

#[both_engines]
async fn listings_are_found_by_title_sku_and_id_and_paged(app: App) {
    let seller = Seller::of(app, 60).await;
    let ids = seller.list_all().await;
    let pages = Pages::of(&seller.app);
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let product = scoped.products_of(&seller.channels[0], "", 1).await.expect("products").remove(0).product;
    let sku = product.variants[0].sku.clone().expect("a SKU");
    let set = serde_json::json!({ "title": "Übergroße Tasse" });
    seller.change(&ids[7], entrepot_listings::ListingChange { set: Some(set), ..Default::default() }).await;
    for (words, id) in [(sku.as_str(), &ids[0]), ("übergroße", &ids[7]), (ids[9].as_str(), &ids[9])] {
        let query = ListingQuery { words, limit: 10, ..ListingQuery::default() };
        let found = scoped.find_listings(&query).await.expect("found");
        assert!(found.iter().any(|found| found.id == *id), "{words}: {found:?}");
        assert!(found.len() < 10, "{words}");
    }
    let first = pages.shown("/listings").await;
    assert_eq!(first.html.matches("name=\"id\"").count(), 50);
    assert!(first.html.len() < 150_000, "{} bytes", first.html.len());
    let second = pages.shown(&first.link("Next page")).await;
    assert_eq!(second.html.matches("name=\"id\"").count(), 10);
    let plan = pages.shown(&first.link("Publish")).await;
    assert!(plan.holds("Publish 60 listings"), "{}", plan.html);
    // Of a channel that is not there, none.
    let none = ListingQuery { channel: "chn_other", limit: 10, ..ListingQuery::default() };
    assert!(scoped.find_listings(&none).await.expect("found").is_empty());
    for standing in Standing::ALL {
        assert_eq!(Standing::parse(standing.as_str()), Some(standing));
    }
    let many = vec!["lst_x".to_owned(); MOST + 1];
    let started = seller
        .app
        .host
        .app
        .listings
        .plan_changing(&seller.app.host.tenant, entrepot_listings::BulkAction::End, &many)
        .await;
    assert!(started.expect_err("too many").to_string().contains("at most 1000"));
}

#[both_engines]
async fn nobody_changes_another_tenants_listings(app: App) {
    let seller = Seller::of(app, 1).await;
    let ids = seller.list_all().await;
    let other = seller.app.host.app.accounts.add_tenant("stranger", "test").await.expect("a tenant");
    let stranger = Pages::for_tenant(&seller.app, &TenantId::from(other.id.as_str())).await;
    assert!(!stranger.shown("/listings").await.holds(&ids[0]));
    let plan = format!("/listings/plan?action=end&id={}", ids[0]);
    assert_eq!(stranger.open(&plan).await.status, StatusCode::NOT_FOUND);
    for path in ["", "/edit", "/category"] {
        assert_eq!(stranger.open(&format!("/listings/{}{path}", ids[0])).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for (path, fields) in [
        ("push", vec![]),
        ("end", vec![]),
        ("remove", vec![]),
        ("revert", vec![("field", "title"), ("version", "1")]),
        ("edit", vec![("title", "Stolen"), ("version", "1")]),
        ("category", vec![("category", "1"), ("version", "1")]),
        ("category/find", vec![("words", "")]),
        ("category/ask", vec![]),
    ] {
        let answer = stranger.post(&format!("/listings/{}/{path}", ids[0]), &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.html);
    }
    let all = seller.app.host.app.listings.list(&seller.app.host.tenant, Which::default(), "", 10).await.expect("all");
    assert_eq!((all.len(), all[0].version), (1, 1));
}
