//! Ordinary HTTP faults: one request in so many fails. What can be asked again is, so every import ends with everything.

use std::time::Instant;

use entrepot_domain::run::RunState;
use entrepot_test_support::dice::Dice;
use entrepot_test_support::server::{Fault, Matcher, RetryAfter, Server};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, both_engines, postgres_url};

/// Of a shop: enough for several pages.
const PRODUCTS: usize = 36;
/// Once a shop has refused something, its pace counts here as it does anywhere.
const FEW: usize = 10;

fn hint() -> RetryAfter {
    RetryAfter::Text("0.02".into())
}

/// What goes wrong.
fn kinds() -> [(&'static str, Fault); 6] {
    [
        ("500", Fault::Status(500)),
        ("502", Fault::Gateway(502)),
        ("a body cut off", Fault::Truncate(40)),
        ("JSON cut off", Fault::Chop(40)),
        ("a web page", Fault::HtmlError),
        ("a lost connection", Fault::Drop),
    ]
}

async fn shop(products: usize, variable_share: f64) -> (App, Store, Server) {
    shop_on(Database::Sqlite, products, products / 3, variable_share).await
}

async fn shop_on(database: Database, products: usize, page: usize, variable_share: f64) -> (App, Store, Server) {
    let store = Store::generate(Seed { products, variable_share, seed: 8 });
    let server = serve(&store);
    let size = page.to_string();
    let options = [
        ("ENTREPOT_EGRESS_RETRY_MS", "1"),
        ("ENTREPOT_IMPORT_PAGE_SIZE", size.as_str()),
        ("ENTREPOT_IMPORT_BACKOFF_MS", "1"),
    ];
    let app = App::start_with(database, &options).await;
    app.connect(&server.base_url, &store.key()).await;
    (app, store, server)
}

async fn arrives(app: &App, store: &Store, server: &Server, what: &str, matcher: Matcher, fault: Fault) {
    // Products with variations take many requests a page, and all of them have to come.
    server.inject(Matcher::path("/wc/v3/variations"), Fault::Status(404));
    server.inject(matcher, fault);
    let (begun, all) = (Instant::now(), store.product_ids().len() as i64);
    let run = app.import().await;
    server.heal();
    let ended = (run.state, run.fetched, run.deleted);
    assert_eq!(ended, (RunState::Completed, all, 0), "{what}, after {:?}: {run:?}", begun.elapsed());
    // Of few requests, none may have been the twentieth.
    assert!(run.retries > 0 || run.requests < 20, "{what} was noticed: {run:?}");
}

/// Each kind of fault, as often as it can be and at a rate that is drawn, over pages of different shapes: of products that take one
/// request for all of them, and of products that take one or more each. ENTREPOT_WEATHER_SEED draws other rates.
async fn any_http_fault(database: Database) {
    let seed = std::env::var("ENTREPOT_WEATHER_SEED").map_or(20_260_601, |text| text.parse().expect("a number"));
    eprintln!("these rates: ENTREPOT_WEATHER_SEED={seed}");
    let mut dice = Dice::new(seed);
    for (page, variable_share) in [(PRODUCTS, 0.0), (PRODUCTS / 3, 0.5), (5, 1.0)] {
        let (app, store, server) = shop_on(database, PRODUCTS, page, variable_share).await;
        for (kind, fault) in kinds() {
            for rate in [2, 3 + dice.below(18) as usize] {
                let what = format!("{database:?}, pages of {page}, {kind}, one in {rate}");
                arrives(&app, &store, &server, &what, Matcher::path("/wc/v3/").every(rate), fault.clone()).await;
            }
        }
        let each = Matcher::path("/wc/v3/").first_of_each(2);
        arrives(&app, &store, &server, "the first two tries of each", each, Fault::Status(503)).await;
        assert_eq!(app.products().await.len() + app.dead_letters().await.len(), PRODUCTS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_products_arrive_despite_http_faults_sqlite() {
    any_http_fault(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_products_arrive_despite_http_faults_postgres() {
    if postgres_url().is_some() {
        any_http_fault(Database::Postgres).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_asks_to_wait_again_and_again_is_read() {
    for fault in [Fault::TooMany(Some(hint())), Fault::Unavailable(hint())] {
        let (app, store, server) = shop(FEW, 0.4).await;
        for rate in [7, 2] {
            let what = format!("{fault:?}, one in {rate}");
            arrives(&app, &store, &server, &what, Matcher::path("/wc/v3/").every(rate), fault.clone()).await;
        }
    }
}

/// More requests a second than it bears are refused: it is read at what it bears.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_with_a_rate_limit_is_read() {
    let (app, store, server) = shop(FEW, 1.0).await;
    let above = Matcher::path("/wc/v3/").above(3.0);
    arrives(&app, &store, &server, "3 requests a second", above, Fault::TooMany(Some(RetryAfter::Seconds(1)))).await;
}

/// 401 from whatever stands in front, once: the shop is asked again before anybody is told to connect anew.
#[tokio::test(flavor = "multi_thread")]
async fn one_refusal_among_good_answers_ends_nothing() {
    let (app, store, server) = shop(PRODUCTS, 0.2).await;
    arrives(&app, &store, &server, "one 401 in five", Matcher::path("/wc/v3/").every(5), Fault::Status(401)).await;
}

/// The same of an answer that says that nothing is there, be it from a balancer or from a shop that is just being updated.
#[tokio::test(flavor = "multi_thread")]
async fn one_answer_that_nothing_is_there_ends_nothing() {
    let no_route = Fault::Json(404, r#"{"code":"rest_no_route","message":"No route was found","data":{"status":404}}"#);
    for (what, fault) in [("rest_no_route", no_route), ("a page about 404", Fault::Status(404))] {
        let (app, store, server) = shop(PRODUCTS, 0.2).await;
        arrives(&app, &store, &server, what, Matcher::path("/wc/v3/products?").every(3), fault.clone()).await;
        // Said again, and by the probe as well, it ends the run with the reason.
        server.inject(Matcher::path("/wc/v3/"), fault);
        let run = app.import().await;
        let why = run.failure.as_deref().unwrap_or_default();
        assert!(run.state == RunState::Failed && why.contains("WooCommerce REST API"), "{what}: {run:?}");
        assert!(run.retries <= 2, "{what}: nobody waits for what is proved: {run:?}");
    }
}

/// An answer that is whole and wrong in a way that only the adapter can tell.
#[tokio::test(flavor = "multi_thread")]
async fn another_shape_is_asked_for_again() {
    let (app, store, server) = shop(PRODUCTS, 0.2).await;
    let other = Fault::Body(b"{\"oops\":true}".to_vec());
    arrives(
        &app,
        &store,
        &server,
        "an object for a list, one in three",
        Matcher::path("/wc/v3/products").every(3),
        other,
    )
    .await;
}

/// What is asked for each product fails for all of them: they are not blamed one after the other until the night is over.
#[both_engines]
async fn a_part_that_is_down_for_all_ends_the_run_with_the_reason(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 1.0, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::path("/variations"), Fault::Json(500, "{}"));
    let run = app.import().await;
    let failure = run.failure.clone().unwrap_or_default();
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert!(failure.contains("items in a row") && failure.contains("entrepot import"), "{failure}");
    server.heal();
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 60), "it goes on from there: {run:?}");
    let run = app.import().await;
    assert_eq!((run.state, app.products().await.len()), (RunState::Completed, 60), "{run:?}");
    assert_eq!(app.dead_letters().await.len(), 0);
}

/// A login in front, a cache or a balancer answers once with another address.
#[both_engines]
async fn one_redirect_among_good_answers_ends_no_run(app: App) {
    let store = Store::generate(Seed { products: 30, variable_share: 0.0, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let elsewhere = || Fault::Redirect("https://login.example.com/wp-login.php".to_owned());
    server.inject(Matcher::path("/wc/v3/products?").nth(1), elsewhere());
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 30), "{run:?}");
    server.inject(Matcher::path("/wc/v3/products?"), elsewhere());
    let run = app.import().await;
    let failure = run.failure.clone().unwrap_or_default();
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert!(failure.contains("login.example.com") && failure.contains("store_url"), "{failure}");
}
