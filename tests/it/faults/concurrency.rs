//! Several processes on one database and one channel at once.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::server::{Fault, Matcher, Server};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Ended, Entrepot, SHOP, both_engines};

const IMPORT: [&str; 5] = ["import", SHOP, "--full", "--wait", "--json"];
const PRODUCTS: i64 = 600;

/// Slow enough for others to come while it is being read.
fn shop() -> (Store, Server) {
    let store = Store::generate(Seed { products: PRODUCTS as usize, variable_share: 0.0, seed: 81 });
    let server = serve(&store);
    server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_secs(1)));
    (store, server)
}

/// The run that this process reports, which is over and right.
fn whole(ended: &Ended) -> String {
    assert_eq!(ended.code, 0, "{ended:?}");
    let report = ended.document();
    assert_eq!((report["state"].as_str(), report["fetched"].as_i64()), (Some("completed"), Some(PRODUCTS)), "{report}");
    let accounted: i64 =
        ["created", "updated", "unchanged", "dead_letters"].iter().filter_map(|name| report[name].as_i64()).sum();
    assert_eq!(accounted, PRODUCTS, "{report}");
    report["run"].as_str().expect("a run").to_owned()
}

#[both_engines]
async fn a_second_import_waits_for_the_first_and_says_so(app: App) {
    let (store, server) = shop();
    app.connect(&server.base_url, &store.key()).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let first = entrepot.start(&IMPORT);
    app.wait_for_run(|run| run.seq >= 1).await;
    let second = entrepot.start(&IMPORT);
    let other = entrepot.start(&["import", SHOP, "--since", "2020-01-01", "--wait", "--json"]);
    let (first, second, other) = (first.end().await, second.end().await, other.end().await);
    let run = whole(&first);
    assert!(!first.stderr.contains("another process"), "{first:?}");
    for joined in [&second, &other] {
        assert_eq!(whole(joined), run, "they tell of the same run");
        assert!(
            joined.stderr.contains(&format!("run {run} of this channel is being worked on by another process")),
            "{joined:?}"
        );
    }
    assert!(other.stderr.contains("imports everything, which is not what was asked for"), "{other:?}");
    assert!(!second.stderr.contains("not what was asked for"), "{second:?}");
    app.assert_whole(PRODUCTS as usize).await;
}

#[both_engines]
async fn an_import_goes_on_when_the_process_it_waited_for_dies(app: App) {
    let (store, server) = shop();
    app.connect(&server.base_url, &store.key()).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let mut first = entrepot.start(&IMPORT);
    app.wait_for_run(|run| run.seq >= 1).await;
    let second = entrepot.start(&IMPORT);
    while !second.said().contains("another process") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.kill();
    assert_eq!(whole(&second.end().await), app.run().await.id);
    app.assert_whole(PRODUCTS as usize).await;
}

#[both_engines]
async fn a_server_and_a_command_share_a_run(app: App) {
    let (store, server) = shop();
    app.connect(&server.base_url, &store.key()).await;
    // With short slices the run changes hands.
    let entrepot = Entrepot::new(app.environment.clone()).with("ENTREPOT_IMPORT_SLICE_SECONDS", "1");
    let mut serve = entrepot.start(&["serve"]);
    let imports = [entrepot.start(&IMPORT), entrepot.start(&IMPORT)];
    let mut runs = Vec::new();
    for import in imports {
        runs.push(whole(&import.end().await));
    }
    assert_eq!(runs[0], runs[1]);
    assert!(serve.is_running(), "{}", serve.said());
    drop(serve);
    app.assert_whole(PRODUCTS as usize).await;
}

#[both_engines]
async fn many_who_start_at_once_start_one_run(app: App) {
    let (store, server) = shop();
    app.connect(&server.base_url, &store.key()).await;
    server.heal();
    let other = app.reopen().await;
    let scoped = app.host.db.tenant(&app.host.tenant);
    // Nothing there yet; then a run that failed, which only one may put back to work.
    for round in 0..2 {
        let starts: Vec<_> = [&app.host, &other]
            .repeat(8)
            .into_iter()
            .map(|host| {
                let (cases, tenant) = (host.app.clone(), host.tenant.clone());
                tokio::spawn(async move {
                    cases.imports.start_import(&tenant, SHOP, RunScope::Full, StartOptions::default()).await
                })
            })
            .collect();
        let mut runs = Vec::new();
        for start in starts {
            runs.push(start.await.expect("no panic").expect("it is started or joined").run);
        }
        runs.dedup();
        assert_eq!(runs.len(), 1, "round {round}: {runs:?}");
        let mut tx = scoped.begin().await.expect("begins");
        tx.lease_run(&runs[0], "worker", 10_000, None).await.expect("answers").expect("a lease");
        if round == 0 {
            let progress = entrepot_store::runs::Progress {
                cursor: Some("2"),
                context: None,
                counts: Default::default(),
                attempt: 0,
                throttled: 0,
                not_before: None,
                done: false,
                fruitless: 0,
                why: None,
            };
            tx.advance_run(&runs[0], "worker", 0, &progress, 10_000).await.expect("a page");
            tx.finish_run(&runs[0], "worker", 1, RunState::Failed, Default::default(), Some("broken"))
                .await
                .expect("failed");
        }
        tx.commit().await.expect("committed");
    }
    // A worker has it by now: whoever comes late does not take it away.
    let late = other
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("joins");
    assert!(late.resumed && late.under_way, "{late:?}");
    assert_eq!(app.run().await.lease().map(|lease| lease.owner).as_deref(), Some("worker"));
}

#[both_engines]
async fn waiting_for_an_import_works_on_no_other(app: App) {
    let (store, server) = shop();
    let (elsewhere, second) = shop();
    server.heal();
    app.connect(&server.base_url, &store.key()).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let key = elsewhere.key();
    let (address, ck, cs) = (
        format!("store_url={}", second.base_url),
        format!("consumer_key={}", key.consumer_key),
        format!("consumer_secret={}", key.consumer_secret),
    );
    let add = [
        "channel",
        "add",
        "--adapter",
        "woocommerce",
        "--name",
        "other",
        "--set",
        &address,
        "--secret",
        &ck,
        "--secret",
        &cs,
    ];
    assert_eq!(entrepot.json(&add).0, 0);
    let (_, queued) = entrepot.json(&["import", "other"]);
    let asked = second.log().total();
    whole(&entrepot.start(&IMPORT).end().await);
    let (_, other) = entrepot.json(&["run", queued["run"].as_str().expect("a run")]);
    assert_eq!((other["state"].as_str(), other["fetched"].as_i64()), (Some("queued"), Some(0)), "{other}");
    assert_eq!(second.log().total(), asked, "nothing was asked of the other shop");
}
