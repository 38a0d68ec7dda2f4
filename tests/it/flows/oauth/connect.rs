//! Accounts connected by their sellers' browsers: there and back, until the catalogue comes in.

use axum::http::StatusCode;
use entrepot_channels::NewConnection;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::oauth::{
    PRODUCTS, PUBLIC, agree, asked_for, asked_for_tokens, assert_ended, begin, channels, come_back, etsy_shop,
    host_for, report, shopify_shop, web,
};
use entrepot_tests::rows::other_tenant;
use entrepot_tests::{App, Marketplace, SHOP, both_engines};
use serde_json::json;

/// Imported, and once more after the first token has ended.
async fn imports_and_renews(app: &App, shop: &Marketplace) {
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
    assert_eq!(asked_for_tokens(shop), 1);
    app.clock().advance(56 * 60_000);
    let run = app.import().await;
    assert_eq!((run.state, run.unchanged), (RunState::Completed, PRODUCTS as i64), "{run:?}");
    assert_eq!(asked_for_tokens(shop), 2, "it was to end soon, and was renewed once");
}

#[both_engines]
async fn etsy_with_the_proof_that_it_was_us(app: App) {
    let (store, shop) = etsy_shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let url = begun.authorize_url.expose();
    for part in ["response_type=code", "scope=listings_r%20shops_r", "code_challenge_method=S256", "code_challenge="] {
        assert!(url.contains(part), "{url}");
    }
    assert!(!url.contains("simsecret01"), "{url}");
    assert_eq!((report(&app, &begun).await.state.as_str(), channels(&app).await), ("pending", 0));

    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(shown.body.contains("<h1>Connected</h1>") && shown.body.contains("SimulatedShop"), "{}", shown.body);
    assert_ended(&app, &begun, "done").await;
    let report = report(&app, &begun).await;
    let channel = ChannelId::from(report.channel.expect("a channel"));
    let scoped = app.host.db.tenant(&app.host.tenant);
    assert_eq!(scoped.channel(SHOP).await.expect("answers").map(|row| row.id), Some(channel.to_string()));
    assert_eq!(scoped.schedules(&channel).await.expect("answers").len(), 2, "as with every new channel");
    assert!(scoped.token_state(&channel).await.expect("answers").expires_at.is_some());
    imports_and_renews(&app, &shop).await;
}

/// The way back says a state, and nothing else says whose connection it is.
#[both_engines]
async fn a_browser_that_comes_back_finds_its_tenant_by_its_state(app: App) {
    let (store, shop) = etsy_shop();
    let (app, web) = host_for(app, &shop).await;
    let theirs = other_tenant(&app).await;
    let connections = &app.host.app.connections;
    let begun = connections.begin_connection(&theirs, asked_for(&shop), PUBLIC).await.expect("begun");
    assert_eq!(come_back(&web, &agree(&store, &begun)).await.status, StatusCode::OK);
    assert_eq!(connections.connection(&theirs, begun.id.as_str()).await.expect("theirs").state, "done");
    let rows = app.host.db.tenant(&theirs).channels().await.expect("channels");
    assert_eq!((rows.len(), rows[0].name.as_str(), channels(&app).await), (1, SHOP, 0));
}

#[both_engines]
async fn shopify_with_a_signed_way_back(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let url = begun.authorize_url.expose();
    // To sell, too; a shop whose app may only read is connected all the same.
    let scopes = "read_products%2Cread_inventory%2Cread_locations%2Cwrite_products%2Cwrite_inventory%2Cread_publications%2Cwrite_publications";
    assert!(url.contains(&format!("scope={scopes}&")), "{url}");
    assert!(!url.contains("code_challenge") && !url.contains(&store.options().client_secret), "{url}");
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert_ended(&app, &begun, "done").await;
    let channel = ChannelId::from(report(&app, &begun).await.channel.expect("a channel"));
    let state = app.host.db.tenant(&app.host.tenant).token_state(&channel).await.expect("answers");
    assert!(state.expires_at.is_some(), "it asked for a token that ends");
    imports_and_renews(&app, &shop).await;
}

