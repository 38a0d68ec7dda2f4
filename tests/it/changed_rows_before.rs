//! A database from before rows had MACs, and master keys that are proven.

use entrepot_domain::grants::Approval;
use entrepot_tests::{App, Database, Entrepot, on_both, postgres_url};
use entrepot_vault::KeyRing;

use super::changed_rows::{bytes, execute, json};

const ADAPTER: &str = "woocommerce";
/// 32 bytes of 7.
const KEY: &str = "k1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// "ck_of_old", sealed under it as the first version of the host sealed: for the secret consumer_key of chn_old.
const OLD: &str = "01026b3103030303030303030303030325ffa1005e2d584572494957e75af103fd2df2fca080826737c79daafff85ea748abab199ef453bb01dd9b0b25f5ebc804040404040404040404040407ec91e74f0afef1ae77edc85dd846702cd6e54ad632aa24b3";

/// The log of a host that knew no MACs says less of an approval; here it is taken away whole.
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

/// Takes away what the first host did not write.
async fn as_before(app: &App) {
    for table in ["adapters", "grants", "channels", "webhook_inboxes"] {
        execute(app, &format!("UPDATE {table} SET mac = NULL")).await;
    }
    for table in ["heads", "master_keys"] {
        execute(app, &format!("DELETE FROM {table}")).await;
    }
}

async fn a_database_from_before_is_sealed_once(database: Database) {
    let app = App::start_with(database, &[("ENTREPOT_MASTER_KEY", KEY)]).await;
    app.install().await;
    let ours = entrepot_artifact::SecretKey::generate("someone").expect("a key");
    app.host.sync.admission().trust(&ours.public().to_string(), "test").await.expect("trusted");
    let settings = json(&app, "'{\"store_url\": \"https://shop.example\", \"price_rounding\": \"refuse\"}'");
    execute(
        &app,
        &format!(
            "INSERT INTO channels (tenant_id, id, adapter_id, name, settings, created_at) \
        VALUES ('ten_default', 'chn_old', '{ADAPTER}', 'old', {settings}, 1)"
        ),
    )
    .await;
    execute(
        &app,
        &format!(
            "INSERT INTO channel_secrets (tenant_id, channel_id, name, sealed, updated_at) \
        VALUES ('ten_default', 'chn_old', 'consumer_key', {}, 1)",
            bytes(&app, OLD)
        ),
    )
    .await;
    as_before(&app).await;
    without_log(&app).await;

    let host = app.reopen().await;
    let (sync, tenant) = (&host.sync, &host.tenant);
    assert_eq!(sync.admission().active(ADAPTER).await.expect("still in use").number, 1);
    assert_eq!(sync.admission().trusted_keys().await.expect("still believed").len(), 1);
    let channel = sync.channel(tenant, "old").await.expect("the channel");
    sync.check_channel(tenant, &channel).await.expect("as it was found");
    assert!(sync.damaged_secrets(tenant, &channel).await.expect("read").is_empty());
    let sealed = host.db.tenant(tenant).sealed_secrets(&channel.id.as_str().into()).await.expect("secrets");
    assert!(KeyRing::is_current(&sealed[0].1), "nobody can make that of an older one");
    let verified = sync.verify_audit().await.expect("readable");
    assert_eq!((verified.broken, verified.differs), (None, None));
    let entry = host.db.audit_page(verified.entries - 1).await.expect("the last one").remove(0);
    assert_eq!(entry.action, "seal");
    for what in ["https://shop.example", "chn_old", "\"generation\":1", &ours.public().id()] {
        assert!(entry.details.contains(what), "{what}: {}", entry.details);
    }

    // Once. Whoever makes it look like that again has the secrets against them.
    let led = json(&app, "'{\"store_url\": \"https://evil.example\", \"price_rounding\": \"refuse\"}'");
    execute(&app, &format!("UPDATE channels SET settings = {led}")).await;
    as_before(&app).await;
    let host = app.reopen().await;
    assert!(host.sync.admission().active(ADAPTER).await.is_err(), "nothing is taken for granted");
    // Nor with the secrets out of the way for that moment.
    execute(&app, "DELETE FROM channel_secrets").await;
    as_before(&app).await;
    let host = app.reopen().await;
    assert!(host.sync.admission().active(ADAPTER).await.is_err(), "the log tells of it");
    let channel = host.sync.channel(tenant, "old").await.expect("the channel");
    assert!(host.sync.check_channel(tenant, &channel).await.is_err());
    assert_eq!(host.sync.verify_audit().await.expect("readable").entries, verified.entries, "nothing was sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_on_sqlite() {
    a_database_from_before_is_sealed_once(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_on_postgres() {
    if postgres_url().is_some() {
        a_database_from_before_is_sealed_once(Database::Postgres).await;
    }
}

on_both! {
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
        let why = |opened: anyhow::Result<_>| opened.map(drop::<entrepot_server::host::Host>).expect_err("it does not open").to_string();
        assert!(why(open(&same_name).await).contains("is not the one of that name"));
        let lost = why(open(&fresh).await);
        assert!(lost.contains(id) && lost.contains("entrepot key adopt"), "{lost}");
        // A new key in front of the old one.
        let rotated = open(&format!("{fresh},{ours}")).await.expect("opens");
        assert_eq!(rotated.sync.admission().active(ADAPTER).await.map(|active| active.number).unwrap_or_default(), 0, "not without a compiler");
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
    let admission = host.sync.admission();
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
