//! What an adapter did, beside what it may do.

use entrepot_adapters::Counted;
use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_policy::{Approval, Narrowing};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, Entrepot, both_engines, edited, with_version};

const ADAPTER: &str = "woocommerce";
const HOUR: i64 = 60 * 60 * 1000;

fn count(counted: &[Counted], what: &str) -> i64 {
    counted.iter().filter(|counted| counted.what.contains(what)).map(|counted| counted.count).sum()
}

#[both_engines]
async fn usage_is_counted_and_sealed(app: App) {
    let store = Store::generate(Seed { products: 150, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    let admission = app.host.app.services.admission();
    let report = admission.usage_report(ADAPTER, 0).await.expect("a report");
    assert_eq!(count(&report.calls, "map-product"), 150, "{report:?}");
    let sent = server.log().total() as i64;
    assert_eq!(
        (count(&report.hosts, "127.0.0.1"), report.hosts.len()),
        (sent, 1),
        "every request is there: {report:?}"
    );
    assert_eq!(count(&report.credentials, "(rule rest-api)"), sent, "{report:?}");
    assert_eq!(report.rules.iter().map(|rule| rule.requests).sum::<i64>(), sent, "{report:?}");
    assert!(report.denied.is_empty() && report.stopped.is_empty(), "{report:?}");
    let room: Vec<&str> = report.headroom.iter().map(|room| room.limit).collect();
    assert_eq!(room, ["memory", "cpu", "wall_clock", "outbound_calls"]);
    assert!(report.headroom.iter().all(|room| room.percent < 100), "{report:?}");
    assert!(report.headroom[0].most.ends_with("MiB") && report.headroom[0].most != "0.0MiB", "{report:?}");

    assert_eq!(admission.seal_usage().await.expect("nothing to seal"), 0, "the hour is not over");
    app.clock().advance(2 * HOUR);
    assert_eq!(admission.seal_usage().await.expect("sealed"), 1);
    assert_eq!(admission.seal_usage().await.expect("sealed already"), 0);
    let entry = app.host.db.audit_of(ADAPTER, 1).await.expect("entries").remove(0);
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("host", "usage"));
    assert!(entry.details.contains(r#""rule":"rest-api""#), "{}", entry.details);
    assert_eq!(admission.verify_audit().await.expect("readable").broken, None);

    execute(&app, "UPDATE adapter_usage SET count = count - 1 WHERE kind = 'credential'").await;
    let broken = admission.verify_audit().await.expect("readable").broken.expect("found");
    assert!(broken.seq == entry.seq && broken.why.contains("not what was sealed"), "{broken:?}");
    execute(&app, "UPDATE adapter_usage SET count = count + 1 WHERE kind = 'credential'").await;
    assert_eq!(admission.verify_audit().await.expect("readable").broken, None);
    execute(&app, "DELETE FROM adapter_usage").await;
    assert!(admission.verify_audit().await.expect("readable").broken.is_some(), "removed is changed too");
}

#[both_engines]
async fn denied_requests_and_unused_grants_are_shown(app: App) {
    let store = Store::generate(Seed { products: 5, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.state, RunState::Completed);
    let admission = app.host.app.services.admission();
    // It asks for a rule that it does not need, and not for the one that it needs.
    let odd = edited(ADAPTER, |text| {
        let rule = "[[egress]]\nname = \"spare\"\noperations = [\"fetch-page\"]\norigin = \"https://spare.example\"\nmethods = [\"GET\"]\npaths = [\"/**\"]\n";
        with_version(text, "0.2.0").replacen("[[egress]]", &format!("{rule}\n[[egress]]"), 1)
    });
    admission.install(odd, "test").await.expect("installs");
    let needed = ["rest-api", "webhooks", "webhooks-make", "webhooks-end"].map(str::to_owned).to_vec();
    let without = Narrowing { without_rules: needed, ..Narrowing::default() };
    admission.approve(ADAPTER, &without, "test").await.expect("approved");
    assert_eq!(app.import_with(RunScope::Full, StartOptions::default()).await.state, RunState::Failed);
    let report = admission.usage_report(ADAPTER, 0).await.expect("a report");
    assert!(count(&report.denied, "is not granted to") > 0, "{report:?}");
    assert_eq!(
        report.rules.iter().map(|rule| (rule.rule.as_str(), rule.requests)).collect::<Vec<_>>(),
        [("spare", 0), ("listings-read", 0), ("listings-write", 0), ("listings-forget", 0)]
    );

    // Report only: it goes through, without credential, and is on another list.
    let reporting = Approval { narrowing: Narrowing { report_only: true, ..without }, ..Approval::default() };
    admission.approve(ADAPTER, reporting, "test").await.expect("approved");
    app.import_with(RunScope::Full, StartOptions::default()).await;
    let report = admission.usage_report(ADAPTER, 0).await.expect("a report");
    assert!(report.report_only && count(&report.reported, "GET http://127.0.0.1") > 0, "{report:?}");

    let entrepot = Entrepot::new(app.environment.clone());
    let said = entrepot.run(&["adapter", "audit", ADAPTER]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    for words in [
        "never used: it could be taken away",
        "refused\n",
        "let through by the report-only grant",
        "what was done with it",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, document) = entrepot.json(&["adapter", "audit", ADAPTER]);
    assert_eq!(code, 0);
    assert_eq!(document["usage"]["rules"][0]["requests"], 0, "{document}");
    assert_eq!(document["log"][0]["action"], "approve", "{document}");
}
