//! Somebody who can write the database, and cannot make a MAC: what they changed is not used, the rest goes on, and `--verify` names it.

use entrepot_catalog::StartOptions;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_policy::{Approval, Narrowing};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{bytes, execute, json, keep_tables, restore_tables};
use entrepot_tests::{App, Entrepot, SHOP, both_engines, secrets_of, version};
use serde_json::Value;

const ADAPTER: &str = "woocommerce";

/// Kept, and put back after each change. Those that refer to others last.
const TABLES: [&str; 4] = ["adapters", "grants", "heads", "trusted_keys"];

async fn differs(app: &App) -> String {
    let verified = app.host.app.channels.verify_audit().await.expect("readable");
    assert_eq!(verified.broken, None);
    verified.differs.unwrap_or_default()
}

fn shop() -> Store {
    Store::generate(Seed { products: 3, variable_share: 0.0, seed: 61 })
}

#[both_engines]
async fn a_channel_that_was_led_elsewhere_stands_still_and_the_others_go_on(app: App) {
    let store = shop();
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let row = app.host.db.tenant(tenant).channel(SHOP).await.expect("answers").expect("the channel");
    let original = Value::Object(row.settings.0).to_string();

    let led = json(&app, "'{\"store_url\": \"http://127.0.0.1:9\", \"price_rounding\": \"refuse\"}'");
    let same = json(&app, &format!("'{original}'"));
    for (change, back) in [
        (format!("settings = {led}"), format!("settings = {same}")),
        (format!("settings = {}", json(&app, "'[]'")), format!("settings = {same}")),
        ("adapter_id = 'another'".into(), format!("adapter_id = '{ADAPTER}'")),
        ("name = 'elsewhere'".into(), format!("name = '{SHOP}'")),
    ] {
        execute(&app, &format!("UPDATE channels SET {change}")).await;
        let refused = cases.channels.test_channel(tenant, channel.as_str()).await.expect_err(&change);
        assert!(matches!(refused, AppError::Changed { .. }), "{change}: {refused}");
        assert!(refused.to_string().contains("somebody changed it in the database"), "{change}: {refused}");
        assert!(differs(&app).await.contains("the channel"), "{change}");
        let listed = cases.channels.channels(tenant).await.expect("the list is read");
        assert!(listed[0].problem.as_ref().is_some_and(|problem| problem.contains("not used")), "{listed:?}");
        execute(&app, &format!("UPDATE channels SET {back}")).await;
        cases.channels.test_channel(tenant, SHOP).await.unwrap_or_else(|error| panic!("{change}: {error}"));
    }
    execute(&app, "UPDATE channels SET mac = NULL").await;
    let refused = cases.channels.test_channel(tenant, SHOP).await.expect_err("no MAC").to_string();
    assert!(refused.contains("not written by this host"), "{refused}");
    let begun = cases.imports.start_import(tenant, SHOP, RunScope::Full, StartOptions::default()).await.map(drop);
    assert!(matches!(begun, Err(AppError::Changed { .. })), "{begun:?}");
    // A host that is started again does not take it for one from before.
    let again = app.reopen().await;
    assert!(again.app.channels.test_channel(tenant, SHOP).await.is_err());

    // Whoever means it says all of it anew.
    let some = serde_json::Map::from_iter([("price_rounding".to_owned(), Value::from("half-up"))]);
    let refused =
        cases.channels.set_channel(tenant, SHOP, some.clone(), Vec::new()).await.expect_err("not all").to_string();
    assert!(refused.contains("entrepot channel set shop"), "{refused}");
    let mut all = some;
    all.insert("store_url".into(), server.base_url.as_str().into());
    // Where it led is known to nobody, so whoever says it shows that they know its secrets.
    let refused = cases.channels.set_channel(tenant, SHOP, all.clone(), Vec::new()).await.expect_err("no secrets");
    assert!(refused.to_string().contains("consumer_secret: has to be given again"), "{refused}");
    cases.channels.set_channel(tenant, SHOP, all, secrets_of(&store.key())).await.expect("said anew");
    cases.channels.test_channel(tenant, SHOP).await.expect("it is used again");
    assert_eq!(differs(&app).await, "");
}

