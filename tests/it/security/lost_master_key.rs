//! After the master key was lost: whoever does what each message says has everything working again.

use entrepot_artifact::{SecretKey, sign};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{bytes, execute};
use entrepot_tests::{App, Entrepot, Marketplace, Operator, SHOP, both_engines, version};
use entrepot_vault::KeyRing;

const ADAPTER: &str = "woocommerce";

#[both_engines]
async fn what_each_message_says_leads_back_to_work(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 81 });
    let server = serve(&store);
    let publisher = SecretKey::generate("entrepot").expect("a key");
    let (key, shop) = (publisher.public().to_string(), store.key());
    let file = app.folder.path().join("signed.wasm");
    std::fs::write(&file, sign(version("0.1.0"), &publisher).expect("signed")).expect("written");
    let file = file.display().to_string();
    let before = Operator(Entrepot::new(app.environment.clone()));
    before.does(&["adapter", "trust", &key]);
    before.does(&["adapter", "install", &file, "--approve"]);
    app.add(&server.base_url, &shop, &[]).await.expect("a channel");
    let entries = app.host.app.channels.verify_audit().await.expect("readable").entries;
    assert!(before.does(&["key", "adopt"]).contains("nothing was changed"), "it fits");
    assert_eq!(app.host.app.channels.verify_audit().await.expect("readable").entries, entries);

    let fresh = KeyRing::generate().to_text().to_string();
    let after = Operator(Entrepot::new(app.environment.clone()).with("ENTREPOT_MASTER_KEY", &fresh));
    after.hears(&["doctor"], "entrepot key adopt");
    after.does(&["key", "adopt"]);
    assert!(after.does(&["key", "adopt"]).contains("nothing was changed"), "once");
    let doctor = after.hears(&["doctor"], "of woocommerce");
    for advice in [
        "entrepot adapter trust KEY",
        "entrepot adapter remove woocommerce@0.1.0",
        "entrepot channel set shop says which",
    ] {
        assert!(doctor.contains(advice), "{advice}: {doctor}");
    }
    after.hears(&["adapter", "approve", ADAPTER], "entrepot adapter remove woocommerce@0.1.0");
    after.hears(&["adapter", "inspect", ADAPTER], "entrepot adapter remove woocommerce@0.1.0");
    after.does(&["adapter", "remove", "woocommerce@0.1.0"]);
    after.hears(&["adapter", "install", &file, "--approve"], "entrepot adapter trust KEY");
    after.does(&["adapter", "trust", &key]);
    after.does(&["adapter", "install", &file, "--approve"]);

    after.hears(&["channel", "test", SHOP], "entrepot channel set shop says which");
    let said = after.hears(&["channel", "set", SHOP], "entrepot channel set shop --set");
    let (_, command) = said.split_once("entrepot channel set shop ").expect("a command");
    let (command, _) = command.split_once(';').expect("its end");
    let value = |name: &str| match name {
        "store_url" => server.base_url.clone(),
        "consumer_key" => shop.consumer_key.clone(),
        "consumer_secret" => shop.consumer_secret.clone(),
        _ => String::new(),
    };
    let words: Vec<String> = command
        .split(' ')
        .map(|word| match word.strip_suffix("=…") {
            Some(name) => format!("{name}={}", value(name)),
            None => word.to_owned(),
        })
        .collect();
    let words: Vec<&str> = ["channel", "set", SHOP].into_iter().chain(words.iter().map(String::as_str)).collect();
    after.does(&words);
    after.does(&["channel", "test", SHOP]);
    after.does(&["import", SHOP, "--full", "--wait"]);
    after.does(&["adapter", "audit", "--verify"]);
    let (code, doctor) = after.reads(&["doctor"]);
    assert_eq!(code, 0, "{doctor}");
}

/// A channel's tokens come by its seller's browser, which a channel that does not fit is not sent to: settings and the client's
/// secrets come first.
#[both_engines]
async fn settings_can_be_said_while_tokens_do_not_open(app: App) {
    let store = entrepot_test_support::etsy::Store::from_seed(&entrepot_test_support::seed::catalogue(
        entrepot_test_support::seed::Seed { products: 2, variable_share: 0.0, seed: 3 },
    ));
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    execute(
        &app,
        &format!(
            "UPDATE channel_secrets SET sealed = {} WHERE name IN ('access_token', 'refresh_token')",
            bytes(&app, "01")
        ),
    )
    .await;
    execute(&app, "UPDATE channels SET mac = NULL").await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let row = app.host.db.tenant(tenant).channel(SHOP).await.expect("answers").expect("the shop");
    let generation = cases.services.admission().active("etsy").await.expect("in use");
    let all = generation.manifest.settings.keys();
    let all = all.map(|name| (name.clone(), row.settings.0.get(name).cloned().unwrap_or_else(|| "".into()))).collect();
    let secrets = shop.secrets(|name| !name.ends_with("_token"));
    cases.channels.set_channel(tenant, SHOP, all, secrets).await.expect("said anew");
    let refused = cases.channels.test_channel(tenant, SHOP).await.expect_err("no token").to_string();
    assert!(refused.contains("entrepot channel reconnect shop"), "{refused}");
}

#[both_engines]
async fn a_list_of_trusted_keys_is_given_up_knowingly(app: App) {
    app.install().await;
    let operator = Operator(Entrepot::new(app.environment.clone()));
    let key = SecretKey::generate("entrepot").expect("a key").public().to_string();
    operator.does(&["adapter", "trust", &key]);
    execute(&app, "UPDATE trusted_keys SET publisher = 'another'").await;
    operator.hears(&["adapter", "trust"], "entrepot adapter untrust --all");
    operator.hears(&["adapter", "untrust", "0000"], "entrepot adapter untrust --all");
    assert!(operator.does(&["adapter", "untrust", "--all"]).contains("1 was given up"));
    assert!(operator.does(&["adapter", "trust"]).contains("no key is trusted"));
    operator.does(&["adapter", "audit", "--verify"]);
    let log = app.host.db.audit_page(0).await.expect("the log");
    let last = log.last().expect("an entry");
    assert!(last.action == "untrust" && last.details.contains("the row of the key"), "{last:?}");
    operator.does(&["adapter", "trust", &key]);
    operator.does(&["adapter", "audit", "--verify"]);
    let words = [vec!["adapter", "untrust"], vec!["adapter", "untrust", "0000", "--all"]];
    assert!(words.iter().all(|words| operator.reads(words).0 == 2), "one of the two has to be said");
}
