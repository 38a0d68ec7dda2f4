//! The master key is changed while hosts go on.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_channels::{Begun, MasterKeyUse, NewConnection};
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::bigcommerce;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::held::{hold, hold_no_more};
use entrepot_tests::oauth::{PUBLIC, agree, asked_for, catalogue, come_back, etsy_shop, host_for, web};
use entrepot_tests::tampering::{execute, json, unlock_audit_log};
use entrepot_tests::{App, Database, Entrepot, Marketplace, Operator, SHOP, both_engines};
use entrepot_vault::KeyRing;

const KEY: &str = "ENTREPOT_MASTER_KEY";

fn shop() -> Store {
    Store::generate(Seed { products: 40, variable_share: 0.0, seed: 23 })
}

fn new_key() -> String {
    KeyRing::generate().to_text().to_string()
}

fn id(key: &str) -> &str {
    key.split(':').next().unwrap_or_default()
}

async fn key(app: &App, id: &str) -> MasterKeyUse {
    let keys = app.host.app.channels.master_keys().await.expect("the database answers");
    keys.into_iter().find(|key| key.key_id == id).expect("it is known")
}

/// An account whose seller has to agree yet.
async fn begin(app: &App, shop: &Marketplace) -> Begun {
    let new = NewConnection { name: "another".into(), ..asked_for(shop) };
    app.host.app.connections.begin_connection(&app.host.tenant, new, PUBLIC).await.expect("it begins")
}

async fn rotate(app: &App) -> entrepot_channels::Rotated {
    app.host.app.key_rotation.rotate(&app.host.tenant, "ann", |_| {}).await.expect("it comes to its end")
}

/// Nothing is missed with the new key alone, and the old one opens nothing.
async fn assert_only(app: App, old: &str, new: &str) -> App {
    let app = app.with(&[(KEY, new)]).await;
    let verified = app.host.app.channels.verify_audit().await.expect("readable");
    assert_eq!((verified.broken, verified.differs, verified.unproved), (None, None, 0));
    app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("it is usable");
    let refused = app.reopen_with(&[(KEY, old)], "/bin/false").await.map(drop).expect_err("it is of before");
    let (refused, new) = (refused.to_string(), id(new));
    assert!(refused.contains(&format!("put {new:?} first")), "{refused}");
    app
}

