//! Requests that the grant does not cover, spelled in every way that has fooled somebody, and requests without end.

use entrepot_policy::Limits;
use serde_json::{Value, json};

use crate::answers::measured;
use crate::neighbour::beside;
use crate::row::Row;
use crate::shop::BIG;
use crate::stage::{Stage, channel, item, roomy, tight, told};

pub(crate) async fn all() -> Vec<Row> {
    let stage = match Stage::set().await {
        Ok(stage) => stage,
        Err(error) => panic!("{error:#}"),
    };
    let mut rows = Vec::new();
    for (case, orders, must) in refused(&stage) {
        rows.push(unsent(beside(&stage, case, must, asked(&stage, orders)).await, &stage, 0));
    }
    for (case, path, must, hops) in [
        ("redirect to the metadata service", "/granted/to-metadata", "denied", 1),
        ("redirect to a path that is not granted", "/granted/to-outside", "denied", 1),
        ("redirect in circles", "/granted/in-circles", "more than 2 times in a row", 3),
    ] {
        let work = asked(&stage, json!({ "url": stage.shop.url(path) }));
        rows.push(unsent(beside(&stage, case, must, work).await, &stage, hops));
    }
    rows.push(
        beside(
            &stage,
            "what is granted is sent",
            "it answered: 200 ok",
            asked(&stage, json!({ "url": stage.shop.url("/granted/ok") })),
        )
        .await,
    );
    rows.push(unsent(beside(&stage, "http from map-product", "adapter-stopped", mapped(&stage)).await, &stage, 1));
    let slow = json!({ "mode": "slow", "url": stage.shop.url("/granted/slow") });
    rows.push(
        beside(
            &stage,
            "requests to a slow server without end",
            "it took longer than 2s",
            stage.fetch_page(&stage.guest, slow),
        )
        .await,
    );
    let _ = stage.shop.take();
    for (case, path, times) in [
        ("200,000 requests in one call", "/granted/ok", 200_000),
        ("200,000 refused requests in one call", "/outside", 200_000),
    ] {
        let orders = json!({ "mode": "send-all", "times": times, "url": stage.shop.url(path) });
        rows.push(measured(&stage, case, "more than 20000 calls into the host", all_at_once(&stage, orders)).await);
    }
    let big = json!({ "mode": "send-all", "times": 40, "url": stage.shop.url("/granted/big") });
    let case = format!("40 answers of {} MiB in one call", BIG >> 20);
    rows.push(measured(&stage, &case, "larger than the guest's memory", all_at_once(&stage, big)).await);
    rows
}

