//! Traces to a collector, by OTLP over HTTP. Where none is named, nothing of this exists.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// Spans that name log lines and are open even when there is nothing to do: a trace of each look would bury the others.
const NOT_TRACED: [&str; 3] = ["advance", "hook", "inbox"];

/// A collector that does not answer keeps no host from stopping.
const LAST: Duration = Duration::from_secs(2);

/// Sends spans in the background.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Within a tokio runtime. `endpoint`: the collector's, to which the path of traces is added.
    pub fn start(endpoint: &impl ToString, extra_roots_pem: &[Vec<u8>]) -> Result<Self> {
        let client = entrepot_egress::operators_client(extra_roots_pem)?;
        let client = OnRuntime { client, runtime: Handle::current(), failing: Arc::default() };
        let url = format!("{}/v1/traces", endpoint.to_string().trim_end_matches('/'));
        let exporter = SpanExporter::builder().with_http().with_http_client(client).with_endpoint(url);
        let exporter = exporter.build().context("the exporter of traces cannot be set up")?;
        let mut resource =
            Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name("entrepot");
        }
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build());
        Ok(Self(provider.build()))
    }

    /// What collects the spans of this workspace. Events stay in the logs.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("entrepot"));
        let layer = layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
        layer.with_filter(filter_fn(|metadata: &Metadata<'_>| {
            metadata.is_span() && metadata.target().starts_with("entrepot") && !NOT_TRACED.contains(&metadata.name())
        }))
    }

    /// Sends what is left.
    pub async fn finish(self) {
        // It waits for its thread, which sends by this runtime.
        let done = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST)).await;
        if !matches!(done, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// The exporter has a thread of its own; requests are made by the runtime that everything else is made by.
#[derive(Clone, Debug)]
struct OnRuntime<C> {
    client: C,
    runtime: Handle,
    failing: Arc<AtomicBool>,
}

impl<C> OnRuntime<C> {
    /// Once for each time that it goes wrong, not for each request.
    fn note(&self, outcome: &Result<Response<Bytes>, HttpError>) {
        let why = match outcome {
            Ok(response) if response.status().is_success() => {
                if self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("traces are taken again by the collector");
                }
                return;
            }
            Ok(response) => format!("it answered HTTP {}", response.status().as_u16()),
            Err(_) => "it cannot be reached".to_owned(),
        };
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!("traces are lost, the collector does not take them: {why}; see OTEL_EXPORTER_OTLP_ENDPOINT");
        }
    }
}

#[async_trait]
impl<C: HttpClient + Clone + 'static> HttpClient for OnRuntime<C> {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let outcome = self.runtime.spawn(async move { client.send_bytes(request).await }).await?;
        self.note(&outcome);
        outcome
    }
}
