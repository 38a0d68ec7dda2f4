//! An eBay account: a client that says who it is by HTTP Basic, a way back that has a name, and a refresh token that stays.

use axum::http::StatusCode;
use entrepot_domain::ChannelId;
use entrepot_domain::run::RunState;
use entrepot_test_support::ebay;
use entrepot_tests::oauth::{PRODUCTS, PUBLIC, agree, assert_ended, begin, catalogue, come_back, host_for, report};
use entrepot_tests::{App, Marketplace, both_engines};

const NAME: &str = "Own-OwnApp-PRD-abcdefgh";

#[both_engines]
async fn an_account_is_connected_by_its_ru_name_and_renewed_without_a_new_refresh_token(app: App) {
    let store = ebay::Store::from_seed(&catalogue());
    store.configure(|options| {
        options.ru_names = [(NAME.to_owned(), format!("{PUBLIC}/oauth/callback"))].into();
    });
    let shop = Marketplace::ebay(&store).with_setting("ru_name", NAME);
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let url = begun.authorize_url.expose();
    for part in
        ["/oauth2/authorize?", "redirect_uri=Own-OwnApp-PRD-abcdefgh", "sell.inventory%20", "sell.account.readonly"]
    {
        assert!(url.contains(part), "{part}: {url}");
    }
    assert!(!url.contains("callback") && !url.contains(&store.credentials().client_secret), "{url}");
    // The code holds what has to be encoded, once.
    let back = agree(&store, &begun);
    assert!(back.contains("code=v%5E1.1%23"), "{back}");
    let shown = come_back(&web, &back).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(shown.body.contains("simulated-seller"), "{}", shown.body);
    assert_ended(&app, &begun, "done").await;
    let channel = ChannelId::from(report(&app, &begun).await.channel.expect("a channel"));
    let scoped = app.host.db.tenant(&app.host.tenant);
    assert!(scoped.token_state(&channel).await.expect("answers").expires_at.is_some());
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
    // The answer to a renewal has no refresh token: the one there is is kept, and used again.
    for renewals in 1..=2 {
        app.clock().advance(120 * 60_000);
        let run = app.import().await;
        assert_eq!((run.state, run.unchanged), (RunState::Completed, PRODUCTS as i64), "{run:?}");
        assert_eq!(store.renewals(), renewals);
    }
    assert!(store.application_tokens() <= 4, "one for each two hours, and one to try the account out");
}
