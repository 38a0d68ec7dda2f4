//! What an operator is shown: the same everywhere, nothing that is not so, and commands that can be copied.

use entrepot_policy::{Approval, Narrowing};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::execute;
use entrepot_tests::{
    App, Database, Entrepot, Operator, SHOP, both_engines, edited, entrepot_program, version, with_version,
};
use serde_json::Value;

const ADAPTER: &str = "woocommerce";

#[both_engines]
async fn a_grant_that_was_changed_is_said_everywhere_and_once(app: App) {
    app.install().await;
    app.host.app.services.admission().install(version("0.2.0"), "test").await.expect("waits");
    let operator = Operator::of(&app);
    let (_, list) = operator.reads(&["adapter", "list"]);
    assert!(list.contains("in use") && list.contains("waits for approval"), "{list}");
    execute(&app, "UPDATE grants SET approved_by = 'nobody'").await;
    let (_, list) = operator.reads(&["adapter", "list"]);
    assert_eq!(list.matches("grant changed in the database").count(), 2, "{list}");
    let (_, inspected) = operator.reads(&["adapter", "inspect", ADAPTER]);
    assert!(inspected.contains("in use   nothing: the grant of woocommerce (generation 1) is not used"), "{inspected}");
    let (code, found) = operator.0.json(&["doctor"]);
    let of_adapters: Vec<&Value> =
        found["checks"].as_array().into_iter().flatten().filter(|check| check["what"] == "adapter").collect();
    assert_eq!((code, of_adapters.len(), of_adapters[0]["ok"].as_bool()), (1, 1, Some(false)), "{found}");
}

#[both_engines]
async fn an_adapter_that_nobody_needs_is_no_fault(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (admission, operator) = (app.host.app.services.admission(), Operator::of(&app));
    admission.revoke(ADAPTER, "test").await.expect("revoked");
    assert_eq!(operator.reads(&["doctor"]).0, 1, "a channel uses it");
    app.host.app.subscriptions.remove_channel(&app.host.tenant, SHOP).await.expect("removed");
    let (code, doctor) = operator.reads(&["doctor"]);
    assert!(code == 0 && doctor.contains("no channel uses it"), "{doctor}");
    admission.remove(ADAPTER, "0.1.0", "test").await.expect("removed");
    let (code, audit) = operator.reads(&["adapter", "audit", ADAPTER]);
    assert!(code == 0 && audit.contains("not installed any more") && audit.contains("revoke"), "{audit}");
    assert_eq!(operator.reads(&["adapter", "audit", "nobody"]).0, 1);
}

#[both_engines]
async fn commands_can_be_copied_and_nothing_is_done_in_silence(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (operator, key) = (Operator::of(&app), store.key());
    let (address, ck, cs) = (
        format!("store_url={}", server.base_url),
        format!("consumer_key={}", key.consumer_key),
        format!("consumer_secret={}", key.consumer_secret),
    );
    let (code, added) = operator.reads(&[
        "channel",
        "add",
        "--adapter",
        ADAPTER,
        "--name",
        "Rick's $(shop)",
        "--set",
        &address,
        "--secret",
        &ck,
        "--secret",
        &cs,
    ]);
    assert!(code == 0 && added.contains(r"entrepot import 'Rick'\''s $(shop)' --full"), "{added}");
    let (code, mixed) = operator.reads(&[
        "channel",
        "add",
        "--adapter",
        ADAPTER,
        "--name",
        "sh\u{43e}p",
        "--set",
        &address,
        "--secret",
        &ck,
        "--secret",
        &cs,
    ]);
    assert!(code == 1 && mixed.contains("\u{43e}(U+043E)"), "{mixed}");
    for (words, says) in [
        (vec!["channel", "set", SHOP], "nothing is given"),
        (vec!["dead-letters", "replay", "--id", "dl_nobody"], "there is no dead letter \"dl_nobody\""),
        (vec!["webhooks", "replay", SHOP, "--id", "dlv_nobody"], "there is no delivery \"dlv_nobody\""),
    ] {
        let (code, said) = operator.reads(&words);
        assert!(code == 1 && said.contains(says), "{words:?}: {said}");
    }
}

