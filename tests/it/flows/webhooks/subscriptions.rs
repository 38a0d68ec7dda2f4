//! Asking a shop to deliver: made, mended, looked after, ended.

use axum::body::Body;
use axum::http::{Request, header};
use entrepot_domain::Secret;
use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher, Server};
use entrepot_test_support::woocommerce::{Seed, Store, serve_tls};
use entrepot_test_support::{bigcommerce, seed, shopify};
use entrepot_tests::rest::send;
use entrepot_tests::{App, Entrepot, Marketplace, SHOP, Scrape, both_engines};
use serde_json::{Map, Value};

const SECRET: &str = "a-long-random-word-of-letters-and-digits-0123456789";
const PUBLIC: &str = "https://entrepot.example.com";

/// Over TLS: where requests are signed, the secret cannot be sent along, and webhooks are made by hand.
async fn shop(app: App) -> (App, Store, Server) {
    let store = Store::generate(Seed { products: 5, variable_share: 0.0, seed: 23 });
    let server = serve_tls(&store);
    let authority = app.data_dir().join("authority.pem");
    std::fs::write(&authority, server.authority_pem().expect("an authority")).expect("written");
    let options = [("ENTREPOT_EGRESS_CA_FILE", authority.to_str().expect("a path")), ("ENTREPOT_PUBLIC_URL", PUBLIC)];
    let app = app.with(&options).await;
    app.connect(&server.base_url, &store.key()).await;
    let secret = ("webhook_secret".to_owned(), Secret::new(SECRET));
    app.host.app.channels.set_channel(&app.host.tenant, SHOP, Map::new(), vec![secret]).await.expect("set");
    (app, store, server)
}

fn active(store: &Store) -> usize {
    store.webhooks().iter().filter(|(_, _, status)| status == "active").count()
}

/// Answers to one webhook's deliveries are so bad that the shop switches it off.
fn switch_off(store: &Store) {
    let (id, topic, _) = store.webhooks().remove(0);
    let mut delivery = store.deliveries().into_iter().find(|delivery| delivery.webhook == id).expect("its ping");
    delivery.webhook = id;
    for _ in 0..7 {
        store.delivered(&delivery, 500);
    }
    assert!(store.webhooks().iter().any(|(known, _, status)| *known == id && status == "disabled"), "{topic}");
}

/// What the list of channels says of the webhooks.
async fn listed(app: &App) -> Value {
    let request = Request::get("/api/v1/channels").header(header::HOST, "127.0.0.1").body(Body::empty());
    send(app, request.expect("a request")).await.json()["items"][0]["webhooks"].clone()
}

fn few() -> Vec<seed::Product> {
    seed::catalogue(seed::Seed { products: 3, variable_share: 0.0, seed: 5 })
}

/// One topic is lost while nobody looks; after the next look all are there, and it is said which one it was.
async fn mends(app: &App, lose: impl FnOnce(), topic: &str, active: impl Fn() -> usize) {
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let made = cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed").len();
    lose();
    assert_eq!(active(), made - 1);
    app.clock().advance(61 * 60 * 1000);
    assert_eq!((cases.subscriptions.repair_subscriptions().await.expect("looked"), active()), (1, made));
    let channel = listed(app).await;
    assert_eq!((channel["switched_off"].as_str(), &channel["problem"]), (Some(topic), &Value::Null), "{channel}");
}

#[both_engines]
async fn what_shopify_removed_is_made_anew_and_said(app: App) {
    let store = shopify::Store::from_seed(&few());
    let shop = Marketplace::shopify(&store);
    let (app, _) = app.connect_to(&shop).await;
    let count = || store.subscriptions().len();
    mends(&app, || store.drop_subscription("PRODUCTS_UPDATE"), "PRODUCTS_UPDATE", count).await;
}

#[both_engines]
async fn what_bigcommerce_deactivated_is_active_again_and_said(app: App) {
    let store = bigcommerce::Store::from_seed(&few());
    let shop = Marketplace::bigcommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let deactivate = || {
        let hook = store.hooks().into_iter().find(|(_, scope, _)| scope == "store/sku/*").expect("it was made");
        store.deactivate_hook(hook.0);
    };
    let active = || store.hooks().iter().filter(|(.., active)| *active).count();
    mends(&app, deactivate, "store/sku/*", active).await;
}

