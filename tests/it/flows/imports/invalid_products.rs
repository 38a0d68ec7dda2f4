//! Products that are not as they should be.

use entrepot_domain::Money;
use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Meta, Product, Seed, Store, serve};
use entrepot_tests::{App, SHOP, both_engines};

fn named(name: &str, price: &str) -> Product {
    Product::simple(name).priced(price)
}

/// A price that an adapter takes for 12.34 is 12.34 in the catalogue.
#[test]
fn host_and_adapters_know_the_same_currencies() {
    let letters = || 'A'..='Z';
    let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
    let mut known = 0;
    for code in codes {
        let exponent = entrepot_domain::money::exponent(&code);
        assert_eq!(exponent, entrepot_guest::currency::exponent(&code), "{code}");
        known += usize::from(exponent.is_some());
    }
    assert!(known > 150, "{known}");
}

#[both_engines]
async fn prices_are_exact_or_refused(app: App) {
    let store = Store::empty();
    for (name, price) in [
        ("fine", "12.50"),
        ("zero", "0"),
        ("none", ""),
        ("comma", "12,50"),
        ("words", "1.299,00 zł"),
        ("below", "-5"),
        ("absurd", "99999999999999999999"),
        ("exact", "19.999"),
        ("zeros", "19.9900"),
    ] {
        store.insert(named(name, price));
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    let products = app.products().await;
    let price = |title: &str| products.iter().find(|p| p.title == title).map(|p| p.variants[0].price.clone());
    assert_eq!(price("fine"), Some(Some(Money::new(1250, "USD"))));
    assert_eq!(price("zero"), Some(Some(Money::new(0, "USD"))));
    assert_eq!(price("none"), Some(None));
    assert_eq!(price("zeros"), Some(Some(Money::new(1999, "USD"))));
    for title in ["comma", "words", "below", "absurd", "exact"] {
        assert_eq!(price(title), None, "{title} must not be guessed");
    }
    let letters = app.dead_letters().await;
    assert_eq!(letters.len(), 5, "{letters:?}");
    assert!(letters.iter().all(|letter| letter.code.starts_with("price-") && !letter.raw.is_empty()), "{letters:?}");
    let warned = |title: &str, code: &str| {
        products.iter().any(|p| p.title == title && p.warnings.iter().any(|w| w.code == code))
    };
    assert!(warned("zero", "price-zero") && warned("none", "price-missing"));

    // The operator decides that prices may be rounded; what was kept is mapped again, nothing is fetched.
    let asked = server.log().total();
    let rounding = [("price_rounding".to_owned(), "half-up".into())].into_iter().collect();
    app.host.app.channels.set_channel(&app.host.tenant, SHOP, rounding, Vec::new()).await.expect("a setting");
    let done = app.replay().await;
    assert_eq!((done.replayed, done.mended, done.failed), (5, 1, 4));
    assert_eq!(server.log().total(), asked);
    let rounded = app.products().await.into_iter().find(|p| p.title == "exact").expect("it is there now");
    assert_eq!(rounded.variants[0].price, Some(Money::new(2000, "USD")));
    assert_eq!(app.dead_letters().await.len(), 4);
}

#[both_engines]
async fn text_is_made_safe_and_nothing_of_it_is_lost(app: App) {
    let store = Store::empty();
    let mut script = named("Script", "1.00");
    script.description =
        "<p onclick=\"steal()\">Fine <b>boots</b></p><script>steal()</script><img src=x onerror=steal()>".into();
    store.insert(script);
    let mut broken = named("Broken", "1.00");
    broken.description = "<div><p>never <b>closed <table><tr><td>".into();
    store.insert(broken);
    let mut long = named("Long", "1.00");
    long.description = format!("<p>{}</p>", "long text ".repeat(110_000)).into();
    store.insert(long);
    store.insert(named("", "1.00"));
    store.insert(named("Nul\0 in the name", "1.00"));
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 5), "{run:?}");
    let products = app.products().await;
    let text =
        |title: &str| products.iter().find(|p| p.title == title).and_then(|p| p.description_html.clone()).expect(title);
    let safe = text("Script");
    assert!(safe.contains("<b>boots</b>") && !safe.contains("steal"), "{safe}");
    assert!(text("Broken").ends_with("</div>"));
    assert!(text("Long").len() > 1_000_000);
    assert!(products.iter().any(|p| p.title == "Nul in the name"));
    let letters = app.dead_letters().await;
    assert_eq!(letters.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["title-missing"]);
}

#[both_engines]
async fn lone_surrogates_and_odd_shapes_do_not_stop_a_page(app: App) {
    let store = Store::empty();
    for number in 0..3 {
        store.insert(named(&format!("Product {number}"), "1.00"));
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let body = r#"[{"id":1,"name":"Half \ud83d a smile","type":"simple","status":"publish","price":"1.00","regular_price":"1.00","images":[],"categories":[],"tags":[],"attributes":[]},
            {"id":2,"name":["not","text"],"type":"simple","status":"publish","price":3},
            {"id":3,"name":"Odd","type":"simple","status":"publish","price":"2.00","images":{},"meta_data":{},"categories":null,"stock_quantity":"many"},
            {"name":"No id at all","price":"1.00"}]"#;
    server.inject(
        Matcher::path("/wc/v3/products?").with("context=edit").with("&page=1&"),
        Fault::Body(body.as_bytes().to_vec()),
    );
    let run = app.import().await;
    let products = app.products().await;
    assert!(products.iter().any(|p| p.title.starts_with("Half ")), "{run:?} {products:?}");
    assert!(run.fetched >= 4 && run.created + run.dead_letters == run.fetched, "{run:?}");
    assert!(
        app.dead_letters().await.iter().any(|l| l.source_id.starts_with("unidentified:")),
        "what has no id is kept too"
    );
    assert!(app.dead_letters().await.iter().any(|l| l.source_id == "2"), "{:?}", app.dead_letters().await);
}

/// A guest's stack is small: what is nested deeper than anybody means costs no other item.
#[both_engines]
async fn values_nested_thousands_of_levels_deep_stop_no_page(app: App) {
    let store = Store::generate(Seed { products: 5, variable_share: 0.0, seed: 11 });
    let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    store.update(store.product_ids()[2], |product| {
        product.meta = vec![Meta { id: 1, key: "deep".into(), value: deep.as_str().into() }];
    });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 5), "{run:?}");
    assert!(run.created >= 4, "{run:?}");
}
