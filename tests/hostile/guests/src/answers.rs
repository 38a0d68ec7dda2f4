//! Products that are wrong.

use entrepot_guest::blank;
use entrepot_guest::prelude::*;

use crate::orders::Orders;

pub(crate) fn product(orders: &Orders, source_id: String) -> model::Product {
    let times = orders.number("times");
    let good = well_behaved(source_id);
    match orders.mode() {
        "huge-string" => model::Product { title: "x".repeat(times), ..good },
        "huge-list" => model::Product { tags: vec![String::new(); times], ..good },
        "deep-extras" => {
            model::Product { extras: format!("{{\"a\":{}1{}}}", "[".repeat(times), "]".repeat(times)), ..good }
        }
        // Two characters here are a whole value each once parsed.
        "wide-extras" => model::Product { extras: format!("{{\"a\":[{}0]}}", "0,".repeat(times)), ..good },
        "text-extras" => model::Product { extras: "no JSON at all \u{0}\u{fffd}".to_owned(), ..good },
        "array-extras" => model::Product { extras: "[]".to_owned(), ..good },
        "other-source-id" => model::Product { source_id: "somebody-else".to_owned(), ..good },
        "infinite-weight" => {
            let mut product = good;
            for variant in &mut product.variants {
                variant.weight = Some((f64::INFINITY, model::WeightUnit::Gram));
            }
            product
        }
        _ => good,
    }
}

fn well_behaved(source_id: String) -> model::Product {
    let price = Some(Money { minor: 1999, currency: "EUR".to_owned() });
    let variant = model::ProductVariant { price, ..blank::variant(&source_id) };
    model::Product { variants: vec![variant], ..blank::product(source_id, "Well behaved") }
}
