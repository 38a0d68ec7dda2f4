//! Access tokens that end: renewed by the host, once, and kept before they are used.

use std::time::Duration;

use entrepot_channels::AccountReport;
use entrepot_core::AppError;
use entrepot_domain::Secret;
use entrepot_domain::run::RunState;
use entrepot_domain::secret::SecretSource;
use entrepot_policy::Settings;
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::{etsy, shopify};
use entrepot_tests::{App, Marketplace, SHOP, both_engines};
use serde_json::json;

pub(super) const PRODUCTS: usize = 30;

pub(super) fn catalogue() -> Vec<seed::Product> {
    seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: 3 })
}

/// How often a token was asked for.
pub(super) fn renewals(shop: &Marketplace) -> usize {
    shop.server.log().lines().iter().filter(|line| line.path.contains("token")).count()
}

#[both_engines]
async fn a_token_that_ended_is_renewed_and_the_next_one_with_its_successor(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    for round in 1..=3 {
        store.expire_access_token();
        let run = app.import().await;
        assert_eq!(run.state, RunState::Completed, "round {round}: {run:?}");
        assert_eq!(renewals(&shop), round);
        // A token that was got this minute is not taken for one that is too old.
        app.clock().advance(120_000);
    }
    app.assert_whole(PRODUCTS).await;
    assert_eq!(renewals(&shop), 3, "a good token is not renewed");
}

#[both_engines]
async fn a_token_is_renewed_before_it_ends(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    store.expire_access_token();
    app.import().await;
    app.clock().advance(56 * 60_000);
    let run = app.import().await;
    assert_eq!((run.state, renewals(&shop)), (RunState::Completed, 2), "{run:?}");
}

#[both_engines]
async fn nobody_waits_for_a_token_that_was_renewed_ahead(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    store.expire_access_token();
    app.import().await;
    let renew = async || app.host.app.channels.renew_expiring_tokens().await.expect("looked");
    assert_eq!((renew().await, renewals(&shop)), (0, 1), "it lasts for an hour");
    app.clock().advance(48 * 60_000);
    let other = app.reopen().await;
    let both = tokio::join!(renew(), async { other.app.channels.renew_expiring_tokens().await.expect("looked") });
    assert_eq!(renewals(&shop), 2, "once over all hosts: {both:?}");
    assert_eq!((renew().await, renewals(&shop)), (0, 2));
    app.clock().advance(30 * 60_000);
    assert_eq!(app.import().await.state, RunState::Completed);
    assert_eq!(renewals(&shop), 2, "the run found nothing to renew");
}

#[both_engines]
async fn many_at_once_over_two_hosts_renew_once(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    store.expire_access_token();
    let other = app.reopen().await;
    let hosts = [&app.host, &other];
    let tests = (0..8).map(|n| hosts[n % 2].app.channels.test_channel(&app.host.tenant, SHOP));
    for tested in futures_util::future::join_all(tests).await {
        tested.expect("nobody's token was spent by another");
    }
    assert_eq!(renewals(&shop), 1);
    assert_eq!(app.import().await.state, RunState::Completed);
}

/// A refresh token that is sent a second time ends the connection at many marketplaces.
#[both_engines]
async fn a_clock_that_is_minutes_ahead_renews_no_second_time(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    store.expire_access_token();
    shop.server.inject(Matcher::path("/oauth/token").nth(1), Fault::Delay(Duration::from_secs(3)));
    let other = app.reopen().await;
    let first = tokio::spawn({
        let (cases, tenant) = (app.host.app.clone(), app.host.tenant.clone());
        async move { cases.channels.test_channel(&tenant, SHOP).await }
    });
    while renewals(&shop) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.clock().advance(10 * 60_000);
    other.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("waits for the other's token");
    first.await.expect("runs").expect("its token was spent by nobody else");
    assert_eq!(renewals(&shop), 1);
}

#[both_engines]
async fn an_app_of_the_shops_own_asks_in_its_own_name(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let options = store.options();
    let shop = Marketplace::shopify(&store).with_secrets(json!({
        "client_id": options.client_id,
        "client_secret": options.client_secret,
        "webhook_secret": store.webhook_secret(),
    }));
    let (app, _) = app.connect_to(&shop).await;
    store.expire_tokens();
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
}

#[both_engines]
async fn shopifys_tokens_are_renewed(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let (tokens, options) = (store.connect(), store.options());
    let shop = Marketplace::shopify(&store).with_secrets(json!({
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "client_id": options.client_id,
        "client_secret": options.client_secret,
        "webhook_secret": store.webhook_secret(),
    }));
    let (app, _) = app.connect_to(&shop).await;
    store.expire_tokens();
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
}

/// Tokens that are over as soon as they are there: each unit of work asks for one, and no more.
#[both_engines]
async fn tokens_that_are_over_at_once_are_asked_for_once(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    for lifetime in [0, 60, 300] {
        store.configure(|options| options.token_lifetime = lifetime);
        store.expire_access_token();
        app.clock().advance(120_000);
        let before = renewals(&shop);
        let tested = app.host.app.channels.test_channel(&app.host.tenant, SHOP);
        let _ = tokio::time::timeout(Duration::from_secs(20), tested).await.expect("it ends");
        assert!(renewals(&shop) - before <= 2, "{lifetime}: {} renewals", renewals(&shop) - before);
    }
}

#[both_engines]
async fn a_channel_that_is_removed_during_a_renewal_gets_no_secrets_again(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, id) = app.connect_to(&shop).await;
    let renewing = slow_renewal(&app, &store, &shop).await;
    app.host.app.channels.remove(&app.host.tenant, SHOP).await.expect("removed");
    let _ = renewing.await.expect("runs");
    let scoped = app.host.db.tenant(&app.host.tenant);
    assert_eq!(scoped.sealed_secrets(&id).await.expect("answers").len(), 0);
}

#[both_engines]
async fn tokens_given_during_a_renewal_stay(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, id) = app.connect_to(&shop).await;
    let renewing = slow_renewal(&app, &store, &shop).await;
    let given = ["access_token", "refresh_token"].map(|name| (name.to_owned(), Secret::new("55500001.given")));
    let channels = &app.host.app.channels;
    channels.set_channel(&app.host.tenant, SHOP, Settings::new(), given.to_vec()).await.expect("set");
    let _ = renewing.await.expect("runs");
    let secrets = channels.secrets(&app.host.db.tenant(&app.host.tenant), &id).await.expect("they open");
    for name in ["access_token", "refresh_token"] {
        assert_eq!(secrets.secret(name).expect("there").expose(), "55500001.given", "{name}");
    }
}

/// A test of the channel that has begun to renew its token and waits for the answer.
async fn slow_renewal(
    app: &App,
    store: &etsy::Store,
    shop: &Marketplace,
) -> tokio::task::JoinHandle<Result<AccountReport, AppError>> {
    store.expire_access_token();
    shop.server.inject(Matcher::path("/oauth/token").nth(1), Fault::Delay(Duration::from_secs(2)));
    let testing = tokio::spawn({
        let (cases, tenant) = (app.host.app.clone(), app.host.tenant.clone());
        async move { cases.channels.test_channel(&tenant, SHOP).await }
    });
    while renewals(shop) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    testing
}
