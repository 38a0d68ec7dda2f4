//! Somebody who can write the database puts back what the host itself wrote earlier. Every row is in order; the log knows what came after.

use entrepot_artifact::{SecretKey, sign};
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_policy::{Approval, Narrowing, Operation};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{execute, keep_tables, reopen_compiling, restore_tables, unlock_audit_log};
use entrepot_tests::{App, SHOP, both_engines, secrets_of, version};
use serde_json::{Map, Value};

const ADAPTER: &str = "woocommerce";

fn settings(address: &str) -> Map<String, Value> {
    Map::from_iter([("store_url".to_owned(), Value::from(address))])
}

const GRANTS: [&str; 2] = ["grants", "heads"];
const KEYS: [&str; 2] = ["heads", "trusted_keys"];
const CHANNELS: [&str; 2] = ["channels", "channel_secrets"];

#[both_engines]
async fn a_grant_that_was_revoked_or_narrowed_does_not_come_back(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    let channel = ChannelId::from("chn_1");
    admission.active(ADAPTER).await.expect("in use");
    keep_tables(&app, "wide", &GRANTS).await;
    let narrowed = Narrowing { without_operations: vec![Operation::Subscribe], ..Narrowing::default() };
    admission.approve(ADAPTER, &narrowed, "test").await.expect("narrowed");
    for round in ["narrowed", "revoked"] {
        restore_tables(&app, "wide", &GRANTS).await;
        for host in [&app.host, &reopen_compiling(&app).await] {
            let admission = host.app.services.admission();
            let refused = admission.active(ADAPTER).await.map(drop).expect_err(round).to_string();
            assert!(refused.contains("an earlier state") && refused.contains("entrepot adapter approve"), "{refused}");
            assert!(admission.active_for(ADAPTER, &channel).await.is_err(), "{round}");
            assert_eq!(admission.in_force_for(ADAPTER, &channel).await.expect("answers"), None, "{round}");
            let listed = admission.adapters().await.expect("listed").remove(0);
            assert!(listed.problem.is_some() && listed.state() == "grant put back in the database", "{listed:?}");
            let differs = host.app.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
            assert!(differs.contains("what is in use of woocommerce"), "{round}: {differs}");
        }
        // An operator looks, and grants it anew; there is no way back to what was put there, and no number is given twice.
        admission.approve(ADAPTER, &narrowed, "test").await.expect("granted anew");
        let number = admission.active(ADAPTER).await.expect("in use").number;
        assert_eq!(number, if round == "narrowed" { 3 } else { 5 }, "{round}");
        assert!(admission.rollback(ADAPTER, "test").await.is_err(), "{round}");
        assert_eq!(app.host.app.channels.verify_audit().await.expect("readable").differs, None, "{round}");
        if round == "narrowed" {
            admission.approve(ADAPTER, Approval::default(), "test").await.expect("all of it");
            admission.revoke(ADAPTER, "test").await.expect("revoked");
        }
    }
}

/// The entry that says so is taken out of the log as well.
#[both_engines]
async fn a_grant_that_a_cut_off_log_does_not_tell_of_does_not_come_back(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    keep_tables(&app, "granted", &GRANTS).await;
    admission.active(ADAPTER).await.expect("in use");
    admission.revoke(ADAPTER, "test").await.expect("revoked");
    assert!(admission.active(ADAPTER).await.is_err());
    admission.install(version("0.2.0"), "test").await.expect("an entry more");
    unlock_audit_log(&app).await;
    execute(&app, "DELETE FROM audit_log WHERE action = 'revoke'").await;
    restore_tables(&app, "granted", &GRANTS).await;
    let refused = admission.active(ADAPTER).await.map(drop).expect_err("this host remembers").to_string();
    assert!(refused.contains("an earlier state"), "{refused}");
    let host = reopen_compiling(&app).await;
    let refused =
        host.app.services.admission().active(ADAPTER).await.map(drop).expect_err("entries are missing").to_string();
    assert!(refused.contains("not whole from entry 4 on"), "{refused}");
    let doubtful = host
        .app
        .services
        .admission()
        .approve(ADAPTER, Approval::default(), "test")
        .await
        .expect_err("so are versions")
        .to_string();
    assert!(doubtful.contains("entrepot adapter remove woocommerce@0.1.0"), "{doubtful}");
    host.app.services.admission().remove(ADAPTER, "0.1.0", "test").await.expect("removed");
    host.app.services.admission().install(version("0.1.0"), "test").await.expect("installed again from its file");
    host.app.services.admission().approve(ADAPTER, Approval::default(), "test").await.expect("granted anew");
    host.app.services.admission().active(ADAPTER).await.map(drop).expect("in use");
}

