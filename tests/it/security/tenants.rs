//! Requests of one tenant, and what belongs to another.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entrepot_tests::rest::{HOST, Web, get, operations};
use entrepot_tests::rows::{channel, other_tenant};
use entrepot_tests::{App, SHOP, SmallShop, both_engines};
use serde_json::{Value, json};

/// What every route is asked for that belongs to somebody else: the first of each list.
async fn belongings(app: &App) -> Vec<(&'static str, String)> {
    let first = async |path: &str, name: &str| {
        let page = get(app, path).await;
        let items = page["items"].as_array().or(page.as_array()).unwrap_or_else(|| panic!("{path}: {page}"));
        items.first().unwrap_or_else(|| panic!("{path} is empty"))[name].as_str().expect("an id").to_owned()
    };
    vec![
        ("{channel}", SHOP.to_owned()),
        ("{run}", first("/api/v1/runs", "run").await),
        ("{product}", first("/api/v1/products", "id").await),
        ("{batch}", first("/api/v1/link-batches", "batch").await),
        ("{operation}", first("/api/v1/operations", "operation").await),
        ("{id}", first("/api/v1/dead-letters", "id").await),
    ]
}

/// What is the host's, and people: these are asked for by each role in `accounts::routes`.
const NO_CATALOGUE: [&str; 9] =
    ["adapters", "api-keys", "audit", "auth", "me", "plan", "tenants", "trusted-keys", "users"];

/// Every documented route below one thing is asked for things of another tenant; lists have nothing of it.
#[both_engines]
async fn a_request_reaches_its_own_tenants_rows_alone(app: App) {
    let _shop = SmallShop::imported(&app).await;
    channel(&app, &app.host.tenant, "paris").await;
    app.host.app.links.propose_links(&app.host.tenant, SHOP, &[], "ann").await.expect("a batch");
    let (theirs, belongings) = (other_tenant(&app).await, belongings(&app).await);
    let web = Web::for_tenant(&app, &theirs).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    for operation in operations() {
        if operation.is_health()
            || NO_CATALOGUE.iter().any(|part| operation.path.starts_with(&format!("/api/v1/{part}")))
        {
            continue;
        }
        let path = belongings.iter().fold(operation.path.to_owned(), |path, (name, id)| path.replace(name, id));
        if path.contains("{kind}") || operation.media().is_some() && operation.method != Method::POST {
            continue;
        }
        let body = match (operation.media(), operation.path.rsplit('/').next()) {
            (None, _) => Body::empty(),
            (Some(_), Some("accept" | "reject")) => Body::from(json!({"min_confidence": 0}).to_string()),
            (Some(_), Some("link-batches")) => Body::from(json!({"channel": SHOP}).to_string()),
            (Some(_), Some("replay")) if operation.path.contains("dead-letters") => {
                Body::from(json!({"channel": SHOP}).to_string())
            }
            (Some(_), Some("replay" | "runs")) => Body::from("{}"),
            (Some(_), _) => continue,
        };
        let request = Request::builder().method(operation.method.clone()).uri(&path).header(header::HOST, HOST);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body).expect("a request");
        let answer = web.send(request).await;
        asked += 1;
        let nothing = match answer.json() {
            Value::Array(items) => items.is_empty(),
            page => page["items"].as_array().is_some_and(Vec::is_empty),
        };
        if !(answer.status == StatusCode::NOT_FOUND || answer.status == StatusCode::OK && nothing) {
            wrong.push(format!("{} {path}: {} {:?}", operation.method, answer.status, answer.body));
        }
    }
    assert!(asked > 25 && wrong.is_empty(), "{asked} asked:\n{}", wrong.join("\n"));
}
