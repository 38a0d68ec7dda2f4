//! Every route of the document: what it needs, and what it shows to those of another tenant.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entrepot_domain::account::{HostRole, Scope, TenantRole};
use entrepot_tests::people::{Person, person};
use entrepot_tests::rest::{HOST, Operation, Web, operations};
use entrepot_tests::{App, SHOP, SmallShop, both_engines};
use serde_json::{Value, json};

/// Those that whoever comes to sign in has to reach.
const OPEN: [&str; 8] =
    ["accept", "confirm-email", "refresh", "register", "reset", "reset/confirm", "sign-in", "verify"];

fn api() -> impl Iterator<Item = Operation> {
    operations().into_iter().filter(|operation| !operation.is_health())
}

fn is_open(operation: &Operation) -> bool {
    OPEN.iter().any(|name| operation.path == format!("/api/v1/auth/{name}"))
}

fn scope(operation: &Operation) -> Option<Scope> {
    let security = operation.security();
    let scope = |scheme: &str| security.iter().find_map(|one| one[scheme][0].as_str());
    assert_eq!(scope("bearer"), scope("cookie"), "{}", operation.path);
    scope("bearer").map(|scope| scope.parse().unwrap_or_else(|why| panic!("{}: {why}", operation.path)))
}

#[test]
fn every_route_says_what_it_needs() {
    let all: Vec<Operation> = api().collect();
    assert!(all.len() > 75, "{}", all.len());
    for operation in &all {
        let what = format!("{} {}", operation.method, operation.path);
        assert_eq!(scope(operation).is_none(), is_open(operation), "{what}");
        if let Some(scope) = scope(operation) {
            let reads = scope.as_str().ends_with(":read");
            assert!(!reads || operation.method == Method::GET, "{what} changes something with {scope}");
        }
    }
}

#[both_engines]
async fn nobody_gets_in_without_showing_something(app: App) {
    let web = Web::anonymous(&app);
    for operation in api().filter(|operation| !is_open(operation)) {
        let mut request =
            Request::builder().method(operation.method.clone()).uri(operation.address("x")).header(header::HOST, HOST);
        if let Some(media) = operation.media() {
            request = request.header(header::CONTENT_TYPE, media);
        }
        let answer = web.send(request.body(Body::from("{}")).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}", operation.method, operation.path);
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
        assert_eq!(answer.problem().as_deref(), Some("urn:entrepot:unauthenticated"));
    }
    for open in ["/api/v1/openapi.json", "/healthz", "/readyz"] {
        let request = Request::get(open).header(header::HOST, HOST).body(Body::empty()).expect("a request");
        assert_eq!(web.send(request).await.status, StatusCode::OK, "{open}");
    }
}

/// What belongs to the default tenant, by the name of the parameter that it is for.
async fn belongings(app: &App, web: &Web) -> Vec<(&'static str, String)> {
    let owner = person(app, web, "owner@example.com", None, Some(("default", TenantRole::Owner))).await;
    let first = async |path: &str, name: &str| {
        let page = owner.get(web, &format!("/api/v1{path}")).await.json();
        let items = page["items"].as_array().or(page.as_array()).unwrap_or_else(|| panic!("{path}: {page}"));
        items.first().unwrap_or_else(|| panic!("{path} is empty"))[name].as_str().expect("an id").to_owned()
    };
    let key = owner.ask(web, "POST", "/api/v1/api-keys", json!({"name": "k", "scopes": ["catalog:read"]})).await;
    assert_eq!(key.status, StatusCode::CREATED, "{}", key.json());
    vec![
        ("{listing}", first("/listings", "id").await),
        ("{channel}", first("/channels", "id").await),
        ("{run}", first("/runs", "run").await),
        ("{product}", first("/products", "id").await),
        ("{batch}", first("/link-batches", "batch").await),
        ("{operation}", first("/operations", "operation").await),
        ("{id}", first("/dead-letters", "id").await),
        ("{key}", first("/api-keys", "id").await),
        ("{session}", first("/me/sessions", "id").await),
        ("{user}", owner.signed_in["user"].as_str().expect("an id").to_owned()),
        ("{kind}", "full".to_owned()),
        ("{setting}", "store_url".to_owned()),
        ("{sku}", first("/stock", "sku").await),
        ("{location}", first("/locations", "code").await),
    ]
}

