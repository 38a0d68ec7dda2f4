//! Asking a shop to deliver: made, mended, looked after, ended.

use entrepot_domain::Secret;
use entrepot_test_support::server::Server;
use entrepot_test_support::woocommerce::{Seed, Store, serve_tls};
use entrepot_tests::{App, Entrepot, SHOP, on_both};
use serde_json::Map;

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
    app.host.sync.set_channel(&app.host.tenant, SHOP, Map::new(), vec![secret]).await.expect("set");
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

on_both! {
    async fn an_address_to_deliver_to_that_somebody_changed_is_not_subscribed(app: App) {
        let (app, store, _server) = shop(app).await;
        let (sync, tenant) = (&app.host.sync, &app.host.tenant);
        sync.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
        let changed = crate::changed_rows::execute(&app, "UPDATE webhook_inboxes SET callback_url = 'https://evil.example/hooks/x'").await;
        assert_eq!((changed, active(&store)), (1, 4));
        app.clock().advance(61 * 60 * 1000);
        sync.mend_subscriptions().await.expect("looked");
        assert_eq!(active(&store), 4, "nothing is made for that address");
        let refused = sync.subscriptions(tenant, SHOP, PUBLIC).await.expect_err("whose are they?").to_string();
        assert!(refused.contains("entrepot webhooks subscribe"), "{refused}");
        let differs = sync.verify_audit().await.expect("readable").differs.unwrap_or_default();
        assert!(differs.contains("delivers to"), "{differs}");
        sync.subscribe(tenant, SHOP, PUBLIC).await.expect("said anew");
        assert_eq!((active(&store), sync.verify_audit().await.expect("readable").differs), (4, None));
    }

    async fn subscriptions_are_made_mended_looked_after_and_ended(app: App) {
        let (app, store, _server) = shop(app).await;
        let (sync, tenant) = (&app.host.sync, &app.host.tenant);
        let foreign = store.add_webhook("product.updated", "https://elsewhere.example/hook", "theirs");
        let made = sync.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
        assert_eq!((made.len(), active(&store)), (4, 5));
        assert!(made.iter().all(|of| of.ours && of.active && of.callback_url.starts_with(PUBLIC)), "{made:?}");
        assert_eq!(sync.subscribe(tenant, SHOP, PUBLIC).await.expect("again"), made, "nothing is doubled");

        assert_eq!(sync.mend_subscriptions().await.expect("looked"), 0, "quite new");
        app.clock().advance(61 * 60 * 1000);
        assert_eq!(sync.mend_subscriptions().await.expect("looked"), 1);
        let other = app.reopen().await;
        assert_eq!(other.sync.mend_subscriptions().await.expect("looked"), 0, "one host does it");

        let found = sync.subscriptions(tenant, SHOP, PUBLIC).await.expect("listed");
        assert_eq!((found.len(), found.iter().filter(|of| of.ours).count()), (5, 4), "{found:?}");
        assert_eq!(sync.unsubscribe(tenant, SHOP, PUBLIC).await.expect("ended"), 4);
        assert_eq!(store.webhooks().iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [foreign]);
        app.clock().advance(61 * 60 * 1000);
        assert_eq!(sync.mend_subscriptions().await.expect("looked"), 0, "not wanted any more");
    }

    async fn what_the_shop_switched_off_is_mended(app: App) {
        let (app, store, _server) = shop(app).await;
        let (sync, tenant) = (&app.host.sync, &app.host.tenant);
        sync.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
        switch_off(&store);
        assert_eq!(active(&store), 3);
        app.clock().advance(61 * 60 * 1000);
        assert_eq!(sync.mend_subscriptions().await.expect("looked"), 1);
        assert_eq!((active(&store), store.webhooks().len()), (4, 4));
    }

    async fn a_channel_that_is_removed_takes_its_subscriptions_along(app: App) {
        let (app, store, _server) = shop(app).await;
        let (sync, tenant) = (&app.host.sync, &app.host.tenant);
        sync.subscribe(tenant, SHOP, PUBLIC).await.expect("subscribed");
        sync.remove_channel(tenant, SHOP).await.expect("removed");
        assert!(store.webhooks().is_empty());
    }

    async fn the_commands_do_it_too(app: App) {
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
}