#[both_engines]
async fn an_address_to_deliver_to_that_somebody_changed_is_not_subscribed(app: App) {
    let (app, store, _server) = shop(app).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
    let changed = entrepot_tests::tampering::execute(
        &app,
        "UPDATE webhook_inboxes SET callback_url = 'https://evil.example/hooks/x'",
    )
    .await;
    assert_eq!((changed, active(&store)), (1, 4));
    app.clock().advance(61 * 60 * 1000);
    cases.subscriptions.repair_subscriptions().await.expect("looked");
    assert_eq!(active(&store), 4, "nothing is made for that address");
    let refused =
        cases.subscriptions.subscriptions(tenant, SHOP, PUBLIC).await.expect_err("whose are they?").to_string();
    assert!(refused.contains("entrepot webhooks subscribe"), "{refused}");
    let differs = cases.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
    assert!(differs.contains("delivers to"), "{differs}");
    cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("said anew");
    assert_eq!((active(&store), cases.channels.verify_audit().await.expect("readable").differs), (4, None));
}

/// Nor is one that it delivered to before, whether another one came after it or none.
#[both_engines]
async fn a_former_address_to_deliver_to_does_not_come_back(app: App) {
    let (app, _store, _server) = shop(app).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let execute = entrepot_tests::tampering::execute;
    cases.subscriptions.subscribe(tenant, SHOP, "https://former.example").await.expect("subscribed");
    execute(&app, "CREATE TABLE former AS SELECT callback_url, mac FROM webhook_inboxes").await;
    let put_back =
        "UPDATE webhook_inboxes SET callback_url = (SELECT callback_url FROM former), mac = (SELECT mac FROM former)";
    cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed elsewhere");
    for round in ["another came after it", "none is wanted any more"] {
        execute(&app, put_back).await;
        for cases in [cases, &app.reopen().await.app] {
            let refused = cases.subscriptions.subscriptions(tenant, SHOP, PUBLIC).await.expect_err(round).to_string();
            assert!(
                refused.contains("an earlier state") && refused.contains("webhooks subscribe"),
                "{round}: {refused}"
            );
            let differs = cases.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
            assert!(differs.contains("delivers to"), "{round}: {differs}");
        }
        cases.subscriptions.unsubscribe(tenant, SHOP, PUBLIC).await.expect("ended");
        assert_eq!(cases.channels.verify_audit().await.expect("readable").differs, None, "{round}");
    }
    let settings = serde_json::Map::from_iter([("price_rounding".to_owned(), "half-up".into())]);
    cases.channels.set_channel(tenant, SHOP, settings, Vec::new()).await.expect("another entry about the channel");
    execute(&app, put_back).await;
    assert!(cases.subscriptions.subscriptions(tenant, SHOP, PUBLIC).await.is_err(), "it says what was said before");
}

#[both_engines]
async fn subscriptions_are_made_mended_looked_after_and_ended(app: App) {
    let (app, store, _server) = shop(app).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let foreign = store.add_webhook("product.updated", "https://elsewhere.example/hook", "theirs");
    let made = cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
    assert_eq!((made.len(), active(&store)), (4, 5));
    assert!(made.iter().all(|of| of.ours && of.active && of.callback_url.starts_with(PUBLIC)), "{made:?}");
    assert_eq!(cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("again"), made, "nothing is doubled");

    assert_eq!(cases.subscriptions.repair_subscriptions().await.expect("looked"), 0, "quite new");
    app.clock().advance(61 * 60 * 1000);
    assert_eq!(cases.subscriptions.repair_subscriptions().await.expect("looked"), 1);
    let other = app.reopen().await;
    assert_eq!(other.app.subscriptions.repair_subscriptions().await.expect("looked"), 0, "one host does it");

    let found = cases.subscriptions.subscriptions(tenant, SHOP, PUBLIC).await.expect("listed");
    assert_eq!((found.len(), found.iter().filter(|of| of.ours).count()), (5, 4), "{found:?}");
    assert_eq!(cases.subscriptions.unsubscribe(tenant, SHOP, PUBLIC).await.expect("ended"), 4);
    assert_eq!(store.webhooks().iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [foreign]);
    app.clock().advance(61 * 60 * 1000);
    assert_eq!(cases.subscriptions.repair_subscriptions().await.expect("looked"), 0, "not wanted any more");
}

#[both_engines]
async fn what_the_shop_switched_off_is_mended(app: App) {
    let (app, store, _server) = shop(app).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
    switch_off(&store);
    assert_eq!(active(&store), 3);
    app.clock().advance(61 * 60 * 1000);
    assert_eq!(cases.subscriptions.repair_subscriptions().await.expect("looked"), 1);
    assert_eq!((active(&store), store.webhooks().len()), (4, 4));
}

