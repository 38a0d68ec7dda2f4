//! The database is sealed with another key.

use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, Entrepot};

fn shop() -> Store {
    Store::generate(Seed { products: 400, variable_share: 0.0, seed: 41 })
}

/// A key that does not fit is found at start and says what to do; a lost key file is not silently replaced.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_wrong_master_key_is_named_at_start() {
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Sqlite).await;
    app.connect(&server.base_url, &store.key()).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let error = |entrepot: &Entrepot| {
        let output = entrepot.run(&["channel", "list"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let wrong = entrepot_vault::KeyRing::generate().to_text().to_string();
    let text = error(&entrepot.clone().with("ENTREPOT_MASTER_KEY", &wrong));
    assert!(text.contains("does not fit") && text.contains("ENTREPOT_MASTER_KEY"), "{text}");
    let text = error(&entrepot.clone().with("ENTREPOT_MASTER_KEY", "not a key"));
    assert!(text.contains("entrepot key new") && !text.contains("not a key"), "{text}");
    let text = error(&entrepot.with("ENTREPOT_MASTER_KEY", ""));
    assert!(text.contains("master.key") && text.contains("backup"), "{text}");
}