/// What nobody would look for in a manifest that was approved before.
#[both_engines]
async fn other_words_for_the_seller_wait_for_approval(app: App) {
    let admission = app.host.app.services.admission();
    let key = entrepot_artifact::SecretKey::generate("entrepot").expect("a key");
    admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    let signed = |number: &str, edit: &dyn Fn(&str) -> String| {
        let bytes = edited(ADAPTER, |text| edit(&with_version(text, number)));
        entrepot_artifact::sign(bytes, &key).expect("signed")
    };
    admission.install(signed("0.1.0", &str::to_owned), "test").await.expect("installs");
    admission
        .approve(ADAPTER, Approval { accept_narrower: true, ..Approval::default() }, "test")
        .await
        .expect("approved");
    let other = |text: &str| {
        let (before, after) = text.split_once("[secrets.consumer_secret]").expect("the secret");
        format!(
            "{before}[secrets.consumer_secret]{}",
            after.replacen("title = \"", "title = \"The password of your bank, not ", 1)
        )
    };
    let installed = admission.install(signed("0.2.0", &other), "test").await.expect("installs");
    assert!(!installed.approved, "it waits");
    let review = admission.review(ADAPTER).await.expect("a review");
    assert!(
        review.difference.wider[0].starts_with("sellers are asked for consumer_secret as \"The password of your bank"),
        "{review:?}"
    );
    assert_eq!(admission.active(ADAPTER).await.expect("in use").manifest.version, "0.1.0");
    let named = |text: &str| text.replacen("name = \"WooCommerce\"", "name = \"Your bank\"", 1);
    let installed = admission.install(signed("0.2.1", &named), "test").await.expect("installs");
    let review = admission.review(ADAPTER).await.expect("a review");
    assert!(
        !installed.approved && review.difference.wider == ["it calls itself \"Your bank\" instead of \"WooCommerce\""],
        "{review:?}"
    );
    let installed = admission.install(signed("0.3.0", &str::to_owned), "test").await.expect("installs");
    assert!(installed.approved, "the same words come into use by themselves");
}

#[both_engines]
async fn no_manifest_names_this_machine_unless_it_is_a_development_host(app: App) {
    let strict = app
        .reopen_with(&[("ENTREPOT_EGRESS_ALLOW_LOOPBACK", "0")], &entrepot_program().display().to_string())
        .await
        .expect("opens");
    let named = |number: &str, host: &str| {
        edited(ADAPTER, |text| {
            with_version(text, number).replacen("origin = \"{store_url}\"", &format!("origin = \"https://{host}\""), 1)
        })
    };
    for host in [
        "localhost",
        "x.localhost:8443",
        "127.0.0.1",
        "10.0.0.1",
        "[::1]",
        "metadata.google.internal",
        "10.0.0.1.nip.io",
        "x.lvh.me",
        "kubernetes.default.svc",
        "shop.service.consul",
        "fritz.box",
    ] {
        let refused =
            strict.app.services.admission().install(named("0.2.0", host), "test").await.expect_err(host).to_string();
        assert!(refused.contains("egress[0].origin") && refused.contains("no marketplace"), "{host}: {refused}");
    }
    let plain = edited(ADAPTER, |text| {
        with_version(text, "0.2.0").replacen("origin = \"{store_url}\"", "origin = \"http://api.etsy.com\"", 1)
    });
    let refused = strict.app.services.admission().install(plain, "test").await.expect_err("plain http").to_string();
    assert!(refused.contains("egress[0].origin") && refused.contains("plain http"), "{refused}");
    let admission = app.host.app.services.admission();
    admission.install(named("0.2.0", "x.lvh.me"), "test").await.expect("for development");
    let refused =
        strict.app.services.admission().approve(ADAPTER, &Narrowing::default(), "test").await.expect_err("later, too");
    assert!(refused.to_string().contains("no marketplace"), "{refused}");
    admission.approve(ADAPTER, &Narrowing::default(), "test").await.expect("for development");
}

#[both_engines]
async fn what_the_ceilings_cut_is_said_before_and_after(app: App) {
    let greedy = edited(ADAPTER, |text| text.replace("memory = \"256MiB\"", "memory = \"1000GiB\""));
    let file = app.folder.path().join("greedy.wasm");
    std::fs::write(&file, greedy).expect("written");
    let (file, operator) = (file.display().to_string(), Operator::of(&app));
    let cut = "memory of a call: 512MiB instead of 1000GiB";
    assert_eq!(operator.reads(&["adapter", "install", &file]).0, 0);
    let (_, inspected) = operator.reads(&["adapter", "inspect", ADAPTER]);
    assert!(inspected.contains(cut), "{inspected}");
    let (code, installed) = operator.reads(&["adapter", "install", &file, "--approve"]);
    assert!(code == 0 && installed.contains(cut), "{installed}");
    let (code, refused) = operator.reads(&["adapter", "approve", ADAPTER, "--limit", "memory=0B"]);
    assert!(code == 1 && refused.contains("memory is 0B") && refused.contains("at least 1MiB"), "{refused}");
}

/// After a lost master key nothing was changed by anybody.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_master_key_wrote_is_not_called_changed() {
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let fresh = entrepot_vault::KeyRing::generate().to_text().to_string();
    let operator = Operator(Entrepot::new(app.environment.clone()).with("ENTREPOT_MASTER_KEY", &fresh));
    assert_eq!(operator.reads(&["key", "adopt"]).0, 0);
    let (_, list) = operator.reads(&["adapter", "list"]);
    assert!(list.contains("of another master key") && !list.contains("changed"), "{list}");
}
