//! What holds for every page.

use axum::http::{StatusCode, header};
use entrepot_channels::NewChannel;
use entrepot_core::RequestContext;
use entrepot_domain::TenantId;
use entrepot_listings::{ListingChange, NewListing, Which};
use entrepot_stock::Adjustment;
use entrepot_store::search::ProductQuery;
use entrepot_test_support::woocommerce::{Product, Seed, Store, serve};
use entrepot_tests::pages::{Page, Pages};
use entrepot_tests::{App, both_engines, secrets_of};
use serde_json::json;

const HOSTILE: &str = r#"<script>alert(1)</script>"><img src=x onerror=alert(2)> مرحبا"#;

/// Every page about what a shop with a hostile product, and one that nobody can import, has.
async fn all(app: &App, pages: &Pages) -> Vec<String> {
    let product = pages.shown("/products").await.link("onerror");
    let run = pages.shown("/runs").await.link("everything");
    let letter = pages.shown("/dead-letters").await.link("item");
    let channel = app.host.app.channels.channels(&app.host.tenant).await.expect("channels").remove(0).id;
    let listing = pages.shown("/listings").await.link("onerror");
    let (outlet, _) = listed(app).await;
    let id = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let drafting = app.host.app.listings.start_drafting(&context(app), OUTLET, vec![id(&product)]).await;
    let of_listings = ["", "/edit", "/category"].map(|rest| format!("{listing}{rest}"));
    let selling = ["rule", "adoption", "remove"].map(|rest| format!("/channels/{outlet}/{rest}"));
    let plans = [
        format!("/listings/plan?action=publish&id={}", id(&listing)),
        format!("/listings/new?product={}&on={outlet}", id(&product)),
        format!("/listings/jobs/{}", drafting.expect("begun").id),
    ];
    let fixed = [
        "/listings",
        "/listings?show=stuck",
        "/stock",
        "/stock/item?sku=COUNTED",
        "/listings/plan?action=end&all=yes",
        "/listings/new?all=yes",
        "/",
        "/channels",
        "/channels?show=problems",
        "/channels/new",
        "/channels/new/woocommerce",
        "/products",
        "/runs",
        "/dead-letters",
        "/dead-letters/replay",
        "/links",
        "/adapters",
        "/adapters/woocommerce",
        "/adapters/woocommerce/approve",
        "/audit",
        "/members",
        "/api-keys",
        "/me",
        "/tenants",
        "/plan",
        "/host",
        "/host/plans",
        "/host/tenants",
        "/host/users",
    ];
    let of_channel = ["", "/settings", "/remove", "/deliveries"].map(|rest| format!("/channels/{channel}{rest}"));
    let more = of_channel.into_iter().chain(of_listings).chain(selling).chain(plans);
    fixed.map(str::to_owned).into_iter().chain(more).chain([product, run, letter]).collect()
}

const OUTLET: &str = "outlet";

fn context(app: &App) -> RequestContext {
    RequestContext::new(app.host.tenant.clone(), "test")
}

/// The hostile product as it is to stand on another channel: id of the channel, and of the listing.
async fn listed(app: &App) -> (String, String) {
    let cases = &app.host.app;
    let outlet = cases.channels.channel(&app.host.tenant, OUTLET).await.expect("a channel").id;
    let which = Which { channel: OUTLET.into(), ..Which::default() };
    let known = cases.listings.list(&app.host.tenant, which, "", 1).await.expect("listings").pop();
    (outlet, known.expect("a listing").id)
}

/// A second shop, in which what is hostile is to be sold.
async fn selling(app: &App) -> entrepot_test_support::server::Server {
    let store = Store::empty();
    let server = serve(&store);
    let new = NewChannel {
        adapter: "woocommerce".into(),
        name: OUTLET.into(),
        settings: [("store_url".to_owned(), server.base_url.clone().into())].into_iter().collect(),
        secrets: secrets_of(&store.key()),
        untested: false,
    };
    app.host.app.channels.add_channel(&app.host.tenant, new).await.expect("a channel");
    let scoped = app.host.db.tenant(&app.host.tenant);
    let query = ProductQuery { words: "onerror", limit: 1, ..ProductQuery::default() };
    let product = scoped.search_products(&query).await.expect("found").remove(0).id;
    let set = json!({ "title": HOSTILE, "description": HOSTILE, "brand": HOSTILE, "tags": [HOSTILE] });
    let change = ListingChange { set: Some(set), category: Some(Some(HOSTILE.into())), ..ListingChange::default() };
    let new = NewListing { channel: OUTLET.into(), product, change };
    app.host.app.listings.create(&context(app), new).await.expect("a listing");
    entrepot_tests::stock::counted_here(app, &app.host.tenant).await;
    let (sku, location, reason) = ("COUNTED".into(), "BER".into(), HOSTILE.into());
    let moved = Adjustment { sku, location, by: 1, reason, key: None };
    app.host.app.stock.adjust(&context(app), &moved).await.expect("moved");
    server
}