#[both_engines]
async fn everything_is_under_the_new_key_and_an_import_goes_on(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (seller, etsy) = etsy_shop();
    let delivering = Marketplace::bigcommerce(&bigcommerce::Store::from_seed(&catalogue()));
    let app = app.trusting(&[&etsy, &delivering]).await.with(&[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    app.install_for(&etsy).await;
    app.install_for(&delivering).await;
    app.add_as("delivering", &delivering).await;
    app.host.app.subscriptions.subscribe(&app.host.tenant, "delivering", PUBLIC).await.expect("subscribed");
    let begun = begin(&app, &etsy).await;
    app.import().await;
    let old = app.master_key().to_owned();
    let new = new_key();
    let app = app.with(&[(KEY, &format!("{new},{old}"))]).await;
    let before = key(&app, id(&old)).await;
    assert!(before.rows >= 8 && before.sealed >= 3 && before.entries >= 5 && before.retired_at.is_none(), "{before:?}");

    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let fresh = StartOptions { fresh: true, ..StartOptions::default() };
    let started = cases.imports.start_import(tenant, SHOP, RunScope::Full, fresh).await.expect("starts");
    let (report, rotated) = tokio::join!(app.carry(&started.run), rotate(&app));
    assert_eq!((report.state, report.unchanged + report.dead_letters), (RunState::Completed, 40), "{report:?}");
    assert_eq!((rotated.key_id.as_str(), rotated.unfit), (id(&new), 0));
    // Those of before, and that the channel was signed anew.
    assert!(rotated.rewritten >= before.rows + before.sealed + before.entries, "{rotated:?} of {before:?}");
    let after = key(&app, id(&old)).await;
    assert!(after.is_free() && after.retired_at.is_some() && after.given, "{after:?}");
    assert!(rotate(&app).await.rewritten == 0, "once");

    let app = assert_only(app, &old, &new).await;
    let shown = come_back(&web(&app.host), &agree(&seller, &begun)).await;
    assert!(shown.body.contains("connected"), "{}", shown.body);
    app.assert_whole(40).await;
}

/// Twice, with the log proved under a key that is gone, too.
#[both_engines]
async fn a_key_can_be_changed_again_and_again(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let mut app = app;
    for _ in 0..3 {
        let (old, new) = (app.master_key().to_owned(), new_key());
        app = app.with(&[(KEY, &format!("{new},{old}"))]).await;
        rotate(&app).await;
        app = assert_only(app, &old, &new).await;
    }
    // A proof stands for its entry alone.
    execute(&app, "UPDATE audit_proofs SET proof = (SELECT proof FROM audit_proofs WHERE seq = 2) WHERE seq = 1").await;
    let broken = app.reopen().await.app.channels.verify_audit().await.expect("readable").broken;
    assert_eq!(broken.map(|link| link.seq), Some(1));
    execute(&app, "DELETE FROM audit_proofs").await;
    let broken = app.reopen().await.app.channels.verify_audit().await.expect("readable").broken;
    assert!(broken.is_some_and(|link| link.why.contains("not given here")));
}

/// Killed wherever it writes.
#[both_engines]
async fn killed_in_each_step_it_goes_on(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (_, etsy) = etsy_shop();
    let (app, _) = host_for(app, &etsy).await;
    begin(&app, &etsy).await;
    let (old, new) = (app.master_key().to_owned(), new_key());
    let app = app.with(&[(KEY, &format!("{new},{old}"))]).await;
    let entrepot = Entrepot::new(app.environment.clone());
    for (event, table, condition) in [
        ("INSERT", "operations", "NEW.kind = 'rotate_key'"),
        ("INSERT", "audit_log", "NEW.action = 'rekey'"),
        ("UPDATE", "grants", "1 = 1"),
        ("UPDATE", "heads", "1 = 1"),
        ("UPDATE", "channels", "1 = 1"),
        ("UPDATE", "channel_secrets", "1 = 1"),
        ("UPDATE", "connections", "1 = 1"),
        ("INSERT", "audit_proofs", "NEW.seq > 2"),
        ("UPDATE", "master_keys", "1 = 1"),
        ("UPDATE", "operations", "NEW.state = 'done'"),
    ] {
        hold(&app, event, table, condition).await;
        let mut running = entrepot.start(&["key", "rotate"]);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(running.is_running(), "{event} {table}: {}", running.said());
        running.kill();
        hold_no_more(&app, table).await;
        // Whoever has both keys goes on.
        app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.unwrap_or_else(|why| panic!("{table}: {why}"));
    }
    let (code, said) = entrepot.json(&["key", "rotate"]);
    assert_eq!((code, said["unfit"].as_i64(), said["key_id"].as_str()), (0, Some(0), Some(id(&new))), "{said}");
    assert_eq!(said["removable"][0], id(&old), "{said}");
    assert!(Operator::of(&app).does(&["doctor"]).contains(&format!("{} is not needed any more", id(&old))));
    let app = assert_only(app, &old, &new).await;
    let doctor = Operator::of(&app).does(&["doctor"]);
    assert!(!doctor.contains(id(&old)) && doctor.contains(&format!("{} is in use", id(&new))), "{doctor}");
}

/// Under the new key nobody could tell any more what this host wrote.
#[both_engines]
async fn what_somebody_changed_is_not_written_anew(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (old, new) = (app.master_key().to_owned(), new_key());
    let row = app.host.db.tenant(&app.host.tenant).channel(SHOP).await.expect("answers").expect("the shop");
    let original = serde_json::Value::Object(row.settings.0).to_string();
    let app = app.with(&[(KEY, &format!("{new},{old}"))]).await;
    unlock_audit_log(&app).await;
    execute(
        &app,
        &format!("UPDATE channels SET settings = {}", json(&app, "'{\"store_url\": \"http://127.0.0.1:9\"}'")),
    )
    .await;
    execute(&app, "UPDATE grants SET approved_by = 'eve'").await;
    execute(&app, "UPDATE audit_log SET actor = 'eve' WHERE seq = 1").await;
    let rotated = rotate(&app).await;
    assert_eq!(rotated.unfit, 3, "channel, grant and entry: {rotated:?}");
    let left = key(&app, id(&old)).await;
    assert!(left.rows >= 2 && left.sealed == 2 && left.entries == 1, "{left:?}");
    let doctor = Operator::of(&app).reads(&["doctor"]).1;
    assert!(doctor.contains(&format!("{} is needed: 2 rows, 2 sealed values and 1 entry", id(&old))), "{doctor}");
    app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect_err("it was changed");
    // What is put right can be written anew.
    execute(&app, &format!("UPDATE channels SET settings = {}", json(&app, &format!("'{original}'")))).await;
    execute(&app, "UPDATE grants SET approved_by = 'test'").await;
    execute(&app, "UPDATE audit_log SET actor = 'test' WHERE seq = 1").await;
    let rotated = rotate(&app).await;
    assert_eq!(rotated.unfit, 0, "{rotated:?}");
    assert_only(app, &old, &new).await;
}

#[both_engines]
async fn a_key_that_comes_second_is_not_begun_with_and_a_lone_one_is_not_changed(app: App) {
    let (old, new) = (app.master_key().to_owned(), new_key());
    let operator = Operator::of(&app);
    assert!(operator.does(&["key", "rotate"]).contains("entrepot key new"));
    let app = app.with(&[(KEY, &format!("{old},{new}"))]).await;
    let operator = Operator::of(&app);
    assert!(operator.does(&["key", "rotate"]).contains(&format!("with {} first", id(&new))));
    assert!(operator.does(&["doctor"]).contains(&format!("{} is given, and nothing is under it", id(&new))));
    assert_eq!(key(&app, id(&new)).await.retired_at, None);
}

/// A host that serves meanwhile finds the new key where the old one was.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_file_gets_a_new_key_and_a_serving_host_takes_it() {
    let store = shop();
    let server = serve(&store);
    let app = App::start_with(Database::Sqlite, &[(KEY, "")]).await;
    app.connect(&server.base_url, &store.key()).await;
    let file = app.data_dir().join("master.key");
    let read = || std::fs::read_to_string(&file).expect("the file");
    let old = read();
    let entrepot = Entrepot::new(app.environment.clone());
    let serving = entrepot.start(&["serve"]);
    serving.address().await;
    let (one, other) = (entrepot.start(&["key", "rotate", "--json"]), entrepot.start(&["key", "rotate", "--json"]));
    let (one, other) = (one.end().await, other.end().await);
    assert_eq!((one.code, other.code), (0, 0), "{one:?} {other:?}");
    let both = read();
    let ids: Vec<&str> = both.split(',').map(id).collect();
    assert!(ids.len() >= 2 && ids.contains(&id(&old)) && ids[0] != id(&old), "{ids:?}");
    // Its workers open the channel with what they find in the file.
    let (code, report) = entrepot.json(&["import", SHOP, "--full"]);
    assert_eq!(code, 0, "{report}");
    let run = app.wait_for_run(|run| run.state().is_final()).await;
    assert_eq!(run.state(), RunState::Completed, "{run:?} {}", serving.said());
    drop(serving);
    let doctor = Operator::of(&app).does(&["doctor"]);
    assert!(doctor.contains(&format!("{} is in use", ids[0])), "{doctor}");
    std::fs::write(&file, both.split(',').next().unwrap_or_default()).expect("written");
    Operator::of(&app).does(&["channel", "test", SHOP]);
    Operator::of(&app).does(&["adapter", "audit", "--verify"]);
}
