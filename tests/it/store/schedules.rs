//! Ticks of schedules.

use entrepot_store::schedules::ScheduleRow;
use entrepot_tests::rows::channel;
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn a_tick_is_taken_once_and_what_is_due_is_of_every_tenant(app: App) {
    let now = app.clock().now();
    let other = entrepot_tests::rows::other_tenant(&app).await;
    let mut rows = Vec::new();
    for tenant in [&app.host.tenant, &other] {
        let channel = channel(&app, tenant, "berlin").await;
        let row = ScheduleRow {
            channel_id: channel.to_string(),
            kind: "full".into(),
            rule: "every 1h".into(),
            time_zone: "UTC".into(),
            jitter_ms: 0,
            when_busy: "skip".into(),
            enabled: 1,
            next_at: now - 1,
            last_at: None,
            last_run: None,
            note: None,
        };
        let mut tx = app.host.db.tenant(tenant).begin().await.expect("begins");
        tx.put_schedule(&row).await.expect("put");
        tx.commit().await.expect("committed");
        rows.push(row);
    }
    let due = app.host.db.due_schedules(now).await.expect("answers");
    assert_eq!(due.len(), 2);

    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    assert!(tx.take_tick(&rows[0], now + 3_600_000, None, None).await.expect("answers"));
    assert!(!tx.take_tick(&rows[0], now + 3_600_000, None, None).await.expect("answers"), "it is taken");
    assert!(!tx.take_tick(&rows[1], now + 3_600_000, None, None).await.expect("answers"), "it is another tenant's");
    tx.commit().await.expect("committed");
    let due = app.host.db.due_schedules(now).await.expect("answers");
    assert_eq!(due.into_iter().map(|due| due.tenant_id).collect::<Vec<_>>(), [other.to_string()]);
}
