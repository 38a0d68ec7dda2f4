//! Many deliveries, and large ones: what is genuine is taken, and what is not is limited.

use axum::http::StatusCode;
use entrepot_tests::webhooks::{deliveries, shop, web_server};
use entrepot_tests::{App, both_engines};

/// A bulk edit: many shops never tell a second time.
#[both_engines]
async fn what_is_genuine_is_taken_however_much_comes_from_one_address(app: App) {
    let app = app
        .with(&[("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "10"), ("ENTREPOT_WEBHOOKS_GENUINE_PER_MINUTE", "70")])
        .await;
    let shop = shop(&app, 60).await;
    let web = web_server(&app.host);
    for (index, id) in shop.store.product_ids().into_iter().enumerate() {
        shop.store.update(id, |product| product.name = format!("Edited {index}").into());
    }
    assert_eq!(web.deliver_all(&shop).await, 60, "six times what strangers have");
    let first = shop.store.product_ids()[0];
    shop.store.update(first, |product| product.name = "Edited once more".into());
    let genuine = shop.told().remove(0);
    let path = format!("/hooks/{}", shop.channel);
    let mut statuses = Vec::new();
    for number in 0..30 {
        let forged = format!("{{\"id\":{number}}}").into_bytes();
        statuses.push(web.send("192.0.2.1", &path, &genuine.headers, forged).await.status);
    }
    let refused = statuses.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).count();
    assert!((10..=14).contains(&refused) && statuses.last() == Some(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(
        web.deliver(&shop.channel, &genuine).await.status,
        StatusCode::OK,
        "strangers at its address do not keep it out"
    );
    let mut answer = web.deliver(&shop.channel, &genuine).await;
    for _ in 0..1_000 {
        if answer.status != StatusCode::OK {
            break;
        }
        answer = web.deliver(&shop.channel, &genuine).await;
    }
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "a channel has its limit");
    assert!(answer.retry_after.is_some());
    assert_eq!(deliveries(&app, &shop.channel).await.len(), 61, "each once");
}

/// What a shop writes into one product has no measure.
#[both_engines]
async fn a_large_delivery_is_taken(app: App) {
    let shop = shop(&app, 5).await;
    let web = web_server(&app.host);
    shop.store.update(shop.store.product_ids()[0], |product| product.description = "x".repeat(1_500_000).into());
    assert_eq!(web.deliver_all(&shop).await, 1);
    let large = web.send("198.51.100.1", &format!("/hooks/{}", shop.channel), &[], vec![b'x'; (5 << 20) + 1]).await;
    assert_eq!((large.status, large.body.as_str()), (StatusCode::OK, ""), "what is larger is looked for in the shop");
}