#[both_engines]
async fn a_key_that_is_not_trusted_any_more_does_not_come_back(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    let (key, other) = (SecretKey::generate("entrepot").expect("a key"), SecretKey::generate("other").expect("a key"));
    admission.trust(&other.public().to_string(), "test").await.expect("trusted");
    admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    keep_tables(&app, "trusted", &KEYS).await;
    admission.untrust(&key.public().id(), "test").await.expect("not trusted");
    restore_tables(&app, "trusted", &KEYS).await;
    let signed = sign(version("0.2.0"), &key).expect("signed");
    for host in [&app.host, &reopen_compiling(&app).await] {
        let admission = host.app.services.admission();
        let refused = admission.install(signed.clone(), "test").await.expect_err("not believed").to_string();
        assert!(refused.contains("the list of trusted keys") && refused.contains("an earlier state"), "{refused}");
        assert!(admission.trusted_keys().await.is_err(), "nor shown as one that is");
    }
    // A new list has what the log says, and not what was put back.
    admission.trust(&other.public().to_string(), "test").await.expect("a new list");
    let keys: Vec<String> =
        admission.trusted_keys().await.expect("a list").into_iter().map(|key| key.publisher).collect();
    assert_eq!(keys, ["other"]);
    assert!(admission.install(signed, "test").await.expect_err("still not").to_string().contains("not trusted here"));
    // Whose key it is is part of the key.
    execute(&app, "UPDATE trusted_keys SET publisher = 'somebody' WHERE removed_at IS NULL").await;
    assert!(admission.trusted_keys().await.is_err(), "not shown as somebody's");
}

#[both_engines]
async fn a_channels_former_address_does_not_come_back(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 61 });
    let (former, server) = (serve(&store), serve(&store));
    app.connect(&former.base_url, &store.key()).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    cases.channels.test_channel(tenant, SHOP).await.expect("works");
    keep_tables(&app, "former", &CHANNELS).await;
    cases
        .channels
        .set_channel(tenant, SHOP, settings(&server.base_url), secrets_of(&store.key()))
        .await
        .expect("moved");
    cases.channels.test_channel(tenant, SHOP).await.expect("works there");
    let sent = former.log().total();
    // With the sealed secrets of that time, too.
    execute(&app, "UPDATE channels SET settings = (SELECT f.settings FROM former_channels f), mac = (SELECT f.mac FROM former_channels f)").await;
    execute(&app, "UPDATE channel_secrets SET sealed = (SELECT f.sealed FROM former_channel_secrets f WHERE f.name = channel_secrets.name)").await;
    for host in [&app.host, &reopen_compiling(&app).await] {
        let refused = host.app.channels.test_channel(tenant, SHOP).await.expect_err("stands still");
        assert!(
            matches!(refused, AppError::Changed { .. }) && refused.to_string().contains("an earlier state"),
            "{refused}"
        );
        let listed = host.app.channels.channels(tenant).await.expect("listed").remove(0);
        assert!(listed.problem.is_some_and(|problem| problem.contains("an earlier state")));
        let differs = host.app.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
        assert!(differs.contains("the channel shop"), "{differs}");
    }
    assert_eq!(former.log().total(), sent, "nothing went there");
    let mut all = settings(&server.base_url);
    all.insert("price_rounding".into(), "refuse".into());
    cases.channels.set_channel(tenant, SHOP, all, secrets_of(&store.key())).await.expect("said anew");
    cases.channels.test_channel(tenant, SHOP).await.expect("works");
    assert_eq!(cases.channels.verify_audit().await.expect("readable").differs, None);
    // Nor does one that was removed.
    keep_tables(&app, "removed", &CHANNELS).await;
    cases.subscriptions.remove_channel(tenant, SHOP).await.expect("removed");
    execute(&app, "UPDATE channels SET removed_at = NULL, mac = (SELECT r.mac FROM removed_channels r)").await;
    execute(&app, "INSERT INTO channel_secrets SELECT * FROM removed_channel_secrets").await;
    let refused = cases.channels.test_channel(tenant, SHOP).await.expect_err("it is gone").to_string();
    assert!(refused.contains("an earlier state"), "{refused}");
}

