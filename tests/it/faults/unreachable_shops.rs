//! Shops that this host does not connect to: whoever asks is told which setting opens the way.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::woocommerce::{Seed, Store};
use entrepot_tests::{App, Entrepot, Marketplace, SHOP, both_engines};

/// What the import's reason, the test of the channel, and the command say.
async fn said(app: &App) -> [String; 3] {
    let started =
        app.host.app.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await;
    let run = app.carry(&started.expect("it begins").run).await;
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    let test =
        app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect_err("it does not work").to_string();
    let output = Entrepot::new(app.environment.clone()).run(&["channel", "test", SHOP]);
    [run.failure.unwrap_or_default(), test, String::from_utf8_lossy(&output.stderr).into_owned()]
}

#[both_engines]
async fn a_certificate_of_an_authority_that_nobody_named(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let app = app.with(&[("ENTREPOT_EGRESS_CA_FILE", ""), ("ENTREPOT_IMPORT_ATTEMPTS", "1")]).await;
    for why in said(&app).await {
        assert!(why.contains("certificate") && why.contains("ENTREPOT_EGRESS_CA_FILE"), "{why}");
    }
}

#[both_engines]
async fn an_address_of_this_machine(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let app = app.with(&[("ENTREPOT_EGRESS_ALLOW_LOOPBACK", "0"), ("ENTREPOT_IMPORT_ATTEMPTS", "1")]).await;
    for why in said(&app).await {
        assert!(why.contains("127.0.0.1") && why.contains("ENTREPOT_EGRESS_ALLOW_LOOPBACK"), "{why}");
    }
}
