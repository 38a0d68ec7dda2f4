//! Signatures have a date. The clock of a shop is known by the dates of its answers, and what stands before a shop may date them.

use entrepot_domain::run::RunState;
use entrepot_test_support::woocommerce::{Key, Seed, Store, serve};
use entrepot_tests::{App, Database, both_engines};

/// Over plain http, where each request is signed.
fn shop() -> Store {
    Store::generate(Seed { products: 130, variable_share: 0.1, seed: 12 })
}

#[both_engines]
async fn a_wrong_date_on_the_way_stops_no_signed_import(app: App) {
    let store = shop();
    let server = serve(&store);
    server.tell_date(3_600);
    app.connect(&server.base_url, &store.key()).await;
    for round in 0..3 {
        let run = app.import().await;
        assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{round}: {run:?}");
    }
    // Mended in the meantime, or broken in the other direction.
    server.tell_date(-7_200);
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_own_clock_is_wrong_is_read_from_the_first_request_on() {
    let (app, store) = (App::start(Database::Sqlite).await, shop());
    let server = serve(&store);
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs().cast_signed();
    store.configure(|options| options.now = Some(now - 5_400));
    server.tell_date(-5_400);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 130), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_hears_of_both_clocks() {
    let (app, store) = (App::start(Database::Sqlite).await, shop());
    let server = serve(&store);
    server.tell_date(3_600);
    app.install().await;
    let wrong = Key { consumer_secret: format!("cs_{}", "0".repeat(40)), ..store.key() };
    let why = app.add(&server.base_url, &wrong, &[]).await.expect_err("a wrong secret").to_string();
    assert!(why.contains("60 minutes ahead of this host's clock") && why.contains("secret"), "{why}");
    server.tell_date(0);
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let why = app.add(&server.base_url, &wrong, &[]).await.expect_err("a wrong secret").to_string();
    assert!(!why.contains("this host's clock"), "{why}");
}
