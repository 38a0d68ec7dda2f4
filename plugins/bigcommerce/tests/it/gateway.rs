//! A firewall's or a gateway's page in the place of an answer says nothing of the shop: what it stood for is asked for again.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::json;

use entrepot_guest::testing;

use crate::shop::{Run, Shop, simple};

const PAGE: &str = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>";

fn shop() -> Shop {
    let mut products: Vec<_> = (1..=30).map(simple).collect();
    for product in &mut products {
        product["inventory_tracking"] = json!("variant");
    }
    let shop = Shop::new(products);
    *shop.stock.borrow_mut() = (1..=30)
        .map(|id| {
            json!({"identity": {"product_id": id, "variant_id": id + 1000}, "locations": [
                {"location_id": 1, "location_enabled": true, "available_to_sell": id}]})
        })
        .collect();
    shop
}

/// What is asked for in a run, each once.
fn routes() -> BTreeSet<String> {
    let shop = shop();
    Run::of(&shop).unwrap();
    shop.asked.borrow().iter().map(|asked| asked.path.clone()).collect()
}

#[test]
fn whichever_request_it_stands_for_nothing_is_lost() {
    let base = Run::of(&shop()).unwrap();
    for route in routes() {
        for code in [403, 404, 410] {
            let (left, at) = (Cell::new(2), route.clone());
            let bent = shop().twisted(move |_, asked| {
                let stands = asked.path == at && left.get() > 0;
                stands.then(|| {
                    left.set(left.get() - 1);
                    Ok(testing::json(code, PAGE.to_owned()))
                })
            });
            let run = Run::of(&bent).unwrap_or_else(|error| panic!("{code} {route}: {error:?}"));
            assert_eq!(run.items, base.items, "{code} {route}");
        }
    }
}
