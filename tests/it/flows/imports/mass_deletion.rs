//! Letting much vanish is bound to what was shown: so many products and no more.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_domain::run::RunState;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::call;
use entrepot_tests::{App, Operator, SHOP, both_engines};
use serde_json::{Value, json};

fn vanish(store: &Store, ids: &[u64]) {
    for id in ids {
        store.force_delete(*id);
    }
}

#[both_engines]
async fn held_back_deletions_are_shown_and_allowed_up_to_a_number(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let (ids, before) = (store.product_ids(), app.products().await);
    vanish(&store, &ids[..30]);
    let operator = Operator::of(&app);
    let nothing = operator.reads(&["import", SHOP, "--full", "--wait", "--allow-mass-deletion"]);
    assert!(nothing.0 == 1 && nothing.1.contains("no import of shop was held back"), "{}", nothing.1);

    let held = app.import().await;
    let why = held.failure.clone().unwrap_or_default();
    assert_eq!((held.state, held.deleted), (RunState::Incomplete, 0), "{held:?}");
    let advice =
        [format!("entrepot run {}", held.run), "entrepot import shop --full --allow-mass-deletion=30".to_owned()];
    assert!(advice.iter().all(|command| why.contains(command)), "{why}");
    let shown = held.held_back.expect("held back");
    assert_eq!((shown.gone, shown.sample.len()), (30, 20));
    let of = |gone: &entrepot_store::runs::Gone| {
        before.iter().find(|product| product.source_id == gone.source_id).map(|product| product.title.clone())
    };
    assert!(shown.sample.iter().all(|gone| gone.title.is_some() && gone.title == of(gone)), "{shown:?}");
    let (_, text) = operator.reads(&["run", &held.run]);
    let first = &shown.sample[0];
    assert!(
        text.contains("30 products would be deleted")
            && text.contains(&first.source_id)
            && text.contains("and 10 more"),
        "{text}"
    );
    let (_, _, document) = call(&app, "GET", &format!("/api/v1/runs/{}", held.run), Body::empty()).await;
    assert_eq!(
        (document["held_back"]["gone"].as_i64(), document["held_back"]["sample"][0]["source_id"].as_str()),
        (Some(30), Some(first.source_id.as_str())),
        "{document}"
    );
    let (_, doctor) = operator.reads(&["doctor"]);
    assert!(doctor.contains(&advice[0]) && doctor.contains(&advice[1]), "{doctor}");

    // The shop lost two more since the operator looked.
    vanish(&store, &ids[30..32]);
    let (code, again) = operator.reads(&["import", SHOP, "--full", "--wait", "--allow-mass-deletion"]);
    assert!(
        code == 1 && again.contains("more than the 30 that were allowed") && again.contains("--allow-mass-deletion=32"),
        "{again}"
    );
    assert_eq!(app.products().await.len(), before.len(), "nothing was deleted");
    let (code, sure) = operator.0.json(&["import", SHOP, "--full", "--wait", "--allow-mass-deletion"]);
    assert_eq!((code, sure["state"].as_str(), sure["deleted"].as_i64()), (0, Some("completed"), Some(32)), "{sure}");
    let (code, wrong) = operator.reads(&["import", SHOP, "--allow-mass-deletion=many"]);
    assert!(code == 2 && wrong.contains("--allow-mass-deletion=15"), "{wrong}");
}

#[both_engines]
async fn allowed_deletions_are_a_number_over_rest(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    vanish(&store, &store.product_ids()[..40]);
    let start = async |body: Value| {
        call(&app, "POST", &format!("/api/v1/channels/{SHOP}/runs"), Body::from(body.to_string())).await
    };
    let carry = async |body: Value| {
        let (status, _, started) = start(body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{started}");
        app.carry(&started["run"].as_str().expect("a run").into()).await
    };
    assert_eq!(carry(json!({"allow_mass_deletion": 39})).await.state, RunState::Incomplete);
    let (status, _, refused) = start(json!({"allow_mass_deletion": true})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let sure = carry(json!({"allow_mass_deletion": 40})).await;
    assert_eq!((sure.state, sure.deleted), (RunState::Completed, 40), "{sure:?}");
}