fn refused(stage: &Stage) -> Vec<(&'static str, Value, &'static str)> {
    let port = stage.shop.port;
    let granted = stage.shop.url("/granted/ok");
    let url = |text: String| json!({ "url": text });
    let with = |name: &str, value: &str| json!({ "url": granted, "headers": [[name, value]] });
    vec![
        ("another host", url("http://example.com/granted/ok".into()), "denied"),
        ("the granted host by another name", url(format!("http://localhost:{port}/granted/ok")), "denied"),
        ("granted host, wrong path", url(stage.shop.url("/outside")), "denied"),
        ("granted host, wrong method", json!({ "url": granted, "method": "POST" }), "denied"),
        ("granted host, another port", url("http://127.0.0.1:1/granted/ok".into()), "denied"),
        ("granted host, another scheme", url(format!("https://127.0.0.1:{port}/granted/ok")), "denied"),
        ("a path that climbs out", url(stage.shop.url("/granted/../outside")), "denied"),
        ("a path that climbs out, encoded", url(stage.shop.url("/granted/%2e%2e/outside")), "denied"),
        ("a path that climbs out, slash encoded", url(stage.shop.url("/granted/..%2foutside")), "denied"),
        ("a backslash for a slash", url(format!("http://127.0.0.1:{port}\\granted\\ok")), "denied"),
        ("userinfo", url(format!("http://127.0.0.1:{port}@example.com/granted/ok")), "denied"),
        ("userinfo at the granted host", url(format!("http://user:pass@127.0.0.1:{port}/granted/ok")), "denied"),
        ("a decimal address", url(format!("http://2130706433:{port}/granted/ok")), "denied"),
        ("an octal address", url(format!("http://0177.0.0.1:{port}/granted/ok")), "denied"),
        ("a short address", url(format!("http://127.1:{port}/granted/ok")), "denied"),
        ("the metadata service", url("http://169.254.169.254/granted/ok".into()), "denied"),
        ("the metadata service, mapped", url("http://[::ffff:169.254.169.254]/granted/ok".into()), "denied"),
        ("the granted host, mapped", url(format!("http://[::ffff:127.0.0.1]:{port}/granted/ok")), "denied"),
        ("port 0", url("http://127.0.0.1:0/granted/ok".into()), "denied"),
        ("a trailing dot", url(format!("http://127.0.0.1.:{port}/granted/ok")), "denied"),
        ("another protocol", url("file:///etc/passwd".into()), "denied"),
        ("no URL at all", url("granted".into()), "denied"),
        ("CR LF in the URL", url(format!("http://127.0.0.1:{port}/granted/ok HTTP/1.1\r\nX: y")), "denied"),
        ("CR LF in a header", with("x-a", "b\r\nHost: example.com"), "denied"),
        ("CR LF in a header's name", with("x-a: b\r\nx-c", "d"), "denied"),
        ("Authorization from the guest", with("Authorization", "Bearer mine"), "denied"),
        ("Host from the guest", with("hOsT", "example.com"), "denied"),
        ("Content-Length from the guest", with("content-length", "5"), "denied"),
        ("Transfer-Encoding from the guest", with("Transfer-Encoding", "chunked"), "denied"),
        ("Cookie from the guest", with("Cookie", "a=b"), "denied"),
        ("another method in a header", with("X-HTTP-Method-Override", "DELETE"), "denied"),
        ("another path in a header", with("X-Original-URL", "/outside"), "denied"),
        ("another host in a header", with("x-forwarded-host", "example.com"), "denied"),
        ("a part of an answer", with("Range", "bytes=0-0"), "denied"),
        ("a header that no rule names", with("x-a", "b"), "denied"),
        ("another method in a parameter", url(format!("{granted}?_method=DELETE")), "denied"),
        ("another method in a parameter, encoded", url(format!("{granted}?a=1;%255fmethod[]=DELETE")), "denied"),
        ("another path in a parameter", url(format!("{granted}?rest.route=/outside")), "denied"),
        ("a header of 1 MiB", with("x-a", &"b".repeat(1 << 20)), "denied"),
        ("a credential that is not granted", json!({ "url": granted, "credential": "root" }), "denied"),
    ]
}

async fn asked(stage: &Stage, mut orders: Value) -> String {
    orders["mode"] = "request".into();
    stage.check(&stage.guest, orders).await
}

async fn mapped(stage: &Stage) -> String {
    let mut mapper = stage.guest.mapper(&channel(json!({})));
    let orders = json!({ "mode": "http", "url": stage.shop.url("/granted/ok") });
    told(mapper.map(&item("1", &orders)).await.map(|product| product.title))
}

async fn all_at_once(stage: &Stage, orders: Value) -> String {
    match stage.load(&Limits { memory: tight().memory, ..roomy() }).await {
        Ok(guest) => stage.fetch_page(&guest, orders).await,
        Err(error) => error.to_string(),
    }
}

/// Refused is what never left: the server is asked what arrived.
fn unsent(row: Row, stage: &Stage, hops: usize) -> Row {
    let seen = stage.shop.take();
    let fault = (seen.len() > hops).then(|| format!("the server was asked {} times: {seen:?}", seen.len()));
    let outside = seen.iter().any(|line| line.contains("/outside")).then(|| "it reached /outside".to_owned());
    row.and(fault).and(outside)
}