#[both_engines]
async fn a_channel_is_connected_anew(app: App) {
    let (store, shop) = etsy_shop();
    let (app, id) = app.connect_to(&shop).await;
    let app = app.with(&[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    let web = web(&app.host);
    store.revoke_tokens();
    let run = app.import().await;
    let failure = run.failure.unwrap_or_default();
    assert!(run.state == RunState::Failed && failure.contains("channel reconnect"), "{failure}");
    let problem = async || app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the channel").problem;
    assert!(problem().await.is_some());

    let begun = app.host.app.connections.begin_reconnection(&app.host.tenant, SHOP, PUBLIC).await.expect("begun");
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert_ended(&app, &begun, "done").await;
    assert_eq!((report(&app, &begun).await.channel, problem().await), (Some(id.to_string()), None));
    assert_eq!(channels(&app).await, 1);
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
    let before = asked_for_tokens(&shop);
    app.clock().advance(56 * 60_000);
    assert_eq!(app.import().await.state, RunState::Completed);
    assert_eq!(asked_for_tokens(&shop), before + 1, "the new refresh token is in its place");
}

#[both_engines]
async fn another_account_does_not_take_a_channel_over(app: App) {
    let (store, shop) = etsy_shop();
    let (app, id) = app.connect_to(&shop).await;
    let app = app.with(&[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    let web = web(&app.host);
    let scoped = app.host.db.tenant(&app.host.tenant);
    let before = scoped.sealed_secrets(&id).await.expect("answers");
    let begin =
        async || app.host.app.connections.begin_reconnection(&app.host.tenant, SHOP, PUBLIC).await.expect("begun");

    // Whoever agrees has another shop.
    let begun = begin().await;
    let me = br#"{"user_id":1,"shop_id":4711}"#.to_vec();
    shop.server.inject(Matcher::path("/users/me").next(1), Fault::Body(me));
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::BAD_REQUEST);
    assert!(shown.body.contains("The connection is to shop 4711"), "{}", shown.body);
    assert_ended(&app, &begun, "failed").await;
    assert_eq!(scoped.sealed_secrets(&id).await.expect("answers"), before, "nothing was replaced");

    // The channel means another shop by now.
    let begun = begin().await;
    let other = [("shop_id".to_owned(), json!("4711"))].into_iter().collect();
    app.host.app.channels.set_channel(&app.host.tenant, SHOP, other, vec![]).await.expect("set");
    let asked = asked_for_tokens(&shop);
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert!(shown.body.contains("settings were changed"), "{}", shown.body);
    assert_eq!((asked_for_tokens(&shop), scoped.sealed_secrets(&id).await.expect("answers")), (asked, before));
}

#[both_engines]
async fn what_cannot_work_is_told_before_anybody_has_to_agree(app: App) {
    let (_, shop) = shopify_shop();
    let (app, _) = host_for(app, &shop).await;
    app.install().await;
    let refused = async |change: &dyn Fn(&mut NewConnection)| {
        let mut new = asked_for(&shop);
        change(&mut new);
        let begun = app.host.app.connections.begin_connection(&app.host.tenant, new, PUBLIC).await;
        begun.err().expect("it cannot work")
    };
    let told = refused(&|new| new.secrets.retain(|(name, _)| name != "client_secret")).await.to_string();
    assert_eq!(told, "client_secret: is required for connecting");
    let token = || ("access_token".to_owned(), entrepot_domain::Secret::new("shpat_1"));
    let told = refused(&|new| new.secrets.push(token())).await.to_string();
    assert_eq!(told, "access_token: comes by connecting; leave it out");
    let told = refused(&|new| drop(new.settings.insert("shop".into(), "acme.evil.example/".into()))).await;
    assert!(matches!(&told, AppError::Settings(_)), "{told}");
    let told = refused(&|new| drop(new.settings.remove("shop"))).await.to_string();
    assert_eq!(told, "shop: is required");
    let told = refused(&|new| new.adapter = "woocommerce".into()).await;
    assert!(matches!(told, AppError::Settings(_)), "its own settings, and not those of another: {told}");
    let none = app.host.app.connections.begin_reconnection(&app.host.tenant, "nowhere", PUBLIC).await;
    assert!(matches!(none.err(), Some(AppError::NoChannel(_))));
}
