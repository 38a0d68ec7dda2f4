//! Adapters of earlier days: built against a released interface and nothing else, they are installed and import as they always did.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use entrepot_catalog::StartOptions;
use entrepot_channels::NewChannel;
use entrepot_domain::catalog::{
    Attribute, Collection, Dimensions, Inventory, Issue, LengthUnit, Level, Media, MediaKind, OptionAxis, Product,
    ProductStatus, Sale, Seo, Variant, Weight, WeightUnit,
};
use entrepot_domain::run::{RunScope, RunState};
use entrepot_domain::{Money, Secret};
use entrepot_policy::Approval;
use entrepot_tests::{App, SHOP, adapters_folder, blank, both_engines, version};
use serde_json::{Map, Value, json};

#[both_engines]
async fn an_adapter_of_0_1_0_is_installed_and_imports(app: App) {
    let shop = Shop::open().await;
    install(&app, "golden-0-1-0").await;
    let account = connect(&app, "golden-0-1-0", &shop).await;
    assert_eq!(account["name"], "Golden shop", "{account}");
    assert_eq!((&account["currency"], &account["warnings"]), (&json!("EUR"), &json!(["a warning"])), "{account}");

    // Three on two pages and two that are listed only; of these five, one could not be read, and one has no price.
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    assert_eq!((run.fetched, run.created, run.dead_letters), (5, 3, 2), "{run:?}");
    assert_eq!(app.products().await, [expected("1", "Boots"), expected("2", "Shoes"), expected("4", "Listed")]);
    let mut reasons: Vec<(String, String)> =
        app.dead_letters().await.into_iter().map(|letter| (letter.source_id, letter.code)).collect();
    reasons.sort();
    assert_eq!(reasons, [("3".into(), "title-unread".into()), ("5".into(), "price-invalid".into())]);
    assert_eq!(shop.strangers(), Vec::<String>::new(), "every request is signed, and there is no other");

    let again = app.import().await;
    assert_eq!(again.state, RunState::Completed, "{again:?}");
    assert_eq!((again.created, again.updated, again.deleted, again.unchanged), (0, 0, 0, 3), "{again:?}");
}

/// What stands in the interface since then: stock alone, by the names of items, and of variants where they have none.
#[both_engines]
async fn an_adapter_of_0_1_1_tells_stock(app: App) {
    let shop = Shop::open().await;
    install(&app, "golden-0-1-1").await;
    connect(&app, "golden-0-1-1", &shop).await;
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, 2), "{run:?}");

    let run = app.import_with(RunScope::Stock(None), StartOptions::default()).await;
    assert_eq!((run.state, run.scope, run.declared), (RunState::Completed, "stock", Some(4)), "{run:?}");
    assert_eq!((run.fetched, run.updated, run.unchanged, run.unknown), (4, 2, 0, 2), "{run:?}");
    let said = run.failure.expect("what was left out");
    assert!(
        said.contains("2 stock levels are of nothing in the catalogue (item item-2 at there, item nobody at here)"),
        "{said}"
    );
    assert_eq!(
        stock(&app).await,
        [("1-m", 0), ("1-s", 7), ("2-m", 1), ("2-s", 1)].map(|(id, left)| (id.to_owned(), left))
    );

    let scope = app.host.app.imports.stock_scope(&app.host.tenant, SHOP).await.expect("a scope");
    assert!(matches!(scope, RunScope::Stock(Some(_))), "{scope:?}");
    let run = app.import_with(scope, StartOptions::default()).await;
    assert_eq!((run.state, run.fetched, run.unchanged), (RunState::Completed, 1, 1), "{run:?}");
    assert_eq!(shop.strangers(), Vec::<String>::new());
}

