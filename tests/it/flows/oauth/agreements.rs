//! Marketplaces that want a client to say who it is by HTTP Basic, know the way back by a name, and let an agreement end by itself.

use entrepot_policy::Narrowing;
use entrepot_test_support::etsy;
use entrepot_tests::oauth::{PUBLIC, agree, asked_for, channels, come_back, etsy_shop, web};
use entrepot_tests::rest::get;
use entrepot_tests::{App, Marketplace, Operator, SHOP, Scrape, both_engines, edited};

const DAY: i64 = 24 * 3_600_000;
const NAME: &str = "Acme-Acme-PRD-1-abcdef";

/// Etsy's adapter for such a marketplace.
async fn ready(app: App, store: &etsy::Store, shop: &Marketplace, more: &str) -> App {
    let app = app.trusting(&[shop]).await.with(&[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    let component = edited("etsy", |manifest| {
        let oauth =
            format!("client_secret = \"{{shared_secret}}\"\nclient_authentication = \"basic\"\n{more}\npkce = true");
        let setting = "[settings.redirect]\ntype = \"string\"\ntitle = \"Name of the way back\"\nrequired = false\n\n[secrets.application_token]\ntitle = \"Token of the app\"\n\n[settings.base_url]";
        manifest.replace("\npkce = true", &format!("\n{oauth}")).replace("[settings.base_url]", setting)
    });
    let admission = app.host.app.services.admission();
    admission.install(component, "test").await.expect("installed");
    admission.approve("etsy", &Narrowing::default(), "test").await.expect("approved");
    store.configure(|options| options.basic_clients = true);
    app
}

async fn connect(app: &App, store: &etsy::Store, shop: &Marketplace, redirect: Option<&str>) {
    let mut new = asked_for(shop);
    new.settings.extend(redirect.map(|name| ("redirect".to_owned(), name.into())));
    let begun = app.host.app.connections.begin_connection(&app.host.tenant, new, PUBLIC).await.expect("it begins");
    assert_eq!(begun.redirect_uri, format!("{PUBLIC}/oauth/callback"), "what is registered under the name");
    let shown = come_back(&web(&app.host), &agree(store, &begun)).await;
    assert!(shown.body.contains("is connected as the channel"), "{}", shown.body);
}

#[both_engines]
async fn a_client_is_authenticated_by_basic_and_the_way_back_has_a_name(app: App) {
    let (store, shop) = etsy_shop();
    let app = ready(app, &store, &shop, "redirect_name = \"redirect\"").await;
    store.configure(|options| {
        options.redirect_uris = Vec::new();
        options.redirect_names = [(NAME.to_owned(), format!("{PUBLIC}/oauth/callback"))].into();
    });
    let without = app.host.app.connections.begin_connection(&app.host.tenant, asked_for(&shop), PUBLIC).await;
    assert!(without.map(drop).expect_err("no name").to_string().contains("the setting redirect is not set"));
    connect(&app, &store, &shop, Some(NAME)).await;
    assert_eq!(channels(&app).await, 1);
    // It is renewed likewise.
    app.clock().advance(2 * 3_600_000);
    app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("renewed");
    let asked = shop.server.log().lines();
    assert!(asked.iter().filter(|line| line.path.contains("/oauth/token")).count() >= 2);
}

async fn problem(app: &App) -> Option<String> {
    get(app, "/api/v1/channels/shop").await["problem"].as_str().map(str::to_owned)
}

async fn problems(app: &App) -> f64 {
    let host = app.reopen().await;
    Scrape::of(&host).await.sum("entrepot_channel_problems", &[("adapter", "etsy")])
}

#[both_engines]
async fn an_agreement_that_ends_is_said_two_weeks_before(app: App) {
    let (store, shop) = etsy_shop();
    let app = ready(app, &store, &shop, "").await;
    store.configure(|options| options.refresh_lifetime = Some(30 * 24 * 3_600));
    connect(&app, &store, &shop, None).await;
    assert_eq!((problem(&app).await, problems(&app).await), (None, 0.0));
    app.clock().advance(15 * DAY);
    assert_eq!(problem(&app).await, None, "there are fifteen days yet");
    app.clock().advance(2 * DAY);
    let said = problem(&app).await.expect("a warning");
    assert!(said.contains("ends in 1") && said.contains("entrepot channel reconnect shop"), "{said}");
    assert!(problems(&app).await > 0.0);
    let listed = get(&app, "/api/v1/channels").await;
    assert!(
        listed["items"][0]["problem"].as_str().is_some_and(|listed| listed.contains("what its seller agreed to")),
        "{listed}"
    );
    // With each use comes another one that lasts as long.
    store.expire_access_token();
    app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("renewed");
    assert_eq!((problem(&app).await, problems(&app).await), (None, 0.0));
}

#[both_engines]
async fn the_manifest_says_how_long_where_the_marketplace_does_not(app: App) {
    let (store, shop) = etsy_shop();
    let app = ready(app, &store, &shop, "refresh_days = 10").await;
    connect(&app, &store, &shop, None).await;
    let said = problem(&app).await.expect("it ends within two weeks");
    assert!(said.contains("ends in 9 days") || said.contains("ends in 10 days"), "{said}");
    let doctor = Operator::of(&app).reads(&["doctor"]).1;
    assert!(doctor.contains("what its seller agreed to"), "{doctor}");
    app.clock().advance(11 * DAY);
    assert!(problem(&app).await.is_some_and(|said| said.contains("has ended")));
}

#[both_engines]
async fn an_app_has_a_token_of_its_own_and_what_the_browser_brings_is_sent_on(app: App) {
    let (store, shop) = etsy_shop();
    let more = "application = { scopes = [\"app_only\"] }\npass = [\"context\"]";
    let app = ready(app, &store, &shop, more).await;
    let begun =
        app.host.app.connections.begin_connection(&app.host.tenant, asked_for(&shop), PUBLIC).await.expect("begun");
    let query = agree(&store, &begun);
    let without = come_back(&web(&app.host), &query).await;
    assert!(without.body.contains("<h1>Not verified</h1>"), "what is sent on has to come: {}", without.body);
    let shown = come_back(&web(&app.host), &format!("{query}&context=stores%2Fabc")).await;
    assert!(shown.body.contains("is connected as the channel"), "{}", shown.body);
    assert_eq!(store.application_tokens(), 1, "the account was tried out with one");
    let test = async || app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("it works");
    for _ in 0..2 {
        test().await;
        assert_eq!(store.application_tokens(), 2, "got once, and kept");
    }
    let id = app.host.db.tenant(&app.host.tenant).channel(SHOP).await.expect("answers").expect("a channel").id;
    let kept = app.host.db.tenant(&app.host.tenant).sealed_secrets(&id.into()).await.expect("answers");
    assert!(kept.iter().any(|(name, _)| name == "application_token"));
    app.clock().advance(2 * 3_600_000);
    test().await;
    assert_eq!(store.application_tokens(), 3, "renewed before its end");
}
