//! Entries with numbers that no entry can have are nobody's: they are named, and keep nobody from acting.

use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, Operator, both_engines};

async fn inserted(app: &App, seq: i64) {
    let copy = format!(
        "INSERT INTO audit_log (seq, at, actor, action, adapter_id, details, key_id, hash, channel_id) SELECT {seq}, at, actor, 'revoke', \
         adapter_id, details, key_id, hash, channel_id FROM audit_log WHERE seq = 1"
    );
    execute(app, &copy).await;
}

#[both_engines]
async fn the_last_number_keeps_nobody_from_revoking(app: App) {
    let store = Store::generate(Seed { products: 1, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    inserted(&app, i64::MAX).await;
    let operator = Operator::of(&app);
    let (code, said) = operator.reads(&["channel", "test", "shop"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = operator.reads(&["adapter", "audit", "--verify"]);
    assert!(code != 0 && said.contains("somebody inserted it"), "{said}");
    inserted(&app, i64::MAX - 1).await;
    let (code, said) = operator.reads(&["adapter", "revoke", "woocommerce"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = operator.reads(&["channel", "remove", "shop"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = operator.reads(&["adapter", "audit", "--verify"]);
    assert!(code != 0, "{said}");
}

#[both_engines]
async fn numbers_below_the_first_are_named_and_not_listed(app: App) {
    let store = Store::generate(Seed { products: 1, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    for seq in [0, -1, i64::MIN] {
        inserted(&app, seq).await;
        let operator = Operator::of(&app);
        let (code, said) = operator.reads(&["adapter", "audit", "--verify"]);
        assert!(code != 0 && said.contains(&format!("{seq}")) && said.contains("somebody inserted it"), "{said}");
        let (_, listed) = operator.reads(&["adapter", "audit", "woocommerce"]);
        assert!(!listed.contains("revoke"), "{listed}");
    }
}
