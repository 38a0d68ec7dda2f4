//! A shop in memory: lists by page, knows its categories and settings, and misbehaves as told.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::fetch_page;
use serde_json::{Value, json};

/// What a test does to a request before the shop sees it.
pub(crate) type Twist = Box<dyn Fn(&Shop, &Asked) -> Option<Result<Response, Error>>>;

pub(crate) struct Shop {
    pub(crate) products: RefCell<Vec<Value>>,
    pub(crate) variations: RefCell<Vec<Value>>,
    pub(crate) categories: Vec<Value>,
    pub(crate) asked: RefCell<Vec<Asked>>,
    pub(crate) most_at_once: Cell<usize>,
    /// The most a page has, whatever is asked.
    pub(crate) cap: usize,
    pub(crate) twist: Twist,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) url: String,
    /// Without `/wp-json`, or the value of `rest_route`; "" for another page.
    pub(crate) route: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) credential: String,
}

impl Asked {
    pub(crate) fn number(&self, name: &str) -> usize {
        self.query.get(name).and_then(|value| value.parse().ok()).unwrap_or(1)
    }

    fn of(request: &Request) -> Self {
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let query: BTreeMap<_, _> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (k.to_owned(), v.replace("%3A", ":")))
            .collect();
        let route = match query.get("rest_route") {
            Some(route) => route.clone(),
            None => address.split_once("/wp-json").map(|(_, route)| route.to_owned()).unwrap_or_default(),
        };
        Self { url: request.url.clone(), route, query, credential: request.credential.clone().unwrap_or_default() }
    }
}

impl Shop {
    pub(crate) fn new(products: Vec<Value>) -> Self {
        Self {
            products: RefCell::new(products),
            variations: RefCell::default(),
            categories: vec![
                json!({"id": 5, "name": "Mugs &amp; Cups", "parent": 4}),
                json!({"id": 4, "name": "Kitchen", "parent": 0}),
            ],
            asked: RefCell::default(),
            most_at_once: Cell::new(0),
            cap: usize::MAX,
            twist: Box::new(|_, _| None),
        }
    }

    pub(crate) fn of(count: u64) -> Self {
        Self::new((1..=count).map(simple).collect())
    }

    pub(crate) fn twisted(
        mut self,
        twist: impl Fn(&Self, &Asked) -> Option<Result<Response, Error>> + 'static,
    ) -> Self {
        self.twist = Box::new(twist);
        self
    }

    pub(crate) fn asked_for(&self, route: &str) -> usize {
        self.asked.borrow().iter().filter(|asked| asked.route == route).count()
    }

    /// What the shop answers when it behaves.
    pub(crate) fn answer(&self, asked: &Asked) -> Response {
        let id = |value: &Value| value["id"].as_u64().unwrap_or_default();
        let set =
            |name: &str| asked.query.get(name).map(|ids| ids.split(',').map(str::to_owned).collect::<HashSet<_>>());
        let (include, parents) = (set("include"), set("parent"));
        let in_set =
            |set: &Option<HashSet<String>>, id: u64| set.as_ref().is_none_or(|set| set.contains(&id.to_string()));
        let parent = asked.route.strip_prefix("/wc/v3/products/").and_then(|rest| rest.strip_suffix("/variations"));
        match asked.route.as_str() {
            "/" => ok(
                &json!({"name": "Test &amp; Shop", "home": "https://shop.test", "timezone_string": "Europe/Berlin", "namespaces": ["wp/v2", "wc/v3"]}),
            ),
            "/wc/v3/products" => self.page(asked, &self.products.borrow(), |value| in_set(&include, id(value))),
            "/wc/v3/variations" => self.page(asked, &self.variations.borrow(), |value| {
                in_set(&parents, value["parent_id"].as_u64().unwrap_or_default())
            }),
            "/wc/v3/products/categories" => self.page(asked, &self.categories, |_| true),
            "/wc/v3/settings/general" => ok(&json!([{"id": "woocommerce_currency", "value": "EUR"}])),
            "/wc/v3/settings/products" => ok(
                &json!([{"id": "woocommerce_weight_unit", "value": "g"}, {"id": "woocommerce_dimension_unit", "value": "mm"}]),
            ),
            "/wc/v3/system_status" => ok(&json!({"environment": {"version": "11.0.1"}})),
            "/wc/v3/data/currencies/current" => ok(&json!({"code": "EUR"})),
            _ if parent.is_some() => self.page(asked, &self.variations.borrow(), |value| {
                Some(value["parent_id"].to_string().as_str()) == parent
            }),
            _ => status(404, r#"{"code":"rest_no_route","message":"No route","data":{"status":404}}"#),
        }
    }

    fn page(&self, asked: &Asked, all: &[Value], keep: impl Fn(&Value) -> bool) -> Response {
        let kept: Vec<_> = all.iter().filter(|value| keep(value)).collect();
        let size = asked.query.get("per_page").and_then(|size| size.parse().ok()).unwrap_or(10).min(self.cap);
        let page: Vec<_> = kept.iter().skip((asked.number("page") - 1) * size).take(size).collect();
        let mut response = ok(&json!(page));
        response.headers.push(("x-wp-total".into(), kept.len().to_string()));
        response.headers.push(("x-wp-totalpages".into(), kept.len().div_ceil(size).to_string()));
        response
    }
}

impl Transport for Shop {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        let asked = Asked::of(request);
        self.asked.borrow_mut().push(asked.clone());
        (self.twist)(self, &asked).unwrap_or_else(|| Ok(self.answer(&asked)))
    }

