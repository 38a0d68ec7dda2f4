//! What deliveries do to the catalogue, and what becomes of those that cannot be worked on.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_domain::catalog::Inventory;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Outcome;
use entrepot_store::Pools;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::deliveries::WhichDeliveries;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::Product;
use entrepot_tests::webhooks::{deliveries, note, shop, store, stored, tell, title, verified, web_server, work};
use entrepot_tests::{App, SHOP, both_engines};
use serde_json::json;

/// How many jobs of this kind there are.
async fn jobs(app: &App, kind: &str) -> i64 {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM river_job WHERE kind = $1";
    match app.host.db.pools() {
        Pools::Postgres(pool) => sqlx::query_scalar(COUNT).bind(kind).fetch_one(pool).await.expect("jobs"),
        Pools::Sqlite { read, .. } => sqlx::query_scalar(COUNT).bind(kind).fetch_one(read).await.expect("jobs"),
    }
}

#[both_engines]
async fn what_comes_together_is_stored_once_and_in_its_order(app: App) {
    let shop = shop(&app, 1).await;
    let names: Vec<String> = (0..70).map(|number| format!("{number:02}")).collect();
    let new: Vec<_> = names.iter().map(|id| verified(&shop.channel, id, "[]")).collect();
    let twice = [&new[..69], &new[..1]].concat();
    let expected: Vec<bool> = (0..70).map(|at| at < 69).collect();
    assert_eq!(store(&app, &twice).await, expected, "the last one is the first one");
    assert_eq!(store(&app, &new[67..]).await, [false, false, true]);
    let scoped = app.host.db.tenant(&app.host.tenant);
    let pending = scoped.pending_deliveries(&shop.channel, 1_000, usize::MAX).await.expect("pending");
    let mut kept = deliveries(&app, &shop.channel).await;
    kept.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!(kept.iter().map(|of| of.delivery_id.clone()).collect::<Vec<_>>(), names);
    assert!(pending.iter().map(|of| &of.id).eq(kept.iter().map(|of| &of.id)));
}

#[both_engines]
async fn news_of_one_item_are_one_question(app: App) {
    let shop = shop(&app, 60).await;
    let web = web_server(&app.host);
    let ids = shop.store.product_ids();
    let mut came = 0;
    for round in 0..3 {
        for id in &ids[..25] {
            shop.store.update(*id, |product| product.name = format!("Round {round}").into());
        }
        came += web.deliver_all(&shop).await;
    }
    assert!(came >= 25, "{came}");
    let before = shop.server.log().total();
    work(&app.host, &shop.channel).await;
    let asked = shop.server.log().lines()[before..].iter().filter(|line| line.query.contains("include=")).count();
    assert!((2..=4).contains(&asked), "25 items are asked for 20 at a time: {asked}");
    assert!(deliveries(&app, &shop.channel).await.iter().all(|delivery| delivery.state == "done"));
    for id in &ids[..25] {
        assert_eq!(title(&app, *id).await.as_deref(), Some("Round 2"));
    }
    assert_eq!(
        app.host.app.deliveries.process_inbox(&app.host.tenant, &shop.channel).await.expect("looks"),
        Outcome::Done
    );
}

#[both_engines]
async fn products_come_go_and_come_back(app: App) {
    let shop = shop(&app, 20).await;
    let web = web_server(&app.host);
    let added = shop.store.insert(Product::simple("Quite new").priced("5.00"));
    let (trashed, deleted) = (shop.store.product_ids()[1], shop.store.product_ids()[2]);
    shop.store.trash(trashed);
    shop.store.update(deleted, |product| product.name = "Going".into());
    shop.store.force_delete(deleted);
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, added).await.as_deref(), Some("Quite new"));
    assert_eq!(title(&app, trashed).await, None);
    shop.store.untrash(trashed);
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    assert!(title(&app, trashed).await.is_some());
    let run = app.import().await;
    assert_eq!((run.created, run.updated), (0, 0), "the import finds what the webhooks told: {run:?}");
}