/// Built for 0.1.0 it imports `log@0.1.0` and `keys@0.1.0`, and is given those of today also where not everything is given.
#[both_engines]
async fn an_adapter_that_names_0_1_0_verifies_webhooks_and_maps(app: App) {
    let shop = entrepot_tests::webhooks::shop(&app, 10).await;
    let admission = app.host.app.services.admission();
    admission.install(named_0_1_0(), "test").await.expect("installs");
    admission.approve("woocommerce", Approval::default(), "test").await.expect("approved");
    let id = shop.store.product_ids()[3];
    shop.store.update(id, |product| product.name = "Told to an old adapter".into());
    assert_eq!(entrepot_tests::webhooks::web_server(&app.host).deliver_all(&shop).await, 1);
    entrepot_tests::webhooks::work(&app.host, &shop.channel).await;
    assert_eq!(entrepot_tests::webhooks::title(&app, id).await.as_deref(), Some("Told to an old adapter"));
}

/// The WooCommerce adapter under a later number, its imports and exports named as those of 0.1.0 are.
fn named_0_1_0() -> Vec<u8> {
    let mut bytes = version("0.2.0");
    let (today, then) = (b"@0.1.1", b"@0.1.0");
    let at: Vec<usize> =
        bytes.windows(today.len()).enumerate().filter(|(_, part)| part == today).map(|(at, _)| at).collect();
    assert!(at.len() > 5, "it names the interfaces of today");
    for at in at {
        bytes[at..at + then.len()].copy_from_slice(then);
    }
    bytes
}

/// Variant and what is left of it.
async fn stock(app: &App) -> Vec<(String, i64)> {
    let left = |variant: &Variant| match &variant.inventory {
        Inventory::Tracked(levels) => levels.iter().map(|level| level.available).sum(),
        Inventory::Untracked(_) => panic!("it is counted"),
    };
    let products = app.products().await;
    let variants = products.iter().flat_map(|product| &product.variants);
    let mut stock: Vec<(String, i64)> = variants.map(|variant| (variant.source_id.clone(), left(variant))).collect();
    stock.sort();
    stock
}

async fn install(app: &App, adapter: &str) {
    let bytes = std::fs::read(adapters_folder().join(format!("{adapter}.wasm")))
        .unwrap_or_else(|error| panic!("{adapter}.wasm: {error}: run `cargo xtask test`, which builds it"));
    let admission = app.host.app.services.admission();
    admission.install(bytes, "test").await.expect("it is installed");
    admission.approve(adapter, Approval::default(), "test").await.expect("it is approved");
}

/// What the adapter says of the account.
async fn connect(app: &App, adapter: &str, shop: &Shop) -> Value {
    let new = NewChannel {
        adapter: adapter.into(),
        name: SHOP.into(),
        settings: Map::from_iter([("base_url".to_owned(), shop.url.as_str().into())]),
        secrets: vec![("key".into(), Secret::new("golden-key")), ("secret".into(), Secret::new("golden-secret"))],
        untested: false,
    };
    let (_, account) = app.host.app.channels.add_channel(&app.host.tenant, new).await.expect("the channel is added");
    serde_json::to_value(account).expect("an account")
}

struct Shop {
    url: String,
    strangers: Strangers,
}

/// Requests that were not expected.
type Strangers = Arc<Mutex<Vec<String>>>;

