//! Webhooks come in: verified, stored with their job, acknowledged; and what is refused.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use entrepot_channels::NewChannel;
use entrepot_domain::{ChannelId, Secret};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rows::other_tenant;
use entrepot_tests::webhooks::{deliveries, shop, title, web_server};
use entrepot_tests::{App, SHOP, both_engines};
use serde_json::{Map, Value};

#[both_engines]
async fn a_change_in_the_shop_is_in_the_catalogue(app: App) {
    let shop = shop(&app, 30).await;
    let web = web_server(&app.host);
    let workers = entrepot_server::workers::jobs(&app.host)
        .and_then(|jobs| jobs.start(&app.host.db, app.host.app.services.metrics()))
        .expect("workers");
    let id = shop.store.product_ids()[3];
    shop.store.update(id, |product| product.name = "Told by webhook".into());
    let mut told = shop.told();
    assert_eq!(told.len(), 1);
    let mut delivery = told.remove(0);
    delivery.headers.push(("Cookie".into(), "session=of-somebody".into()));
    delivery.headers.push(("Authorization".into(), "Basic b3BlcmF0b3I6cGFzc3dvcmQ=".into()));
    assert_eq!(web.deliver(&shop.channel, &delivery).await.status, StatusCode::OK);
    let patience = Instant::now();
    while title(&app, id).await.as_deref() != Some("Told by webhook") {
        assert!(patience.elapsed() < Duration::from_secs(30), "{:?}", deliveries(&app, &shop.channel).await);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }

    let before = shop.server.log().total();
    assert_eq!(web.deliver(&shop.channel, &delivery).await.status, StatusCode::OK, "what came before is taken again");
    tokio::time::sleep(Duration::from_millis(300)).await;
    workers.stop().await;
    assert_eq!(shop.server.log().total(), before, "and nothing is done about it");
    let kept = deliveries(&app, &shop.channel).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].state.as_str(), kept[0].topic.as_str(), kept[0].generation), ("done", "product.updated", 1));
    assert_eq!(kept[0].note.as_deref(), Some(format!("{id}: written").as_str()));
    let content =
        app.host.db.tenant(&app.host.tenant).delivery_content(&kept[0].id).await.expect("read").expect("kept");
    assert_eq!(content.body, delivery.body, "as received");
    let names: Vec<String> = content.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    assert!(names.contains(&"x-wc-webhook-signature".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name == "cookie" || name == "authorization"), "{names:?}");
}

/// The address says the channel, and nothing else says whose it is.
#[both_engines]
async fn a_delivery_finds_its_tenant_by_its_channel(app: App) {
    let theirs = other_tenant(&app).await;
    let store = Store::generate(Seed { products: 5, variable_share: 0.0, seed: 17 });
    let server = serve(&store);
    app.install().await;
    let key = store.key();
    let secrets = [
        ("consumer_key", key.consumer_key.as_str()),
        ("consumer_secret", key.consumer_secret.as_str()),
        ("webhook_secret", "a-long-random-word-of-letters-and-digits"),
    ];
    let new = NewChannel {
        adapter: "woocommerce".into(),
        name: SHOP.into(),
        settings: Map::from_iter([("store_url".to_owned(), Value::from(server.base_url.as_str()))]),
        secrets: secrets.map(|(name, value)| (name.to_owned(), Secret::new(value))).into(),
        untested: false,
    };
    let (channel, _) = app.host.app.channels.add_channel(&theirs, new).await.expect("added");
    store.add_webhook("product.updated", &format!("http://127.0.0.1/hooks/{channel}"), secrets[2].1);
    store.update(store.product_ids()[0], |product| product.name = "Told by webhook".into());
    let web = web_server(&app.host);
    for delivery in store.deliveries() {
        assert_eq!(web.deliver(&channel, &delivery).await.status, StatusCode::OK);
    }
    let kept = app.host.db.tenant(&theirs).deliveries(&channel, "", "", 10).await.expect("deliveries");
    assert_eq!(kept.iter().map(|row| row.topic.as_str()).collect::<Vec<_>>(), ["product.updated"]);
    assert!(deliveries(&app, &channel).await.is_empty(), "none of ours");
    let ours = web.get("/api/v1/channels").await;
    assert_eq!((ours.status, ours.body.contains(channel.as_str())), (StatusCode::OK, false), "{}", ours.body);
}

#[both_engines]
async fn pings_are_answered_and_leave_nothing(app: App) {
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    let pings = shop.store.deliveries();
    assert_eq!(pings.len(), 4);
    for ping in &pings {
        let answer = web.deliver(&shop.channel, ping).await;
        assert_eq!((answer.status, answer.kind.as_str(), answer.body.as_str()), (StatusCode::OK, "text/plain", ""));
    }
    assert!(deliveries(&app, &shop.channel).await.is_empty());
}

