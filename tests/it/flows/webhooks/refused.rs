//! What is refused is listed for the operator, and what cannot be read is looked for in the shop.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use entrepot_catalog::Refusal;
use entrepot_domain::ChannelId;
use entrepot_domain::run::RunState;
use entrepot_store::refused::RefusedRow;
use entrepot_tests::webhooks::{WebServer, deliveries, shop, title, web_server};
use entrepot_tests::{App, Entrepot, SHOP, both_engines};
use serde_json::Value;

/// What is listed, once so many are.
async fn refused(app: &App, channel: &ChannelId, count: i64) -> Vec<RefusedRow> {
    let scoped = app.host.db.tenant(&app.host.tenant);
    let patience = Instant::now();
    loop {
        let rows = scoped.refused(channel).await.expect("the list");
        if rows.iter().map(|row| row.number).sum::<i64>() >= count {
            return rows;
        }
        assert!(patience.elapsed() < Duration::from_secs(20), "{rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn listed(web: &WebServer) -> Value {
    let answer = web.get(&format!("/api/v1/channels/{SHOP}/deliveries/refused")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

#[both_engines]
async fn refused_deliveries_are_listed_with_their_reason_and_nothing_of_what_was_sent(app: App) {
    let app = app.with(&[("ENTREPOT_WEBHOOKS_GENUINE_PER_MINUTE", "1")]).await;
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Forged".into());
    let genuine = shop.told().remove(0);
    let mut forged = genuine.clone();
    forged.body = String::from_utf8_lossy(&forged.body).replace("Forged", "Forger").into_bytes();
    for _ in 0..4 {
        assert_eq!(web.deliver(&shop.channel, &forged).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(web.deliver(&shop.channel, &genuine).await.status, StatusCode::OK);
    assert_eq!(web.deliver(&shop.channel, &genuine).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let rows = refused(&app, &shop.channel, 5).await;
    let kinds: Vec<(&str, i64)> = rows.iter().map(|row| (row.kind.as_str(), row.number)).collect();
    assert!(kinds.contains(&("rejected", 4)) && kinds.contains(&("rate_limited", 1)), "{rows:?}");
    let rejected = rows.iter().find(|row| row.kind == "rejected").expect("the forged ones");
    assert!(
        rejected.reason.to_lowercase().contains("signature") && rejected.first_at <= rejected.last_at,
        "{rejected:?}"
    );

    let listed = listed(&web).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    assert!(!listed.to_string().contains("Forger"), "{listed}");
    let entrepot = Entrepot::new(app.environment.clone());
    let (code, list) = entrepot.json(&["webhooks", "refused", SHOP]);
    assert_eq!((code, &list), (0, &listed), "also in another process");
    let text = String::from_utf8(entrepot.run(&["webhooks", "refused", SHOP]).stdout).expect("text");
    assert!(text.contains("rate limited") && text.contains("COUNT"), "{text}");
    let (_, doctor) = entrepot.json(&["doctor"]);
    assert!(doctor.to_string().contains("entrepot webhooks refused shop"), "{doctor}");
    assert_eq!(web.get("/api/v1/channels/nobody/deliveries/refused").await.status, StatusCode::NOT_FOUND);
}

#[both_engines]
async fn deliveries_that_were_answered_with_429_are_listed(app: App) {
    let app = app.with(&[("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "3")]).await;
    let shop = shop(&app, 3).await;
    let web = web_server(&app.host);
    shop.store.update(shop.store.product_ids()[0], |product| product.name = "Forged".into());
    let mut forged = shop.told().remove(0);
    forged.body = String::from_utf8_lossy(&forged.body).replace("Forged", "Forger").into_bytes();
    let mut too_many = 0;
    for _ in 0..8 {
        too_many += i64::from(web.deliver(&shop.channel, &forged).await.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(too_many >= 4, "{too_many}");
    let rows = refused(&app, &shop.channel, 8 + too_many).await;
    let limited = rows.iter().find(|row| row.kind == "rate_limited").expect("those with 429");
    assert!(limited.number == too_many && limited.reason.contains("webhooks.requests_per_minute"), "{rows:?}");
    assert_eq!(rows.len(), 2, "each reason is a line: {rows:?}");
}

#[both_engines]
async fn strangers_fill_no_database(app: App) {
    let shop = shop(&app, 3).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    for number in 0..5_000 {
        cases.deliveries.note_refused(
            tenant,
            &shop.channel,
            Refusal::Rejected,
            &format!("{number}\0 \u{202e}{}", "x".repeat(10_000)),
        );
    }
    let rows = refused(&app, &shop.channel, 5_000).await;
    assert!(rows.len() <= 100, "{}", rows.len());
    for row in &rows {
        assert!(row.reason.chars().count() <= 301 && !row.reason.contains(['\0', '\u{202e}']), "{row:?}");
    }
    // Reason after reason over a long time.
    let scoped = app.host.db.tenant(tenant);
    for round in 0..15_i64 {
        let row = |number: i64| RefusedRow {
            kind: "rejected".into(),
            reason: format!("{round} {number}"),
            number: 1,
            first_at: round,
            last_at: app.clock().now() + round,
        };
        let mut tx = scoped.begin().await.expect("begins");
        tx.add_refused(&shop.channel, &(0..11).map(row).collect::<Vec<_>>()).await.expect("added");
        tx.commit().await.expect("written");
    }
    let rows = scoped.refused(&shop.channel).await.expect("the list");
    assert_eq!((rows.len(), rows[0].reason.split(' ').next()), (100, Some("14")), "the latest are kept");
    app.clock().advance(31 * 24 * 3_600_000);
    cases.deliveries.forget_deliveries().await.expect("forgotten");
    assert!(scoped.refused(&shop.channel).await.expect("the list").is_empty());
}

/// A product with a description of megabytes: its shop is told that all is well, and the product is fetched.
#[both_engines]
async fn a_delivery_too_large_to_be_read_is_a_reason_to_look(app: App) {
    let options = [("ENTREPOT_WEBHOOKS_BODY_KIB", "64"), ("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "3")];
    let app = app.with(&options).await;
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    let id = shop.store.product_ids()[2];
    app.pass(1, &shop.store);
    shop.store.update(id, |product| {
        product.name = "Much to tell".into();
        product.description = "x".repeat(100 << 10).into();
    });
    let told = shop.told();
    assert!(told.iter().all(|delivery| delivery.body.len() > 64 << 10), "as large as that");
    for _ in 0..8 {
        let answer = web.deliver(&shop.channel, &told[0]).await;
        assert_eq!(answer.status, StatusCode::OK, "or the shop would switch its webhook off: {}", answer.body);
    }
    assert!(deliveries(&app, &shop.channel).await.is_empty(), "nothing of it is kept");
    let rows = refused(&app, &shop.channel, 8).await;
    assert_eq!((rows.len(), rows[0].kind.as_str(), rows[0].number), (1, "too_large", 8), "{rows:?}");
    assert!(rows[0].reason.contains("webhooks.body_kib"), "{rows:?}");

    // Also by a host that did not take it in.
    let other = app.reopen().await;
    assert_eq!(other.app.deliveries.begin_requested_imports().await.expect("a look"), 1);
    assert_eq!(app.host.app.deliveries.begin_requested_imports().await.expect("a look"), 0, "one for all of them");
    let run = app.carry(&app.run().await.run_id()).await;
    assert_eq!((run.state, run.scope, run.updated), (RunState::Completed, "changed_since", 1), "{run:?}");
    assert_eq!(title(&app, id).await.as_deref(), Some("Much to tell"));

    assert_eq!(web.deliver(&shop.channel, &told[0]).await.status, StatusCode::OK);
    assert_eq!(app.host.app.deliveries.begin_requested_imports().await.expect("a look"), 0, "not so soon");
    app.clock().advance(11 * 60_000);
    assert_eq!(app.host.app.deliveries.begin_requested_imports().await.expect("a look"), 1);
}
