//! News in whatever order they come, of shops whatever their clocks say.

use entrepot_channels::ScheduleChange;
use entrepot_domain::catalog::Inventory;
use entrepot_domain::run::RunState;
use entrepot_domain::schedule::ScheduleKind;
use entrepot_test_support::woocommerce::Product;
use entrepot_tests::webhooks::{note, shop, stored, tell, title, web_server, work};
use entrepot_tests::{App, SHOP, both_engines};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

/// All orders of so many things.
fn orders(of: usize) -> Vec<Vec<usize>> {
    if of == 0 {
        return vec![Vec::new()];
    }
    let into = |order: Vec<usize>| (0..of).map(move |at| [&order[..at], &[of - 1], &order[at..]].concat());
    orders(of - 1).into_iter().flat_map(into).collect()
}

async fn available(app: &App, id: u64) -> i64 {
    let product = app.products().await.into_iter().find(|product| product.source_id == id.to_string());
    match &product.expect("it is there").variants[0].inventory {
        Inventory::Tracked(levels) => levels[0].available,
        Inventory::Untracked(_) => panic!("it is counted"),
    }
}

fn level(id: u64, available: i64) -> Value {
    json!([{"stock": [{"item_id": id.to_string(), "location_id": "default", "available": available}]}])
}

/// Three numbers of one level, and two of the same moment: whatever comes first, in one batch or each in its own.
#[both_engines]
async fn stock_ends_the_same_in_whatever_order_it_is_told(app: App) {
    let shop = shop(&app, 1).await;
    let orders = orders(4);
    let counted: Vec<u64> = orders
        .iter()
        .chain(&orders)
        .map(|_| shop.store.insert(Product::simple("Counted").priced("3.00").stocked(7)))
        .collect();
    app.import().await;
    app.pass(1, &shop.store);
    let began = app.clock().now() - 10 * MINUTE;
    // The shop has what the last movement left.
    for id in &counted {
        shop.store.update(*id, |product| product.stock_quantity = Some(3));
    }
    let told = [(6, began), (5, began + MINUTE), (4, began + MINUTE), (3, began + 2 * MINUTE)];
    for (index, (id, order)) in counted.iter().zip(orders.iter().chain(&orders)).enumerate() {
        for at in order {
            let (number, occurred_at) = told[*at];
            tell(&app, &shop.channel, &format!("{index} {at}"), Some(occurred_at), level(*id, number)).await;
            // Each in a batch of its own, or all of them in one with those of other products.
            if index < orders.len() {
                work(&app.host, &shop.channel).await;
            }
        }
    }
    work(&app.host, &shop.channel).await;
    for (id, order) in counted.iter().zip(orders.iter().chain(&orders)) {
        assert_eq!(available(&app, *id).await, 3, "{order:?}");
    }
}

#[both_engines]
async fn a_number_that_waited_while_its_product_was_fetched_is_not_applied(app: App) {
    let shop = shop(&app, 1).await;
    let id = shop.store.insert(Product::simple("Counted").priced("3.00").stocked(7));
    app.import().await;
    tell(&app, &shop.channel, "waits", Some(app.clock().now()), level(id, 2)).await;
    app.clock().advance(MINUTE);
    shop.store.update(id, |product| product.stock_quantity = Some(8));
    app.import().await;
    work(&app.host, &shop.channel).await;
    assert_eq!(available(&app, id).await, 8);
    assert!(note(&app, &shop.channel, "waits").await.1.contains("newer"), "it says why");
    let now = app.clock().now();
    // A date that has not come says nothing, and keeps nothing out.
    tell(&app, &shop.channel, "of tomorrow", Some(now + 24 * 60 * MINUTE), level(id, 6)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(available(&app, id).await, 6);
    app.clock().advance(2 * MINUTE);
    tell(&app, &shop.channel, "of now", Some(now + MINUTE), level(id, 5)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(available(&app, id).await, 5);
}

/// A backup was restored, or a clock set right.
#[both_engines]
async fn what_was_asked_for_just_now_is_the_state_whatever_date_it_bears(app: App) {
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    let (restored, ahead) = (shop.store.product_ids()[0], shop.store.product_ids()[1]);
    shop.store.update(restored, |product| {
        product.name = "Of the backup".into();
        product.modified = 1_000_000_000;
    });
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, restored).await.as_deref(), Some("Of the backup"));

    let item = stored(&app, &shop.channel, ahead).await;
    let before = title(&app, ahead).await.expect("a title");
    let upserted = |name: &str, at: i64| {
        let body = item.body.as_deref().expect("whole").replace(&before, name);
        json!([{"upserted": {"source_id": item.source_id, "updated_at": at, "body": body, "deleted": false, "problems": []}}])
    };
    let now = app.clock().now();
    tell(&app, &shop.channel, "of a wrong clock", None, upserted("Of a wrong clock", now + 300 * MINUTE)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, ahead).await.as_deref(), Some("Of a wrong clock"));
    shop.store.update(ahead, |product| product.name = "Of now".into());
    tell(&app, &shop.channel, "of now", None, upserted("Told", now)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(title(&app, ahead).await.as_deref(), Some("Of now"), "the shop was asked");
}

#[both_engines]
async fn a_shop_whose_clock_is_half_an_hour_slow_misses_nothing(app: App) {
    let shop = shop(&app, 8).await;
    let id = shop.store.product_ids()[2];
    let counted = shop.store.insert(Product::simple("Counted").priced("3.00").stocked(7));
    let slow = |app: &App| shop.store.configure(|options| options.now = Some(app.clock().now() / 1_000 - 1_800));
    shop.server.tell_date(-1_800);
    slow(&app);
    let nights = ScheduleChange { enabled: Some(false), ..ScheduleChange::default() };
    app.host.app.channels.set_schedule(&app.host.tenant, SHOP, ScheduleKind::Full, nights).await.expect("no nights");
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "also where requests are signed with their time: {run:?}");
    app.clock().advance(20 * MINUTE);
    shop.server.tell_date(-1_800 + 20 * 60);
    slow(&app);
    shop.store.update(id, |product| product.name = "Told by a slow clock".into());
    // After a restart it is still known.
    let app = app.with(&[]).await;
    app.host.app.scheduler.tick().await.expect("a look");
    let run = app.carry(&app.run().await.run_id()).await;
    assert_eq!((run.state, run.scope), (RunState::Completed, "changed_since"), "{run:?}");
    assert_eq!(title(&app, id).await.as_deref(), Some("Told by a slow clock"));
    let row = app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the channel");
    assert!(row.clock_ahead.is_some_and(|ahead| (-1_810_000..=-1_790_000).contains(&ahead)), "{:?}", row.clock_ahead);
    // Ten minutes ago by the host's clock, although its date lies before the import.
    let at = app.clock().now() - 1_800_000 - 10 * MINUTE;
    tell(&app, &shop.channel, "movement", Some(at), level(counted, 5)).await;
    work(&app.host, &shop.channel).await;
    assert_eq!(available(&app, counted).await, 5);
}
