//! `GET /channels`

use entrepot_tests::rest::get;
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn channels_are_listed_without_their_secrets(app: App) {
    let _shop = SmallShop::imported(&app).await;
    assert_body!("list", get(&app, "/api/v1/channels").await);
}
