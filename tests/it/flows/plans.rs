//! Plans: what a tenant may have is held where it is made, and nothing that is here is taken away.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_catalog::StartOptions;
use entrepot_core::plans::{BillingOutcome, BillingRefusal};
use entrepot_domain::plan::Limit;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_domain::{Secret, TenantId};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::{HOST, Web, call, get, send};
use entrepot_tests::{App, Operator, SHOP, both_engines};
use entrepot_web::ClientLimits;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "whsec_a-word-of-the-test";

async fn plan(app: &App, limits: &[(Limit, Option<i64>)]) {
    app.host.app.plans.set("small", limits).await.expect("set");
    app.host.app.plans.assign(&app.host.tenant, "small").await.expect("assigned");
}

fn shop(products: usize) -> Store {
    Store::generate(Seed { products, variable_share: 0.0, seed: 13 })
}

#[both_engines]
async fn a_channel_more_than_the_plan_has_is_refused(app: App) {
    let store = shop(2);
    let server = serve(&store);
    app.install().await;
    plan(&app, &[(Limit::Channels, Some(1))]).await;
    app.add(&server.base_url, &store.key(), &[]).await.expect("there is room");
    let key = store.key();
    let body = json!({"adapter": "woocommerce", "name": "second", "settings": {"store_url": server.base_url},
        "secrets": {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}});
    let asked = server.log().total();
    let (status, _, refused) = call(&app, "POST", "/api/v1/channels", Body::from(body.to_string())).await;
    assert_eq!((status, refused["type"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("urn:entrepot:plan-limit")));
    let detail = refused["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("the plan small has room for 1 channels, and there are 1"), "{detail}");
    assert_eq!(server.log().total(), asked, "the shop is not asked for nothing");
    let shown = get(&app, "/api/v1/plan").await;
    assert_eq!((shown["plan"].as_str(), shown["limits"]["channels"].as_i64()), (Some("small"), Some(1)), "{shown}");
    assert_eq!((shown["limits"]["skus"].is_null(), shown["used"]["channels"].as_i64()), (true, Some(1)), "{shown}");
    // What is over a new limit stays, and a channel that is removed makes room.
    plan(&app, &[(Limit::Channels, Some(0))]).await;
    app.host.app.channels.test_channel(&app.host.tenant, SHOP).await.expect("it works");
    plan(&app, &[(Limit::Channels, Some(1))]).await;
    app.host.app.channels.remove(&app.host.tenant, SHOP).await.expect("removed");
    let (status, _, added) = call(&app, "POST", "/api/v1/channels", Body::from(body.to_string())).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
}

#[both_engines]
async fn an_import_beyond_the_plan_is_incomplete_and_nothing_is_lost(app: App) {
    let store = shop(60);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    plan(&app, &[(Limit::Skus, Some(25))]).await;
    let report = app.import().await;
    assert_eq!(report.state, RunState::Incomplete, "{report:?}");
    let why = report.failure.clone().unwrap_or_default();
    assert!(why.contains("the plan small has room for 25 SKUs") && why.contains("plan-limit"), "{why}");
    let before = app.products().await;
    assert_eq!(get(&app, "/api/v1/plan").await["used"]["skus"], 25);
    let left_out = app.dead_letters().await.iter().filter(|letter| letter.code == "plan-limit").count();
    assert!(left_out > 20 && report.fetched == 60, "{left_out} of {report:?}");
    assert!(app.host.db.tenant(&app.host.tenant).count_skus().await.expect("counts") == 25);

    // Again: the same are here, and what is here is brought up to date.
    let again = app.import().await;
    assert_eq!((again.state, again.created, again.deleted), (RunState::Incomplete, 0, 0), "{again:?}");
    assert_eq!(app.products().await.len(), before.len());
    let delta = app.import_with(RunScope::ChangedSince(0), StartOptions::default()).await;
    assert_eq!(delta.state, RunState::Completed, "{delta:?}");

    // A lower limit takes nothing away.
    plan(&app, &[(Limit::Skus, Some(3))]).await;
    assert_eq!(app.import().await.state, RunState::Incomplete);
    assert_eq!(app.products().await.len(), before.len());
    // Replaying finds no room either, and then it does.
    assert_eq!(app.replay().await.mended, 0);
    plan(&app, &[(Limit::Skus, Some(27))]).await;
    assert_eq!(app.replay().await.mended, 2);
    plan(&app, &[(Limit::Skus, None)]).await;
    let whole = app.import().await;
    assert_eq!(whole.state, RunState::Completed, "{whole:?}");
    assert!(app.dead_letters().await.iter().all(|letter| letter.code != "plan-limit"));
    app.assert_whole(60).await;
}

#[both_engines]
async fn requests_a_minute_are_the_plans_too(app: App) {
    plan(&app, &[(Limit::RequestsPerMinute, Some(2))]).await;
    let clients = ClientLimits { requests_per_minute: 100, ..ClientLimits::default() };
    let web = Web::with(&app, &app.host.tenant, Vec::new(), clients).await;
    let ask = || Request::get("/api/v1/plan").header(header::HOST, HOST).body(Body::empty()).expect("a request");
    for left in [1, 0] {
        let answer = web.send(ask()).await;
        let header = answer.headers.get("ratelimit").and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(answer.status == StatusCode::OK && header.contains(&format!("\"plan\";r={left}")), "{header}");
    }
    let refused = web.send(ask()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.json());
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
}

#[both_engines]
async fn plans_are_listed_made_and_changed(app: App) {
    let operator = Operator::of(&app);
    assert!(operator.does(&["plan", "list"]).contains("this tenant has default: 0 of any channels"));
    assert!(
        operator
            .does(&["plan", "set", "pro", "channels=5", "skus=1000"])
            .contains("channels=5 skus=1000 requests_per_minute=none")
    );
    assert!(operator.does(&["plan", "set", "pro", "skus=none", "users=3"]).contains("channels=5 skus=none"));
    for wrong in [["plan", "set", "pro", "shoes=5"], ["plan", "set", "pro", "skus=-1"], ["plan", "set", "pro", "skus"]]
    {
        assert_eq!(operator.reads(&wrong).0, 2, "{wrong:?}");
    }
    operator.hears(&["plan", "assign", "ten_default", "none"], "there is no plan");
    operator.hears(&["plan", "assign", "ten_nobody", "pro"], "there is no tenant");
    operator.does(&["plan", "assign", app.host.tenant.as_str(), "pro"]);
    assert_eq!(get(&app, "/api/v1/plan").await["plan"], "pro");
    let (status, _, set) = call(&app, "PUT", "/api/v1/plans/pro", Body::from(json!({"users": null}).to_string())).await;
    assert_eq!(
        (status, set["limits"]["users"].is_null(), set["limits"]["channels"].as_i64()),
        (StatusCode::OK, true, Some(5)),
        "{set}"
    );
    let (status, ..) = call(&app, "PUT", "/api/v1/plans/a%20b", Body::from("{}")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let assign = |plan: &str| Body::from(json!({"plan": plan}).to_string());
    let at = format!("/api/v1/tenants/{}/plan", app.host.tenant);
    assert_eq!(call(&app, "PUT", &at, assign("default")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(call(&app, "PUT", &at, assign("nothing")).await.0, StatusCode::NOT_FOUND);
    let plans = get(&app, "/api/v1/plans").await;
    assert_eq!(plans.as_array().map(Vec::len), Some(2), "{plans}");
}

fn event(id: &str, kind: &str, created: i64, subscription: &str, status: &str, key: &str) -> Vec<u8> {
    json!({"id": id, "object": "event", "type": format!("customer.subscription.{kind}"), "created": created, "livemode": false,
        "data": {"object": {"id": subscription, "object": "subscription", "customer": "cus_1", "status": status,
        "metadata": {"tenant_id": "ten_default"}, "items": {"object": "list", "data": [{"id": "si_1",
        "price": {"id": "price_1", "lookup_key": key, "unit_amount": 4900}}]}}}})
    .to_string()
    .into_bytes()
}

fn signature(app: &App, body: &[u8]) -> String {
    let at = (app.clock().now() / 1_000).to_string();
    let mut mac = <Hmac<Sha256>>::new_from_slice(SECRET.as_bytes()).expect("a key");
    for part in [at.as_bytes(), b".", body] {
        mac.update(part);
    }
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

async fn told(app: &App, body: &[u8]) -> Result<BillingOutcome, BillingRefusal> {
    app.host.app.plans.receive_billing(&Secret::new(SECRET), &signature(app, body), body).await
}

async fn has(app: &App) -> String {
    app.host.app.plans.plan_of(&TenantId::from("ten_default")).await.expect("a plan").plan
}

#[both_engines]
async fn a_billing_system_sets_plans_once_and_in_order(app: App) {
    for name in ["pro", "max"] {
        app.host.app.plans.set(name, &[]).await.expect("set");
    }
    let created = event("evt_1", "created", 100, "sub_1", "active", "pro");
    assert_eq!(told(&app, &created).await.expect("taken"), BillingOutcome::Applied);
    assert_eq!(has(&app).await, "pro");
    let updated = event("evt_3", "updated", 300, "sub_1", "active", "max");
    assert_eq!(told(&app, &updated).await.expect("taken"), BillingOutcome::Applied);
    assert_eq!(told(&app, &created).await.expect("taken"), BillingOutcome::Known, "once");
    let late = event("evt_2", "updated", 200, "sub_1", "active", "pro");
    assert_eq!(told(&app, &late).await.expect("taken"), BillingOutcome::Late);
    assert_eq!(has(&app).await, "max");
    // The one before it ends, and by then another one counts.
    let other = event("evt_4", "deleted", 400, "sub_0", "canceled", "pro");
    assert_eq!(told(&app, &other).await.expect("taken"), BillingOutcome::Late);
    let unpaid = event("evt_5", "updated", 500, "sub_1", "past_due", "max");
    assert_eq!(told(&app, &unpaid).await.expect("taken"), BillingOutcome::Applied, "it is asked for again");
    assert_eq!(has(&app).await, "max");
    let begun = event("evt_6", "created", 550, "sub_2", "incomplete", "pro");
    assert_eq!(told(&app, &begun).await.expect("taken"), BillingOutcome::Ignored, "nothing is paid yet");
    let ended = event("evt_7", "deleted", 600, "sub_1", "canceled", "max");
    assert_eq!(told(&app, &ended).await.expect("taken"), BillingOutcome::Applied);
    assert_eq!(has(&app).await, "default");
    let same_second = event("evt_8", "updated", 600, "sub_1", "active", "max");
    assert_eq!(told(&app, &same_second).await.expect("taken"), BillingOutcome::Late);
    assert_eq!(has(&app).await, "default");

    let unknown = event("evt_9", "created", 700, "sub_3", "active", "gold");
    assert!(matches!(told(&app, &unknown).await, Err(BillingRefusal::NoPlan(name)) if name == "gold"));
    app.host.app.plans.set("gold", &[]).await.expect("set");
    assert_eq!(told(&app, &unknown).await.expect("it comes again"), BillingOutcome::Applied);
    assert_eq!(has(&app).await, "gold");
    let of_nobody = json!({"id": "evt_10", "type": "customer.subscription.created", "created": 800, "data": {"object":
        {"id": "sub_9", "customer": "cus_9", "status": "active", "items": {"data": []}}}});
    let refused = told(&app, of_nobody.to_string().as_bytes()).await;
    assert!(matches!(refused, Err(BillingRefusal::NoTenant(customer)) if customer == "cus_9"));
    let invoice = json!({"id": "evt_11", "type": "invoice.paid", "created": 900, "data": {"object": {}}}).to_string();
    assert_eq!(told(&app, invoice.as_bytes()).await.expect("taken"), BillingOutcome::Ignored);
}

async fn post(app: &App, signature: &str, body: Vec<u8>) -> (StatusCode, Value) {
    let request = Request::post("/hooks/billing").header(header::HOST, HOST).header("stripe-signature", signature);
    let answer = send(app, request.body(Body::from(body)).expect("a request")).await;
    (answer.status, answer.json())
}

#[both_engines]
async fn only_what_is_signed_is_taken(app: App) {
    app.host.app.plans.set("pro", &[]).await.expect("set");
    let body = event("evt_1", "created", 100, "sub_1", "active", "pro");
    let signed = signature(&app, &body);
    assert_eq!(post(&app, &signed, body.clone()).await.0, StatusCode::UNAUTHORIZED, "nobody gave a secret");
    let app = app.with(&[("ENTREPOT_BILLING_SECRET", SECRET)]).await;
    for forged in ["", "t=1,v1=00", &signed.replace("v1=", "v0=")] {
        assert_eq!(post(&app, forged, body.clone()).await.0, StatusCode::UNAUTHORIZED, "{forged}");
    }
    let other = event("evt_1", "created", 100, "sub_1", "active", "max");
    assert_eq!(post(&app, &signed, other).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(has(&app).await, "default");
    assert_eq!(post(&app, &signed, body.clone()).await.0, StatusCode::OK);
    assert_eq!(has(&app).await, "pro");
    assert_eq!(post(&app, &signed, body.clone()).await.0, StatusCode::OK, "it may come again");
    app.clock().advance(6 * 60_000);
    assert_eq!(post(&app, &signed, body).await.0, StatusCode::UNAUTHORIZED, "too old");
    let (status, why) = post(&app, &signature(&app, b"no json"), b"no json".to_vec()).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY
            && why["detail"].as_str().is_some_and(|why| why.contains("cannot be read"))
    );
}

/// The last bill of the one before fails weeks after it was replaced.
#[both_engines]
async fn an_older_subscription_does_not_come_back_and_a_customer_pays_for_one_tenant(app: App) {
    for name in ["pro", "max"] {
        app.host.app.plans.set(name, &[]).await.expect("set");
    }
    let with = |id: &str, at: i64, subscription: &str, key: &str, change: &dyn Fn(&mut Value)| {
        let mut event: Value =
            serde_json::from_slice(&event(id, "updated", at, subscription, "active", key)).expect("JSON");
        change(&mut event["data"]["object"]);
        event.to_string().into_bytes()
    };
    let of = |began: i64| move |object: &mut Value| object["created"] = json!(began);
    assert_eq!(told(&app, &with("evt_1", 100, "sub_1", "pro", &of(90))).await.expect("taken"), BillingOutcome::Applied);
    assert_eq!(
        told(&app, &with("evt_2", 200, "sub_2", "max", &of(190))).await.expect("taken"),
        BillingOutcome::Applied
    );
    assert_eq!(told(&app, &with("evt_3", 300, "sub_1", "pro", &of(90))).await.expect("taken"), BillingOutcome::Late);
    assert_eq!(has(&app).await, "max");
    let other = app.host.app.accounts.add_tenant("paris", "test").await.expect("a tenant");
    let claimed = with("evt_4", 400, "sub_3", "pro", &|object| object["metadata"]["tenant_id"] = json!(other.id));
    let refused = told(&app, &claimed).await.expect_err("the customer pays for another");
    assert!(matches!(&refused, BillingRefusal::CustomerTaken(customer) if customer == "cus_1"), "{refused}");
}
