//! What `entrepot doctor` finds.

use entrepot_domain::ChannelId;
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
