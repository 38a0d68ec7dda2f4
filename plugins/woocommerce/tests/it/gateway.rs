//! A firewall's or a gateway's page in the place of an answer says nothing of the shop: what it stood for is asked for again.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::json;

use crate::shop::{Run, Shop, simple, status};

const PAGE: &str = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>";

fn shop() -> Shop {
    let mut products: Vec<_> = (1..=30).map(simple).collect();
    for product in &mut products {
        product["weight"] = "2.5".into();
        product["categories"] = json!([{"id": 5, "name": "Mugs & Cups"}]);
    }
    Shop::new(products)
}

/// What is asked for in a run, each once.
fn routes() -> BTreeSet<String> {
    let shop = shop();
    Run::of(&shop).unwrap();
    shop.asked.borrow().iter().map(|asked| asked.route.clone()).collect()
}

#[test]
fn whichever_request_it_stands_for_nothing_is_lost() {
    let base = Run::of(&shop()).unwrap();
    // Where the shop is looked for, a page may be all there is; the host asks again before it believes that.
    for route in routes().into_iter().filter(|route| route != "/wc/v3/products") {
        for code in [403, 404, 410] {
            let (left, at) = (Cell::new(2), route.clone());
            let bent = shop().twisted(move |_, asked| {
                let stands = asked.route == at && left.get() > 0;
                stands.then(|| {
                    left.set(left.get() - 1);
                    Ok(status(code, PAGE))
                })
            });
            let run = Run::of(&bent).unwrap_or_else(|error| panic!("{code} {route}: {error:?}"));
            assert_eq!(run.items, base.items, "{code} {route}");
        }
    }
}
