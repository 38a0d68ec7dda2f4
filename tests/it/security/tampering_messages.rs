//! Whatever somebody did to the database, the message names the thing and what to do about it.

use entrepot_artifact::SecretKey;
use entrepot_policy::{Narrowing, Operation};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{execute, keep_tables, reopen_compiling, restore_tables, unlock_audit_log};
use entrepot_tests::{App, Entrepot, SHOP, both_engines};

const ADAPTER: &str = "woocommerce";
/// Those that refer to others last.
const TABLES: [&str; 4] = ["grants", "heads", "trusted_keys", "audit_log"];

/// The grant's rows and its head of before it was narrowed.
const EARLIER: [&str; 4] = [
    "DELETE FROM heads WHERE name = 'grants:woocommerce'",
    "INSERT INTO heads SELECT * FROM early_heads WHERE name = 'grants:woocommerce'",
    "DELETE FROM grants",
    "INSERT INTO grants SELECT * FROM early_grants",
];

const GRANT: &str = "the grant of woocommerce (generation 2)";
const HEAD: &str = "what is in use of woocommerce (the head of its grants)";
const APPROVE: &str = "entrepot adapter approve woocommerce";
const TRUST: &str = "entrepot adapter trust KEY";

/// What was done, and what is to be said.
const CASES: [(&str, &[&str], &[&str]); 14] = [
    ("a grant's row deleted", &["DELETE FROM grants WHERE generation = 2"], &["generation 2", "deleted", APPROVE]),
    (
        "a grant's row changed",
        &["UPDATE grants SET share = 99 WHERE generation = 2"],
        &[GRANT, "somebody changed it", APPROVE],
    ),
    ("an earlier grant put back", &EARLIER, &[HEAD, "an earlier state", APPROVE]),
    ("a head deleted", &["DELETE FROM heads WHERE name = 'grants:woocommerce'"], &[HEAD, "deleted", APPROVE]),
    ("a key's row deleted", &["DELETE FROM trusted_keys"], &["(the row of the key", "deleted", TRUST]),
    ("a key's row changed", &["UPDATE trusted_keys SET publisher = 'x'"], &["(the row of the key", "changed", TRUST]),
    (
        "the list of keys deleted",
        &["DELETE FROM heads WHERE name = 'trusted-keys'"],
        &["the list of trusted keys (its head)", "deleted", "untrust --all"],
    ),
    ("an entry deleted in the middle", &["DELETE FROM audit_log WHERE seq = 3"], &["entry 3 is missing", "deleted"]),
    ("an entry deleted at the beginning", &["DELETE FROM audit_log WHERE seq = 1"], &["entry 1 is missing", "deleted"]),
    (
        "an entry changed",
        &["UPDATE audit_log SET actor = 'nobody' WHERE seq = 2"],
        &["it, or the entry before it, is not what was written"],
    ),
    (
        "the end deleted",
        &["DELETE FROM audit_log WHERE seq = (SELECT MAX(a.seq) FROM audit_log a)"],
        &[HEAD, "cut off the end of the log", APPROVE],
    ),
    (
        "the end deleted to before the channel",
        &["DELETE FROM audit_log WHERE seq > 4", "DELETE FROM grants WHERE generation = 2", EARLIER[0], EARLIER[1]],
        &["the channel shop", "cut off the end of the log", "entrepot channel set shop"],
    ),
    ("all of the log deleted", &["DELETE FROM audit_log"], &["the log is empty", "deleted all of its entries"]),
    (
        "a channel's row taken away",
        &["UPDATE channels SET removed_at = 1"],
        &["the channel chn_", "somebody deleted its row", "entrepot channel remove chn_"],
    ),
];

