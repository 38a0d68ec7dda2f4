//! The real server: clients that do not finish, and how it stops.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_metrics::Metrics;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Entrepot, Running, SHOP, both_engines};
use entrepot_web::ClientLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// One host of its own, in this process, with limits that a test does not have to wait long for.
struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

const LARGE: usize = 64 << 20;

impl Served {
    async fn with(limits: ClientLimits) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let (address, stop) = (listener.local_addr().expect("an address"), CancellationToken::new());
        let app = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/large", get(|| async { vec![b'x'; LARGE] }))
            .route("/late", get(|| async { tokio::time::sleep(Duration::from_millis(300)).await }))
            .route("/take", post(async |body: Bytes| body.len().to_string()))
            .route("/never", get(|| async { std::future::pending::<()>().await }));
        let task = tokio::spawn(entrepot_web::serve(listener, app, limits, Metrics::default(), stop.clone()));
        Self { address, stop, task }
    }

    async fn open(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(bytes.as_bytes()).await.expect("sent");
        stream
    }

    /// Whoever comes now is answered.
    async fn answers(&self) -> bool {
        let mut stream = self.open("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        ended(&mut stream).await.starts_with("HTTP/1.1 200")
    }

    /// How long it takes to stop.
    async fn stopped(self) -> Duration {
        let began = Instant::now();
        self.stop.cancel();
        self.task.await.expect("it ends");
        began.elapsed()
    }
}

/// What comes until the connection is closed, however it is.
async fn ended(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "the connection stays open: {}", String::from_utf8_lossy(&all));
    String::from_utf8_lossy(&all).into_owned()
}

fn limits() -> ClientLimits {
    let short = Duration::from_millis(300);
    ClientLimits { head: short, body: short, idle: short, write: short, stop: short, ..ClientLimits::default() }
}