    fn send_all(&self, requests: &[Request]) -> Vec<Result<Response, Error>> {
        self.most_at_once.set(self.most_at_once.get().max(requests.len()));
        requests.iter().map(|request| self.send(request)).collect()
    }
}

pub(crate) fn ok(value: &Value) -> Response {
    status(200, &value.to_string())
}

pub(crate) fn status(status: u16, body: &str) -> Response {
    Response { status, headers: vec![], body: body.as_bytes().to_vec(), retry_after: None }
}

pub(crate) fn simple(id: u64) -> Value {
    json!({"id": id, "name": format!("Product {id}"), "type": "simple", "status": "publish", "price": "1.00", "regular_price": "1.00",
        "sku": format!("S-{id}"), "variations": [], "attributes": [], "tags": [], "categories": [{"id": 5, "name": "Mugs &amp; Cups"}],
        "price_html": "<b>1</b>", "images": [{"id": 3, "src": "https://x/3.jpg", "srcset": "https://x/3-1.jpg 1w", "alt": ""}], "related_ids": [id + 1], "date_modified_gmt": "2026-11-20T09:43:27"})
}

pub(crate) fn channel() -> Channel {
    channel_at("https://shop.test")
}

pub(crate) fn channel_at(url: &str) -> Channel {
    Channel {
        id: "chn_1".into(),
        bindings: vec![],
        currency: None,
        locale: None,
        settings: json!({"store_url": url}).to_string(),
    }
}

pub(crate) fn first() -> PageRequest {
    PageRequest { scope: Scope::Everything, since: None, cursor: None, context: None, limit: 100, attempt: 0 }
}

/// What a host keeps of a run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) items: BTreeMap<String, RawItem>,
    pub(crate) listed: Vec<String>,
    pub(crate) declared: Option<u64>,
    pub(crate) pages: u32,
    pub(crate) retries: u32,
    pub(crate) context: Option<String>,
}

impl Run {
    /// Runs to the end, trying a page that is unavailable again as a host does.
    pub(crate) fn of(shop: &Shop) -> Result<Self, Error> {
        Self::with(shop, first())
    }

    pub(crate) fn with(shop: &Shop, mut request: PageRequest) -> Result<Self, Error> {
        let mut run = Self::default();
        loop {
            let page = match fetch_page(shop, &channel(), &request) {
                Ok(page) => page,
                Err(Error::Unavailable(_) | Error::RateLimited(_)) if request.attempt < 6 => {
                    request.attempt += 1;
                    run.retries += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            run.pages += 1;
            assert!(run.pages < 500, "a run that does not end");
            run.items.extend(page.items.into_iter().map(|item| (item.source_id.clone(), item)));
            run.listed.extend(page.listed);
            run.declared = page.total.or(run.declared);
            run.context = page.context.or(run.context);
            let Some(next) = page.next else { return Ok(run) };
            request = PageRequest { cursor: Some(next), context: run.context.clone(), attempt: 0, ..request };
        }
    }

    /// Listed and not seen: what the host asks `fetch-items` for.
    pub(crate) fn missed(&self) -> Vec<String> {
        self.listed.iter().filter(|id| !self.items.contains_key(*id)).cloned().collect()
    }
}