#[both_engines]
async fn each_kind_of_tampering_is_named_with_what_to_do(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 71 });
    let server = serve(&store);
    app.install().await;
    let admission = app.host.app.services.admission();
    let key = SecretKey::generate("somebody").expect("a key");
    admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    keep_tables(&app, "early", &["grants", "heads"]).await;
    app.add(&server.base_url, &store.key(), &[]).await.expect("a channel");
    let settings = serde_json::Map::from_iter([("price_rounding".to_owned(), "half-up".into())]);
    app.host.app.channels.set_channel(&app.host.tenant, SHOP, settings, Vec::new()).await.expect("set");
    let narrowed = Narrowing { without_operations: vec![Operation::Subscribe], ..Narrowing::default() };
    admission.approve(ADAPTER, &narrowed, "test").await.expect("narrowed");
    let head = app.host.app.channels.verify_audit().await.expect("readable").head.expect("a hash");
    unlock_audit_log(&app).await;
    keep_tables(&app, "whole", &TABLES).await;
    let entrepot = Entrepot::new(app.environment.clone());
    for (case, done, says) in CASES {
        for sql in done {
            execute(&app, sql).await;
        }
        let verified = reopen_compiling(&app).await.app.channels.verify_audit().await.expect(case);
        let said = verified.broken.map(|broken| broken.why).or(verified.differs).unwrap_or_default();
        for words in says {
            assert!(said.contains(words), "{case}: {words}: {said}");
        }
        assert!(!said.contains("--verify"), "{case}: it has just been done: {said}");
        if case.contains("the end deleted") || case.contains("all of the log") {
            let output = entrepot.run(&["adapter", "audit", "--verify", "--expect", &head]);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains("the end of the log was cut off"), "{case}: {said}");
        }
        restore_tables(&app, "whole", &TABLES).await;
        if !case.contains("a channel's row") {
            assert_eq!(
                reopen_compiling(&app).await.app.channels.verify_audit().await.expect(case).differs,
                None,
                "{case}"
            );
        }
    }
    // Whoever has no backup has done with it.
    let cases = &reopen_compiling(&app).await.app;
    let gone = cases.channels.verify_audit().await.expect("readable").differs.expect("the channel");
    let id = gone.split_whitespace().find(|word| word.starts_with("chn_")).expect("its id");
    cases.subscriptions.remove_channel(&app.host.tenant, id).await.expect("written down");
    assert_eq!(cases.channels.verify_audit().await.expect("readable").differs, None);
    // A host that runs knows how far the log went.
    execute(&app, "DELETE FROM audit_log WHERE seq = (SELECT MAX(a.seq) FROM audit_log a)").await;
    let broken = cases.channels.verify_audit().await.expect("readable").broken.expect("it is cut off").why;
    assert!(broken.contains("cut off its end"), "{broken}");
}

/// Everything as it was before a grant was revoked and a key no longer trusted, the log with it: a host that runs has seen more; for one
/// that is started it is a state like any other, and only the hash that somebody kept tells.
#[both_engines]
async fn a_whole_earlier_state_is_told_by_who_has_seen_more_or_kept_the_hash(app: App) {
    app.install().await;
    let (admission, key) = (app.host.app.services.admission(), SecretKey::generate("somebody").expect("a key"));
    admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    admission.active(ADAPTER).await.expect("in use");
    keep_tables(&app, "whole", &TABLES).await;
    admission.revoke(ADAPTER, "test").await.expect("revoked");
    admission.untrust(&key.public().id(), "test").await.expect("not trusted");
    let head = app.host.app.channels.verify_audit().await.expect("readable").head.expect("a hash");
    unlock_audit_log(&app).await;
    restore_tables(&app, "whole", &TABLES).await;
    assert!(admission.active(ADAPTER).await.is_err(), "this host has seen that it was revoked");
    assert!(admission.trusted_keys().await.is_err(), "and that the key is not trusted");
    assert!(app.host.app.channels.verify_audit().await.expect("readable").broken.is_some());
    let entrepot = Entrepot::new(app.environment.clone());
    assert_eq!(entrepot.json(&["adapter", "audit", "--verify"]).0, 0, "what docs/security.md calls a known limit");
    let output = entrepot.run(&["adapter", "audit", "--verify", "--expect", &head]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("the end of the log was cut off"), "{said}");
}