const HALF: &str = "GET / HTTP/1.1\r\nhost: x\r\nx-half: ";
const WHOLE: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_finish_is_not_waited_for() {
    let served = Served::with(limits()).await;
    // Nothing; half a head; half of the second head; nothing after an answer.
    for said in ["", HALF, &format!("{WHOLE}{HALF}"), WHOLE] {
        let (mut stream, began) = (served.open(said).await, Instant::now());
        let answer = ended(&mut stream).await;
        assert_eq!(answer.matches("HTTP/1.1 200").count(), said.matches("\r\n\r\n").count(), "{said:?}: {answer}");
        assert!(began.elapsed() >= Duration::from_millis(250), "{said:?}: {:?}", began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(3), "{said:?}: {:?}", began.elapsed());
    }
    // A byte now and then is no progress.
    let (mut stream, began) = (served.open(HALF).await, Instant::now());
    while began.elapsed() < Duration::from_secs(5) && stream.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    // An answer that nobody reads.
    let stream = served.open("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut taken = 0;
    let mut buffer = vec![0; 1 << 20];
    let mut stream = stream;
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        taken += read;
    }
    assert!(taken < LARGE, "the rest was not kept for it");
    // A handler may take longer than all of these, and whoever waits for it is not idle.
    let mut stream = served.open("GET /late HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(ended(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_half_open_connections_keep_nobody_out() {
    let patient = Duration::from_secs(60);
    let limits = ClientLimits { head: patient, idle: patient, connections: 64, per_address: 64, ..limits() };
    let served = Served::with(limits).await;
    let mut crowd = Vec::new();
    for number in 0..1_000 {
        crowd.push(served.open(if number % 2 == 0 { HALF } else { WHOLE }).await);
        if number % 100 == 0 {
            assert!(served.answers().await, "after {number}");
        }
    }
    assert!(served.answers().await);
    assert!(served.stopped().await < Duration::from_secs(2), "not one of them keeps it from stopping");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_a_body_keeps_nobody_out() {
    let served = Served::with(ClientLimits { connections: 3, per_address: 3, ..ClientLimits::default() }).await;
    const HALF_A_BODY: &str = "POST /take HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 8\r\n\r\nhalf";
    let mut crowd = Vec::new();
    for _ in 0..30 {
        crowd.push(served.open(HALF_A_BODY).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(served.answers().await);
    let (mut oldest, mut newest) = (crowd.remove(0), crowd.pop().expect("the newest"));
    assert_eq!(ended(&mut oldest).await, "", "it was cut");
    newest.write_all(b"half").await.expect("sent");
    let answer = ended(&mut newest).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with('8'), "who goes on is answered: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_not_pushed_out() {
    let served = Served::with(ClientLimits { connections: 3, per_address: 3, ..limits() }).await;
    let mut late = Vec::new();
    for _ in 0..3 {
        late.push(served.open("GET /late HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut refused = TcpStream::connect(served.address).await.expect("it listens");
    assert!(ended(&mut refused).await.starts_with("HTTP/1.1 503"), "there is no room");
    for stream in &mut late {
        assert!(ended(stream).await.starts_with("HTTP/1.1 200"));
    }
    assert!(served.answers().await, "there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_may_end_when_it_stops() {
    let served = Served::with(ClientLimits { stop: Duration::from_secs(1), ..limits() }).await;
    let mut late = served.open("GET /late HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut never = served.open("GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let took = served.stopped().await;
    assert!(ended(&mut late).await.starts_with("HTTP/1.1 200"), "it had the time");
    assert_eq!(ended(&mut never).await, "");
    assert!(took < Duration::from_secs(3), "{took:?}");
}

fn terminate(serve: &Running) {
    let process = nix::unistd::Pid::from_raw(serve.id() as i32);
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).expect("told to stop");
}

/// In the middle of an import whose shop says nothing, with a test of a channel under way, and with clients that do not finish.
#[both_engines]
async fn a_host_that_is_told_to_stop_stops(app: App) {
    let store = Store::generate(Seed { products: 300, variable_share: 0.0, seed: 7 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::path("/wc/v3/products?").with("page=2"), Fault::Hang);
    let metrics = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address");
    let entrepot = Entrepot::new(app.environment.clone())
        .with("ENTREPOT_SERVER_STOP_SECONDS", "1")
        .with("ENTREPOT_METRICS_LISTEN", &metrics.to_string());
    let running = entrepot.start(&["serve"]);
    let address = running.address().await;
    app.host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    app.wait_for_run(|run| run.seq >= 1).await;
    server.inject(Matcher::any(), Fault::Hang);
    let mut clients = Vec::new();
    let cookie = entrepot_tests::principal::cookie_of(&app.host.tenant);
    for (to, said) in [
        (
            address.clone(),
            format!("POST /api/v1/channels/{SHOP}/test HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n"),
        ),
        (
            address.clone(),
            format!(
                "POST /api/v1/adapters HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-type: application/wasm\r\ncontent-length: 9\r\n\r\n."
            ),
        ),
        (address.clone(), HALF.to_owned()),
        (address.clone(), String::new()),
        (metrics.to_string(), HALF.to_owned()),
        (metrics.to_string(), "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
    ] {
        let mut stream = TcpStream::connect(&to).await.expect("it listens");
        stream.write_all(said.as_bytes()).await.expect("sent");
        clients.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    terminate(&running);
    let end = running.end().await;
    let took = began.elapsed();
    assert_eq!(end.code, 0, "{end:?}");
    assert!(took < Duration::from_secs(5), "{took:?}: {}", end.stderr);
    // What it held was given back: nobody has to wait for it to be taken for dead.
    let run = app.run().await;
    assert!(run.lease().is_none() && run.state() == RunState::Running, "{run:?}");
    server.heal();
    let began = Instant::now();
    let second = entrepot.start(&["serve"]);
    let run = app.wait_for_run(|run| run.state().is_final()).await;
    assert_eq!((run.state(), run.counts().fetched), (RunState::Completed, 300), "{run:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop(second);
}
