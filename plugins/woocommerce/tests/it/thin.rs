//! Nothing is complete on thin evidence: short pages, hidden rows, what is named and does not come.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::fetch_items;
use entrepot_plugin_woocommerce::map_product;
use serde_json::{Value, json};

use crate::map::{codes, raw, with};
use crate::shop::{Asked, Run, Shop, channel, first, simple, status};

/// Ten a page, with the header of pages, without it, and without any.
fn capped(shop: Shop, without: &'static [&'static str]) -> Shop {
    let shop = Shop { cap: 10, ..shop };
    shop.twisted(move |shop, asked| {
        let mut answer = shop.answer(asked);
        answer.headers.retain(|(name, _)| !without.contains(&name.as_str()));
        Some(Ok(answer))
    })
}

#[test]
fn ten_a_page_whatever_is_asked_is_read_whole() {
    for without in [&[][..], &["x-wp-totalpages"][..], &["x-wp-total", "x-wp-totalpages"][..]] {
        for count in [9, 10, 35, 40, 101] {
            let run = Run::of(&capped(Shop::of(count), without)).unwrap();
            let known = without.len() < 2;
            assert_eq!((run.items.len() as u64, run.listed.len() as u64), (count, count), "{without:?} {count}");
            assert_eq!(run.declared, known.then_some(count), "{without:?} {count}");
            assert!(run.pages < 30, "{} pages", run.pages);
        }
    }
    let delta = PageRequest { scope: Scope::ChangedSince, since: Some(0), ..first() };
    assert_eq!(Run::with(&capped(Shop::of(35), &[]), delta).unwrap().items.len(), 35);
    let ids: Vec<_> = (1..=35).map(|id| id.to_string()).collect();
    assert_eq!(fetch_items(&capped(Shop::of(40), &[]), &channel(), None, &ids).unwrap().len(), 35);
}

#[test]
fn a_page_size_that_is_refused_is_not_asked_for_again() {
    let refuses = |asked: &Asked| asked.number("per_page") > 20;
    let said = r#"{"code":"rest_invalid_param","message":"Ungültige Parameter","data":{"status":400,"params":{"per_page":"höchstens 20"}}}"#;
    for everywhere in [true, false] {
        let shop = Shop::of(130).twisted(move |_, asked| {
            ((everywhere || asked.route == "/wc/v3/products") && refuses(asked)).then(|| Ok(status(400, said)))
        });
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len(), run.missed().len(), run.retries), (130, 0, 0), "{everywhere}");
        let asked = shop.asked.borrow();
        let refused = asked.iter().filter(|asked| refuses(asked) && asked.route == "/wc/v3/products").count();
        assert!(refused <= 6, "{refused} requests that are refused");
    }
}

