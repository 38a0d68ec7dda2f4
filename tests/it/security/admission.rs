//! Adapters coming in: signatures, upgrades, narrowed grants, the way back, and what is written down of it.

use entrepot_adapters::{AdmissionError, FetchOptions, InstallOptions};
use entrepot_artifact::{PublicKey, Rotation, SecretKey, sign};
use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_policy::Narrowing;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, SHOP, both_engines, edited, version, with_version};

const ADAPTER: &str = "woocommerce";

/// The same, and it wants to write.
fn greedy(number: &str) -> Vec<u8> {
    edited(ADAPTER, |text| with_version(text, number).replace("methods = [\"GET\"]", "methods = [\"GET\", \"DELETE\"]"))
}

#[both_engines]
async fn an_upgrade_waits_and_there_is_a_way_back(app: App) {
    let store = Store::generate(Seed { products: 30, variable_share: 0.0, seed: 1 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    admission.install(greedy("0.2.0"), "test").await.expect("installs");

    let review = admission.review(ADAPTER).await.expect("a review");
    assert_eq!((review.version.as_str(), review.in_use.as_deref()), ("0.2.0", Some("0.1.0")));
    assert!(review.difference.wider.iter().all(|line| line.contains("DELETE")), "{review:?}");
    assert!(!review.difference.wider.is_empty() && review.difference.narrower.is_empty());
    assert_eq!(admission.active(ADAPTER).await.expect("in use").manifest.version, "0.1.0", "not before it is approved");

    admission.approve(ADAPTER, &Narrowing::default(), "test").await.expect("approved");
    assert_eq!(admission.active(ADAPTER).await.expect("in use").manifest.version, "0.2.0");
    assert_eq!(app.import().await.state, RunState::Completed);

    let back = admission.rollback(ADAPTER, "test").await.expect("rolled back");
    assert_eq!(back.version, "0.1.0");
    let active = admission.active(ADAPTER).await.expect("in use");
    assert_eq!((active.manifest.version.as_str(), active.number), ("0.1.0", 3));
    let review = admission.review(ADAPTER).await.expect("a review");
    assert_eq!(review.in_use.as_deref(), Some("0.1.0"));

    admission.revoke(ADAPTER, "test").await.expect("revoked");
    let refused = admission.active(ADAPTER).await.map(drop).expect_err("nothing is in use");
    assert!(matches!(refused, AdmissionError::NotApproved(_)), "{refused}");
    let cases = &app.host.app;
    let refused =
        cases.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await.map(drop);
    assert!(refused.is_err_and(|error| error.to_string().contains("entrepot adapter approve")));
    assert!(matches!(admission.revoke(ADAPTER, "test").await, Err(AdmissionError::NotApproved(_))));
}

#[both_engines]
async fn a_narrowed_grant_holds(app: App) {
    let store = Store::generate(Seed { products: 10, variable_share: 0.0, seed: 1 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    let without = Narrowing { without_rules: vec!["rest-api".into()], ..Narrowing::default() };
    admission.approve(ADAPTER, &without, "test").await.expect("narrowed");
    let run = app.import_with(RunScope::Full, StartOptions::default()).await;
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert!(run.failure.as_deref().is_some_and(|why| why.contains("not granted")), "{run:?}");

    let wrong = Narrowing { without_rules: vec!["rest".into()], ..Narrowing::default() };
    let refused = admission.approve(ADAPTER, &wrong, "test").await.expect_err("no such rule");
    assert!(refused.to_string().contains("it has: ") && refused.to_string().contains("rest-api"), "{refused}");

    let soon = Narrowing { expires_at: Some(app.host.db.clock().now() + 1_500), ..Narrowing::default() };
    admission.approve(ADAPTER, &soon, "test").await.expect("for a while");
    assert_eq!(app.import_with(RunScope::Full, StartOptions::default()).await.state, RunState::Completed);
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    let refused = admission.active(ADAPTER).await.map(drop).expect_err("its time is over");
    assert!(refused.to_string().contains("expired"), "{refused}");
}

#[both_engines]
async fn who_signed_is_checked_before_anything_is_compiled(app: App) {
    // Whatever gets as far as the compiler fails here.
    let door = app.reopen_with(&[], "/bin/false").await.expect("opens");
    let admission = door.app.services.admission();
    let (ours, foreign) =
        (SecretKey::generate("entrepot").expect("a key"), SecretKey::generate("entrepot").expect("a key"));
    let signed = sign(version("0.1.0"), &ours).expect("signed");

    let refused = admission.install(signed.clone(), "test").await.expect_err("nobody trusts it");
    assert!(refused.to_string().contains("entrepot adapter trust entrepot-ed25519:entrepot:"), "{refused}");
    admission.trust(&ours.public().to_string(), "test").await.expect("trusted");
    let through = |error: AdmissionError| error.to_string().contains("the compiler died");
    assert!(through(admission.install(signed.clone(), "test").await.expect_err("compiled at last")));

    for (case, bytes, why) in [
        ("a foreign key", sign(version("0.1.0"), &foreign).expect("signed"), "not trusted here"),
        ("no signature", version("0.1.0"), "is not signed"),
        (
            "a changed byte",
            {
                let mut bytes = signed.clone();
                bytes[2_000] ^= 1;
                bytes
            },
            "",
        ),
    ] {
        let refused = admission.install(bytes, "test").await.expect_err(case);
        assert!(refused.to_string().contains(why) && !through(refused), "{case}");
    }

    // The publisher changes its key: the old one says so.
    let next = SecretKey::generate("entrepot").expect("a key");
    let forged = Rotation::new(&foreign, &next.public(), 1).expect("made").to_string();
    assert!(admission.trust(&forged, "test").await.is_err(), "nobody trusts the key that signed it");
    let rotation = Rotation::new(&ours, &next.public(), 1).expect("made").to_string();
    admission.trust(&rotation, "test").await.expect("followed");
    assert!(through(
        admission.install(sign(version("0.1.0"), &next).expect("signed"), "test").await.expect_err("the new key")
    ));
    let refused = admission.install(signed, "test").await.expect_err("the old key has had its time");
    assert!(refused.to_string().contains("not trusted here"), "{refused}");
    let keys: Vec<PublicKey> = admission
        .trusted_keys()
        .await
        .expect("keys")
        .iter()
        .map(|key| key.public_key.parse().expect("a key"))
        .collect();
    assert_eq!(keys, [next.public()]);
}

#[both_engines]
async fn what_is_installed_is_followed_by_what_may(app: App) {
    let admission = app.host.app.services.admission();
    admission.install(version("1.2.0"), "test").await.expect("installs");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("older.wasm");
    std::fs::write(&file, version("1.1.9")).expect("written");
    let fetch = FetchOptions::default();
    let reference = file.display().to_string();
    let refused =
        admission.install_from(&reference, &fetch, InstallOptions::default(), "test").await.expect_err("older");
    assert!(refused.to_string().contains("--allow-older"), "{refused}");
    let insist = InstallOptions { allow_older: true, ..InstallOptions::default() };
    admission.install_from(&reference, &fetch, insist, "test").await.expect("insisted");

    let other = edited(ADAPTER, |text| {
        text.replace("publisher = \"entrepot\"", "publisher = \"someone\"").replace("0.1.0\"\nworld", "2.0.0\"\nworld")
    });
    let refused = admission.install(other, "test").await.expect_err("another publisher");
    assert!(refused.to_string().contains("does not change hands"), "{refused}");
    for (reference, why) in [
        ("registry:woocommerce", "registry"),
        ("oci://nowhere", "names no artifact"),
        ("/nowhere.wasm", "nowhere.wasm"),
    ] {
        let refused =
            admission.install_from(reference, &fetch, InstallOptions::default(), "test").await.expect_err(reference);
        assert!(refused.to_string().contains(why), "{reference}: {refused}");
    }
    let all = Narrowing::default();
    let two = tokio::join!(admission.approve(ADAPTER, &all, "one"), admission.approve(ADAPTER, &all, "two"),);
    assert!(two.0.is_ok() && two.1.is_ok(), "{two:?}");
    assert_eq!(admission.active(ADAPTER).await.expect("in use").number, 1, "two approvals of the same are one");
}

#[both_engines]
async fn a_log_changed_by_hand_is_found(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.revoke(ADAPTER, "test").await.expect("revoked");
    let verified = admission.verify_audit().await.expect("readable");
    assert_eq!((verified.entries, verified.broken), (3, None));
    let actions: Vec<String> =
        app.host.db.audit_of(ADAPTER, 10).await.expect("entries").into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["revoke", "approve", "install"]);

    // The triggers stop an accident.
    let sql = "UPDATE audit_log SET actor = 'nobody' WHERE seq = 2";
    let stopped = match app.host.db.pools() {
        entrepot_store::Pools::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
        entrepot_store::Pools::Sqlite { write, .. } => sqlx::query(sql).execute(write).await.map(drop),
    };
    assert!(stopped.is_err_and(|error| error.to_string().contains("append-only")));
    // Who means it drops them, and the chain tells.
    if matches!(app.host.db.pools(), entrepot_store::Pools::Postgres(_)) {
        execute(&app, "DROP TRIGGER audit_log_append_only ON audit_log").await;
    } else {
        execute(&app, "DROP TRIGGER audit_log_no_update").await;
        execute(&app, "DROP TRIGGER audit_log_no_delete").await;
    }
    execute(&app, sql).await;
    let broken = admission.verify_audit().await.expect("readable").broken.expect("found");
    assert_eq!(broken.seq, 2, "{broken:?}");
    execute(&app, "UPDATE audit_log SET actor = 'test' WHERE seq = 2").await;
    assert_eq!(admission.verify_audit().await.expect("readable").broken, None);
    execute(&app, "DELETE FROM audit_log WHERE seq = 2").await;
    let broken = admission.verify_audit().await.expect("readable").broken.expect("found");
    assert!(broken.seq == 3 && broken.why.contains("entry 2 is missing"), "{broken:?}");
}
