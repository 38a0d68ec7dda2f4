//! What Prometheus is told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_domain::run::RunState;
use entrepot_metrics::Metrics;
use entrepot_server::host::Host;
use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_test_support::woocommerce::{Product, Store, serve};
use entrepot_tests::webhooks::{shop, web_server, work};
use entrepot_tests::{App, Database, Entrepot, Scrape, both_engines, broken_adapter};
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

fn router(host: &Host, hosts: Hosts) -> Router {
    let web = entrepot_web::router(host.app.clone(), hosts, HookLimits::default(), ClientLimits::default());
    entrepot_tests::principal::signed_in(web, &host.tenant)
}

async fn ask(router: Router, path: &str, host: &str) -> (StatusCode, String, String) {
    let request = Request::get(path).header(header::HOST, host).body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("an answer");
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (status, kind) = (response.status(), kind.to_owned());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, kind, String::from_utf8_lossy(&body).into_owned())
}

const WOO: (&str, &str) = ("adapter", "woocommerce");

#[both_engines]
async fn an_import_is_counted_as_it_went(app: App) {
    let store = Store::empty();
    for number in 0..8 {
        store.insert(Product::simple(&format!("fine {number}")).priced("1.00"));
    }
    store.insert(Product::simple("comma").priced("12,50"));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let page = Matcher::path("/wc/v3/products?").with("orderby=id");
    server.inject(page.next(1), Fault::TooMany(Some(RetryAfter::Seconds(1))));
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 8, 1), "{run:?}");
    assert!(run.rate_limited > 0, "{run:?}");

    let shown = Scrape::of(&app.host).await;
    let items = |outcome| shown.sum("entrepot_items_total", &[WOO, ("source", "import"), ("outcome", outcome)]);
    assert_eq!([items("created"), items("dead_letter"), items("unchanged")], [8.0, 1.0, 0.0]);
    assert_eq!(shown.sum("entrepot_rate_limited_total", &[WOO]), run.rate_limited as f64);
    assert_eq!(shown.sum("entrepot_requests_total", &[WOO]), server.log().total() as f64, "each request once");
    assert!(shown.sum("entrepot_requests_total", &[WOO, ("answer", "4xx")]) >= 1.0);
    assert_eq!(shown.sum("entrepot_request_seconds_count", &[WOO]), server.log().total() as f64);
    let ended = [WOO, ("scope", "full"), ("outcome", "completed")];
    assert_eq!(shown.sum("entrepot_import_seconds_count", &ended), 1.0);
    assert!(shown.sum("entrepot_import_seconds_sum", &ended) >= 1.0, "the marketplace said to wait a second");
    let calls =
        |operation| shown.sum("entrepot_call_seconds_count", &[WOO, ("operation", operation), ("outcome", "ok")]);
    assert!(calls("fetch-page") >= 1.0 && calls("check") == 1.0 && calls("map-product") >= 8.0);
    assert_eq!(shown.sum("entrepot_sandbox_instances", &[]), 0.0, "none is left");

    assert_eq!(shown.sum("entrepot_database_up", &[]), 1.0);
    for (name, value) in [
        ("entrepot_channels", 1.0),
        ("entrepot_channel_problems", 0.0),
        ("entrepot_dead_letters", 1.0),
        ("entrepot_quarantined_channels", 0.0),
        ("entrepot_deliveries_waiting", 0.0),
    ] {
        assert_eq!(shown.sum(name, &[WOO]), value, "{name}");
    }
    assert_eq!(
        shown.sum("entrepot_queue_jobs", &[("queue", "default"), ("state", "available")]),
        1.0,
        "nobody works on the queue"
    );

    // Counters are this process's; what the database says is everybody's.
    let other = Scrape::of(&app.reopen().await).await;
    assert!(other.series("entrepot_items_total").is_empty() && other.sum("entrepot_dead_letters", &[WOO]) == 1.0);

    let again = app.import().await;
    assert_eq!(again.unchanged, 8);
    let shown = Scrape::of(&app.host).await;
    assert_eq!(shown.sum("entrepot_items_total", &[WOO, ("outcome", "unchanged")]), 8.0);
    assert_eq!(shown.sum("entrepot_items_total", &[WOO, ("outcome", "created")]), 8.0);

    // Gone without a word: the next full run finds out.
    assert!(store.force_delete(store.product_ids()[0]));
    let last = app.import().await;
    assert_eq!((last.state, last.deleted), (RunState::Completed, 1), "{last:?}");
    let shown = Scrape::of(&app.host).await;
    assert_eq!(shown.sum("entrepot_items_total", &[WOO, ("outcome", "deleted")]), 1.0);
    assert_eq!(shown.sum("entrepot_drift_items_total", &[WOO, ("kind", "deleted")]), 1.0);
    assert_eq!(shown.sum("entrepot_drift_items_total", &[WOO]), 1.0, "and nothing else");
}

