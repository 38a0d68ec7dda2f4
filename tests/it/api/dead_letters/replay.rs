//! Dead letters over REST.

use axum::http::StatusCode;
use entrepot_store::dead_letters::{Letter, LetterFilter};
use entrepot_test_support::woocommerce::{Product, Seed, Store, serve};
use entrepot_tests::operations::finish;
use entrepot_tests::webhooks::web_server;
use entrepot_tests::{App, SHOP, assert_body, both_engines};
use serde_json::json;

const REPLAY: &str = "/api/v1/dead-letters/replay";

async fn letters(app: &App, filter: LetterFilter) -> Vec<Letter> {
    app.host.db.tenant(&app.host.tenant).letters(&filter, "", 1_000).await.expect("letters")
}

fn of(kind: &str) -> LetterFilter {
    LetterFilter { kind: kind.into(), ..LetterFilter::default() }
}

#[both_engines]
async fn dead_letters_are_listed_read_and_replayed(app: App) {
    let store = Store::generate(Seed { products: 5, variable_share: 0.0, seed: 9 });
    let bad = store.insert(Product::simple("").priced("1.00"));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let web = web_server(&app.host);
    let list = web.get("/api/v1/dead-letters?kind=item&class=data").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    let list: serde_json::Value = serde_json::from_str(&list.body).expect("JSON");
    let id = list["items"][0]["id"].as_str().expect("an id");
    assert_eq!(list["items"][0]["subject"], bad.to_string());
    let one = web.get(&format!("/api/v1/dead-letters/{id}")).await;
    assert!(one.body.contains("\"raw\""), "{}", one.body);
    assert_eq!(web.get("/api/v1/dead-letters/dlt_nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(web.get("/api/v1/dead-letters?kind=parcel").await.status, StatusCode::BAD_REQUEST);
    let mut answers = Vec::new();
    for (body, status) in [
        (r#"{}"#, StatusCode::BAD_REQUEST),
        (r#"{"chanel": "shop"}"#, StatusCode::BAD_REQUEST),
        (r#"{"class": "weather"}"#, StatusCode::BAD_REQUEST),
        (r#"{"channel": "nobodys"}"#, StatusCode::NOT_FOUND),
    ] {
        let answer = web.post(REPLAY, body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        answers.push(serde_json::from_str::<serde_json::Value>(&answer.body).expect("JSON"));
    }
    for body in [json!({"channel": "shop", "kind": "item"}), json!({"all": true})] {
        answers.push(finish(&app, REPLAY, &body).await);
    }
    assert_body!("replay", serde_json::Value::from(answers));
    assert_eq!(letters(&app, LetterFilter { code: "nothing".into(), ..of("") }).await, []);
    let name = app.host.app.channels.channel(&app.host.tenant, SHOP).await.expect("the shop").name;
    let gone = LetterFilter { channel: Some("chn_other".into()), ..of("") };
    assert_eq!((letters(&app, gone).await.len(), name.as_str()), (0, SHOP));
}
