//! What deltas and webhooks miss is found by the next full run, which says how much it was; and what they brought stays.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_channels::ScheduleChange;
use entrepot_domain::run::{Drift, RunScope, RunState};
use entrepot_domain::schedule::ScheduleKind;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Product, Seed, Store};
use entrepot_tests::webhooks::{shop, title, web_server, work};
use entrepot_tests::{App, Marketplace, SHOP, both_engines};

const HOUR: i64 = 3_600_000;

fn pages() -> Matcher {
    Matcher::path("/wc/v3/products?").with("orderby=id").without("_fields=id&")
}

/// As an ERP plugin does that writes into the shop's tables: the date of the change stays.
fn change_silently(store: &Store, id: u64, name: &str) {
    let (now, then) = (store.options().now, store.product(id).expect("it is there").modified);
    store.configure(|options| options.now = Some(then));
    store.update(id, |product| product.name = name.into());
    store.configure(|options| options.now = now);
}

async fn set(app: &App, kind: ScheduleKind, change: ScheduleChange) {
    app.host.app.channels.set_schedule(&app.host.tenant, SHOP, kind, change).await.expect("it is changed");
}

#[both_engines]
async fn a_full_run_says_what_deltas_had_missed(app: App) {
    let store = Store::generate(Seed { products: 40, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let pass = |hours| app.pass(hours, &store);
    pass(1);
    assert_eq!(app.import().await.drift, Drift::default(), "before the first run nothing was known");

    pass(3);
    let ids = store.product_ids();
    change_silently(&store, ids[3], "Changed behind the shop's back");
    assert!(store.force_delete(ids[5]));
    pass(3);
    store.update(ids[7], |product| product.name = "Told by a delta".into());
    let since = app.clock().now() - 4 * HOUR;
    let delta = app.import_with(RunScope::ChangedSince(since), StartOptions::default()).await;
    assert_eq!((delta.state, delta.updated, delta.drift), (RunState::Completed, 1, Drift::default()), "{delta:?}");

    pass(1);
    store.update(ids[9], |product| product.name = "Not for a delta to have seen".into());
    store.insert(Product::simple("Nor this").priced("3.00"));
    let full = app.import().await;
    assert_eq!((full.created, full.updated, full.deleted), (1, 2, 1), "{full:?}");
    assert_eq!(full.drift, Drift { created: 0, updated: 1, deleted: 1 }, "{full:?}");
    assert_eq!(app.import().await.drift, Drift::default());
}

#[both_engines]
async fn a_page_that_was_on_its_way_does_not_undo_a_webhook(app: App) {
    let shop = shop(&app, 30).await;
    let (web, ids) = (web_server(&app.host), shop.store.product_ids());
    // The import has its page from before, and gets it late.
    shop.server.inject(pages().nth(1), Fault::Delay(Duration::from_secs(3)));
    let started =
        app.host.app.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await;
    let run = started.expect("it starts").run;
    let asked = shop.server.log().total();
    let meanwhile = async {
        while shop.server.log().total() == asked {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        shop.store.update(ids[4], |product| product.name = "Told by a webhook".into());
        assert!(shop.store.trash(ids[6]));
        assert!(web.deliver_all(&shop).await >= 2);
        work(&app.host, &shop.channel).await;
        assert_eq!(title(&app, ids[4]).await.as_deref(), Some("Told by a webhook"));
        assert_eq!(title(&app, ids[6]).await, None);
    };
    let (report, ()) = tokio::join!(app.carry(&run), meanwhile);
    assert_eq!(report.state, RunState::Completed, "{report:?}");
    assert_eq!(title(&app, ids[4]).await.as_deref(), Some("Told by a webhook"));
    assert_eq!(title(&app, ids[6]).await, None, "what is gone does not come back");
    app.assert_whole(29).await;
}

#[both_engines]
async fn two_who_bring_the_same_item_do_not_overwrite_each_other(app: App) {
    let app = app.with(&[("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "10000")]).await;
    let shop = shop(&app, 12).await;
    let (web, ids) = (web_server(&app.host), shop.store.product_ids());
    for round in 0..12 {
        let name = format!("Round {round}");
        for id in &ids {
            shop.store.update(*id, |product| product.name = name.as_str().into());
        }
        web.deliver_all(&shop).await;
        let (report, ()) = tokio::join!(app.import(), work(&app.host, &shop.channel));
        assert_eq!(report.state, RunState::Completed, "{report:?}");
        let titles: Vec<String> = app.products().await.into_iter().map(|product| product.title).collect();
        assert_eq!(titles, vec![name; 12]);
    }
}

#[both_engines]
async fn a_delta_looks_back_to_the_last_run_that_was_completed(app: App) {
    let store = Store::generate(Seed { products: 30, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let pass = |hours| app.pass(hours, &store);
    set(&app, ScheduleKind::Full, ScheduleChange { enabled: Some(false), ..ScheduleChange::default() }).await;
    app.import().await;
    pass(1);
    store.update(store.product_ids()[2], |product| product.name = "While the shop was away".into());
    pass(1);
    shop.server.inject(pages(), Fault::Status(400));
    app.host.app.scheduler.tick().await.expect("a look");
    let failed = app.carry(&app.run().await.run_id()).await;
    assert_eq!(failed.state, RunState::Failed, "{failed:?}");
    shop.server.heal();
    pass(1);
    app.host.app.scheduler.tick().await.expect("a look");
    let delta = app.carry(&app.run().await.run_id()).await;
    assert_eq!((delta.state, delta.scope, delta.updated), (RunState::Completed, "changed_since", 1), "{delta:?}");
}

#[both_engines]
async fn a_full_run_that_failed_does_not_wait_for_the_next_night(app: App) {
    let store = Store::generate(Seed { products: 20, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let pass = |hours| app.pass(hours, &store);
    set(&app, ScheduleKind::Delta, ScheduleChange { enabled: Some(false), ..ScheduleChange::default() }).await;
    shop.server.inject(Matcher::any(), Fault::Status(400));
    pass(26);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look").begun, 1);
    let failed = app.carry(&app.run().await.run_id()).await;
    assert_eq!(failed.state, RunState::Failed, "{failed:?}");
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look").begun, 0, "not at once");
    shop.server.heal();
    pass(1);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look").begun, 1);
    let full = app.carry(&app.run().await.run_id()).await;
    assert_eq!((full.state, full.scope, full.created), (RunState::Completed, "full", 20), "{full:?}");
    pass(1);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look").begun, 0, "it is due next night");
}