/// A product with so many variations, in a shop that gives ten a page.
fn variable(count: u64, global: bool, without: &'static [&'static str]) -> Shop {
    let mut product = simple(1);
    product["type"] = json!("variable");
    product["variations"] = json!((1001..1001 + count).collect::<Vec<_>>());
    let shop = Shop { cap: 10, ..Shop::new(vec![product, simple(2)]) };
    *shop.variations.borrow_mut() =
        (1001..1001 + count).map(|id| json!({"id": id, "parent_id": 1, "price": "2", "attributes": []})).collect();
    shop.twisted(move |shop, asked| {
        if !global && asked.route == "/wc/v3/variations" {
            return Some(Ok(status(404, r#"{"code":"rest_no_route","message":"","data":{"status":404}}"#)));
        }
        let mut answer = shop.answer(asked);
        answer.headers.retain(|(name, _)| !without.contains(&name.as_str()));
        Some(Ok(answer))
    })
}

#[test]
fn variations_are_read_whole_too() {
    for global in [true, false] {
        for without in [&[][..], &["x-wp-total", "x-wp-totalpages"][..]] {
            for names in [true, false] {
                let shop = variable(25, global, without);
                if !names {
                    shop.products.borrow_mut()[0]["variations"] = json!(null);
                }
                let run = Run::of(&shop).unwrap();
                let body: Value = serde_json::from_str(&run.items["1"].body).unwrap();
                let count = body["variations"].as_array().unwrap().len();
                assert_eq!((count, run.items["1"].problems.len()), (25, 0), "{global} {without:?} {names}");
            }
        }
    }
}

#[test]
fn rows_that_a_page_hides_are_missing_from_what_was_declared() {
    for pages in [true, false] {
        let shop = Shop::of(600).twisted(move |shop, asked| {
            let mut answer = shop.answer(asked);
            if asked.route == "/wc/v3/products" && !asked.query.contains_key("include") {
                let mut list: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
                list.retain(|product| product["id"].as_u64().is_none_or(|id| id % 40 != 0));
                answer.body = serde_json::to_vec(&list).unwrap();
                answer.headers.retain(|(name, _)| pages || name != "x-wp-totalpages");
            }
            Some(Ok(answer))
        });
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len(), run.listed.len(), run.declared), (585, 585, Some(600)), "{pages}");
        assert!(run.pages < 100, "{} pages", run.pages);
    }
}

#[test]
fn a_page_that_is_hidden_whole_is_no_end() {
    let shop = Shop::of(350).twisted(|shop, asked| {
        let hidden = asked.route == "/wc/v3/products" && asked.number("page") == 2 && asked.number("per_page") == 100;
        hidden.then(|| Ok(Response { body: b"[]".to_vec(), ..shop.answer(asked) }))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.declared), (250, Some(350)));
}

#[test]
fn what_a_product_names_and_does_not_show_is_said() {
    let product = with(json!({"type": "variable", "variations": [71, 72, 73]}));
    let shown = json!([{"id": 71, "price": "1", "status": "publish"}, {"id": 72, "price": "1", "status": "publish"}]);
    let product = map_product(&channel(), &raw(&product, &shown)).unwrap();
    assert_eq!(codes(&product.warnings), ["variation-missing"]);
    assert!(product.warnings[0].message.contains("73"), "{}", product.warnings[0].message);

    // None of them: taken as it is, all would count as gone.
    let shop = variable(3, true, &[]);
    shop.variations.borrow_mut().clear();
    let run = Run::of(&shop).unwrap();
    assert_eq!(run.items["1"].problems[0].code, "variations-unreadable");
    assert!(run.items["2"].problems.is_empty());
}

#[test]
fn lists_with_gaps_are_lists() {
    let shop = Shop::of(130).twisted(|shop, asked| {
        let answer = shop.answer(asked);
        let Ok(Value::Array(list)) = serde_json::from_slice(&answer.body) else { return Some(Ok(answer)) };
        if list.is_empty() {
            return Some(Ok(answer));
        }
        let object: serde_json::Map<_, _> =
            list.into_iter().enumerate().map(|(at, value)| ((at * 2).to_string(), value)).collect();
        Some(Ok(Response { body: serde_json::to_vec(&object).unwrap(), ..answer }))
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 130);
}

/// Categories cut to five rows a page while the shop's total says more, for ever: asked for again, then taken, and said.
#[test]
fn categories_that_are_cut_are_asked_for_again_and_said() {
    let cut = |tries: usize| {
        let shop = Shop::of(3);
        let left = std::cell::Cell::new(tries);
        shop.twisted(move |shop, asked| {
            if asked.route != "/wc/v3/products/categories" || left.get() == 0 {
                return None;
            }
            left.set(left.get() - 1);
            let mut answer = shop.answer(asked);
            let rows: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
            answer.body = serde_json::to_vec(&rows[..rows.len().min(1)]).unwrap();
            Some(Ok(answer))
        })
    };
    let base = Run::of(&Shop::of(3)).unwrap();
    let run = Run::of(&cut(2)).unwrap();
    assert_eq!((run.items, run.retries), (base.items, 1));
    let account = entrepot_plugin_woocommerce::connection::check(&cut(usize::MAX), &channel()).unwrap();
    assert!(account.warnings.iter().any(|warning| warning.contains("categories")), "{:?}", account.warnings);
    assert_eq!(Run::of(&cut(usize::MAX)).unwrap().items.len(), 3, "a plugin may hide some for good");
}

#[test]
fn weights_without_a_unit_are_left_out_and_said() {
    let mut mug = simple(1);
    mug["weight"] = "2.5".into();
    mug["dimensions"] = json!({"length": "10", "width": "", "height": ""});
    let shop = Shop::new(vec![mug]).twisted(|_, asked| {
        (asked.route == "/wc/v3/settings/products")
            .then(|| Ok(status(403, r#"{"code":"woocommerce_rest_cannot_view","message":"No"}"#)))
    });
    let run = Run::of(&shop).unwrap();
    let product = map_product(&channel(), &run.items["1"]).unwrap();
    let variant = &product.variants[0];
    assert!(variant.weight.is_none() && variant.dimensions.is_none(), "{variant:?}");
    assert_eq!(
        codes(&product.warnings).iter().filter(|code| **code == "unit-unknown").count(),
        2,
        "{:?}",
        product.warnings
    );
}

#[test]
fn a_part_that_does_not_come_is_not_an_empty_one() {
    for part in ["images", "categories", "attributes"] {
        let mut products: Vec<Value> = (1..=3).map(simple).collect();
        products[1].as_object_mut().unwrap().remove(part);
        let run = Run::of(&Shop::new(products)).unwrap();
        let problems = |id: &str| run.items[id].problems.iter().map(|issue| issue.code.as_str()).collect::<Vec<_>>();
        assert_eq!((problems("1"), problems("2")), (vec![], vec!["product-incomplete"]), "{part}");
        assert!(run.items["2"].problems[0].message.contains(part));
    }
}
