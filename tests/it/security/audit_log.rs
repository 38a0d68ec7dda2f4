//! Single entries of the log were altered, or its end written anew: what it cannot vouch for any more is not used, and is named.

use entrepot_artifact::SecretKey;
use entrepot_domain::usage::{Amount, Use, UseKind};
use entrepot_domain::{ChannelId, Secret};
use entrepot_policy::{Approval, Narrowing};
use entrepot_store::usage::UsedBy;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{execute, keep_tables, reopen_compiling, restore_tables, unlock_audit_log};
use entrepot_tests::{App, Operator, SHOP, both_engines, version};
use serde_json::Map;

const ADAPTER: &str = "woocommerce";
const BAD: &str = "0.2.0";

fn named(version: &str) -> Approval {
    Approval { version: Some(version.to_owned()), ..Approval::default() }
}

/// Calls under a generation, all of them stopped.
async fn went_badly(app: &App, generation: i64) -> bool {
    let host = reopen_compiling(app).await;
    let of =
        |kind, name: &str| Use { kind, operation: "fetch-page".into(), rule: String::new(), name: name.to_owned() };
    let amount = Amount { count: 8, most: 0 };
    let by = UsedBy { adapter: ADAPTER, generation, tenant: &host.tenant, channel: &ChannelId::from("chn_1") };
    let entries = [(of(UseKind::Call, ""), amount), (of(UseKind::Stopped, "memory"), amount)];
    host.app.services.admission().account(by, &entries).await.expect("written down")
}

/// The entry that it was removed is made one about something else.
#[both_engines]
async fn a_removed_version_is_doubtful_where_the_log_is_broken(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version(BAD), "test").await.expect("installs");
    keep_tables(&app, "installed", &["adapters"]).await;
    admission.remove(ADAPTER, BAD, "test").await.expect("removed");
    unlock_audit_log(&app).await;
    execute(&app, "INSERT INTO adapters SELECT * FROM installed_adapters WHERE version = '0.2.0'").await;
    for altered in ["remove", "install' AND seq = 3 AND actor = 'test"] {
        execute(&app, &format!("UPDATE audit_log SET action = 'another' WHERE action = '{altered}'")).await;
        let host = reopen_compiling(&app).await;
        let admission = host.app.services.admission();
        for of in ["0.1.0", BAD] {
            let refused = admission.approve(ADAPTER, named(of), "test").await.expect_err(altered).to_string();
            let advice = format!("entrepot adapter remove woocommerce@{of}, entrepot adapter install FILE");
            assert!(refused.contains("not whole from entry 4 on") && refused.contains(&advice), "{altered}: {refused}");
        }
        let refused = admission.approve(ADAPTER, Approval::default(), "test").await.expect_err(altered).to_string();
        assert!(refused.contains("woocommerce 0.1.0 as it is installed"), "the one that was in use: {refused}");
    }
    let operator = Operator::of(&app);
    let (code, doctor) = operator.reads(&["doctor"]);
    assert!(code == 1 && doctor.contains("entrepot adapter approve woocommerce@0.1.0"), "{doctor}");
    assert_eq!(doctor.matches("entrepot adapter approve").count(), 1, "{doctor}");
    assert_eq!(operator.reads(&["adapter", "audit", ADAPTER]).0, 0, "the log is shown all the same");
    // What is advised leads back to work, and the other version stays out.
    let host = reopen_compiling(&app).await;
    let admission = host.app.services.admission();
    admission.remove(ADAPTER, "0.1.0", "test").await.expect("removed");
    admission
        .install(version("0.1.0"), "test")
        .await
        .expect("a version that is doubtful does not make it an older one");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("granted anew");
    assert_eq!(admission.active(ADAPTER).await.expect("in use").manifest.version, "0.1.0");
    let listed = admission.adapters().await.expect("listed");
    let states: Vec<String> =
        listed.iter().map(|listed| format!("{} {}", listed.row.version, listed.state())).collect();
    assert_eq!(states, ["0.1.0 in use", "0.2.0 not sure: the log is broken"]);
}