#[both_engines]
async fn what_is_older_than_what_is_stored_is_not_applied(app: App) {
    let shop = shop(&app, 10).await;
    let id = shop.store.product_ids()[0];
    let before = title(&app, id).await;
    let item = stored(&app, &shop.channel, id).await;
    let at = item.source_updated_at.expect("WooCommerce says when");
    let upserted = |name: &str, at: i64| {
        let body = item.body.as_deref().expect("whole").replace(before.as_deref().expect("a title"), name);
        json!([{"upserted": {"source_id": item.source_id, "updated_at": at, "body": body, "deleted": false, "problems": []}}])
    };
    tell(&app, &shop.channel, "newer", None, upserted("Newer", at + 2_000)).await;
    tell(&app, &shop.channel, "old", None, upserted("Older", at + 1_000)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, id).await.as_deref(), Some("Newer"), "overtaken on the way");
    tell(&app, &shop.channel, "late", None, upserted("Late", at + 1_500)).await;
    tell(&app, &shop.channel, "gone", Some(at), json!([{"deleted": item.source_id}])).await;
    work(&app.host, &shop.channel).await;
    // The two contradict each other, so the shop is asked: what it says is the state.
    assert_eq!(title(&app, id).await, before);
    tell(&app, &shop.channel, "newer still", None, upserted("Newer", at + 2_000)).await;
    work(&app.host, &shop.channel).await;
    tell(&app, &shop.channel, "late again", None, upserted("Late", at + 1_500)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, id).await.as_deref(), Some("Newer"));
    tell(&app, &shop.channel, "gone-late", Some(at), json!([{"deleted": item.source_id}])).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, id).await.as_deref(), Some("Newer"));
    assert!(note(&app, &shop.channel, "gone-late").await.1.contains("before"), "it says why");
    tell(&app, &shop.channel, "gone-now", Some(at + 9_000), json!([{"deleted": item.source_id}])).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, id).await, None);
}

#[both_engines]
async fn stock_orders_and_other_news(app: App) {
    let shop = shop(&app, 5).await;
    let counted = shop.store.insert(Product::simple("Counted").priced("3.00").stocked(7));
    app.import().await;
    let level = json!({"item_id": counted.to_string(), "location_id": "default", "available": 4});
    let other = json!({"item_id": "nobody", "location_id": "default", "available": 4});
    tell(&app, &shop.channel, "stock", None, json!([{"stock": [level, other]}])).await;
    tell(&app, &shop.channel, "order", None, json!([{"order-changed": "17"}, {"ignored": "of no interest"}])).await;
    tell(&app, &shop.channel, "end", None, json!(["disconnected"])).await;
    tell(&app, &shop.channel, "odd", None, json!([{"of-a-later-version": 1}])).await;
    work(&app.host, &shop.channel).await;
    let products = app.products().await;
    let product = products.iter().find(|product| product.source_id == counted.to_string()).expect("it is there");
    let Inventory::Tracked(levels) = &product.variants[0].inventory else { panic!("{product:?}") };
    assert_eq!((levels.len(), levels[0].available), (1, 4), "{levels:?}");
    assert!(note(&app, &shop.channel, "stock").await.1.contains("no such level"));
    assert!(note(&app, &shop.channel, "order").await.1.contains("order 17"));
    assert!(note(&app, &shop.channel, "odd").await.1.contains("version"));
    let row = app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the channel");
    assert!(row.problem.is_some_and(|problem| problem.contains("connect")), "somebody has to know");
    // The shop still has seven: nothing changed there, and it must not pass for unchanged here.
    let run = app.import().await;
    assert_eq!((run.updated, run.created), (1, 0), "{run:?}");
}

#[both_engines]
async fn a_run_that_waits_is_woken(app: App) {
    let shop = shop(&app, 5).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let started =
        cases.imports.start_import(tenant, SHOP, RunScope::Full, StartOptions::default()).await.expect("starts");
    let wait = entrepot_test_support::server::RetryAfter::Seconds(30);
    shop.server.inject(Matcher::path("/wc/v3/products?").next(1), Fault::TooMany(Some(wait)));
    let Outcome::Later(wait) = cases.imports.advance(tenant, &started.run).await.expect("advances") else {
        panic!("it waits")
    };
    assert!(wait > Duration::from_secs(10), "{wait:?}");
    let before = jobs(&app, "advance_run").await;
    tell(&app, &shop.channel, "ready", None, json!([{"run-ready": "{}"}])).await;
    work(&app.host, &shop.channel).await;
    let at = app.run().await.not_before.expect("it waited");
    assert!(at <= app.clock().now(), "and waits no more");
    assert_eq!(jobs(&app, "advance_run").await, before + 1, "somebody is told");
}

#[both_engines]
async fn what_came_while_an_import_ran_is_not_taken_for_gone(app: App) {
    let shop = shop(&app, 5).await;
    let first = shop.store.product_ids()[0];
    let body = stored(&app, &shop.channel, first)
        .await
        .body
        .expect("whole")
        .replace(&format!("\"id\":{first}"), "\"id\":99999");
    let item = json!({"source_id": "99999", "updated_at": null, "body": body, "deleted": false, "problems": []});
    shop.server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_millis(400)));
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let started =
        cases.imports.start_import(tenant, SHOP, RunScope::Full, StartOptions::default()).await.expect("starts");
    let meanwhile = async {
        tell(&app, &shop.channel, "new", None, json!([{"upserted": item}])).await;
        work(&app.host, &shop.channel).await;
    };
    let (run, ()) = tokio::join!(app.carry(&started.run), meanwhile);
    assert_eq!((run.state, run.deleted), (RunState::Completed, 0), "{run:?}");
    assert!(title(&app, 99_999).await.is_some(), "no page showed it, and it was told of only then");
    shop.server.heal();
    assert_eq!(app.import().await.deleted, 1, "the next one knows better");
}