#[both_engines]
async fn what_was_not_granted_is_not_in_force(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    let narrowed =
        Narrowing { without_operations: vec![entrepot_policy::Operation::Subscribe], ..Narrowing::default() };
    admission.approve(ADAPTER, &narrowed, "test").await.expect("narrowed");
    admission.install(version("0.2.0"), "test").await.expect("installs");
    assert_eq!(admission.active(ADAPTER).await.expect("in use").number, 2);
    assert_eq!(differs(&app).await, "");
    keep_tables(&app, "kept", &TABLES).await;

    let body = json(&app, "replace(CAST(body AS TEXT), '\"GET\"', '\"PUT\"')");
    let head = |main: i64| {
        format!(
            "UPDATE heads SET body = '{{\"main\":{main},\"canary\":null,\"revoked\":0}}' WHERE name = 'grants:{ADAPTER}'"
        )
    };
    let other_digest = "UPDATE grants SET digest = (SELECT digest FROM adapters WHERE version = '0.2.0')";
    for (case, sql, words) in [
            ("more is allowed", format!("UPDATE grants SET body = {body}"), "generation 2"),
            ("other bytes are", other_digest.to_owned(), "generation 2"),
            ("another version is", format!("{other_digest}, version = '0.2.0'"), "generation 2"),
            ("for other channels", "UPDATE grants SET share = 50".to_owned(), "generation 2"),
            ("somebody else did", "UPDATE grants SET approved_by = 'operator'".to_owned(), "generation 2"),
            ("no MAC", "UPDATE grants SET mac = NULL".to_owned(), "not written by this host"),
            ("another row's MAC", "UPDATE grants SET mac = (SELECT o.mac FROM grants o WHERE o.generation = 1)".to_owned(), "generation 2"),
            ("what is in force is taken away", "DELETE FROM grants WHERE generation = 2".to_owned(), "generation 2"),
            (
                "an earlier one in its place",
                "UPDATE grants SET body = (SELECT o.body FROM grants o WHERE o.generation = 1), mac = (SELECT o.mac FROM grants o WHERE o.generation = 1)"
                    .to_owned(),
                "generation 2",
            ),
            ("an earlier one is said to count", head(1), "what is in use of woocommerce"),
            ("nothing says what counts", format!("DELETE FROM heads WHERE name = 'grants:{ADAPTER}'"), "(the head of its grants)"),
        ] {
            assert!(execute(&app, &sql).await > 0, "{case}");
            let refused = admission.active(ADAPTER).await.map(drop).expect_err(case).to_string();
            assert!(refused.contains(words), "{case}: {refused}");
            let channel = ChannelId::from("chn_1");
            assert!(admission.active_for(ADAPTER, &channel).await.is_err(), "{case}");
            assert_ne!(differs(&app).await, "", "{case}");
            restore_tables(&app, "kept", &TABLES).await;
            assert_eq!(admission.active(ADAPTER).await.unwrap_or_else(|error| panic!("{case}: {error}")).number, 2);
            assert_eq!(differs(&app).await, "", "{case}");
        }
    // What is only shown is no danger, and what an artifact asks for is read from its bytes.
    execute(&app, &format!("UPDATE adapters SET manifest = {}", json(&app, "'{}'"))).await;
    admission.active(ADAPTER).await.expect("its bytes are as they were granted");
    let refused = admission.review(ADAPTER).await.map(drop).expect_err("no review of what was changed").to_string();
    assert!(refused.contains("entrepot adapter remove woocommerce@0.2.0"), "{refused}");
    restore_tables(&app, "kept", &TABLES).await;
    // An operator looks, and grants it anew.
    execute(&app, "UPDATE grants SET mac = NULL").await;
    let granted = admission.approve(ADAPTER, Approval::default(), "test").await.expect("granted anew");
    let active = admission.active(ADAPTER).await.expect("in use");
    assert_eq!((active.number, &active.grant), (3, &granted), "and no number is given twice");
    assert_eq!(differs(&app).await, "");
    assert!(admission.rollback(ADAPTER, "test").await.is_err(), "there is no way back to what was changed");
    app.import().await;
}

#[both_engines]
async fn verify_holds_the_database_against_the_log(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    let key = entrepot_artifact::SecretKey::generate("somebody").expect("a key");
    let (publisher, id, text) = ("somebody", key.public().id(), key.public().to_string());
    let believe = format!(
        "INSERT INTO trusted_keys (publisher, key_id, public_key, trusted_by, trusted_at) VALUES ('{publisher}', '{id}', '{text}', 'x', 1)"
    );
    let installed = "INSERT INTO adapters (adapter_id, version, digest, publisher, state, manifest, imports, exports, artifact, size, installed_at) \
            SELECT adapter_id, '999.0.0', digest, publisher, state, manifest, imports, exports, artifact, size, installed_at + 1 FROM adapters";
    keep_tables(&app, "kept", &TABLES).await;
    for (sql, words) in [
        (believe.as_str(), "the list of trusted keys"),
        (installed, "woocommerce 999.0.0 is installed, and no entry of the log says so"),
        ("UPDATE adapters SET digest = 'x'", "another digest"),
    ] {
        execute(&app, sql).await;
        assert!(differs(&app).await.contains(words), "{sql}: {}", differs(&app).await);
        restore_tables(&app, "kept", &TABLES).await;
    }
    // What was put there past this host does not come first, and can be taken away.
    execute(&app, installed).await;
    assert_eq!(admission.latest(ADAPTER).await.expect("the one of ours").version, "0.1.0");
    let listed = admission.adapters().await.expect("listed");
    assert!(listed[0].problem.is_some() && listed[1].share == Some(100), "{listed:?}");
    admission.remove(ADAPTER, "999.0.0", "test").await.expect("taken away");
    assert_eq!(differs(&app).await, "");
    // A key that somebody else believes is not believed; nor is one forgotten that they removed.
    execute(&app, &believe).await;
    let refused = admission.install(version("0.2.0"), "test").await.expect_err("who signed cannot be told").to_string();
    assert!(refused.contains("the list of trusted keys"), "{refused}");
    let ours = entrepot_artifact::SecretKey::generate("entrepot").expect("a key");
    admission.trust(&ours.public().to_string(), "test").await.expect("a new list begins");
    let keys: Vec<String> =
        admission.trusted_keys().await.expect("a list").into_iter().map(|key| key.publisher).collect();
    assert_eq!((keys, differs(&app).await.as_str()), (vec!["entrepot".to_owned()], ""));
    execute(&app, "DELETE FROM trusted_keys").await;
    assert!(admission.install(version("0.2.0"), "test").await.is_err(), "unsigned bytes in its name stay out");
    admission.trust(&ours.public().to_string(), "test").await.expect("the list is whole again");
    assert_eq!(differs(&app).await, "");
    // The end of the log was cut off, and with it what it said.
    admission.revoke(ADAPTER, "test").await.expect("revoked");
    assert_eq!(differs(&app).await, "");
}