async fn odd_shop(app: &App) -> entrepot_test_support::server::Server {
    let store = Store::generate(Seed { products: 2, variable_share: 0.5, seed: 3 });
    store.insert(Product::simple(HOSTILE).priced("1.00"));
    store.insert(Product::simple("").priced("1.00"));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    server
}

fn policy(page: &Page) -> &str {
    page.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[both_engines]
async fn every_page_is_whole_and_runs_nothing_foreign(app: App) {
    let _servers = (odd_shop(&app).await, selling(&app).await);
    let pages = Pages::of(&app);
    for path in all(&app, &pages).await {
        let page = pages.shown(&path).await;
        assert!(policy(&page).contains("script-src 'self'") && !policy(&page).contains("unsafe"), "{path}");
        assert_eq!(page.html.matches("<h1").count(), 1, "{path}");
        assert!(page.html.contains("</html>") && page.html.contains("<html lang=\"en\""), "{path}");
        // As text it may stand there; as an element or an attribute of ours it may not.
        assert!(!page.holds("<script>alert") && !page.holds("<img src=x"), "{path}: {}", page.html);
        assert!(!page.holds(" style=\"") && !page.holds(" onclick="), "{path}");
        assert!(page.html.len() < 100_000, "{path}: {} bytes", page.html.len());
    }
}

#[both_engines]
async fn nobody_sees_another_tenants_goods(app: App) {
    let _servers = (odd_shop(&app).await, selling(&app).await);
    let paths = all(&app, &Pages::of(&app)).await;
    let other = app.host.app.accounts.add_tenant("stranger", "test").await.expect("a tenant");
    let stranger = Pages::for_tenant(&app, &TenantId::from(other.id.as_str())).await;
    for path in paths.iter().filter(|path| path.contains("_01")) {
        assert_eq!(stranger.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/products", "/listings", "/runs", "/dead-letters", "/channels", "/"] {
        let page = stranger.shown(path).await;
        assert!(!page.holds("onerror") && !page.holds("/channels/chn_"), "{path}: {}", page.html);
    }
    let channel = paths.iter().find(|path| path.ends_with("/remove")).expect("a channel").clone();
    let removed = stranger.post(&channel, &[("name", "shop")]).await;
    assert_eq!(removed.status, StatusCode::NOT_FOUND);
}

#[both_engines]
async fn what_is_not_there_is_said_to_browsers_and_to_programs(app: App) {
    let pages = Pages::of(&app);
    for path in ["/nowhere", "/products/prd_nobody", "/runs/run_nobody", "/channels/nobody", "/adapters/nobody"] {
        let page = pages.open(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.holds("<h1>Not found</h1>"), "{path}: {}", page.html);
    }
    let program = axum::http::Request::get("/nowhere").header(header::HOST, entrepot_tests::rest::HOST);
    let answer = pages.ask(program.body(axum::body::Body::empty()).expect("a request")).await;
    assert!(answer.status == StatusCode::NOT_FOUND && answer.holds("urn:entrepot:not-found"), "{}", answer.html);
}

/// Style and script are kept by browsers, and their names change with them.
#[both_engines]
async fn assets_are_kept_for_ever(app: App) {
    let pages = Pages::of(&app);
    let start = pages.shown("/").await;
    for mark in ["/assets/app-", "/assets/icon-"] {
        let at = start.html.find(mark).expect("an asset");
        let path: String = start.html[at..].chars().take_while(|c| *c != '"').collect();
        let asset = pages.shown(&path).await;
        assert!(asset.headers[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"), "{path}");
        assert_eq!(asset.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    assert_eq!(pages.open("/assets/app-000000000000.css").await.status, StatusCode::NOT_FOUND);
}

#[both_engines]
async fn the_chosen_colours_stay(app: App) {
    let pages = Pages::of(&app);
    assert!(pages.shown("/").await.holds("data-theme=\"auto\""));
    let chosen = pages.post("/theme", &[("theme", "dark"), ("here", "/runs?channel=x")]).await;
    assert_eq!((chosen.status, chosen.location()), (StatusCode::SEE_OTHER, "/runs?channel=x"));
    assert!(chosen.headers[header::SET_COOKIE].to_str().expect("text").starts_with("theme=dark;"));
    let elsewhere = pages.post("/theme", &[("theme", "dark"), ("here", "//evil.example/")]).await;
    assert_eq!(elsewhere.location(), "/");
}
