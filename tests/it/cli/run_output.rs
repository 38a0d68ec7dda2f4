//! What operators read of runs, channels and deliveries, and what is refused with a reason.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::call;
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, Operator, SHOP, both_engines, webhooks};
use serde_json::json;

fn store() -> Store {
    Store::generate(Seed { products: 6, variable_share: 0.0, seed: 3 })
}

#[both_engines]
async fn runs_say_whose_they_are_what_they_import_and_when(app: App) {
    let store = store();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (operator, run) = (Operator::of(&app), app.import().await);
    let (_, list) = operator.reads(&["runs"]);
    let row = list.lines().find(|line| line.contains(&run.run)).unwrap_or_default();
    assert!(list.lines().next().is_some_and(|head| head.contains("CHANNEL")) && row.contains(SHOP), "{list}");
    let (_, shown) = operator.reads(&["run", &run.run]);
    for words in [format!("run {}, everything", run.run), "started 20".into(), "ended 20".into()] {
        assert!(shown.contains(&words), "{words}: {shown}");
    }
    let (_, document) = operator.0.json(&["run", &run.run]);
    for field in ["run", "channel", "scope", "created_at", "started_at", "finished_at"] {
        assert!(!document[field].is_null(), "{field}: {document}");
    }
    let day = 86_400_000;
    let future = app.clock().now() + day;
    let (code, refused) = operator.reads(&["import", SHOP, "--since", "2999-01-01"]);
    assert!(code == 1 && refused.contains("2999-01-01") && refused.contains("still to come"), "{refused}");
    let (status, _, refused) =
        call(&app, "POST", &format!("/api/v1/channels/{SHOP}/runs"), Body::from(json!({"since": future}).to_string()))
            .await;
    assert!(
        status == StatusCode::BAD_REQUEST
            && refused["detail"].as_str().is_some_and(|why| why.contains(&future.to_string())),
        "{refused}"
    );
}

#[both_engines]
async fn a_long_problem_does_not_widen_the_list(app: App) {
    let store = store();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    execute(&app, &format!("UPDATE channels SET problem = '{}'", "wrong ".repeat(100))).await;
    let operator = Operator::of(&app);
    let (_, list) = operator.reads(&["channel", "list"]);
    assert!(
        list.lines().all(|line| line.chars().count() < 250) && list.contains("wrong…") && list.contains("--json"),
        "{list}"
    );
    let (_, whole) = operator.0.json(&["channel", "list"]);
    assert_eq!(whole[0]["problem"].as_str().map(str::len), Some(600), "{whole}");
}

#[both_engines]
async fn a_shop_that_is_down_is_told_from_wrong_keys(app: App) {
    let store = store();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::any(), Fault::Status(503));
    let (code, said) = Operator::of(&app).reads(&["channel", "test", SHOP]);
    assert!(code == 1 && said.contains("try again when it works") && said.contains("503"), "{said}");
}

#[both_engines]
async fn doctor_names_the_channel_and_counts_all_that_was_refused(app: App) {
    let shop = webhooks::shop(&app, 5).await;
    let web = webhooks::web_server(&app.host);
    for id in &shop.store.product_ids()[..2] {
        shop.store.update(*id, |product| product.name = "Told".into());
    }
    web.deliver_all(&shop).await;
    let channel = shop.channel.as_str();
    for (reason, number) in [("one", 1), ("another", 2)] {
        execute(&app, &format!(
                "INSERT INTO refused_deliveries (tenant_id, channel_id, kind, reason, number, first_at, last_at) \
                 SELECT tenant_id, id, 'rejected', '{reason}', {number}, {at}, {at} FROM channels WHERE id = '{channel}'",
                at = app.clock().now()
            )).await;
    }
    execute(&app, "UPDATE webhook_deliveries SET received_at = received_at - 3600000").await;
    let (code, doctor) = Operator::of(&app).reads(&["doctor"]);
    let line = |what: &str, words: &str| doctor.lines().any(|line| line.contains(what) && line.contains(words));
    assert!(code == 1 && line("inbox", &format!("{SHOP}: 2 deliveries wait")), "{doctor}");
    assert!(line("inbox", &format!("entrepot webhooks list {SHOP} --state pending")), "{doctor}");
    assert!(line("webhooks", "3 deliveries were refused for 2 reasons"), "{doctor}");
}

#[both_engines]
async fn dead_letters_come_with_the_command(app: App) {
    let store = store();
    store.set_field(store.product_ids()[0], "price", "\"1.99999\"");
    store.set_field(store.product_ids()[0], "regular_price", "\"1.99999\"");
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let operator = Operator::of(&app);
    let (_, list) = operator.reads(&["dead-letters", "list", SHOP]);
    assert!(list.contains(&format!("entrepot channel set {SHOP} --set price_rounding=half-up")), "{list}");
    let letter = app.dead_letters().await.remove(0).id;
    let (_, shown) = operator.reads(&["dead-letters", "show", &letter]);
    assert!(shown.contains(&format!("entrepot dead-letters replay {SHOP} --id {letter}")), "{shown}");
    let (_, replayed) = operator.reads(&["dead-letters", "replay", SHOP]);
    assert!(replayed.contains("1 mapped again: 0 in the catalogue now, 1 failed again"), "{replayed}");
}
