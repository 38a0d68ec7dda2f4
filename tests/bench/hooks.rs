//! Deliveries at a fixed rate, as a flash sale sends them: how fast they are answered, and whether each that was answered is kept.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use entrepot_test_support::woocommerce::{Seed, Store};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::http;

const CONNECTIONS: usize = 48;
const PRODUCTS: usize = 1_000;
/// 2026-06-01.
const BEGINNING: i64 = 1_780_272_000;

pub(crate) struct Load {
    /// `127.0.0.1:8080`
    pub(crate) host: String,
    pub(crate) channel: String,
    pub(crate) secret: String,
    /// Reads what was kept.
    pub(crate) api_key: String,
    pub(crate) per_second: usize,
    pub(crate) seconds: usize,
}

struct Sent {
    /// The id under which it is kept.
    name: String,
    status: Option<u16>,
    /// From the moment in which it was due.
    latency: Duration,
}

pub(crate) async fn measure(load: Load) -> Result<Value> {
    let load = Arc::new(load);
    let requests = Arc::new(requests(&load));
    let begun = Instant::now() + Duration::from_millis(100);
    let next = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(send(load.clone(), requests.clone(), next.clone(), begun))).collect();
    let mut sent = Vec::new();
    for sender in senders {
        sent.extend(sender.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let mut latencies: Vec<Duration> = sent.iter().map(|sent| sent.latency).collect();
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
    let accepted: HashSet<&str> =
        sent.iter().filter(|sent| sent.status == Some(200)).map(|sent| sent.name.as_str()).collect();
    let refused = sent.iter().filter(|sent| sent.status.is_some_and(|status| status != 200)).count();
    let drained = drain(&load).await?;
    let kept = kept(&load).await?;
    let lost = accepted.iter().filter(|name| !kept.contains(**name)).count();
    Ok(json!({
        "sent": sent.len(), "accepted": accepted.len(), "refused": refused,
        "unanswered": sent.len() - accepted.len() - refused, "lost": lost, "seconds": seconds,
        "per_second": accepted.len() as f64 / seconds,
        "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0), "drained_seconds": drained,
    }))
}

/// Signed by a shop's own code; each a change of one of its products.
fn requests(load: &Load) -> Vec<(String, Vec<u8>)> {
    let store = Store::generate(Seed { products: PRODUCTS, variable_share: 0.0, seed: 1 });
    let url = format!("http://{}/hooks/{}", load.host, load.channel);
    store.add_webhook("product.updated", &url, &load.secret);
    drop(store.deliveries());
    let (all, ids) = (load.per_second * load.seconds, store.product_ids());
    let mut requests = Vec::with_capacity(all);
    for round in 0.. {
        store.configure(|options| options.now = Some(BEGINNING + round));
        for id in &ids {
            store.update(*id, |product| product.name = format!("Load {round} of {id}").into());
        }
        for delivery in store.deliveries() {
            if requests.len() == all {
                return requests;
            }
            let name = format!("changed:{}", entrepot_guest::hex::encode(Sha256::digest(&delivery.body)));
            let mut text = format!("POST /hooks/{} HTTP/1.1\r\nHost: {}\r\n", load.channel, load.host);
            for (header, value) in &delivery.headers {
                text.push_str(&format!("{header}: {value}\r\n"));
            }
            text.push_str(&format!("Content-Length: {}\r\n\r\n", delivery.body.len()));
            requests.push((name, [text.into_bytes(), delivery.body].concat()));
        }
    }
    requests
}

async fn send(
    load: Arc<Load>,
    requests: Arc<Vec<(String, Vec<u8>)>>,
    next: Arc<AtomicUsize>,
    begun: Instant,
) -> Result<Vec<Sent>> {
    let (mut sent, mut connection) = (Vec::new(), None);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some((name, request)) = requests.get(number) else { return Ok(sent) };
        let due = begun + Duration::from_secs_f64(number as f64 / load.per_second as f64);
        tokio::time::sleep_until(due.into()).await;
        let status = exchange(&load.host, &mut connection, request).await.ok();
        if status.is_none() {
            // The host is gone for a moment. A marketplace would come again; here the delivery counts as unanswered.
            connection = None;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        sent.push(Sent { name: name.clone(), status, latency: due.elapsed() });
    }
}

async fn exchange(host: &str, connection: &mut Option<BufReader<TcpStream>>, request: &[u8]) -> Result<u16> {
    if connection.is_none() {
        *connection = Some(http::connect(host).await?);
    }
    Ok(http::exchange(connection.as_mut().context("a connection")?, request).await?.status)
}

async fn get(load: &Load, path: &str) -> Result<Value> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n", load.host, load.api_key);
    let answer = http::exchange(&mut http::connect(&load.host).await?, request.as_bytes()).await?;
    ensure!(answer.status == 200, "{path}: {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Seconds until nothing waits to be worked on.
async fn drain(load: &Load) -> Result<f64> {
    let begun = Instant::now();
    let path = format!("/api/v1/channels/{}/deliveries?state=pending&limit=1", load.channel);
    while get(load, &path).await?["items"].as_array().is_some_and(|items| !items.is_empty()) {
        ensure!(begun.elapsed() < Duration::from_secs(900), "deliveries still wait");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// Of all deliveries that the host shows.
async fn kept(load: &Load) -> Result<HashSet<String>> {
    let (mut kept, mut cursor) = (HashSet::new(), String::new());
    loop {
        let path = format!("/api/v1/channels/{}/deliveries?limit=200&cursor={cursor}", load.channel);
        let page = get(load, &path).await?;
        let ids = page["items"].as_array().into_iter().flatten().filter_map(|item| item["delivery_id"].as_str());
        kept.extend(ids.map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return Ok(kept),
        }
    }
}
