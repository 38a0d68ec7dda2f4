//! Rows without MACs, and master keys that are proven.

use entrepot_policy::Approval;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{execute, json};
use entrepot_tests::{App, Database, Entrepot, SHOP, both_engines};
use entrepot_vault::KeyRing;

const ADAPTER: &str = "woocommerce";
/// Past the triggers: whoever can write the database can drop them.
async fn without_log(app: &App) {
    if matches!(app.host.db.pools(), entrepot_store::Pools::Postgres(_)) {
        execute(app, "ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only").await;
        execute(app, "DELETE FROM audit_log").await;
        execute(app, "ALTER TABLE audit_log ENABLE TRIGGER audit_log_append_only").await;
        return;
    }
    execute(app, "DROP TRIGGER audit_log_no_delete").await;
    execute(app, "DELETE FROM audit_log").await;
}

/// Takes away all that a host has written to prove what it wrote.
async fn without_proofs(app: &App) {
    for table in ["adapters", "grants", "channels", "webhook_inboxes"] {
        execute(app, &format!("UPDATE {table} SET mac = NULL")).await;
    }
    for table in ["heads", "master_keys"] {
        execute(app, &format!("DELETE FROM {table}")).await;
    }
}

/// As if the database were of a host that knew no MACs: log, heads and proofs are gone, and so are, for that moment, the secrets.
#[both_engines]
async fn what_has_no_mac_is_authenticated_by_nobody(app: App) {
    app.install().await;
    let theirs = entrepot_artifact::SecretKey::generate("someone").expect("a key").public();
    let store = Store::generate(Seed { products: 1, variable_share: 0.0, seed: 1 });
    let shop = serve(&store);
    app.add(&shop.base_url, &store.key(), &[]).await.expect("added");
    let thief = serve(&store);
    without_log(&app).await;
    without_proofs(&app).await;
    execute(&app, "CREATE TABLE kept AS SELECT * FROM channel_secrets").await;
    execute(&app, "DELETE FROM channel_secrets").await;
    let led = json(&app, &format!("'{{\"store_url\": \"{}\", \"price_rounding\": \"refuse\"}}'", thief.base_url));
    execute(&app, &format!("UPDATE channels SET settings = {led}")).await;
    let key = format!(
        "INSERT INTO trusted_keys (publisher, key_id, public_key, trusted_by, trusted_at) VALUES ('someone', '{}', '{theirs}', 'x', 1)",
        theirs.id()
    );
    execute(&app, &key).await;

    let host = app.reopen().await;
    execute(&app, "INSERT INTO channel_secrets SELECT * FROM kept").await;
    let (cases, tenant) = (&host.app, &host.tenant);
    assert!(cases.services.admission().active(ADAPTER).await.is_err(), "nothing is taken for granted");
    assert!(cases.services.admission().trusted_keys().await.is_err(), "nobody is trusted");
    cases.channels.test_channel(tenant, SHOP).await.expect_err("nothing is sent where the database says");
    assert_eq!(thief.log().total(), 0);
    assert_eq!(
        cases.channels.verify_audit().await.expect("readable").entries,
        0,
        "nothing was written down as if it held"
    );
    let (code, found) = Entrepot::new(app.environment.clone()).json(&["doctor"]);
    assert_eq!(code, 1, "{found}");
}

#[both_engines]
async fn a_master_key_proves_itself(app: App) {
    app.install().await;
    let given = |key: &str| vec![("ENTREPOT_MASTER_KEY", key.to_owned())];
    let open = async |key: &str| {
        let options = given(key);
        let options: Vec<(&str, &str)> = options.iter().map(|(name, key)| (*name, key.as_str())).collect();
        app.reopen_with(&options, "/bin/false").await
    };
    let ours = app.environment.iter().find(|(name, _)| name == "ENTREPOT_MASTER_KEY").expect("a key").1.clone();
    let id = ours.split(':').next().expect("its id");
    let fresh = KeyRing::generate().to_text().to_string();
    let same_name = format!("{id}:{}", fresh.split(':').nth(1).expect("its bytes"));
    let why = |opened: anyhow::Result<_>| {
        opened.map(drop::<entrepot_server::host::Host>).expect_err("it does not open").to_string()
    };
    assert!(why(open(&same_name).await).contains("is not the one of that name"));
    let lost = why(open(&fresh).await);
    assert!(lost.contains(id) && lost.contains("entrepot key adopt"), "{lost}");
    // A new key in front of the old one.
    let rotated = open(&format!("{fresh},{ours}")).await.expect("opens");
    assert_eq!(
        rotated.app.services.admission().active(ADAPTER).await.map(|active| active.number).unwrap_or_default(),
        0,
        "not without a compiler"
    );
    open(&fresh).await.map(drop).expect("what proves the new one is there by now");
    // What proves a key is itself nothing that stops a host.
    for changed in ["UPDATE master_keys SET check_value = 'x'", "UPDATE master_keys SET key_id = 'another' || key_id"] {
        execute(&app, changed).await;
        open(&ours).await.map(drop).unwrap_or_else(|error| panic!("{changed}: {error:#}"));
    }
    execute(&app, "DELETE FROM master_keys").await;
    open(&ours).await.map(drop).expect("opens, and writes it anew");
    assert!(why(open(&same_name).await).contains("is not the one of that name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_master_key_was_lost_all_can_be_said_anew() {
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let fresh = KeyRing::generate().to_text().to_string();
    let entrepot = Entrepot::new(app.environment.clone()).with("ENTREPOT_MASTER_KEY", &fresh);
    let refused = entrepot.run(&["adapter", "list"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("entrepot key adopt"), "{refused:?}");
    assert_eq!(entrepot.json(&["key", "adopt"]).0, 0);
    let host = app
        .reopen_with(&[("ENTREPOT_MASTER_KEY", &fresh)], &entrepot_tests::entrepot_program().display().to_string())
        .await
        .expect("opens");
    let admission = host.app.services.admission();
    let refused = admission.active(ADAPTER).await.map(drop).expect_err("nobody can tell").to_string();
    assert!(refused.contains("which is not given here"), "{refused}");
    let refused = admission
        .approve(ADAPTER, Approval::default(), "test")
        .await
        .map(drop)
        .expect_err("nor what is installed")
        .to_string();
    assert!(refused.contains("entrepot adapter remove woocommerce@0.1.0"), "{refused}");
    admission.remove(ADAPTER, "0.1.0", "test").await.expect("removed");
    let bytes = std::fs::read(entrepot_tests::adapters_folder().join("woocommerce.wasm")).expect("the adapter");
    admission.install(bytes, "test").await.expect("installed anew");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("granted anew");
    admission.active(ADAPTER).await.map(drop).expect("in use again");
}
