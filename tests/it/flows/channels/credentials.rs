//! Keys, addresses, and shops that hide their API.

use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Key, Options, Permalinks, Permission, Seed, Store, serve, serve_tls};
use entrepot_tests::{App, Database, SHOP, both_engines};

fn shop() -> Store {
    Store::generate(Seed { products: 130, variable_share: 0.1, seed: 8 })
}

async fn refused(app: &App, address: &str, key: &Key) -> String {
    app.install().await;
    app.add(address, key, &[]).await.expect_err("it must not be saved").to_string()
}

#[both_engines]
async fn a_wrong_key_is_refused_with_advice_and_nothing_is_saved(app: App) {
    let store = shop();
    let server = serve(&store);
    let wrong = Key { consumer_secret: format!("cs_{}", "0".repeat(40)), ..store.key() };
    let why = refused(&app, &server.base_url, &wrong).await;
    assert!(why.to_lowercase().contains("key") && !why.contains(&wrong.consumer_secret), "{why}");
    assert!(app.host.db.tenant(&app.host.tenant).channels().await.expect("channels").is_empty());
}

#[both_engines]
async fn a_key_that_is_revoked_in_mid_run_fails_it_and_a_new_key_goes_on(app: App) {
    let store = Store::generate(Seed { products: 130, variable_share: 0.0, seed: 8 });
    let server = serve(&store);
    let key = store.key();
    app.connect(&server.base_url, &key).await;
    let revoked = key.consumer_key.clone();
    store.after_request(Matcher::path("/wc/v3/products?").with("per_page=100").with("&page=1&"), 1, move |store| {
        store.revoke_key(&revoked)
    });
    let failed = app.import().await;
    assert_eq!(failed.state, RunState::Failed, "{failed:?}");
    assert!(failed.failure.as_deref().is_some_and(|why| why.contains("channel set")), "{failed:?}");
    let channel = app.host.db.tenant(&app.host.tenant).channel(SHOP).await.expect("answers").expect("the shop");
    assert!(channel.problem.is_some(), "the channel says that it needs attention");

    let fresh = store.add_key(Permission::Read);
    let secrets = [("consumer_key", &fresh.consumer_key), ("consumer_secret", &fresh.consumer_secret)];
    let secrets = secrets.map(|(name, value)| (name.to_owned(), entrepot_domain::Secret::new(value.as_str()))).into();
    app.host.app.channels.set_channel(&app.host.tenant, SHOP, Default::default(), secrets).await.expect("new keys");
    let run = app.import().await;
    assert_eq!((run.run, run.state, run.fetched), (failed.run, RunState::Completed, 130));
}

#[both_engines]
async fn a_read_only_key_is_enough(app: App) {
    let store = shop();
    let server = serve(&store);
    let key = store.add_key(Permission::Read);
    app.connect(&server.base_url, &key).await;
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{run:?}");
}

#[both_engines]
async fn settings_that_a_key_may_not_read_are_done_without(app: App) {
    let store = shop();
    store.configure(|options| options.settings_forbidden = true);
    let server = serve(&store);
    app.install().await;
    // The shop's currency cannot be read either then: the operator has to say it, or the run says what is missing.
    let outcome = app.add(&server.base_url, &store.key(), &[]).await;
    let text = match outcome {
        Ok(_) => app.import().await.failure.unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    assert!(text.is_empty() || text.to_lowercase().contains("currency"), "{text}");
}

#[both_engines]
async fn what_is_no_shop_is_told_apart(app: App) {
    let store = shop();
    let server = serve(&store);
    server.inject(Matcher::any(), Fault::LoginPage);
    let why = refused(&app, &server.base_url, &store.key()).await;
    assert!(why.len() < 600 && !why.contains("<html"), "{why}");
    server.heal();
    server.inject(Matcher::any(), Fault::Status(404));
    let why = app.add(&server.base_url, &store.key(), &[]).await.expect_err("no shop").to_string();
    assert!(why.contains("WooCommerce"), "{why}");
}

#[both_engines]
async fn shops_in_a_folder_and_pasted_addresses_work(app: App) {
    let store = shop();
    store.configure(|options| options.folder = "/shop".into());
    let server = serve(&store);
    app.install().await;
    let base = server.base_url.trim_end_matches('/');
    let address = if base.ends_with("/shop") { format!("{base}/") } else { format!("{base}/shop/") };
    app.add(&address, &store.key(), &[]).await.expect("a sub-path");
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{run:?}");
}

#[both_engines]
async fn plain_permalinks_work_with_a_warning(app: App) {
    for permalinks in [Permalinks::PlainNotFound, Permalinks::PlainRedirect] {
        let store = shop();
        store.configure(|options| options.permalinks = permalinks);
        let server = serve(&store);
        app.install().await;
        app.add(&server.base_url, &store.key(), &[]).await.unwrap_or_else(|error| panic!("{permalinks:?}: {error}"));
        let account = app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("works");
        assert!(account.warnings.iter().any(|warning| warning.contains("permalink")), "{:?}", account.warnings);
        let run = app.import().await;
        assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{permalinks:?}: {run:?}");
        app.host.app.subscriptions.remove_channel(&app.host.tenant, SHOP).await.expect("removed");
    }
}

/// Over TLS: Basic auth, and what hosts do to it.
#[tokio::test(flavor = "multi_thread")]
async fn tls_shops_sign_in_by_whatever_their_host_lets_through() {
    type Shape = fn(&mut Options);
    let shapes: [(&str, Shape); 3] = [
        ("basic", |_| {}),
        ("query", |options| options.drop_authorization_header = true),
        ("oauth1-http", |options| options.tls_hidden = true),
    ];
    for (expected, shape) in shapes {
        let store = shop();
        store.configure(shape);
        let server = serve_tls(&store);
        let folder = tempfile::tempdir().expect("a folder");
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, server.authority_pem().expect("an authority")).expect("written");
        let path = authority.display().to_string();
        let app = App::start_with(Database::Sqlite, &[("ENTREPOT_EGRESS_CA_FILE", &path)]).await;
        app.connect(&server.base_url, &store.key()).await;
        let account = app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("works");
        assert!(account.details.iter().any(|(_, value)| value == expected), "{expected}: {:?}", account.details);
        let run = app.import().await;
        assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{expected}: {run:?}");
    }
}

/// Without the development setting, this machine cannot be reached, whatever is granted.
#[tokio::test(flavor = "multi_thread")]
async fn loopback_is_out_of_reach_in_production() {
    let store = shop();
    let server = serve(&store);
    let app = App::start_with(Database::Sqlite, &[("ENTREPOT_EGRESS_ALLOW_LOOPBACK", "0")]).await;
    let why = refused(&app, &server.base_url, &store.key()).await;
    assert_eq!(server.log().total(), 0, "nothing was sent: {why}");
}
