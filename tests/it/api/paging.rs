//! Cursors of lists.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::call;
use entrepot_tests::{App, Operator, SHOP, both_engines};

fn store() -> Store {
    Store::generate(Seed { products: 6, variable_share: 0.0, seed: 3 })
}

async fn second(app: &App, address: &str, store: &Store) {
    let key = store.key();
    let (address, ck, cs) = (
        format!("store_url={address}"),
        format!("consumer_key={}", key.consumer_key),
        format!("consumer_secret={}", key.consumer_secret),
    );
    let words = [
        "channel",
        "add",
        "--adapter",
        "woocommerce",
        "--name",
        "paris",
        "--set",
        &address,
        "--secret",
        &ck,
        "--secret",
        &cs,
    ];
    let (code, said) = Operator::of(app).reads(&words);
    assert_eq!(code, 0, "{said}");
}

#[both_engines]
async fn a_cursor_of_another_list_leads_nowhere(app: App) {
    let store = store();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    second(&app, &server.base_url, &store).await;
    app.import().await;
    app.import().await;
    let get = async |path: String| {
        let (status, _, page) = call(&app, "GET", &path, Body::empty()).await;
        (status, page)
    };
    for list in
        ["channels/CHANNEL/runs?limit=1", "products?channel=CHANNEL&limit=1", "channels/CHANNEL/schedules?limit=1"]
    {
        let (status, page) = get(format!("/api/v1/{}", list.replace("CHANNEL", SHOP))).await;
        let next = page["next"].as_str().expect("more").to_owned();
        assert_eq!(status, StatusCode::OK);
        let own = get(format!("/api/v1/{}&cursor={next}", list.replace("CHANNEL", SHOP))).await;
        assert_eq!((own.0, own.1["items"].as_array().map(Vec::len)), (StatusCode::OK, Some(1)), "{list}: {own:?}");
        assert_ne!(own.1["items"][0], page["items"][0], "{list}: it goes on");
        let other = get(format!("/api/v1/{}&cursor={next}", list.replace("CHANNEL", "paris"))).await;
        assert!(
            other.0 == StatusCode::BAD_REQUEST
                && other.1["detail"].as_str().is_some_and(|why| why.contains("this very list")),
            "{list}: {other:?}"
        );
    }
}

#[both_engines]
async fn the_log_of_an_adapter_is_read_to_its_beginning(app: App) {
    app.install().await;
    let whole = app.host.db.audit_of("woocommerce", 100).await.expect("the log");
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let path = format!("/api/v1/adapters/woocommerce/audit?limit=1&cursor={cursor}");
        let (status, _, page) = call(&app, "GET", &path, Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        seen.extend(page["items"].as_array().expect("entries").iter().filter_map(|entry| entry["seq"].as_i64()));
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    assert_eq!(seen, whole.iter().map(|entry| entry.seq).collect::<Vec<_>>());
    assert!(seen.len() > 1, "{seen:?}");
    for wrong in ["nobody~3", "woocommerce~x", "3"] {
        let path = format!("/api/v1/adapters/woocommerce/audit?cursor={wrong}");
        assert_eq!(call(&app, "GET", &path, Body::empty()).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

/// Short lists are paged like long ones.
#[both_engines]
async fn channels_and_adapters_come_page_by_page(app: App) {
    let store = store();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    second(&app, &server.base_url, &store).await;
    let get = async |path: String| call(&app, "GET", &path, Body::empty()).await;
    let (_, _, first) = get("/api/v1/channels?limit=1".to_owned()).await;
    let next = first["next"].as_str().expect("more").to_owned();
    let (_, _, last) = get(format!("/api/v1/channels?limit=1&cursor={next}")).await;
    assert_eq!((last["items"].as_array().map(Vec::len), last["next"].is_null()), (Some(1), true), "{last}");
    assert_ne!(first["items"][0]["id"], last["items"][0]["id"]);
    let (_, _, adapters) = get("/api/v1/adapters?limit=1".to_owned()).await;
    assert_eq!((adapters["items"][0]["adapter"].as_str(), adapters["next"].is_null()), (Some("woocommerce"), true));
    for strange in ["/api/v1/channels?cursor=run_1", "/api/v1/adapters?cursor=woocommerce@0.1.0"] {
        assert_eq!(get(strange.to_owned()).await.0, StatusCode::BAD_REQUEST, "{strange}");
    }
}
