//! A seller connects a shop on a page.

use axum::http::StatusCode;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::pages::Pages;
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn a_shop_is_connected_changed_and_removed(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 4 });
    let server = serve(&store);
    app.install().await;
    let pages = Pages::of(&app);
    assert!(pages.shown("/").await.holds("Connect your first shop"));
    let form = pages.shown("/channels/new").await.link("WooCommerce");
    let entrepot_test_support::woocommerce::Key { consumer_key: key, consumer_secret: secret } = store.key();
    let fields = |name: &'static str, secret| {
        [
            ("name", name),
            ("setting.store_url", server.base_url.as_str()),
            ("setting.price_rounding", "refuse"),
            ("secret.consumer_key", key.as_str()),
            ("secret.consumer_secret", secret),
            ("how", "keys"),
        ]
    };
    // What is missing is said at its field, and what was typed stays, but for secrets.
    let missing = pages.post(&form, &fields("berlin", "")).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.holds("id=\"secret.consumer_secret-problem\""), "{}", missing.html);
    assert!(missing.holds("value=\"berlin\"") && missing.holds(&server.base_url), "{}", missing.html);
    assert!(!missing.holds(&key), "no secret goes back to a browser");
    let refused = pages.post(&form, &fields("berlin", "cs_0000000000000000000000000000000000000000")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.holds("It was not saved"), "{}", refused.html);
    assert!(app.host.app.channels.channels(&app.host.tenant).await.expect("channels").is_empty(), "nothing was saved");

    let made = pages.post(&form, &fields("berlin", &secret)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    let channel = made.location().to_owned();
    assert!(pages.shown(&channel).await.holds("<h1>berlin</h1>"));
    let taken = pages.post(&form, &fields("berlin", &secret)).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.holds("id=\"name-problem\""), "{}", taken.html);

    // An empty field of a secret changes nothing.
    let settings = format!("{channel}/settings");
    let rounded = [("setting.store_url", server.base_url.as_str()), ("setting.price_rounding", "half-up")];
    let form = pages.shown(&settings).await;
    let seen =
        form.html.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split_once('"')).expect("a mark").0;
    assert_eq!(pages.post(&settings, &rounded).await.location(), channel);
    // The form of somebody who had it open all the while.
    let stale = [("seen", seen), ("setting.store_url", server.base_url.as_str()), ("setting.price_rounding", "refuse")];
    let stale = pages.post(&settings, &stale).await;
    assert!(
        stale.status == StatusCode::CONFLICT && stale.holds("<option value=\"half-up\" selected>half-up"),
        "{}",
        stale.html
    );
    assert!(pages.shown(&channel).await.holds("half-up"));
    let tested = pages.post(&format!("{channel}/test"), &[]).await;
    assert!(pages.shown(tested.location()).await.holds("The connection works"), "{}", tested.location());

    let wrong = pages.post(&format!("{channel}/remove"), &[("name", "Berlin")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.holds("not the channel"), "{}", wrong.html);
    assert_eq!(pages.post(&format!("{channel}/remove"), &[("name", "berlin")]).await.location(), "/channels");
    assert_eq!(pages.open(&channel).await.status, StatusCode::NOT_FOUND);
}
