//! The day of everybody who works with a host, over HTTP.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::people::{PASSWORD, Person, ask, enter, link_token, person, token_in};
use entrepot_tests::rest::{HOST, Web};
use entrepot_tests::{App, SHOP, SmallShop, adapters_folder, both_engines};
use serde_json::{Value, json};

async fn upload(web: &Web, who: &Person) -> StatusCode {
    let wasm = std::fs::read(adapters_folder().join("woocommerce.wasm")).expect("the adapter");
    let request = Request::post("/api/v1/adapters").header(header::HOST, HOST);
    let request = request.header(header::CONTENT_TYPE, "application/wasm");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", who.access));
    web.send(request.body(Body::from(wasm)).expect("a request")).await.status
}

async fn status(web: &Web, who: &Person, method: &str, path: &str, body: Value) -> u16 {
    who.ask(web, method, &format!("/api/v1{path}"), body).await.status.as_u16()
}

/// From the first operator's link to a seller's first import.
#[both_engines]
async fn an_operator_an_owner_and_a_seller(app: App) {
    let web = Web::anonymous(&app);
    // The first operator comes by a link that a command printed, to a page with a form.
    let new = entrepot_accounts::NewUser {
        email: "boss@example.com",
        name: None,
        host_role: Some(HostRole::Operator),
        tenant: None,
        password: None,
        handing: entrepot_accounts::Handing::Shown,
        by: "test",
    };
    let link = app.host.app.accounts.add_user(new).await.expect("an account").link.expect("a link");
    let token = token_in(link.expose(), "reset").expect("a token");
    let page = Request::get(format!("/account/reset?token={token}")).header(header::HOST, HOST).body(Body::empty());
    let page = web.send(page.expect("a request")).await;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    assert!(
        page.status == StatusCode::OK
            && html.contains("<form method=\"post\" class=\"form\">")
            && !html.contains("<script>"),
        "{html}"
    );
    let post = async |password: &str| {
        let form = format!("token={token}&password={}", password.replace(' ', "+"));
        let request =
            Request::post("/account/reset").header(header::HOST, HOST).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form));
        web.send(request.expect("a request")).await
    };
    assert_eq!(post("short").await.status, StatusCode::UNPROCESSABLE_ENTITY, "and the form comes again");
    assert_eq!(post(PASSWORD).await.status, StatusCode::OK);
    assert_eq!(post(PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    let boss = enter(&web, "boss@example.com").await;
    assert_eq!(upload(&web, &boss).await, StatusCode::CREATED);
    assert_eq!(status(&web, &boss, "POST", "/adapters/woocommerce/approve", Value::Null).await, 200);
    assert_eq!(status(&web, &boss, "POST", "/tenants", json!({"name": "berlin"})).await, 201);
    assert_eq!(status(&web, &boss, "POST", "/tenants", json!({"name": "berlin"})).await, 409);
    let owner = json!({"email": "ann@example.com", "tenant": "berlin", "as": "owner"});
    let added = boss.ask(&web, "POST", "/api/v1/users", owner).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json());
    assert!(!added.json().to_string().contains("token"), "the link is for her mailbox alone: {}", added.json());
    let token = link_token(&app, "ann@example.com", "reset").await;
    let body = json!({"token": token, "password": PASSWORD});
    assert_eq!(ask(&web, None, "POST", "/api/v1/auth/reset/confirm", body).await.status, StatusCode::NO_CONTENT);
    let ann = enter(&web, "ann@example.com").await;
    assert_eq!(
        status(&web, &ann, "POST", "/members", json!({"email": "bob@example.com", "role": "seller"})).await,
        201
    );
    let token = link_token(&app, "bob@example.com", "invite").await;
    let body = json!({"token": token, "name": "Bob", "password": PASSWORD});
    assert_eq!(ask(&web, None, "POST", "/api/v1/auth/accept", body).await.status, StatusCode::NO_CONTENT);
    let bob = enter(&web, "bob@example.com").await;
    sells(&app, &web, &bob).await;
    // The owner sees it, the operator does not.
    assert_eq!(ann.get(&web, "/api/v1/channels").await.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(boss.get(&web, "/api/v1/channels").await.status, StatusCode::FORBIDDEN);
    visits(&app, &web, &boss).await;
    for (method, path) in [("DELETE", "/adapters/woocommerce/versions/1.0.0"), ("POST", "/adapters/woocommerce/revoke")]
    {
        assert_eq!(status(&web, &ann, method, path, Value::Null).await, 403, "an owner is no operator");
    }
}

/// Connects a shop and imports it.
async fn sells(app: &App, web: &Web, bob: &Person) {
    let store = Store::generate(Seed { products: 12, variable_share: 0.0, seed: 7 });
    let (server, key) = (serve(&store), store.key());
    let channel = json!({
        "adapter": "woocommerce", "name": SHOP, "settings": {"store_url": server.base_url},
        "secrets": {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret},
    });
    let added = bob.ask(web, "POST", "/api/v1/channels", channel).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.json());
    let started = bob.ask(web, "POST", &format!("/api/v1/channels/{SHOP}/runs"), Value::Null).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.json());
    let (tenant, run) = (bob.signed_in["tenant"].as_str().expect("berlin"), started.json()["run"].clone());
    let run = entrepot_domain::RunId::from(run.as_str().expect("an id"));
    while let entrepot_queue::Outcome::Later(_) =
        app.host.app.imports.advance(&tenant.into(), &run).await.expect("the run goes on")
    {}
    let products = bob.get(web, "/api/v1/products?limit=200").await.json();
    assert_eq!(products["items"].as_array().map(Vec::len), Some(12), "{products}");
    // A seller looks after shops, and after nobody else.
    for (method, path, body) in [
        ("GET", "/members", Value::Null),
        ("POST", "/members", json!({"email": "eve@example.com", "role": "owner"})),
        ("GET", "/api-keys", Value::Null),
        ("POST", "/api-keys", json!({"name": "x", "scopes": ["catalog:read"]})),
        ("GET", "/users", Value::Null),
        ("GET", "/tenants", Value::Null),
        ("GET", "/audit/verification", Value::Null),
        ("POST", "/adapters/woocommerce/approve", Value::Null),
    ] {
        let answer = bob.ask(web, method, &format!("/api/v1{path}"), body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.json());
        let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
        assert!(detail.contains("needs the scope") && detail.contains("which these roles have"), "{detail}");
    }
}