#[both_engines]
async fn no_rollback_leads_to_what_the_log_cannot_tell(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version(BAD), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    admission.rollback(ADAPTER, "test").await.expect("it was bad");
    let slow = Narrowing { requests_per_second: Some(1.0), ..Narrowing::default() };
    admission.approve(ADAPTER, Approval { narrowing: slow, ..named("0.1.0") }, "test").await.expect("narrowed");
    unlock_audit_log(&app).await;
    keep_tables(&app, "whole", &["grants"]).await;
    let refused = async || {
        let host = reopen_compiling(&app).await;
        let refused = host
            .app
            .services
            .admission()
            .rollback_with(ADAPTER, true, "test")
            .await
            .expect_err("no way back")
            .to_string();
        assert_eq!(host.app.services.admission().active(ADAPTER).await.expect("in use").number, 4);
        refused
    };
    // A row that is gone would have a rollback lead to the one before.
    execute(&app, "DELETE FROM grants WHERE generation = 3").await;
    let why = refused().await;
    assert!(
        why.contains("generation 3") && why.contains("deleted") && why.contains("adapter approve woocommerce@VERSION"),
        "{why}"
    );
    let differs =
        reopen_compiling(&app).await.app.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
    let (_, doctor) = Operator::of(&app).reads(&["doctor"]);
    for said in [differs, doctor] {
        assert!(said.contains("the earlier grant of woocommerce (generation 3, 0.1.0)"), "{said}");
        assert!(said.contains("entrepot adapter revoke woocommerce"), "{said}");
    }
    restore_tables(&app, "whole", &["grants"]).await;
    execute(&app, "DELETE FROM grants WHERE generation IN (1, 3)").await;
    assert!(refused().await.contains("0.2.0 was rolled back before"), "the log says so, and not the rows");
    // Nor where the entry is not what it was.
    execute(&app, "UPDATE audit_log SET action = 'another' WHERE action = 'rollback'").await;
    let why = refused().await;
    assert!(why.contains("not whole from entry 5 on") && why.contains("adapter approve woocommerce@VERSION"), "{why}");
    // Whoever has no backup gives up what is gone.
    execute(&app, "UPDATE audit_log SET action = 'rollback' WHERE action = 'another'").await;
    let host = reopen_compiling(&app).await;
    host.app.services.admission().revoke(ADAPTER, "test").await.expect("revoked");
    host.app.services.admission().approve(ADAPTER, named("0.1.0"), "test").await.expect("granted anew");
    assert_eq!(host.app.channels.verify_audit().await.expect("readable").differs, None);
}

#[both_engines]
async fn no_automatic_rollback_leads_to_what_the_log_cannot_tell(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version(BAD), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    unlock_audit_log(&app).await;
    execute(&app, "UPDATE audit_log SET action = 'another' WHERE seq = 3").await;
    assert!(!went_badly(&app, 2).await, "entry 3 may have said anything of the grant before it");
    assert_eq!(admission.active(ADAPTER).await.expect("in use").number, 2);
    execute(&app, "UPDATE audit_log SET action = 'install' WHERE seq = 3").await;
    assert!(went_badly(&app, 2).await, "the log is whole");
    assert_eq!(admission.active(ADAPTER).await.expect("in use").manifest.version, "0.1.0");
}

#[both_engines]
async fn a_log_that_was_cut_off_and_has_grown_again_is_another_one(app: App) {
    app.install().await;
    app.host.app.services.admission().revoke(ADAPTER, "test").await.expect("revoked");
    let broken = async || {
        app.host.app.channels.verify_audit().await.expect("readable").broken.map(|broken| (broken.seq, broken.why))
    };
    assert_eq!(broken().await, None);
    unlock_audit_log(&app).await;
    execute(&app, "DELETE FROM audit_log WHERE seq = 3").await;
    assert!(broken().await.expect("cut off").1.contains("cut off its end"));
    let other = reopen_compiling(&app).await;
    for publisher in ["somebody", "other", "third"] {
        let key = SecretKey::generate(publisher).expect("a key");
        other.app.services.admission().trust(&key.public().to_string(), "test").await.expect("an entry more");
        let (seq, why) = broken().await.expect(publisher);
        let says = "entry 3 is not the one this host has followed: the log was cut off and written anew";
        assert!(seq == 3 && why.contains(says), "{publisher}: {why}");
    }
    assert_eq!(other.app.channels.verify_audit().await.expect("readable").broken, None, "a known limit");
}

#[both_engines]
async fn a_secret_that_was_deleted_is_named(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 72 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let set = async |name: &str, value: &str| {
        cases
            .channels
            .set_channel(tenant, SHOP, Map::new(), vec![(name.to_owned(), Secret::new(value))])
            .await
            .expect("set");
    };
    let differs = async || cases.channels.verify_audit().await.expect("readable").differs.unwrap_or_default();
    set("webhook_secret", "whsec_of_this_test").await;
    execute(&app, "DELETE FROM channel_secrets WHERE name = 'consumer_key'").await;
    let says = ["the secret consumer_key of shop", "deleted", "entrepot channel set shop --secret consumer_key=…"];
    let listed = cases.channels.channels(tenant).await.expect("listed").remove(0).problem.unwrap_or_default();
    let (code, doctor) = Operator::of(&app).reads(&["doctor"]);
    for said in [&listed, &doctor, &differs().await] {
        assert!(says.iter().all(|words| said.contains(words)), "{said}");
    }
    assert_eq!((code, doctor.matches("consumer_key of shop").count()), (1, 1), "{doctor}");
    set("consumer_key", &store.key().consumer_key).await;
    cases.channels.test_channel(tenant, SHOP).await.expect("works");
    assert_eq!(differs().await, "");
    // Nor is an optional one gone without a word, unless it was forgotten.
    execute(&app, "DELETE FROM channel_secrets WHERE name = 'webhook_secret'").await;
    assert!(differs().await.contains("the secret webhook_secret of shop"));
    set("webhook_secret", "").await;
    assert_eq!(differs().await, "");
    assert_eq!(cases.channels.channels(tenant).await.expect("listed").remove(0).problem, None);
}