/// A body that would do, where one is needed.
fn body(operation: &Operation, channel: &str) -> Value {
    let last = operation.path.rsplit('/').next().unwrap_or_default();
    match (operation.media().is_some(), last) {
        (false, _) => Value::Null,
        (_, "accept" | "reject") => json!({"min_confidence": 0}),
        (_, "link-batches") => json!({"channel": channel}),
        (_, "replay") if operation.path.contains("dead-letters") => json!({"channel": channel}),
        (_, "{user}") => json!({"role": "viewer"}),
        (_, "{kind}") => json!({"enabled": false}),
        (_, "listings") => json!({"product": "prd_1"}),
        (_, "ends") => json!({"allow": 1}),
        (_, "conflicts") => json!({"field": "title", "decision": "ours"}),
        (_, "{sku}") => json!({"kind": "simple"}),
        (_, "{location}") if operation.method == Method::PUT => json!({"on_hand": 1, "reason": "counted"}),
        (_, "adjustments") => json!({"location": "BER", "by": 1, "reason": "found"}),
        _ => json!({}),
    }
}

/// Those with an id of the tenant's in their path, or in their body.
fn names_a_thing(operation: &Operation) -> bool {
    let of_the_host =
        ["/adapters", "/tenants", "/users"].iter().any(|part| operation.path.starts_with(&format!("/api/v1{part}")));
    !of_the_host
        && (operation.path.contains('{')
            || matches!(operation.path, "/api/v1/link-batches" | "/api/v1/dead-letters/replay")
                && operation.method == Method::POST)
}

/// Each role of another tenant, and of the host, with ids of a tenant they are not of: there is no such thing, or they may not at all.
#[both_engines]
async fn ids_of_another_tenant_lead_nowhere_for_anybody(app: App) {
    let shop = SmallShop::imported(&app).await;
    let tenant = &app.host.tenant;
    let paris = entrepot_tests::rows::channel(&app, tenant, "paris").await;
    entrepot_tests::rows::listing(&app, tenant, &paris).await;
    app.host.app.links.propose_links(tenant, SHOP, &[], "ann").await.expect("a batch");
    entrepot_tests::stock::counted_here(&app, tenant).await;
    let web = Web::anonymous(&app);
    let belongings = belongings(&app, &web).await;
    app.host.app.accounts.add_tenant("other", "test").await.expect("a tenant");
    let mut people: Vec<(String, Person, Option<TenantRole>)> = Vec::new();
    for role in TenantRole::ALL {
        let email = format!("{role}@other.example");
        people.push((role.to_string(), person(&app, &web, &email, None, Some(("other", *role))).await, Some(*role)));
    }
    for role in HostRole::ALL {
        people.push((
            role.to_string(),
            person(&app, &web, &format!("{role}@host.example"), Some(*role), None).await,
            None,
        ));
    }
    let before = (app.products().await.len(), app.host.db.audit_page(0).await.expect("the log").len());
    let (mut asked, mut wrong) = (0, Vec::new());
    // Plans and publishers' keys are the host's.
    let of_a_tenant = |operation: &Operation| {
        !["/api/v1/plans/", "/api/v1/trusted-keys/"].iter().any(|of| operation.path.starts_with(of))
    };
    for operation in api().filter(names_a_thing).filter(of_a_tenant) {
        let path = belongings.iter().fold(operation.path.to_owned(), |path, (name, id)| path.replace(name, id));
        for (name, person, role) in &people {
            let method = operation.method.as_str();
            let answer = person.ask(&web, method, &path, body(&operation, shop.channel.as_str())).await;
            let may = role.is_some_and(|role| scope(&operation).is_some_and(|scope| role.scopes().contains(&scope)));
            // One's own sessions are everybody's business.
            let expected = if may || operation.path.starts_with("/api/v1/me/") {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::FORBIDDEN
            };
            asked += 1;
            if answer.status != expected {
                wrong.push(format!("{name}: {method} {path}: {} {}", answer.status, answer.json()));
            }
        }
    }
    assert!(asked > 150 && wrong.is_empty(), "{asked} asked:\n{}", wrong.join("\n"));
    for (name, person, role) in people.iter().filter(|(.., role)| role.is_some()) {
        for list in ["/channels", "/runs", "/products", "/dead-letters", "/link-batches", "/operations"] {
            let page = person.get(&web, &format!("/api/v1{list}")).await.json();
            let empty = page["items"].as_array().or(page.as_array()).is_some_and(Vec::is_empty);
            assert!(empty, "{name} {role:?} {list}: {page}");
        }
    }
    let after = (app.products().await.len(), app.host.db.audit_page(0).await.expect("the log").len());
    assert_eq!(before, after, "nothing was changed");
}