/// An operator enters a tenant with a reason, and the log says so.
async fn visits(app: &App, web: &Web, boss: &Person) {
    let enter = async |body: Value| boss.ask(web, "POST", "/api/v1/auth/tenant", body).await;
    assert_eq!(enter(json!({"tenant": "berlin"})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(enter(json!({"tenant": "nowhere", "reason": "x"})).await.status, StatusCode::NOT_FOUND);
    let entered = enter(json!({"tenant": "berlin", "reason": "ticket 4711: an import stands still"})).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.json());
    let me = boss.get(web, "/api/v1/me").await.json();
    assert_eq!((me["visiting"].as_bool(), me["role"].as_str()), (Some(true), None), "{me}");
    assert_eq!(boss.get(web, "/api/v1/channels").await.json()["items"].as_array().map(Vec::len), Some(1));
    let invite = json!({"email": "boss2@example.com", "role": "owner"});
    assert_eq!(status(web, boss, "POST", "/members", invite).await, 403, "a visitor changes no members");
    let log = app.host.db.audit_page(0).await.expect("the log");
    let entry = log.iter().find(|entry| entry.details.contains("ticket 4711")).expect("an entry");
    assert_eq!((entry.action.as_str(), entry.actor.as_str()), ("account", me["user"].as_str().expect("an id")));
    let verified = app.host.app.services.admission().verify_audit().await.expect("the log is followed");
    assert!(verified.broken.is_none() && verified.differs.is_none(), "{verified:?}");
    // Another session of the same person is where it was.
    let other = entrepot_tests::people::enter(web, "boss@example.com").await;
    assert_eq!(other.get(web, "/api/v1/channels").await.status, StatusCode::FORBIDDEN);
}

#[both_engines]
async fn a_reviewer_reads_all_of_adapters_and_nothing_of_sellers(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let web = Web::anonymous(&app);
    let eva = person(&app, &web, "eva@example.com", Some(HostRole::Reviewer), None).await;
    for path in [
        "/adapters",
        "/adapters/woocommerce",
        "/adapters/woocommerce/review",
        "/adapters/woocommerce/audit",
        "/audit/verification",
        "/adapters/woocommerce/usage",
    ] {
        assert_eq!(status(&web, &eva, "GET", path, Value::Null).await, 200, "{path}");
    }
    for path in [
        "/channels",
        "/products",
        "/runs",
        "/dead-letters",
        "/link-batches",
        "/operations",
        "/members",
        "/users",
        "/tenants",
        "/api-keys",
    ] {
        assert_eq!(status(&web, &eva, "GET", path, Value::Null).await, 403, "{path}");
    }
    for path in ["approve", "revoke", "rollback", "promote"] {
        assert_eq!(status(&web, &eva, "POST", &format!("/adapters/woocommerce/{path}"), Value::Null).await, 403);
    }
    let entering = json!({"tenant": "default", "reason": "curiosity"});
    assert_eq!(status(&web, &eva, "POST", "/auth/tenant", entering).await, 404);
}

#[both_engines]
async fn a_viewer_reads_and_changes_nothing(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let web = Web::anonymous(&app);
    let vic = person(&app, &web, "vic@example.com", None, Some(("default", TenantRole::Viewer))).await;
    for path in
        ["/channels", "/products", "/runs", "/dead-letters", "/operations", "/adapters", "/channels/shop/schedules"]
    {
        assert_eq!(status(&web, &vic, "GET", path, Value::Null).await, 200, "{path}");
    }
    for (method, path) in [
        ("POST", "/channels/shop/runs"),
        ("POST", "/channels/shop/test"),
        ("DELETE", "/channels/shop"),
        ("POST", "/dead-letters/replay"),
        ("PATCH", "/channels/shop/schedules/full"),
        ("POST", "/links"),
        ("POST", "/adapters/woocommerce/revoke"),
    ] {
        assert_eq!(status(&web, &vic, method, path, Value::Null).await, 403, "{method} {path}");
    }
    assert_eq!(app.products().await.len(), 2);
}