/// An entry in the middle is made to tell of something else, so that the one before it seems to be the last of its kind.
#[both_engines]
async fn a_former_address_does_not_come_back_with_a_hidden_log_entry(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 62 });
    let (former, server) = (serve(&store), serve(&store));
    app.connect(&former.base_url, &store.key()).await;
    let (cases, tenant, admission) = (&app.host.app, &app.host.tenant, app.host.app.services.admission());
    let (key, other) = (SecretKey::generate("entrepot").expect("a key"), SecretKey::generate("other").expect("a key"));
    for key in [&key, &other] {
        admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    }
    keep_tables(&app, "former", &CHANNELS).await;
    keep_tables(&app, "trusted", &KEYS).await;
    cases
        .channels
        .set_channel(tenant, SHOP, settings(&server.base_url), secrets_of(&store.key()))
        .await
        .expect("moved");
    admission.untrust(&key.public().id(), "test").await.expect("not trusted");
    admission.trust(&other.public().to_string(), "test").await.expect("an entry about keys that comes later");
    let narrowed = Narrowing { without_operations: vec![Operation::Subscribe], ..Narrowing::default() };
    admission.approve(ADAPTER, &narrowed, "test").await.expect("an entry about the grant that comes later");
    unlock_audit_log(&app).await;
    let sent = former.log().total();
    execute(&app, "UPDATE channels SET settings = (SELECT f.settings FROM former_channels f), mac = (SELECT f.mac FROM former_channels f)").await;
    execute(&app, "UPDATE audit_log SET channel_id = 'another' WHERE seq = (SELECT MAX(a.seq) FROM audit_log a WHERE a.action = 'channel')").await;
    execute(&app, "DELETE FROM trusted_keys").await;
    execute(&app, "INSERT INTO trusted_keys SELECT * FROM trusted_trusted_keys").await;
    execute(&app, "DELETE FROM heads WHERE name = 'trusted-keys'").await;
    execute(&app, "INSERT INTO heads SELECT * FROM trusted_heads WHERE name = 'trusted-keys'").await;
    execute(&app, "UPDATE audit_log SET action = 'another' WHERE action = 'untrust'").await;
    let signed = sign(version("0.2.0"), &key).expect("signed");
    for host in [&app.host, &reopen_compiling(&app).await] {
        let refused = host.app.channels.test_channel(tenant, SHOP).await.expect_err("stands still");
        assert!(matches!(refused, AppError::Changed { .. }), "{refused}");
        assert!(host.app.channels.channels(tenant).await.expect("listed").remove(0).problem.is_some());
        let refused =
            host.app.services.admission().install(signed.clone(), "test").await.expect_err("not believed").to_string();
        assert!(refused.contains("the list of trusted keys"), "{refused}");
    }
    assert_eq!(former.log().total(), sent, "nothing went there");
    // Nor is a channel gone without a word.
    execute(&app, "UPDATE channels SET removed_at = 1").await;
    assert!(cases.channels.verify_audit().await.expect("readable").broken.is_some());
}

/// It would be the one that is looked at and approved next.
#[both_engines]
async fn a_version_that_was_removed_does_not_come_back(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version("0.2.0"), "test").await.expect("installs");
    keep_tables(&app, "installed", &["adapters"]).await;
    admission.remove(ADAPTER, "0.2.0", "test").await.expect("removed");
    execute(&app, "INSERT INTO adapters SELECT * FROM installed_adapters WHERE version = '0.2.0'").await;
    for host in [&app.host, &reopen_compiling(&app).await] {
        let admission = host.app.services.admission();
        assert_eq!(admission.latest(ADAPTER).await.expect("the one that is there").version, "0.1.0");
        let listed = admission.adapters().await.expect("listed");
        assert_eq!(listed[0].state(), "put back in the database", "{listed:?}");
        let wanted = Approval { version: Some("0.2.0".into()), ..Approval::default() };
        let refused = admission.approve(ADAPTER, wanted, "test").await.expect_err("it was removed").to_string();
        assert!(
            refused.contains("an earlier state") && refused.contains("adapter remove woocommerce@0.2.0"),
            "{refused}"
        );
    }
    admission.remove(ADAPTER, "0.2.0", "test").await.expect("removed once more");
    admission.install(version("0.2.0"), "test").await.expect("and installed by whoever means it");
    assert_eq!(admission.latest(ADAPTER).await.expect("that one").version, "0.2.0");
    assert_eq!(app.host.app.channels.verify_audit().await.expect("readable").differs, None);
}

/// What is sealed for a channel opens for it, whenever it was sealed.
#[both_engines]
async fn a_channels_former_secret_does_not_come_back(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 64 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    keep_tables(&app, "former", &["channel_secrets"]).await;
    let fresh = store.add_key(entrepot_test_support::woocommerce::Permission::Read);
    let secret = |name: &str, value: &str| (name.to_owned(), entrepot_domain::Secret::new(value));
    let new = || vec![secret("consumer_key", &fresh.consumer_key), secret("consumer_secret", &fresh.consumer_secret)];
    cases.channels.set_channel(tenant, SHOP, Map::new(), new()).await.expect("set");
    cases.channels.test_channel(tenant, SHOP).await.expect("works");
    restore_tables(&app, "former", &["channel_secrets"]).await;
    for host in [&app.host, &reopen_compiling(&app).await] {
        let refused =
            host.app.channels.test_channel(tenant, SHOP).await.expect_err("not the one of before").to_string();
        assert!(
            refused.contains("put an earlier one back") && refused.contains("channel set shop --secret consumer_key"),
            "{refused}"
        );
        let differs = host.app.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
        assert!(differs.contains("the secret consumer_key of shop"), "{differs}");
    }
    cases.channels.set_channel(tenant, SHOP, Map::new(), new()).await.expect("given anew");
    cases.channels.test_channel(tenant, SHOP).await.expect("works");
    assert_eq!(cases.channels.verify_audit().await.expect("readable").differs, None);
}

#[both_engines]
async fn a_channel_that_vanished_and_bytes_that_were_replaced_are_noticed(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 63 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let differs = async || app.host.app.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
    assert_eq!(differs().await, "");
    execute(&app, "UPDATE channels SET removed_at = 1").await;
    assert!(differs().await.contains("is there by the log, and not in the database"));
    execute(&app, "UPDATE channels SET removed_at = NULL").await;
    execute(&app, "UPDATE adapters SET artifact = (SELECT sealed FROM channel_secrets LIMIT 1)").await;
    assert!(differs().await.contains("is not what was installed"), "{}", differs().await);
}
