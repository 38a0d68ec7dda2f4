//! Every fault does what its name says, to the requests it is meant for.

use std::io::Read as _;
use std::time::{Duration, Instant};

use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_test_support::woocommerce::{Product, Store};

use crate::client::{Reply, Shop, products, shop};

fn small() -> (Store, Shop) {
    let store = Store::empty();
    for id in 1..=4 {
        store.insert(Product { id, ..Product::simple("Thing") });
    }
    let shop = shop(&store);
    (store, shop)
}

const PAGE: &str = "?per_page=2&orderby=id&order=asc";

fn with(fault: Fault) -> Reply {
    let (_store, shop) = small();
    shop.server.inject(Matcher::path("/products"), fault);
    shop.get(&products(PAGE))
}

#[test]
fn statuses_and_their_hints() {
    let reply = with(Fault::TooMany(Some(RetryAfter::Seconds(7))));
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("7")));
    assert!(reply.text().starts_with("<html>"));
    let reply = with(Fault::Unavailable(RetryAfter::Date(Duration::from_secs(60))));
    assert_eq!((reply.status, reply.header("retry-after").unwrap().ends_with(" GMT")), (503, true));
    assert_eq!(with(Fault::Status(500)).status, 500);
    let reply = with(Fault::Redirect("https://elsewhere.test/".into()));
    assert_eq!((reply.status, reply.header("location")), (302, Some("https://elsewhere.test/")));
}

#[test]
fn bodies_that_are_not_what_they_should_be() {
    assert!(with(Fault::PhpWarning).text().starts_with("<br />\n<b>Warning</b>"));
    assert!(with(Fault::Bom).body.starts_with(b"\xef\xbb\xbf["));
    let reply = with(Fault::HtmlError);
    assert_eq!((reply.status, reply.text().contains("critical error")), (200, true));
    assert!(with(Fault::LoginPage).text().contains("loginform"));
    let reply = with(Fault::Chop(100));
    assert_eq!((reply.status, reply.body.len(), reply.promised()), (200, 100, 100));
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    let reply = with(Fault::Gzip);
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&reply.body[..]).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("[{\"id\":1,"));
}

#[test]
fn connections_that_break() {
    let reply = with(Fault::Truncate(100));
    assert_eq!(reply.body.len(), 100);
    assert!(reply.promised() > 1_000);

    let (_store, mut shop) = small();
    shop.patience = Duration::from_millis(200);
    shop.server.inject(Matcher::any().nth(1), Fault::Stall);
    shop.server.inject(Matcher::any().nth(2), Fault::Hang);
    shop.server.inject(Matcher::any().nth(3), Fault::Drop);
    let stalled = shop.get(&products(PAGE));
    assert_eq!((stalled.status, stalled.body.len()), (200, 0));
    assert!(stalled.promised() > 1_000);
    assert!(shop.send("GET", &products(PAGE)).is_none());
    assert!(shop.send("GET", &products(PAGE)).is_none());
    assert_eq!(shop.get(&products(PAGE)).status, 200);
}

#[test]
fn slow_answers_arrive_whole() {
    let (_store, shop) = small();
    shop.server.inject(Matcher::any(), Fault::Delay(Duration::from_millis(50)));
    shop.server.inject(Matcher::any(), Fault::Slow { bytes: 1_000, pause: Duration::from_millis(20) });
    let started = Instant::now();
    let reply = shop.get(&products(PAGE));
    assert_eq!(reply.ids(), [1, 2]);
    assert!(started.elapsed() >= Duration::from_millis(50 + 20 * (reply.body.len() as u64 / 1_000)));
}

#[test]
fn headers_that_lie_and_pages_that_repeat() {
    assert_eq!(with(Fault::WithoutHeader("X-WP-Total")).header("x-wp-total"), None);
    assert_eq!(with(Fault::Header("X-WP-Total", "about four".into())).total(), "about four");
    let (_store, shop) = small();
    shop.server.inject(Matcher::path("page=2").nth(1), Fault::DuplicatePage);
    assert_eq!(shop.get(&products(&format!("{PAGE}&page=2"))).ids(), [1, 2]);
    assert_eq!(shop.get(&products(&format!("{PAGE}&page=2"))).ids(), [3, 4]);
}

#[test]
fn faults_keep_to_their_requests() {
    let (_store, shop) = small();
    shop.server.inject(Matcher::path("/products").after(1).next(2), Fault::Status(502));
    let statuses: Vec<u16> = (0..5).map(|_| shop.get(&products(PAGE)).status).collect();
    assert_eq!(statuses, [200, 502, 502, 200, 200]);
    shop.server.inject(Matcher::any(), Fault::Status(500));
    assert_eq!(shop.get("/wp-json/").status, 500);
    shop.server.heal();
    assert_eq!(shop.get("/wp-json/").status, 200);
    let log = shop.server.log();
    assert_eq!((log.total(), log.count("/wp-json/wc/v3/products"), log.count("/wp-json/")), (7, 5, 2));
    assert_eq!(log.lines()[1].status, 502);
    assert_eq!(log.most_at_once(), 1);
}

#[test]
fn requests_at_once_are_counted() {
    let (_store, shop) = small();
    shop.server.inject(Matcher::any(), Fault::Delay(Duration::from_millis(200)));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| shop.get(&products(PAGE)));
        }
    });
    assert_eq!(shop.server.log().most_at_once(), 3);
}