#[both_engines]
async fn what_fails_is_tried_again_and_then_kept_for_replay(app: App) {
    let app = app.with(&[("ENTREPOT_IMPORT_ATTEMPTS", "3")]).await;
    let shop = shop(&app, 10).await;
    let web = web_server(&app.host);
    let id = shop.store.product_ids()[0];
    let asked = Matcher::path("/wc/v3/products").with("include=");
    shop.server.inject(asked.clone(), Fault::Status(500));
    shop.store.update(id, |product| product.name = "After the failure".into());
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    let dead = deliveries(&app, &shop.channel).await.remove(0);
    assert_eq!((dead.state.as_str(), dead.attempts), ("dead", 3), "{dead:?}");
    let why = dead.failure.expect("a reason");
    assert!(why.contains("3 tries") && why.contains("entrepot webhooks replay"), "{why}");

    shop.server.heal();
    let replay = async |which| app.host.app.deliveries.replay_deliveries(&app.host.tenant, SHOP, &which).await;
    assert!(replay(WhichDeliveries::These(vec!["dlv_nobody".into()])).await.is_err());
    assert_eq!(replay(WhichDeliveries::Dead).await.expect("replayed"), 1);
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, id).await.as_deref(), Some("After the failure"));
    assert_eq!(deliveries(&app, &shop.channel).await[0].state, "done");
    assert_eq!(replay(WhichDeliveries::Dead).await.expect("none"), 0);
    assert_eq!(replay(WhichDeliveries::These(vec![dead.id])).await.expect("replayed"), 1);
    work(&app.host, &shop.channel).await;

    app.clock().advance(31 * 24 * 60 * 60 * 1000);
    assert_eq!(app.host.app.deliveries.forget_deliveries().await.expect("forgotten"), 1);
    assert!(deliveries(&app, &shop.channel).await.is_empty());
}

#[both_engines]
async fn a_shop_that_asks_to_wait_is_waited_for(app: App) {
    let shop = shop(&app, 10).await;
    let web = web_server(&app.host);
    let wait = entrepot_test_support::server::RetryAfter::Seconds(1);
    shop.server.inject(Matcher::path("/wc/v3/products").with("include=").next(1), Fault::TooMany(Some(wait)));
    let id = shop.store.product_ids()[0];
    shop.store.update(id, |product| product.name = "Patience".into());
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    let done = deliveries(&app, &shop.channel).await.remove(0);
    assert_eq!((done.state.as_str(), done.attempts), ("done", 0), "waiting is no failure: {done:?}");
    assert_eq!(title(&app, id).await.as_deref(), Some("Patience"));
}

#[both_engines]
async fn two_hosts_do_not_work_on_one_inbox_at_once(app: App) {
    let shop = shop(&app, 30).await;
    let web = web_server(&app.host);
    for id in &shop.store.product_ids()[..10] {
        shop.store.update(*id, |product| product.name = "Once".into());
    }
    web.deliver_all(&shop).await;
    shop.server.inject(Matcher::path("/wc/v3/products").with("include="), Fault::Delay(Duration::from_millis(800)));
    let before = shop.server.log().total();
    let other = app.reopen().await;
    tokio::join!(work(&app.host, &shop.channel), work(&other, &shop.channel));
    let asked = shop.server.log().lines()[before..].iter().filter(|line| line.query.contains("include=")).count();
    assert_eq!(asked, 1, "whoever came second found nothing left to do");
    assert!(deliveries(&app, &shop.channel).await.iter().all(|delivery| delivery.state == "done"));
}

#[both_engines]
async fn an_inbox_whose_worker_died_is_taken_over(app: App) {
    let shop = shop(&app, 5).await;
    let id = shop.store.product_ids()[0];
    shop.store.update(id, |product| product.name = "Taken over".into());
    web_server(&app.host).deliver_all(&shop).await;
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    // Of a host whose clock is far ahead.
    assert!(
        tx.lease_channel_work(ChannelWork::Deliveries, &shop.channel, "dead", 2 * 60 * 60 * 1000, None)
            .await
            .expect("leased")
    );
    tx.commit().await.expect("leased");
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, id).await.as_deref(), Some("Taken over"));
}

#[both_engines]
async fn deliveries_to_a_channel_that_is_gone_come_to_an_end(app: App) {
    let shop = shop(&app, 5).await;
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Too late".into());
    web_server(&app.host).deliver_all(&shop).await;
    app.host.app.subscriptions.remove_channel(&app.host.tenant, SHOP).await.expect("removed");
    work(&app.host, &shop.channel).await;
    let dead = deliveries(&app, &shop.channel).await.remove(0);
    assert_eq!(dead.state, "dead");
    assert!(dead.failure.is_some_and(|why| why.contains("removed")));
}
