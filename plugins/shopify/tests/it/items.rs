//! Products by id, and what is asked for them: enough, and no more than may be.

use std::cell::{Cell, RefCell};

use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::catalog::fetch_items;
use entrepot_plugin_shopify::map_product;
use serde_json::{Value, json};

use crate::shop::{beginning, channel, data, names, shop, status};

/// A page of `all` by the arguments' size, from `after` on.
pub(crate) fn page(all: &[Value], first: &Value, after: &Value) -> Value {
    let from = after.as_str().map_or(0, |after| after.parse::<usize>().unwrap());
    let to = (from + first.as_u64().unwrap() as usize).min(all.len());
    json!({"nodes": all[from..to], "pageInfo": {"hasNextPage": to < all.len(), "endCursor": to.to_string()}})
}

fn levels(variant: u64) -> Vec<Value> {
    (0..2)
        .map(|at| {
            json!({"__typename": "InventoryLevel", "id": format!("gid://shopify/InventoryLevel/{at}?inventory_item_id={variant}"),
                "location": {"id": format!("gid://shopify/Location/{}", 7 + at)},
                "quantities": [{"name": "available", "quantity": variant + at}]})
        })
        .collect()
}

fn variant(id: u64, first: &Value) -> Value {
    json!({"__typename": "ProductVariant", "id": format!("gid://shopify/ProductVariant/{id}"), "position": id % 10_000, "price": "1.00",
        "selectedOptions": [{"name": "No", "value": id.to_string()}],
        "inventoryItem": {"id": format!("gid://shopify/InventoryItem/{id}"), "tracked": true,
            "measurement": {"weight": null}, "unitCost": null, "inventoryLevels": page(&levels(id), first, &Value::Null)}})
}

/// A shop whose products have as many variants as `variants` says; three media each, three metafields, two collections.
pub(crate) struct Goods {
    pub(crate) variants: fn(u64) -> Option<u64>,
}

impl Goods {
    fn all(&self, id: u64, field: &str, levels: &Value) -> Vec<Value> {
        let some = |kind: &str, count: u64, more: fn(u64) -> Value| {
            (1..=count)
                .map(|at| {
                    let mut node = more(at);
                    node["__typename"] = kind.into();
                    node["id"] = format!("gid://shopify/{kind}/{}", id * 10_000 + at).into();
                    node
                })
                .collect()
        };
        match field {
            "media" => some(
                "MediaImage",
                3,
                |at| json!({"status": "READY", "image": {"url": format!("https://cdn.example/{at}.jpg")}}),
            ),
            "metafields" => some(
                "Metafield",
                3,
                |at| json!({"namespace": "custom", "key": format!("k{at}"), "type": "boolean", "value": "true"}),
            ),
            "collections" => some("Collection", 2, |at| json!({"handle": format!("c{at}"), "title": format!("C{at}")})),
            _ => (1..=(self.variants)(id).unwrap()).map(|at| variant(id * 10_000 + at, levels)).collect(),
        }
    }

    pub(crate) fn answer(&self, name: &str, variables: &Value) -> Response {
        let number = |gid: &Value| gid.as_str().unwrap().rsplit('/').next().unwrap().parse::<u64>().unwrap();
        let first = &variables["first"];
        match name {
            "Shop" => beginning(),
            "ProductSizes" => {
                let size = |gid: &Value| {
                    (self.variants)(number(gid))
                        .map(|count| json!({"id": gid, "variantsCount": {"count": count}, "mediaCount": {"count": 3}}))
                };
                data(json!({"nodes": variables["ids"].as_array().unwrap().iter().map(size).collect::<Vec<_>>()}))
            }
            "ProductsById" => {
                let product = |gid: &Value| {
                    let id = number(gid);
                    let mut node = json!({"__typename": "Product", "id": gid, "title": format!("P{id}"), "status": "ACTIVE",
                        "updatedAt": "2026-09-01T10:00:00Z", "tags": [],
                        "seo": {"title": null, "description": null}, "options": [{"name": "No", "position": 1, "optionValues": []}],
                        "variantsCount": {"count": (self.variants)(id)?, "precision": "EXACT"}});
                    for field in ["media", "metafields", "collections", "variants"] {
                        node[field] = page(&self.all(id, field, &variables["levels"]), &variables[field], &Value::Null);
                    }
                    Some(node)
                };
                data(json!({"nodes": variables["ids"].as_array().unwrap().iter().map(product).collect::<Vec<_>>()}))
            }
            "ItemLevels" => data(
                json!({"inventoryItem": {"inventoryLevels": page(&levels(number(&variables["id"])), first, &variables["after"])}}),
            ),
            other => {
                let field = other.strip_prefix("Product").unwrap_or_else(|| panic!("{other}")).to_lowercase();
                let all = self.all(number(&variables["id"]), &field, &variables["levels"]);
                data(json!({"product": {field: page(&all, first, &variables["after"])}}))
            }
        }
    }
}