#[both_engines]
async fn a_quarantine_is_ended_by_nobody_else(app: App) {
    entrepot_tests::broken_adapter::install(&app).await;
    entrepot_tests::broken_adapter::add(&app, "bad", "panic", "").await;
    let run = entrepot_tests::broken_adapter::start(&app, "bad").await.expect("starts");
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert_eq!(differs(&app).await, "");
    execute(&app, "UPDATE quarantine SET until = 1").await;
    assert!(differs(&app).await.contains("the quarantine of the channel"), "{}", differs(&app).await);
}

/// A sealed secret opens in its own place, for its own channel.
#[both_engines]
async fn sealed_values_stay_where_they_are_and_a_damaged_one_is_its_channels_problem(app: App) {
    let store = shop();
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let key = store.key();
    let secrets = || {
        vec![
            ("consumer_key".to_owned(), entrepot_domain::Secret::new(key.consumer_key.as_str())),
            ("consumer_secret".to_owned(), entrepot_domain::Secret::new(key.consumer_secret.as_str())),
        ]
    };
    let new = entrepot_channels::NewChannel {
        adapter: ADAPTER.into(),
        name: "other".into(),
        settings: serde_json::Map::from_iter([("store_url".to_owned(), Value::from(server.base_url.as_str()))]),
        secrets: secrets(),
        untested: false,
    };
    let (other, _) = cases.channels.add_channel(tenant, new).await.expect("added");
    let of = |channel: &ChannelId, name: &str| {
        format!("(SELECT s.sealed FROM channel_secrets s WHERE s.channel_id = '{channel}' AND s.name = '{name}')")
    };
    for (sealed, case) in [
        (of(&other, "consumer_key"), "of another channel"),
        (of(&channel, "consumer_secret"), "of another name"),
        (bytes(&app, "00"), "damaged"),
        (bytes(&app, ""), "empty"),
    ] {
        execute(
            &app,
            &format!(
                "UPDATE channel_secrets SET sealed = {sealed} WHERE channel_id = '{channel}' AND name = 'consumer_key'"
            ),
        )
        .await;
        // Every command begins like this.
        let again = app.reopen_with(&[], "/bin/false").await.unwrap_or_else(|error| panic!("{case}: {error:#}"));
        again.app.channels.channels(tenant).await.expect("listed");
        let refused = cases.channels.test_channel(tenant, SHOP).await.expect_err(case);
        assert!(refused.to_string().contains("entrepot channel set shop --secret consumer_key=…"), "{case}: {refused}");
        cases
            .channels
            .test_channel(tenant, "other")
            .await
            .unwrap_or_else(|error| panic!("{case}: the other one works: {error}"));
        cases
            .channels
            .set_channel(tenant, SHOP, Default::default(), secrets())
            .await
            .unwrap_or_else(|error| panic!("{case}: {error}"));
        cases.channels.test_channel(tenant, SHOP).await.unwrap_or_else(|error| panic!("{case}: mended: {error}"));
    }
    execute(&app, &format!("UPDATE channel_secrets SET sealed = {} WHERE channel_id = '{channel}'", bytes(&app, "01")))
        .await;
    let (code, found) = Entrepot::new(app.environment.clone()).json(&["doctor"]);
    let faults: Vec<&str> = found["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|check| check["ok"] == false)
        .filter_map(|check| check["detail"].as_str())
        .collect();
    assert_eq!((code, faults.len()), (1, 2), "each secret, and nothing else: {faults:?}");
    assert!(
        faults[0].contains("consumer_key of shop does not open") && faults[0].contains("Give it anew"),
        "{faults:?}"
    );
}
