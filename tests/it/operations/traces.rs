//! What a collector is told, and what a log says.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use entrepot_domain::run::RunState;
use entrepot_server::telemetry::{Json, Traces};
use entrepot_test_support::server::{Answer, Fault, Listen, Matcher, Request, Server, Site};
use entrepot_test_support::woocommerce::{Product, Seed, Store, serve};
use entrepot_tests::webhooks::{shop, web_server, work};
use entrepot_tests::{App, Database, SHOP, broken_adapter, postgres_url};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

/// Keeps the spans that it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Span>>>);

impl Collector {
    async fn listen(&self) -> String {
        let take = |State(collector): State<Self>, body: Bytes| async move {
            let Ok(request) = ExportTraceServiceRequest::decode(body) else { return StatusCode::BAD_REQUEST };
            let scopes = request.resource_spans.into_iter().flat_map(|of| of.scope_spans);
            collector.0.lock().expect("spans").extend(scopes.flat_map(|scope| scope.spans));
            StatusCode::OK
        };
        let app = Router::new().route("/v1/traces", post(take)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }

    fn named(&self, name: &str) -> Vec<Span> {
        self.0.lock().expect("spans").iter().filter(|span| span.name == name).cloned().collect()
    }

    fn one(&self, name: &str) -> Span {
        let mut found = self.named(name);
        let all: Vec<String> = self.0.lock().expect("spans").iter().map(|span| span.name.clone()).collect();
        assert_eq!(found.len(), 1, "{name} among {all:?}");
        found.remove(0)
    }
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Of;
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.clone()?.value? {
        Of::StringValue(text) => Some(text),
        Of::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

/// A shop that remembers whether anybody told it of a trace.
struct Spy {
    store: Store,
    headers: Arc<Mutex<Vec<String>>>,
}

impl Site for Spy {
    fn answer(&self, request: &Request) -> Answer {
        self.headers.lock().expect("names").extend(request.headers.keys().map(ToString::to_string));
        self.store.answer(request)
    }

    fn answered(&self, request: &Request) {
        self.store.answered(request);
    }
}

/// From the answer that the marketplace got to the rows that were changed.
async fn hook_to_commit(app: App) {
    let collector = Collector::default();
    let shop = shop(&app, 10).await;
    let traces = Traces::start(&collector.listen().await, &[]).expect("set up");
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
    let web = web_server(&app.host);
    for id in &shop.store.product_ids()[..2] {
        shop.store.update(*id, |product| product.name = "Traced".into());
        assert_eq!(web.deliver_all(&shop).await, 1);
    }
    // Another host works on them.
    work(&app.reopen().await, &shop.channel).await;
    drop(listening);
    traces.finish().await;

    let hooks = collector.named("webhook");
    assert_eq!(hooks.len(), 2);
    let (batch, commit) = (collector.one("deliveries"), collector.one("deliveries.write"));
    let (first, second) = (&hooks[0], &hooks[1]);
    assert_ne!(first.trace_id, second.trace_id);
    assert_eq!(
        (&batch.trace_id, &batch.parent_span_id),
        (&first.trace_id, &first.span_id),
        "it goes on with the first"
    );
    assert_eq!((&commit.trace_id, &commit.parent_span_id), (&first.trace_id, &batch.span_id));
    let links: Vec<_> = batch.links.iter().map(|link| (&link.trace_id, &link.span_id)).collect();
    assert_eq!(links, [(&second.trace_id, &second.span_id)], "and points to the other");
    let verified = collector.named("verify-webhook");
    assert!(verified.iter().any(|call| call.trace_id == first.trace_id && call.parent_span_id == first.span_id));
    for (key, value) in [("channel", shop.channel.as_str()), ("adapter", "woocommerce"), ("outcome", "stored")] {
        assert_eq!(attribute(first, key).as_deref(), Some(value), "{key}");
    }
    assert!(attribute(first, "delivery").is_some_and(|id| id.starts_with("dlv_")));
    assert!(collector.named("inbox").is_empty(), "a look at an inbox is no trace");
}

#[tokio::test]
async fn one_trace_from_the_webhook_to_the_commit_on_sqlite() {
    hook_to_commit(App::start(Database::Sqlite).await).await;
}

#[tokio::test]
async fn one_trace_from_the_webhook_to_the_commit_on_postgres() {
    if postgres_url().is_some() {
        hook_to_commit(App::start(Database::Postgres).await).await;
    }
}

#[tokio::test]
async fn a_run_is_one_trace_over_all_its_turns_and_marketplaces_hear_nothing_of_it() {
    let collector = Collector::default();
    let app = App::start_with(Database::Sqlite, &[("ENTREPOT_IMPORT_SLICE_SECONDS", "1")]).await;
    let store = Store::generate(Seed { products: 250, variable_share: 0.0, seed: 5 });
    let headers = Arc::new(Mutex::new(Vec::new()));
    let spy = Spy { store: store.clone(), headers: headers.clone() };
    let server = Server::start(Arc::new(spy), &Listen::default());
    server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(std::time::Duration::from_millis(600)));
    app.connect(&server.base_url, &store.key()).await;
    let traces = Traces::start(&collector.listen().await, &[]).expect("set up");
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
    let run = app.import().await;
    drop(listening);
    traces.finish().await;
    assert_eq!((run.state, run.created), (RunState::Completed, 250), "{run:?}");

    let turns = collector.named("run");
    assert!(turns.len() > 1, "it was interrupted");
    assert!(turns.iter().all(|turn| turn.trace_id == turns[0].trace_id));
    assert!(turns.iter().all(|turn| attribute(turn, "run").as_deref() == Some(run.run.as_str())));
    assert!(turns.iter().all(|turn| attribute(turn, "adapter").as_deref() == Some("woocommerce")));
    let spans: HashMap<Vec<u8>, Span> =
        collector.0.lock().expect("spans").iter().map(|span| (span.span_id.clone(), span.clone())).collect();
    let path = |span: &Span| {
        let (mut names, mut at) = (vec![span.name.clone()], span);
        while let Some(parent) = spans.get(&at.parent_span_id) {
            names.push(parent.name.clone());
            at = parent;
        }
        names.join(" < ")
    };
    let request = collector.named("request").into_iter().find(|span| span.trace_id == turns[0].trace_id);
    let request = request.expect("requests belong to the run");
    assert_eq!(path(&request), "request < fetch-page < page.fetch < run");
    assert_eq!(attribute(&request, "http.response.status_code").as_deref(), Some("200"));
    assert_eq!(attribute(&request, "server.address").as_deref(), Some("127.0.0.1"));
    assert!(collector.named("page.write").iter().all(|write| path(write) == "page.write < run"));

    let told = format!("{:?}", collector.0.lock().expect("spans"));
    for secret in [&store.key().consumer_key, &store.key().consumer_secret] {
        assert!(!told.contains(secret.as_str()));
    }
    let headers = headers.lock().expect("names");
    assert!(headers.iter().any(|name| name == "user-agent"), "{headers:?}");
    for name in ["traceparent", "tracestate", "baggage", "b3"] {
        assert!(!headers.iter().any(|sent| sent == name), "{name}");
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lines").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn all(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().expect("lines").clone()).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

/// What an adapter logs is a line like any other.
#[tokio::test]
async fn what_an_adapter_logs_names_its_run() {
    let app = App::start(Database::Sqlite).await;
    broken_adapter::install(&app).await;
    let channel = broken_adapter::add(&app, "talker", "log-empty", "").await;
    let lines = Lines::default();
    let writer = lines.clone();
    let listening =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(Json::new(move || writer.clone())));
    let run = broken_adapter::start(&app, "talker").await.expect("starts");
    drop(listening);
    let all = lines.all();
    let logged: Vec<&Value> = all.iter().filter(|line| line["target"] == "entrepot_sandbox::imports::log").collect();
    assert!(!logged.is_empty(), "it talks");
    for line in &logged {
        assert_eq!((&line["run"], &line["channel"]), (&run.run.as_str().into(), &channel.as_str().into()), "{line}");
        assert_eq!((&line["adapter"], &line["operation"]), (&"hostile".into(), &"fetch-page".into()), "{line}");
    }
}

#[tokio::test]
async fn each_line_names_its_run_and_none_a_secret() {
    let app = App::start(Database::Sqlite).await;
    let store = Store::empty();
    for number in 0..30 {
        store.insert(Product::simple(&format!("fine {number}")).priced("1.00"));
    }
    store.insert(Product::simple("a body that nobody logs").priced("12,50"));
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let page = Matcher::path("/wc/v3/products?").with("orderby=id");
    server.inject(page.next(2), Fault::Status(500));
    let lines = Lines::default();
    let writer = lines.clone();
    let filter = tracing_subscriber::filter::Targets::new().with_target("entrepot", tracing::Level::TRACE);
    let listening = tracing::subscriber::set_default(
        tracing_subscriber::registry().with(Json::new(move || writer.clone())).with(filter),
    );
    let run = app.import().await;
    assert_eq!((run.state, run.dead_letters), (RunState::Completed, 1), "{run:?}");
    store.revoke_key(&store.key().consumer_key);
    let failed = app.import().await;
    assert_eq!(failed.state, RunState::Failed, "{failed:?}");
    drop(listening);

    let all = lines.all();
    let of = |run: &str| all.iter().filter(|line| line["run"] == run).cloned().collect::<Vec<Value>>();
    let said = of(run.run.as_str());
    assert!(said.len() > 3, "{all:?}");
    let answered = said.iter().find(|line| line["message"] == "GET answered").expect("what the client says");
    for (field, value) in [
        ("run", run.run.as_str()),
        ("channel", channel.as_str()),
        ("adapter", "woocommerce"),
        ("operation", "fetch-page"),
        ("level", "DEBUG"),
    ] {
        assert_eq!(answered[field], value, "{field}: {answered}");
    }
    assert!(answered["version"].is_string() && answered["timestamp"].is_string(), "{answered}");
    let ended = said.iter().filter(|line| line["message"] == "run ended").collect::<Vec<_>>();
    assert_eq!(ended.len(), 1, "{said:?}");
    assert_eq!((&ended[0]["created"], &ended[0]["dead_letters"]), (&Value::from(30), &Value::from(1)));

    let warned: Vec<Value> = of(failed.run.as_str())
        .into_iter()
        .filter(|line| matches!(line["level"].as_str(), Some("WARN" | "ERROR")))
        .collect();
    assert_eq!(warned.len(), 1, "a failure is said once: {warned:?}");
    assert!(warned[0]["message"].as_str().is_some_and(|said| said.starts_with("run failed: ")), "{warned:?}");
    assert_eq!(warned[0]["channel"], channel.as_str());

    let text = String::from_utf8(lines.0.lock().expect("lines").clone()).expect("text");
    for secret in [&store.key().consumer_key, &store.key().consumer_secret] {
        assert!(!text.contains(secret.as_str()), "{SHOP}");
    }
    assert!(!text.contains("a body that nobody logs"), "{text}");
    assert!(!text.contains("\"otel."), "what is for collectors is not in the logs");
}
