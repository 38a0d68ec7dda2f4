//! Stock in a browser: counted, moved, explained.

use axum::http::StatusCode;
use entrepot_tests::pages::Pages;
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, both_engines};

use crate::flows::listings::Seller;

#[both_engines]
async fn goods_are_counted_and_moved_once_and_the_number_is_explained(app: App) {
    let seller = Seller::of(app, 3).await;
    let id = seller.list_all().await.remove(0);
    let sku = "COUNTED+1/2";
    let pages = Pages::of(&seller.app);
    assert!(pages.shown("/stock").await.holds("Nothing is counted here yet"));
    let place = [("code", "BER"), ("name", "Berlin"), ("kind", "warehouse")];
    pages.post("/stock/locations", &place).await;
    let twice = pages.post("/stock/locations", &place).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.holds("there is a location BER already"));
    // The listing's product has a SKU that an address has to escape.
    let product = seller.reports().await.into_iter().find(|of| of.id == id).expect("it").product;
    execute(&seller.app, &format!("UPDATE variants SET sku = '{sku}' WHERE product_id = '{product}'")).await;
    let item = "/stock/item?sku=COUNTED%2B1%2F2";
    let before = pages.shown(item).await;
    assert!(before.holds("The shop that these goods come from counts them"), "{}", before.html);
    let form = [("sku", sku), ("location", "BER"), ("reason", "counted"), ("key", "k1")];
    let count = |on_hand| [&form[..], &[("on_hand", on_hand), ("buffer", "5")]].concat();
    let wrong = pages.post("/stock/count", &count("a lot")).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.html);
    assert!(wrong.holds("no whole number") && wrong.holds("value=\"a lot\""), "{}", wrong.html);
    let counted = pages.post("/stock/count", &count("1,040")).await;
    assert_eq!(counted.location(), item);
    let shown = pages.shown(item).await;
    assert!(shown.holds("1,035 can be sold: 1,040 on hand, 0 reserved, 5 to be kept back"), "{}", shown.html);
    assert!(shown.holds("What shops tell") && shown.holds("What marketplaces are told"), "{}", shown.html);
    for _ in 0..2 {
        let form = [("sku", sku), ("location", "BER"), ("reason", "broken"), ("by", "-40"), ("key", "k2")];
        pages.post("/stock/adjust", &form).await;
    }
    let shown = pages.shown(item).await;
    assert!(shown.holds("995 can be sold") && shown.html.matches("broken").count() == 1, "{}", shown.html);
    let many = [("sku", sku), ("location", "BER"), ("reason", "typed"), ("by", "-4000"), ("key", "k3")];
    let refused = pages.post("/stock/adjust", &many).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.holds("would leave -3000"),
        "{}",
        refused.html
    );
    assert!(pages.shown("/stock").await.holds("counted here"));
    assert_eq!(pages.open("/stock/item?sku=NONE").await.status, StatusCode::NOT_FOUND);
}
