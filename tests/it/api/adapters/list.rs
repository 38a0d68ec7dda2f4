//! `GET /adapters`

use entrepot_tests::rest::get;
use entrepot_tests::{App, assert_body, both_engines};

#[both_engines]
async fn adapters_are_listed_with_their_state(app: App) {
    app.install().await;
    assert_body!("list", get(&app, "/api/v1/adapters").await);
}
