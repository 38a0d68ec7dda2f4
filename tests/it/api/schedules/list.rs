//! `GET /channels/{channel}/schedules`

use entrepot_tests::rest::get;
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn a_channel_has_schedules_from_the_beginning(app: App) {
    let _shop = SmallShop::imported(&app).await;
    assert_body!("list", get(&app, "/api/v1/channels/shop/schedules").await);
}
