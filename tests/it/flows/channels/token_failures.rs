//! Access tokens that do not come: what is of the moment is waited for, what is for good is the seller's business.

use entrepot_catalog::StartOptions;
use entrepot_core::AppError;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Outcome;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::{etsy, shopify};
use entrepot_tests::{App, Marketplace, SHOP, both_engines};

use super::token_renewal::{PRODUCTS, catalogue, renewals};

#[both_engines]
async fn what_a_seller_has_to_connect_anew_is_not_asked_for_again_and_again(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    store.expire_access_token();
    app.import().await;
    let before = renewals(&shop);
    app.clock().advance(50 * 60_000);
    shop.server.inject(Matcher::path("token"), Fault::Json(400, r#"{"error": "invalid_grant"}"#));
    for _ in 0..3 {
        app.host.app.channels.renew_expiring_tokens().await.expect("looked");
    }
    let row = app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the shop");
    assert!(row.problem.is_some(), "{row:?}");
    assert_eq!(renewals(&shop), before + 1);
}

#[both_engines]
async fn a_token_endpoint_that_is_away_is_waited_for(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    store.expire_access_token();
    for n in 1..=3 {
        shop.server.inject(Matcher::path("/oauth/token").nth(n), Fault::Gateway(500));
    }
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
    assert_eq!(renewals(&shop), 4);
}

/// What a run waits for, and until when, stands beside it.
#[both_engines]
async fn a_run_that_waits_for_a_token_says_until_when(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, id) = app.connect_to(&shop).await;
    store.expire_access_token();
    for n in 1..=50 {
        shop.server.inject(Matcher::path("/oauth/token").nth(n), Fault::Gateway(503));
    }
    let imports = &app.host.app.imports;
    let started = imports.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await;
    let run = started.expect("starts").run;
    // The marketplace refuses the old one first, and then there is no other.
    let mut outcome = Outcome::Done;
    for _ in 0..4 {
        outcome = imports.advance(&app.host.tenant, &run).await.expect("it waits");
        if matches!(outcome, Outcome::Later(wait) if !wait.is_zero()) {
            break;
        }
    }
    assert!(matches!(outcome, Outcome::Later(wait) if !wait.is_zero()), "{outcome:?}");
    let shown = app.run().await;
    assert!(shown.lease().is_none() && !shown.state().is_final(), "{shown:?}");
    let (why, until) = (shown.failure.clone().unwrap_or_default(), shown.not_before);
    assert!(why.starts_with("waiting: the token endpoint answered HTTP 503"), "{shown:?} of {id:?}");
    assert!(until.is_some_and(|until| until > app.clock().now()), "{shown:?}");
}

#[both_engines]
async fn a_refresh_token_that_is_refused_is_the_sellers_business(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let shop = Marketplace::etsy(&store);
    let (app, id) = app.connect_to(&shop).await;
    store.revoke_tokens();
    let run = app.import().await;
    let failure = run.failure.clone().unwrap_or_default();
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert!(failure.contains("invalid_grant") && failure.contains("channel set"), "{failure}");
    assert_eq!(renewals(&shop), 1, "what was refused is not asked for again and again");
    let channel = app.host.app.channels.channel(&app.host.tenant, id.as_str()).await.expect("the channel");
    assert!(channel.problem.unwrap_or_default().contains("connect the shop anew"));
    let tested = app.host.app.channels.test_channel(&app.host.tenant, SHOP).await;
    assert!(matches!(tested, Err(AppError::Reconnect(_))), "{tested:?}");
}

#[both_engines]
async fn a_token_that_nobody_can_renew_outlives_a_refusal(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let shop = Marketplace::shopify(&store);
    let (app, _) = app.connect_to(&shop).await;
    let graphql = || Matcher::path("/graphql.json");
    for status in [401, 403, 404] {
        shop.server.inject(graphql().nth(2), Fault::Gateway(status));
        let run = app.import().await;
        shop.server.heal();
        assert_eq!((run.state, run.fetched), (RunState::Completed, PRODUCTS as i64), "{status}: {run:?}");
        assert!(run.retries > 0, "{status} was noticed: {run:?}");
        // Refused again and again, it is the shop's answer that counts.
        shop.server.inject(graphql(), Fault::Gateway(status));
        let run = app.import().await;
        let failure = run.failure.clone().unwrap_or_default();
        assert_eq!(run.state, RunState::Failed, "{status}: {run:?}");
        assert!(!failure.contains("client_id"), "{failure}");
        let tested = app.host.app.channels.test_channel(&app.host.tenant, SHOP).await;
        assert!(matches!(tested, Err(AppError::Call(_))), "{status}: {tested:?}");
        shop.server.heal();
        app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("the shop takes the token");
    }
    assert_eq!(app.host.db.tokens_ending(i64::MAX).await.expect("answers").len(), 0);
    assert_eq!(renewals(&shop), 0);
}
