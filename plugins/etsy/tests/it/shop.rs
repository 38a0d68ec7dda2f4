//! A shop in memory that answers as Etsy does, and what a host keeps of a run.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_etsy::catalog::{fetch_items, fetch_page};
use serde_json::{Value, json};

pub(crate) const SHOP: u64 = 44_400_001;
pub(crate) const STATES: [&str; 5] = ["active", "draft", "sold_out", "expired", "inactive"];

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) route: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) credential: String,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self {
            route: address.split_once("/v3/application").unwrap().1.to_owned(),
            query: pairs.map(|(name, value)| (name.to_owned(), value.replace("%2C", ","))).collect(),
            credential: request.credential.clone().unwrap_or_default(),
        }
    }

    pub(crate) fn number(&self, name: &str) -> usize {
        self.query.get(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn is_list(&self) -> bool {
        self.route.ends_with("/listings") && self.number("limit") > 1
    }

    fn ids(&self) -> Vec<u64> {
        self.query["listing_ids"].split(',').map(|id| id.parse().unwrap()).collect()
    }
}

type Twist = Box<dyn Fn(&Shop, &Asked) -> Option<Result<Response, Error>>>;

pub(crate) struct Shop {
    /// In the order in which lists show them.
    pub(crate) listings: RefCell<Vec<Value>>,
    pub(crate) inventories: RefCell<BTreeMap<u64, Value>>,
    pub(crate) asked: RefCell<Vec<Asked>>,
    /// Whether the batch shows what is not public.
    pub(crate) batch_shows_all: Cell<bool>,
    twist: Twist,
}

impl Shop {
    pub(crate) fn of(count: u64) -> Self {
        Self::with((1..=count).map(|id| listing(id, "active")).collect())
    }

    pub(crate) fn with(listings: Vec<Value>) -> Self {
        let id = |listing: &Value| listing["listing_id"].as_u64();
        let inventories = listings.iter().filter_map(|one| Some((id(one)?, inventory(id(one)?)))).collect();
        Self {
            listings: RefCell::new(listings),
            inventories: RefCell::new(inventories),
            asked: RefCell::default(),
            batch_shows_all: Cell::new(true),
            twist: Box::new(|_, _| None),
        }
    }

    pub(crate) fn twisted(self, twist: impl Fn(&Self, &Asked) -> Option<Result<Response, Error>> + 'static) -> Self {
        Self { twist: Box::new(twist), ..self }
    }

    pub(crate) fn asked_for(&self, route: &str) -> usize {
        self.asked.borrow().iter().filter(|asked| asked.route == route).count()
    }

    pub(crate) fn change(&self, id: u64, change: impl FnOnce(&mut Value)) {
        let mut listings = self.listings.borrow_mut();
        change(listings.iter_mut().find(|one| one["listing_id"] == id).unwrap());
    }

    pub(crate) fn state(&self, id: u64) -> String {
        let listings = self.listings.borrow();
        listings.iter().find(|one| one["listing_id"] == id).unwrap()["state"].as_str().unwrap().to_owned()
    }

    /// Changes state and time; where it then stands among the others is the same.
    pub(crate) fn turn(&self, id: u64, state: &str, at: i64) {
        self.change(id, |one| {
            one["state"] = json!(state);
            one["last_modified_timestamp"] = json!(at);
            one["updated_timestamp"] = json!(at);
        });
    }

    pub(crate) fn remove(&self, id: u64) {
        self.listings.borrow_mut().retain(|one| one["listing_id"] != id);
        self.inventories.borrow_mut().remove(&id);
    }

    pub(crate) fn answer(&self, asked: &Asked) -> Response {
        let own = format!("/shops/{SHOP}");
        let listings = self.listings.borrow();
        let by_id = |id: u64| listings.iter().find(|one| one["listing_id"] == id).cloned();
        let with = |mut one: Value| {
            let media = asked.query.get("includes").is_some_and(|includes| includes == "Images,Videos");
            if media {
                one["images"] = images(one["listing_id"].as_u64().unwrap_or(0));
                one["videos"] = json!([]);
            }
            one
        };
        match asked.route.strip_prefix(own.as_str()).unwrap_or(&asked.route) {
            "" => ok(
                &json!({"shop_id": SHOP, "shop_name": "Tees &amp; Co", "url": "https://www.etsy.com/shop/tees", "currency_code": "EUR",
                "is_vacation": false}),
            ),
            "/sections" => ok(&list(vec![json!({"shop_section_id": 333, "title": "Tops &amp; Tees", "rank": 1})])),
            "/readiness-state-definitions" => {
                assert!(!asked.query.contains_key("offset"), "paged, this list loses records");
                ok(&list(vec![
                    json!({"readiness_state_id": 14, "readiness_state": "made_to_order", "min_processing_days": 3,
                    "max_processing_days": 5, "processing_days_display_label": "3 - 5 days"}),
                ]))
            }
            "/seller-taxonomy/nodes" => {
                ok(&list(vec![json!({"id": 1, "name": "Clothing", "parent_id": null, "children": [
                {"id": 482, "name": "T-shirts", "parent_id": 1, "children": []}]})]))
            }
            "/users/me" => ok(&json!({"user_id": 55_500_001, "shop_id": SHOP})),
            "/listings" => {
                let state = asked.query.get("state").map_or("active", String::as_str);
                let kept: Vec<_> = listings.iter().filter(|one| one["state"] == state).collect();
                let page = kept.iter().skip(asked.number("offset")).take(asked.number("limit").min(100));
                let page: Vec<_> = page.map(|one| with((*one).clone())).collect();
                ok(&json!({"count": kept.len(), "results": page}))
            }
            "/listings/batch" => {
                assert!(asked.ids().len() <= 100);
                let shown = |one: &Value| self.batch_shows_all.get() || one["state"] == "active";
                ok(&list(
                    asked
                        .ids()
                        .into_iter()
                        .filter_map(by_id)
                        .filter(shown)
                        .map(|one| {
                            let mut one = with(one);
                            one["readiness_state_id"] = Value::Null;
                            one
                        })
                        .collect(),
                ))
            }
            "/listings/batch/inventory" => {
                assert!(asked.ids().len() <= 100);
                let inventories = self.inventories.borrow();
                let one = |id: u64| Some(json!({"listing_id": id, "inventory": inventories.get(&id)?}));
                match asked.ids().into_iter().map(one).collect::<Option<Vec<_>>>() {
                    Some(all) => ok(&list(all)),
                    None => status(404, r#"{"error":"Resource not found"}"#),
                }
            }
            other => match other.strip_prefix("/listings/").and_then(|id| by_id(id.parse().ok()?)) {
                Some(one) => ok(&with(one)),
                None => status(404, r#"{"error":"Resource not found"}"#),
            },
        }
    }
}

impl Transport for Shop {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        let asked = Asked::of(request);
        self.asked.borrow_mut().push(asked.clone());
        (self.twist)(self, &asked).unwrap_or_else(|| Ok(self.answer(&asked)))
    }
}

fn list(results: Vec<Value>) -> Value {
    json!({"count": results.len(), "results": results})
}

pub(crate) fn ok(value: &Value) -> Response {
    status(200, &value.to_string())
}

pub(crate) fn status(status: u16, body: &str) -> Response {
    testing::json(status, body)
}

pub(crate) fn listing(id: u64, state: &str) -> Value {
    json!({"listing_id": id, "user_id": 55_500_001, "shop_id": SHOP, "title": format!("Tee {id}"), "description": "Plain", "state": state,
        "rich_description": null, "original_creation_timestamp": 1_767_225_600, "creation_timestamp": 1_767_225_600,
        "last_modified_timestamp": 1_767_229_200, "updated_timestamp": 1_767_229_200, "state_timestamp": null, "quantity": 4,
        "shop_section_id": 333, "url": format!("https://www.etsy.com/listing/{id}/tee"), "num_favorers": 3, "views": 9, "tags": [], "materials": [],
        "style": [],
        "has_variations": false, "price": {"amount": 2200, "divisor": 100, "currency_code": "EUR"}, "taxonomy_id": 482,
        "readiness_state_id": 14, "listing_type": "physical"})
}

pub(crate) fn inventory(id: u64) -> Value {
    json!({"products": [{"product_id": id + 1_000_000, "sku": format!("SKU-{id}"), "is_deleted": false, "property_values": [], "offerings": [
        {"offering_id": id + 2_000_000, "quantity": 4, "is_enabled": true, "is_deleted": false, "readiness_state_id": 14,
         "price": {"amount": 2200, "divisor": 100, "currency_code": "EUR"}}]}],
        "price_on_property": [], "quantity_on_property": [], "sku_on_property": [], "readiness_state_on_property": []})
}

fn images(id: u64) -> Value {
    json!([{"listing_id": id, "listing_image_id": id * 10, "rank": 1, "url_fullxfull": format!("https://i.etsystatic.com/{id}.jpg"),
        "alt_text": null, "hex_code": null, "red": null}])
}

pub(crate) fn channel() -> Channel {
    testing::channel(&json!({"shop_id": SHOP.to_string()}).to_string())
}

pub(crate) fn first() -> PageRequest {
    PageRequest { scope: Scope::Everything, since: None, cursor: None, context: None, limit: 100, attempt: 0 }
}

pub(crate) fn since(seconds: i64) -> PageRequest {
    PageRequest { scope: Scope::ChangedSince, since: Some(seconds * 1000), ..first() }
}

/// What a host keeps of a run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) items: BTreeMap<String, RawItem>,
    pub(crate) listed: BTreeSet<String>,
    pub(crate) declared: Option<u64>,
    pub(crate) pages: u32,
    pub(crate) context: Option<String>,
}

impl Run {
    pub(crate) fn of(shop: &Shop) -> Result<Self, Error> {
        Self::with(shop, first())
    }

    /// To the end, as a host does: tries again what is unavailable, and asks for what is listed and was not seen.
    pub(crate) fn with(shop: &Shop, mut request: PageRequest) -> Result<Self, Error> {
        let mut run = Self::default();
        loop {
            let page = match fetch_page(shop, &channel(), &request) {
                Ok(page) => page,
                Err(Error::Unavailable(_)) if request.attempt < 5 => {
                    request.attempt += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            run.pages += 1;
            assert!(run.pages < 2000, "a run that does not end");
            run.context = page.context.or(run.context);
            run.items.extend(page.items.into_iter().map(|item| (item.source_id.clone(), item)));
            let missed: Vec<_> = page.listed.iter().filter(|id| !run.items.contains_key(*id)).cloned().collect();
            let fetched = fetch_items(shop, &channel(), run.context.as_deref(), &missed)?;
            run.listed.extend(page.listed.into_iter().filter(|id| {
                id.starts_with("unidentified:")
                    || !missed.contains(id)
                    || fetched.iter().any(|item| item.source_id == *id)
            }));
            run.items.extend(fetched.into_iter().map(|item| (item.source_id.clone(), item)));
            run.declared = page.total.or(run.declared);
            let Some(next) = page.next else { return Ok(run) };
            request = PageRequest { cursor: Some(next), context: run.context.clone(), attempt: 0, ..request };
        }
    }
}
