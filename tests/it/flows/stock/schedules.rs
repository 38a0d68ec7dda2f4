//! Schedules of stock runs: whose adapter tells stock alone has one.

use entrepot_catalog::{StartOptions, Ticked};
use entrepot_channels::{NewChannel, ScheduleChange};
use entrepot_domain::run::{RunScope, RunState};
use entrepot_domain::schedule::ScheduleKind;
use entrepot_policy::Approval;
use entrepot_store::schedules::ScheduleRow;
use entrepot_test_support::{bigcommerce, etsy, shopify, woocommerce};
use entrepot_tests::stock::{MINUTE, catalogue, count, counted};
use entrepot_tests::{App, Marketplace, SHOP, both_engines, edited};
use serde_json::{Map, Value};

async fn schedules(app: &App) -> Vec<ScheduleRow> {
    app.host.app.channels.schedules(&app.host.tenant, SHOP).await.expect("schedules")
}

async fn kinds(app: &App) -> Vec<String> {
    schedules(app).await.into_iter().map(|row| row.kind).collect()
}

#[both_engines]
async fn a_channel_whose_adapter_tells_stock_has_a_stock_schedule(app: App) {
    let goods = catalogue(5);
    let (woo, listings) = (woocommerce::Store::from_seed(&goods), etsy::Store::from_seed(&goods));
    let (big, fy) = (bigcommerce::Store::from_seed(&goods), shopify::Store::from_seed(&goods));
    let shops = [
        Marketplace::woocommerce(&woo),
        Marketplace::etsy(&listings),
        Marketplace::bigcommerce(&big),
        Marketplace::shopify(&fy),
    ];
    let mut app = app;
    for (shop, tells) in shops.iter().zip([false, false, true, true]) {
        (app, _) = app.connect_to(shop).await;
        let wanted: &[&str] = if tells { &["delta", "full", "stock"] } else { &["delta", "full"] };
        assert_eq!(kinds(&app).await, wanted, "{}", shop.id);
        let change = app
            .host
            .app
            .channels
            .set_schedule(&app.host.tenant, SHOP, ScheduleKind::Stock, ScheduleChange::default())
            .await;
        match change {
            Ok(row) => assert_eq!(
                (tells, row.rule.as_str(), row.when_busy.as_str(), row.jitter_ms),
                (true, "every 15m", "skip", MINUTE)
            ),
            Err(error) => {
                assert!(!tells && error.to_string().contains("does not tell stock alone"), "{}: {error}", shop.id);
                let refused = app
                    .host
                    .app
                    .imports
                    .start_import(&app.host.tenant, SHOP, RunScope::Stock(None), StartOptions::default())
                    .await;
                assert!(refused.is_err(), "{}", shop.id);
            }
        }
        app.host.app.subscriptions.remove_channel(&app.host.tenant, SHOP).await.expect("removed");
    }
}

#[both_engines]
async fn a_stock_run_begins_by_itself_and_is_no_delta(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue(20));
    let shop = Marketplace::bigcommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let switch = |kind, on| {
        let change = ScheduleChange { enabled: Some(on), ..ScheduleChange::default() };
        app.host.app.channels.set_schedule(&app.host.tenant, SHOP, kind, change)
    };
    for kind in [ScheduleKind::Full, ScheduleKind::Delta] {
        switch(kind, false).await.expect("switched off");
    }
    app.clock().advance(20 * MINUTE);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked { begun: 0, skipped: 1 });
    let note = schedules(&app).await.pop().and_then(|row| row.note).expect("a note");
    assert!(note.contains("nothing was imported yet"), "{note}");

    let full = app.import().await;
    app.clock().advance(20 * MINUTE);
    assert!(store.set_stock(counted(&store), 2, 4_711));
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked { begun: 1, skipped: 0 });
    let run = app.carry(&app.run().await.run_id()).await;
    assert_eq!((run.scope, run.state, run.updated), ("stock", RunState::Completed, 1), "{run:?}");
    assert_eq!(count(&app, 4_711).await, 1);

    // The delta that follows is since the full run, not since the stock.
    switch(ScheduleKind::Stock, false).await.expect("switched off");
    switch(ScheduleKind::Delta, true).await.expect("switched on");
    app.clock().advance(20 * MINUTE);
    app.host.app.scheduler.tick().await.expect("a look");
    assert_eq!(app.run().await.scope(), RunScope::ChangedSince(full.created_at - 10 * MINUTE));
}

#[both_engines]
async fn a_channel_has_a_stock_schedule_once_its_adapter_tells_stock(app: App) {
    let named = |golden: &str, version: &str| {
        let was = golden.trim_start_matches("golden-").replace('-', ".");
        edited(golden, |text| {
            text.replace(&format!("id = \"{golden}\""), "id = \"golden\"")
                .replace(&format!("version = \"{was}\""), &format!("version = \"{version}\""))
        })
    };
    let admission = app.host.app.services.admission();
    let approve = async |bytes: Vec<u8>| {
        admission.install(bytes, "test").await.expect("installed");
        admission.approve("golden", Approval::default(), "test").await.expect("approved");
    };
    approve(named("golden-0-1-0", "1.0.0")).await;
    let new = NewChannel {
        adapter: "golden".into(),
        name: SHOP.into(),
        settings: Map::from_iter([("base_url".to_owned(), Value::from("http://127.0.0.1:9"))]),
        secrets: ["key", "secret"].map(|name| (name.to_owned(), entrepot_domain::Secret::new("x"))).into(),
        untested: true,
    };
    let (id, _) = app.host.app.channels.add_channel(&app.host.tenant, new).await.expect("added");
    assert_eq!(kinds(&app).await, ["delta", "full"]);
    approve(named("golden-0-1-1", "2.0.0")).await;
    app.clock().advance(20 * MINUTE);
    app.host.app.scheduler.tick().await.expect("a look");
    let stock = schedules(&app).await.pop().expect("the last by name");
    assert_eq!((stock.channel_id.as_str(), stock.kind.as_str(), stock.enabled), (id.as_str(), "stock", 1));
    assert!(stock.next_at > app.clock().now() && stock.next_at <= app.clock().now() + 9 * MINUTE);
    // Switched off it stays.
    let off = ScheduleChange { enabled: Some(false), ..ScheduleChange::default() };
    app.host.app.channels.set_schedule(&app.host.tenant, SHOP, ScheduleKind::Stock, off).await.expect("switched off");
    let run = app.run().await;
    app.host.app.imports.cancel_run(&app.host.tenant, &run.run_id()).await.expect("cancelled");
    app.clock().advance(20 * MINUTE);
    app.host.app.scheduler.tick().await.expect("a look");
    assert_eq!(schedules(&app).await.pop().map(|row| (row.kind, row.enabled)), Some(("stock".to_owned(), 0)));
}