#[both_engines]
async fn a_flood_of_webhooks_is_told_apart_by_its_answers(app: App) {
    let app = app.with(&[("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "20"), ("ENTREPOT_WEBHOOKS_BODY_KIB", "64")]).await;
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Told".into());
    let genuine = shop.told().remove(0);
    for _ in 0..2 {
        assert_eq!(web.deliver(&shop.channel, &genuine).await.status, StatusCode::OK);
    }
    let mut forged = genuine.clone();
    forged.body.push(b' ');
    assert_eq!(web.deliver(&shop.channel, &forged).await.status, StatusCode::UNAUTHORIZED);
    web.send("198.51.100.1", &format!("/hooks/{}", shop.channel), &[], vec![b'x'; (64 << 10) + 1]).await;
    let (mut refused, mut slowed) = (1.0, 0.0);
    for _ in 0..40 {
        match web.send("203.0.113.5", "/hooks/chn_nobody", &[], b"{}".to_vec()).await.status {
            StatusCode::UNAUTHORIZED => refused += 1.0,
            _ => slowed += 1.0,
        }
    }
    let waiting = Scrape::of(&app.reopen().await).await;
    assert_eq!(waiting.sum("entrepot_deliveries_waiting", &[WOO]), 1.0);
    app.clock().advance(90_000);
    let later = Scrape::of(&app.reopen().await).await;
    assert!(later.sum("entrepot_oldest_delivery_age_seconds", &[WOO]) >= 90.0);
    work(&app.host, &shop.channel).await;

    let shown = Scrape::of(&app.host).await;
    let answers = |outcome| shown.sum("entrepot_webhook_answer_seconds_count", &[("outcome", outcome)]);
    assert_eq!(["stored", "known", "too_large"].map(answers), [1.0, 1.0, 1.0]);
    assert_eq!((answers("refused"), answers("rate_limited")), (refused, slowed));
    assert!(slowed > 0.0 && answers("failed") == 0.0);
    assert_eq!(shown.sum("entrepot_deliveries_total", &[WOO, ("outcome", "done")]), 1.0);
    assert_eq!(shown.sum("entrepot_delivery_seconds_count", &[WOO]), 1.0);
    assert!(shown.sum("entrepot_delivery_seconds_sum", &[WOO]) >= 90.0, "since it was received");
    assert_eq!(shown.sum("entrepot_items_total", &[WOO, ("source", "webhook"), ("outcome", "updated")]), 1.0);
    assert_eq!(shown.sum("entrepot_deliveries_waiting", &[WOO]), 0.0);
}

#[both_engines]
async fn an_adapter_that_breaks_its_limits_is_seen(app: App) {
    broken_adapter::install(&app).await;
    for (name, mode, limit) in
        [("greedy", "allocate", "memory"), ("broken", "panic", "trap"), ("busy", "host-calls", "host_calls")]
    {
        broken_adapter::add(&app, name, mode, "").await;
        let before = Scrape::of(&app.host).await;
        let run = broken_adapter::start(&app, name).await.expect("starts");
        assert_eq!(run.state, RunState::Failed, "{run:?}");
        let shown = Scrape::of(&app.host).await;
        let stops = |of: &Scrape| of.sum("entrepot_calls_stopped_total", &[("adapter", "hostile"), ("limit", limit)]);
        assert!(stops(&shown) > stops(&before), "{name}: {limit}");
    }
    let shown = Scrape::of(&app.reopen().await).await;
    assert_eq!(shown.sum("entrepot_quarantined_channels", &[("adapter", "hostile")]), 3.0);
    let shown = Scrape::of(&app.host).await;
    let stopped = [("adapter", "hostile"), ("operation", "fetch-page")];
    assert_eq!(
        shown.sum("entrepot_calls_stopped_total", &stopped),
        shown.sum("entrepot_call_failures_total", &[stopped[0], stopped[1], ("class", "adapter-stopped")])
    );
    assert_eq!(shown.sum("entrepot_import_seconds_count", &[("adapter", "hostile"), ("outcome", "failed")]), 3.0);
}

#[both_engines]
async fn a_scrape_answers_without_the_database(app: App) {
    app.host.app.services.metrics().drift("woocommerce", 2, 1, 0);
    assert_eq!(ask(router(&app.host, Hosts::new(app.host.config.listen, "")), "/readyz", "x").await.0, StatusCode::OK);
    app.host.db.close().await;
    let shown = Scrape::of(&app.host).await;
    assert_eq!(shown.series("entrepot_database_up"), [(BTreeMap::new(), 0.0)]);
    assert!(shown.series("entrepot_channels").is_empty(), "nothing is known of them, which is not zero");
    assert_eq!(shown.sum("entrepot_drift_items_total", &[WOO, ("kind", "created")]), 2.0);
    let (status, _, why) = ask(router(&app.host, Hosts::new(app.host.config.listen, "")), "/readyz", "x").await;
    assert_eq!((status, why.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_name_shows_no_metrics() {
    let app = App::start(Database::Sqlite).await;
    let hosts = || Hosts::new("192.0.2.7:8080".parse().expect("an address"), "https://entrepot.example.com");
    let asked = |hosts: Hosts, name: &'static str| ask(router(&app.host, hosts), "/metrics", name);
    for near in ["localhost:8080", "127.0.0.1:8080", "192.0.2.7"] {
        let (status, kind, body) = asked(hosts(), near).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, Metrics::CONTENT_TYPE), "{near}");
        assert!(body.contains("entrepot_build_info{version=") && body.ends_with("# EOF\n"), "{body}");
    }
    assert_eq!(asked(hosts(), "entrepot.example.com").await.0, StatusCode::NOT_FOUND);
    let proxied = Request::get("/metrics").header(header::HOST, "127.0.0.1").header("x-forwarded-for", "203.0.113.9");
    let proxied = router(&app.host, hosts()).oneshot(proxied.body(Body::empty()).expect("a request")).await;
    assert_eq!(proxied.expect("an answer").status(), StatusCode::NOT_FOUND);
    assert_eq!(asked(hosts(), "evil.example").await.0, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(
        asked(hosts().without_metrics(), "localhost").await.0,
        StatusCode::NOT_FOUND,
        "they have a port of their own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_has_metrics_on_a_port_of_their_own() {
    let app = App::start(Database::Sqlite).await;
    let entrepot = Entrepot::new(app.environment.clone()).with("ENTREPOT_METRICS_LISTEN", "127.0.0.1:0");
    let worker = entrepot.start(&["serve", "--role", "worker"]);
    let patience = Instant::now();
    let address = loop {
        let said = worker.said();
        let lines = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        if let Some(address) = lines
            .filter(|line| line["message"].as_str().is_some_and(|said| said.contains("/metrics")))
            .find_map(|line| line["address"].as_str().map(str::to_owned))
        {
            break address;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "{said}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let mut stream = tokio::net::TcpStream::connect(&address).await.expect("it listens");
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("entrepot_database_up{} 1.0"), "{answer}");
    assert!(answer.contains("process_start_time_seconds"), "{answer}");
}