fn ids(ids: &[u64]) -> Vec<String> {
    ids.iter().map(u64::to_string).collect()
}

fn fetch(host: &TestHost<'_>, wanted: &[u64]) -> Result<Vec<RawItem>, Error> {
    fetch_items(host, &channel(), None, &ids(wanted))
}

#[test]
fn what_does_not_exist_is_not_in_the_answer() {
    let goods = Goods { variants: |id| (id < 10).then_some(1) };
    let host = shop(|name, variables| goods.answer(name, variables));
    let asked: Vec<String> = ["3", "99", "x", "-1", "0", "1", "3", ""].map(str::to_owned).to_vec();
    let items = fetch_items(&host, &channel(), None, &asked).unwrap();
    assert_eq!(items.iter().map(|item| item.source_id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    let nothing = TestHost::offline();
    assert!(fetch_items(&nothing, &channel(), None, &["x".to_owned()]).unwrap().is_empty());
}

/// More than one query may ask for at once: every connection is followed to its end.
#[test]
fn long_lists_are_followed() {
    let goods = Goods { variants: |_| Some(130) };
    // A bucket that bears it.
    let host = shop(|name, variables| rich(goods.answer(name, variables)));
    let items = fetch(&host, &[5]).unwrap();
    assert!(items[0].problems.is_empty(), "{:?}", items[0].problems);
    let product = map_product(&channel(), &items[0]).unwrap();
    assert_eq!(
        (product.variants.len(), product.media.len(), product.attributes.len(), product.collections.len()),
        (130, 3, 3, 2)
    );
    for variant in &product.variants {
        let model::Inventory::Tracked(levels) = &variant.inventory else { panic!() };
        assert_eq!(levels.len(), 2);
        assert_eq!(levels[0].item_id.as_deref(), Some(variant.source_id.as_str()));
    }
    assert!(names(&host).iter().any(|name| name == "ProductVariants"));
}

/// As an Enterprise plan has it.
pub(crate) fn rich(mut answer: Response) -> Response {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["extensions"]["cost"]["throttleStatus"] =
        json!({"maximumAvailable": 40_000.0, "currentlyAvailable": 39_000.0, "restoreRate": 2_000.0});
    answer.body = body.to_string().into_bytes();
    answer
}

/// Requested cost, by the rules: an object is a point, a connection as many as its page has objects.
#[test]
fn no_query_asks_for_more_than_may_be() {
    let worst = Cell::new(0);
    let goods = Goods { variants: |id| Some(id * 7) };
    let host = shop(|name, variables| {
        if name == "ProductsById" {
            let of = |field: &str| variables[field].as_u64().unwrap();
            // Per variant: itself, image, options, item, measurement, weight, cost; per level: itself, location, quantity.
            let product =
                8 + 3 * of("media") + of("metafields") + of("collections") + of("variants") * (7 + 3 * of("levels"));
            worst.set(worst.get().max(product * variables["ids"].as_array().unwrap().len() as u64));
        }
        rich(goods.answer(name, variables))
    });
    let wanted: Vec<u64> = (1..=20).collect();
    assert_eq!(fetch(&host, &wanted).unwrap().len(), 20);
    assert!((500..=1_000).contains(&worst.get()), "{}", worst.get());
    assert!(names(&host).len() < 40, "{:?}", names(&host).len());
}

/// The limit is Shopify's to count: a query that is found too expensive asks for less.
#[test]
fn a_query_that_costs_too_much_is_shrunk() {
    let goods = Goods { variants: |_| Some(9) };
    let sizes = RefCell::new(Vec::new());
    let host = shop(|name, variables| {
        let count = variables["ids"].as_array().map_or(0, Vec::len);
        if name == "ProductsById" {
            sizes.borrow_mut().push(count);
            if count > 1 {
                return status(
                    200,
                    json!({"errors": [{"message": "Query cost is 1200", "extensions": {"code": "MAX_COST_EXCEEDED"}}]})
                        .to_string(),
                );
            }
        }
        goods.answer(name, variables)
    });
    assert_eq!(fetch(&host, &[1, 2, 3]).unwrap().len(), 3);
    assert!(sizes.borrow().contains(&1) && sizes.borrow()[0] > 1, "{:?}", sizes.borrow());
}

/// One null too few would shift what belongs to which id; fewer nodes would read as deletions.
#[test]
fn another_number_of_nodes_is_no_answer() {
    let goods = Goods { variants: |_| Some(1) };
    for short in ["ProductSizes", "ProductsById"] {
        let host = shop(
            |name, variables| {
                if name == short { data(json!({"nodes": []})) } else { goods.answer(name, variables) }
            },
        );
        assert!(matches!(fetch(&host, &[1, 2, 3, 4]), Err(Error::Unavailable(_))), "{short}");
    }
}

#[test]
fn a_product_whose_id_cannot_be_read_is_not_taken_for_one_that_does_not_exist() {
    let goods = Goods { variants: |_| Some(1) };
    for odd in ["ProductSizes", "ProductsById"] {
        let host = shop(|name, variables| {
            let answer = goods.answer(name, variables);
            if name != odd {
                return answer;
            }
            let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
            body["data"]["nodes"].as_array_mut().unwrap().iter_mut().for_each(|node| node["id"] = Value::Null);
            status(200, body.to_string())
        });
        assert!(matches!(fetch(&host, &[1, 2, 3, 4]), Err(Error::Unavailable(_))), "{odd}");
    }
}

fn throttled() -> Response {
    let cost = json!({"requestedQueryCost": 800, "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 750.0, "restoreRate": 100.0}});
    status(200, json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}}).to_string())
}

/// The call begins anew after the wait, so it waits for all that it will need.
#[test]
fn waits_until_all_of_it_can_be_paid_for() {
    let goods = Goods { variants: |_| Some(5) };
    let host = shop(|name, variables| if name == "ProductsById" { throttled() } else { goods.answer(name, variables) });
    match fetch(&host, &[1, 2, 3, 4, 5, 6, 7, 8]) {
        Err(Error::RateLimited(Some(wait))) => assert!((5_000..20_000).contains(&wait), "{wait}"),
        other => panic!("{other:?}"),
    }
}

/// What a full bucket does not bear would be throttled in its middle for ever. Nothing of it is lost, and nothing said to be gone.
#[test]
fn what_never_fits_is_put_aside() {
    // 2,048 variants: by bulk operation only.
    let goods = Goods { variants: |id| Some(if id == 1 { 2_048 } else { 5 }) };
    let host = shop(|name, variables| goods.answer(name, variables));
    let items = fetch(&host, &[1, 2]).unwrap();
    assert_eq!(
        items.iter().map(|item| (item.source_id.as_str(), item.problems.len())).collect::<Vec<_>>(),
        [("1", 1), ("2", 0)]
    );
    assert_eq!(items[0].problems[0].code, "not-read-yet");

    let left = Cell::new(3);
    let host = shop(|name, variables| {
        if name == "ProductsById" && left.replace(left.get().max(1) - 1) <= 1 {
            throttled()
        } else {
            goods.answer(name, variables)
        }
    });
    let wanted: Vec<u64> = (2..=101).collect();
    let items = fetch(&host, &wanted).unwrap();
    let read = items.iter().filter(|item| item.problems.is_empty()).count();
    assert!(items.len() == 100 && (1..100).contains(&read), "{read} of {}", items.len());
}
