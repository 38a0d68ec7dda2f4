//! What `entrepot doctor` finds.

use entrepot_domain::ChannelId;
use entrepot_domain::run::RunState;
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, Entrepot, SHOP, both_engines};
use serde_json::Value;

#[both_engines]
async fn doctor_says_what_to_do(app: App) {
    let shop = entrepot_tests::webhooks::shop(&app, 5).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let (code, found) = entrepot.json(&["doctor"]);
    assert_eq!((code, &found["ok"]), (0, &Value::Bool(true)), "{found}");
    let details = |found: &Value, what: &str, ok: bool| -> Vec<String> {
        let checks = found["checks"].as_array().expect("checks").iter();
        let of = checks.filter(|check| check["what"] == what && check["ok"] == ok);
        of.filter_map(|check| check["detail"].as_str().map(str::to_owned)).collect()
    };
    assert!(details(&found, "webhooks", true)[0].contains("entrepot webhooks subscribe shop"), "{found}");

    // As after a night in which no worker ran, told of through a proxy that has another name now.
    let (scoped, now) = (app.host.db.tenant(&app.host.tenant), app.host.db.clock().now());
    let id: &ChannelId = &shop.channel;
    let mut late = scoped.schedules(id).await.expect("schedules").remove(0);
    late.next_at = now - 5 * 3_600_000;
    let mut tx = scoped.begin().await.expect("begins");
    tx.put_schedule(&late).await.expect("late");
    tx.want_subscriptions(id, &format!("https://old.example.com/hooks/{id}"), "").await.expect("wanted");
    tx.commit().await.expect("written");
    let (code, found) = entrepot.json(&["doctor"]);
    assert_eq!((code, &found["ok"]), (1, &Value::Bool(false)), "{found}");
    let overdue = details(&found, "schedule", false);
    assert!(
        overdue[0].contains(SHOP) && overdue[0].contains("5 hours ago") && overdue[0].contains("entrepot serve"),
        "{overdue:?}"
    );
    let elsewhere = details(&found, "webhooks", false);
    assert!(elsewhere[0].contains("delivers to another address"), "{elsewhere:?}");
    let text = String::from_utf8(entrepot.run(&["doctor"]).stdout).expect("text");
    assert!(text.contains("FAIL schedule") && text.contains("ok   disk"), "{text}");
}

#[both_engines]
async fn channels_that_somebody_hid_are_named(app: App) {
    let shop = entrepot_tests::webhooks::shop(&app, 2).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let faults = |found: &Value| -> Vec<String> {
        let checks = found["checks"].as_array().expect("checks").iter();
        let of = checks.filter(|check| check["what"] == "channel" && check["ok"] == false);
        of.filter_map(|check| check["detail"].as_str().map(str::to_owned)).collect()
    };
    assert!(faults(&entrepot.json(&["doctor"]).1).is_empty());
    execute(&app, "UPDATE channels SET removed_at = 1").await;
    let (code, found) = entrepot.json(&["doctor"]);
    assert_eq!(code, 1, "{found}");
    assert!(faults(&found)[0].contains(&format!("entrepot channel remove {}", shop.channel.as_str())), "{found}");
    assert_eq!(entrepot.json(&["channel", "remove", shop.channel.as_str()]).0, 0);
    assert!(faults(&entrepot.json(&["doctor"]).1).is_empty());
}

/// A damaged instant of a run costs its own run at most.
#[both_engines]
async fn instants_that_cannot_be_stop_no_import(app: App) {
    let shop = entrepot_tests::webhooks::shop(&app, 2).await;
    execute(&app, "UPDATE runs SET created_at = -9223372036854775808, finished_at = -9223372036854775808").await;
    assert_eq!(app.import().await.state, RunState::Completed);
    execute(&app, "UPDATE runs SET created_at = 9223372036854775807, started_at = 9223372036854775807").await;
    assert_eq!(app.import().await.state, RunState::Completed);
    drop(shop);
}

/// What one tenant's channels wait for is said once, under that tenant.
#[both_engines]
async fn what_waits_is_said_of_the_tenant_whose_it_is(app: App) {
    let shop = entrepot_tests::webhooks::shop(&app, 1).await;
    app.host.app.accounts.add_tenant("another", "test").await.expect("a tenant");
    entrepot_tests::webhooks::tell(&app, &shop.channel, "d1", None, serde_json::json!([])).await;
    let (_, found) = Entrepot::new(app.environment.clone()).json(&["doctor"]);
    let all: Vec<&Value> = found["checks"].as_array().expect("checks").iter().collect();
    let named = |what: &str| -> Vec<String> {
        let of = all.iter().filter(|check| check["what"] == what);
        of.filter_map(|check| check["detail"].as_str().map(str::to_owned)).collect()
    };
    let inboxes = named("inbox");
    assert_eq!(inboxes.iter().filter(|detail| detail.contains("shop: 1 delivery waits")).count(), 1, "{inboxes:?}");
    assert!(inboxes.contains(&"no delivery waits".to_owned()), "{inboxes:?}");
}