/// In the log, the metrics, `doctor` and both lists of channels; and what was missed meanwhile is looked for.
#[both_engines]
async fn what_the_shop_switched_off_is_said(app: App) {
    let (app, store, server) = shop(app).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    app.import().await;
    cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
    assert_eq!(listed(&app).await["problem"], Value::Null);
    switch_off(&store);
    app.pass(2, &store);
    store.update(store.product_ids()[0], |product| product.name = "Told to nobody".into());
    server.inject(Matcher::path("/wc/v3/webhooks"), Fault::Status(400));
    assert_eq!(cases.subscriptions.repair_subscriptions().await.expect("looked"), 1);
    let channel = listed(&app).await;
    assert!(channel["problem"].as_str().is_some_and(|why| why.contains("could not be looked after")), "{channel}");
    let metric = async |name: &str| Scrape::of(&app.host).await.sum(name, &[("adapter", "woocommerce")]);
    assert_eq!(metric("entrepot_webhooks_off_channels").await, 1.0);
    let entrepot = Entrepot::new(app.environment.clone());
    let (code, found) = entrepot.json(&["doctor"]);
    let said = found.to_string();
    assert!(
        code == 1 && said.contains("could not be looked after") && said.contains("webhooks subscribe shop"),
        "{found}"
    );

    server.heal();
    assert_eq!(cases.subscriptions.repair_subscriptions().await.expect("looked"), 0, "not at once");
    app.clock().advance(11 * 60 * 1000);
    assert_eq!((cases.subscriptions.repair_subscriptions().await.expect("looked"), active(&store)), (1, 4));
    let channel = listed(&app).await;
    assert_eq!(channel["problem"], Value::Null, "{channel}");
    assert!(channel["switched_off"].as_str().is_some_and(|topics| topics.starts_with("product.")), "{channel}");
    assert!(channel["switched_off_at"].is_i64(), "{channel}");
    assert_eq!(metric("entrepot_webhooks_lost_total").await, 2.0, "one that failed, one that was mended");
    let (_, found) = entrepot.json(&["doctor"]);
    assert!(found.to_string().contains("had switched off or removed webhooks"), "{found}");
    let (_, list) = entrepot.json(&["channel", "list"]);
    assert_eq!(list[0]["webhooks"]["switched_off"], channel["switched_off"], "{list}");

    assert_eq!(cases.deliveries.begin_requested_imports().await.expect("a look"), 1);
    let run = app.carry(&app.run().await.run_id()).await;
    assert_eq!((run.state, run.scope, run.updated), (RunState::Completed, "changed_since", 1), "{run:?}");
    assert_eq!(cases.deliveries.begin_requested_imports().await.expect("a look"), 0, "one is enough");
}

/// They are the seller's: this host says what it sees, and leaves them as they are.
#[both_engines]
async fn what_was_made_by_hand_and_the_shop_switched_off_is_said(app: App) {
    let shop = entrepot_tests::webhooks::shop(&app, 2).await;
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Told".into());
    let delivery = shop.told().remove(0);
    assert_eq!(entrepot_tests::webhooks::web_server(&app.host).deliver(&shop.channel, &delivery).await.status, 200);
    entrepot_tests::webhooks::work(&app.host, &shop.channel).await;
    for _ in 0..7 {
        shop.store.delivered(&delivery, 500);
    }
    app.pass(2, &shop.store);
    assert_eq!(app.host.app.subscriptions.repair_subscriptions().await.expect("looked"), 1);
    assert_eq!(active(&shop.store), 3, "it is left switched off");
    let channel = listed(&app).await;
    assert!(channel["problem"].as_str().is_some_and(|why| why.contains("made by hand: product.")), "{channel}");
    let (code, found) = Entrepot::new(app.environment.clone()).json(&["doctor"]);
    assert!(code == 1 && found.to_string().contains("Switch them on again there"), "{found}");
}

#[both_engines]
async fn a_channel_that_is_removed_takes_its_subscriptions_along(app: App) {
    let (app, store, _server) = shop(app).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    cases.subscriptions.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
    cases.subscriptions.remove_channel(tenant, SHOP).await.expect("removed");
    assert!(store.webhooks().is_empty());
}

#[both_engines]
async fn commands_make_list_and_end_subscriptions(app: App) {
    let (app, store, _server) = shop(app).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let (code, made) = entrepot.json(&["webhooks", "subscribe", SHOP]);
    assert_eq!((code, made.as_array().map(Vec::len), active(&store)), (0, Some(4), 4), "{made}");
    let (code, found) = entrepot.json(&["webhooks", "subscriptions", SHOP]);
    assert_eq!((code, found[0]["ours"].as_bool()), (0, Some(true)), "{found}");
    assert!(!found.to_string().contains(SECRET));
    let (code, replayed) = entrepot.json(&["webhooks", "replay", SHOP, "--all"]);
    assert_eq!((code, replayed["replayed"].as_u64()), (0, Some(0)), "{replayed}");
    let (code, ended) = entrepot.json(&["webhooks", "unsubscribe", SHOP]);
    assert_eq!((code, ended["ended"].as_u64(), active(&store)), (0, Some(4), 0), "{ended}");
}