#[both_engines]
async fn whatever_is_refused_is_refused_in_the_same_words(app: App) {
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    let bytes = std::fs::read(entrepot_tests::adapters_folder().join("golden-0-1-0.wasm")).expect("the built adapter");
    let admission = app.host.app.services.admission();
    admission.install(bytes, "test").await.expect("it is installed");
    admission.approve("golden-0-1-0", entrepot_policy::Approval::default(), "test").await.expect("approved");
    let settings = Map::from_iter([("base_url".to_owned(), Value::from(shop.server.base_url.as_str()))]);
    let secrets = vec![("key".into(), Secret::new("golden-key")), ("secret".into(), Secret::new("golden-secret"))];
    let new = NewChannel { adapter: "golden-0-1-0".into(), name: "deaf".into(), settings, secrets, untested: true };
    let (deaf, _) = app.host.app.channels.add_channel(&app.host.tenant, new).await.expect("added");

    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Forged".into());
    let genuine = shop.told().remove(0);
    let mut forged = genuine.clone();
    forged.body = String::from_utf8_lossy(&forged.body).replace("Forged", "Forger").into_bytes();
    let unknown = ChannelId::from("chn_01h00000000000000000000000");
    let mut answers = Vec::new();
    for (channel, delivery) in
        [(&shop.channel, &forged), (&unknown, &genuine), (&deaf, &genuine), (&ChannelId::from(SHOP), &genuine)]
    {
        let answer = web.deliver(channel, delivery).await;
        assert_eq!(
            (answer.status, answer.kind.as_str()),
            (StatusCode::UNAUTHORIZED, "application/problem+json"),
            "{channel}"
        );
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(deliveries(&app, &shop.channel).await.is_empty());
    assert_eq!(web.deliver(&shop.channel, &genuine).await.status, StatusCode::OK);
}

#[both_engines]
async fn what_is_too_large_or_too_often_is_refused_and_others_are_not(app: App) {
    let app = app.with(&[("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "20"), ("ENTREPOT_WEBHOOKS_BODY_KIB", "64")]).await;
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    let path = format!("/hooks/{}", shop.channel);
    let large = web.send("198.51.100.1", &path, &[], vec![b'x'; (64 << 20) + 1]).await;
    assert_eq!((large.status, large.kind.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "application/problem+json"));
    let (mut refused, mut slowed) = (0, None);
    for _ in 0..40 {
        let answer = web.send("203.0.113.5", "/hooks/chn_nobody", &[], b"{}".to_vec()).await;
        match answer.status {
            StatusCode::UNAUTHORIZED => refused += 1,
            _ => slowed = Some(answer),
        }
    }
    assert!((20..=25).contains(&refused), "{refused}");
    let slowed = slowed.expect("a limit");
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.retry_after.and_then(|wait| wait.parse::<u32>().ok()).is_some_and(|wait| (1..=60).contains(&wait)));
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "In time".into());
    assert_eq!(web.deliver_all(&shop).await, 1, "from another address");
}

/// The host that answered is gone before it did anything about it.
#[both_engines]
async fn what_was_acknowledged_is_worked_on_by_the_next_host(app: App) {
    let shop = shop(&app, 20).await;
    let ids = shop.store.product_ids();
    for id in &ids[..5] {
        shop.store.update(*id, |product| product.name = "Not lost".into());
    }
    let first = app.reopen().await;
    assert_eq!(web_server(&first).deliver_all(&shop).await, 5);
    drop(first);
    let next = app.reopen().await;
    let workers = entrepot_server::workers::jobs(&next)
        .and_then(|jobs| jobs.start(&next.db, next.app.services.metrics()))
        .expect("workers");
    let patience = Instant::now();
    while deliveries(&app, &shop.channel).await.iter().any(|delivery| delivery.state != "done") {
        assert!(patience.elapsed() < Duration::from_secs(30), "{:?}", deliveries(&app, &shop.channel).await);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    workers.stop().await;
    for id in &ids[..5] {
        assert_eq!(title(&app, *id).await.as_deref(), Some("Not lost"));
    }
}

#[both_engines]
async fn a_job_that_was_lost_is_made_again(app: App) {
    let shop = shop(&app, 5).await;
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Waits".into());
    web_server(&app.host).deliver_all(&shop).await;
    assert_eq!(app.host.app.deliveries.requeue_waiting_deliveries().await.expect("nudged"), 0, "its job is quite new");
    app.clock().advance(10_000);
    assert_eq!(app.host.app.deliveries.requeue_waiting_deliveries().await.expect("nudged"), 1);
    assert_eq!(app.host.app.deliveries.requeue_waiting_deliveries().await.expect("nudged"), 0, "one is enough");
}