impl Shop {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let strangers = Strangers::default();
        let router = Router::new().fallback(answer).with_state(strangers.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, strangers }
    }

    fn strangers(&self) -> Vec<String> {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(State(strangers): State<Strangers>, request: Request) -> (StatusCode, &'static str) {
    let query = request.uri().query().unwrap_or_default();
    let signed = query.contains("oauth_consumer_key=golden-key") && query.contains("oauth_signature=");
    let found = match request.uri().path() {
        "/about" => Some("Golden shop|EUR\n"),
        "/goods" => Some("goods 1\ngoods 2\n"),
        "/stock/1" if query.contains("since=") => Some("level item-1|here|7\n"),
        "/stock/1" => Some("level item-1|here|7\nlevel 1-m|here|0\ntotal 4\nnext 2\n"),
        "/stock/2" => Some("level item-2|there|5\nlevel nobody|here|3\n"),
        "/page/1" => Some("total 5\nitem 1|Boots|1999\nitem 2|Shoes|1999\nnext 2\n"),
        // What no page before has shown is asked for by its id.
        "/page/2" => Some("item 3||1999\nlisted 1\nlisted 2\nlisted 3\nlisted 4\nlisted 5\nlisted 6\n"),
        "/item/3" => Some("item 3||1999\n"),
        "/item/5" => Some("item 5|Free|free\n"),
        "/item/4" => Some("item 4|Listed|1999\n"),
        // Listed, and gone when it is asked for.
        "/item/6" => None,
        path => {
            strangers.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
            None
        }
    };
    match found {
        _ if !signed => {
            strangers.lock().unwrap_or_else(PoisonError::into_inner).push("not signed".to_owned());
            (StatusCode::UNAUTHORIZED, "")
        }
        Some(text) => (StatusCode::OK, text),
        None => (StatusCode::NOT_FOUND, ""),
    }
}

/// What the guest makes of an item, field by field; see tests/golden/0.1.0/src/map.rs.
fn expected(id: &str, title: &str) -> Product {
    Product {
        source_id: id.into(),
        title: title.into(),
        description_html: Some("<p>Long</p>".into()),
        summary_html: Some("<p>Short</p>".into()),
        status: ProductStatus::Draft,
        url: Some("https://shop.example/p".into()),
        handle: Some("handle".into()),
        brand: Some("Brand".into()),
        product_type: Some("Shoes".into()),
        tags: vec!["one".into(), "two".into()],
        options: vec![OptionAxis { name: "Size".into(), values: vec!["S".into(), "M".into()] }],
        variants: vec![counted(id), uncounted(id)],
        media: vec![media("m1", MediaKind::Image, 0), media("m2", MediaKind::Video, 1)],
        collections: vec![Collection {
            source_id: "c1".into(),
            title: "Boots".into(),
            path: vec!["Shoes".into(), "Boots".into()],
        }],
        attributes: vec![Attribute {
            namespace: "meta".into(),
            key: "care".into(),
            kind: "text".into(),
            value: "by hand".into(),
        }],
        seo: Some(Seo { title: Some("Seen".into()), description: None }),
        created_at: Some(1_700_000_000_000),
        updated_at: Some(1_772_366_400_000),
        warnings: vec![Issue::new("/brand", "brand-guessed", "it may be another one")],
        extras: json!({ "kept": [1, null, "x"] }),
    }
}

fn counted(id: &str) -> Variant {
    let euro = |minor| Money::new(minor, "EUR");
    Variant {
        source_id: format!("{id}-s"),
        sku: Some(format!("SKU-{id}-S")),
        gtin: Some("4006381333931".into()),
        mpn: Some("MPN".into()),
        title: Some("Small".into()),
        option_values: vec!["S".into()],
        enabled: true,
        price: Some(euro(1999)),
        compare_at: Some(euro(2099)),
        sale: Some(Sale { price: euro(1998), starts_at: Some(1_700_000_000_000), ends_at: None }),
        cost: Some(euro(1)),
        weight: Some(Weight { value: 0.5, unit: WeightUnit::Kilogram }),
        dimensions: Some(Dimensions { length: 1.0, width: 2.5, height: 3.0, unit: LengthUnit::Centimeter }),
        taxable: Some(true),
        tax_class: Some("reduced".into()),
        requires_shipping: Some(true),
        inventory: Inventory::Tracked(vec![Level {
            location_id: "default".into(),
            location_name: Some("Shop".into()),
            available: -3,
            item_id: Some(format!("stock-{id}")),
            backorder: true,
        }]),
        media_ids: vec!["m1".into()],
        extras: json!({ "own": true }),
    }
}

fn uncounted(id: &str) -> Variant {
    Variant {
        option_values: vec!["M".into()],
        enabled: false,
        price: Some(Money::new(1999, "EUR")),
        extras: json!({}),
        ..blank::variant(&format!("{id}-m"))
    }
}

fn media(id: &str, kind: MediaKind, position: u32) -> Media {
    Media {
        source_id: Some(id.into()),
        url: format!("https://shop.example/{id}"),
        alt: Some("seen from the left".into()),
        kind,
        position,
    }
}
