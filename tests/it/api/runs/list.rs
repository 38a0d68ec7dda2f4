//! `GET /channels/{channel}/runs`

use entrepot_tests::rest::get;
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn runs_are_listed_the_newest_first(app: App) {
    let _shop = SmallShop::imported(&app).await;
    app.import().await;
    assert_body!("list", get(&app, "/api/v1/channels/shop/runs").await);
}
