//! A store in memory: lists by id, knows brands, categories and stock, and misbehaves as told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::catalog::fetch_page;
use serde_json::{Value, json};

type Twist = Box<dyn Fn(&Shop, &Asked) -> Option<Result<Response, Error>>>;

pub(crate) struct Shop {
    pub(crate) products: RefCell<Vec<Value>>,
    /// Elements of `/inventory/items`.
    pub(crate) stock: RefCell<Vec<Value>>,
    pub(crate) asked: RefCell<Vec<Asked>>,
    twist: Twist,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// What follows `/stores/abcde`.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let path = address.strip_prefix("https://api.bigcommerce.com/stores/abcde").expect("the store's own address");
        let pair = |pair: &str| pair.split_once('=').map(|(key, value)| (decoded(key), decoded(value)));
        Self {
            method: request.method,
            path: path.to_owned(),
            query: query.split('&').filter_map(pair).collect(),
            body: request.body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap()),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }

    fn ids(&self, name: &str) -> Option<Vec<u64>> {
        Some(self.get(name)?.split(',').map(|id| id.parse().unwrap()).collect())
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

impl Shop {
    pub(crate) fn new(products: Vec<Value>) -> Self {
        Self {
            products: RefCell::new(products),
            stock: RefCell::default(),
            asked: RefCell::default(),
            twist: Box::new(|_, _| None),
        }
    }

    pub(crate) fn of(count: u64) -> Self {
        Self::new((1..=count).map(simple).collect())
    }

    pub(crate) fn twisted(self, twist: impl Fn(&Self, &Asked) -> Option<Result<Response, Error>> + 'static) -> Self {
        Self { twist: Box::new(twist), ..self }
    }

    pub(crate) fn asked_for(&self, path: &str) -> usize {
        self.asked.borrow().iter().filter(|asked| asked.path == path).count()
    }

    pub(crate) fn answer(&self, asked: &Asked) -> Response {
        match asked.path.as_str() {
            "/v2/store" => testing::json(200, store().to_string()),
            "/v3/catalog/products" => self.list(asked),
            "/v3/catalog/brands" => page(asked, &[json!({"id": 5, "name": "Maison"})], "id"),
            "/v3/catalog/trees/categories" => {
                let category = |id: u64, parent: u64, name: &str| json!({"category_id": id, "parent_id": parent, "tree_id": 1, "name": name});
                let all = [category(21, 0, "Home"), category(22, 21, "Kitchen"), category(23, 22, "Bowls & Plates")];
                page(asked, &all, "category_id")
            }
            "/v3/catalog/variants" => {
                let wanted = asked.ids("product_id:in").unwrap_or_default();
                let products = self.products.borrow();
                let all = products.iter().flat_map(|product| product["variants"].as_array().into_iter().flatten());
                let of = |variant: &&Value| variant["product_id"].as_u64().is_some_and(|id| wanted.contains(&id));
                page(asked, &all.filter(of).cloned().collect::<Vec<_>>(), "")
            }
            "/v3/inventory/items" => {
                let wanted = asked.ids("product_id:in");
                let of = |item: &Value| item["identity"]["product_id"].as_u64();
                let some: Vec<_> = self
                    .stock
                    .borrow()
                    .iter()
                    .filter(|item| wanted.as_ref().is_none_or(|ids| of(item).is_some_and(|id| ids.contains(&id))))
                    .cloned()
                    .collect();
                page(asked, &some, "")
            }
            _ => testing::json(404, r#"{"status":404,"title":"not found"}"#),
        }
    }

    fn list(&self, asked: &Asked) -> Response {
        let after = asked.number("id:greater").unwrap_or(0) as u64;
        let wanted = asked.ids("id:in");
        let include: Vec<&str> = asked.get("include").unwrap_or_default().split(',').collect();
        let since = asked.get("date_modified:min").and_then(entrepot_guest::time::parse);
        let mut some: Vec<Value> = self.products.borrow().clone();
        some.retain(|product| {
            let id = product["id"].as_u64().unwrap_or(0);
            let modified = product["date_modified"].as_str().and_then(entrepot_guest::time::parse);
            (after == 0 || id > after)
                && wanted.as_ref().is_none_or(|ids| ids.contains(&id))
                && since.is_none_or(|since| modified.is_some_and(|modified| modified >= since))
        });
        for product in &mut some {
            let Some(fields) = product.as_object_mut() else { continue };
            for part in ["variants", "images", "custom_fields", "options", "modifiers"] {
                if !include.contains(&part) {
                    fields.remove(part);
                }
            }
        }
        let small = include.contains(&"options") || include.contains(&"modifiers");
        let mut asked = asked.clone();
        if small {
            let limit = asked.number("limit").unwrap_or(50).min(10);
            asked.query.insert("limit".into(), limit.to_string());
        }
        page(&asked, &some, "")
    }
}

/// A numbered page of those whose `key` is among the ids asked for.
pub(crate) fn page(asked: &Asked, all: &[Value], key: &str) -> Response {
    let wanted = asked.ids(&format!("{key}:in"));
    let kept: Vec<_> = all
        .iter()
        .filter(|item| wanted.as_ref().is_none_or(|ids| item[key].as_u64().is_some_and(|id| ids.contains(&id))))
        .collect();
    let (limit, number) = (asked.number("limit").unwrap_or(50), asked.number("page").unwrap_or(1));
    let data: Vec<_> = kept.iter().skip((number - 1) * limit).take(limit).collect();
    let pagination = json!({"total": kept.len(), "count": data.len(), "per_page": limit, "current_page": number,
        "total_pages": kept.len().div_ceil(limit)});
    testing::json(200, json!({"data": data, "meta": {"pagination": pagination}}).to_string())
}

impl Transport for Shop {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        let asked = Asked::of(request);
        self.asked.borrow_mut().push(asked.clone());
        (self.twist)(self, &asked).unwrap_or_else(|| Ok(self.answer(&asked)))
    }
}

pub(crate) fn store() -> Value {
    json!({"id": "abcde", "name": "Tea & Things", "domain": "tea.example", "secure_url": "https://tea.example", "status": "live",
        "currency": "EUR", "weight_units": "KGS", "dimension_units": "Centimeters", "is_price_entered_with_tax": true,
        "timezone": {"name": "Europe/Berlin"}, "plan_name": "Plus"})
}

pub(crate) fn simple(id: u64) -> Value {
    json!({"id": id, "name": format!("Product {id}"), "type": "physical", "sku": format!("S-{id}"), "price": 19.99, "sale_price": 0,
        "weight": 1.5, "is_visible": true, "availability": "available", "inventory_tracking": "none", "inventory_level": 0,
        "brand_id": 5, "categories": [23], "custom_url": {"url": format!("/product-{id}/"), "is_customized": false},
        "date_created": "2026-01-01T00:00:00+00:00", "date_modified": "2026-11-20T09:43:27+00:00", "base_variant_id": id + 1000,
        "total_sold": 3, "view_count": 9, "custom_fields": [], "images": [{"id": id + 5000, "is_thumbnail": true, "sort_order": 0, "description": "",
            "url_zoom": "https://cdn/z.jpg", "url_tiny": "https://cdn/t.jpg"}],
        "variants": [{"id": id + 1000, "product_id": id, "sku": format!("S-{id}"), "sku_id": null, "price": null,
            "inventory_level": 0, "option_values": []}]})
}

pub(crate) fn channel() -> Channel {
    testing::channel(r#"{"store_hash":"abcde"}"#)
}

pub(crate) fn first() -> PageRequest {
    PageRequest { scope: Scope::Everything, since: None, cursor: None, context: None, limit: 100, attempt: 0 }
}

/// The folder of official samples, said aloud where it is missing.
pub(crate) fn specs() -> Option<PathBuf> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let folder = specs.join("bigcommerce");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no samples in {} (set ENTREPOT_SPECS)", folder.display());
    None
}

/// What a host keeps of a run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) items: BTreeMap<String, RawItem>,
    pub(crate) declared: Option<u64>,
    pub(crate) pages: u32,
    pub(crate) retries: u32,
    pub(crate) context: Option<String>,
}

impl Run {
    pub(crate) fn of(shop: &Shop) -> Result<Self, Error> {
        Self::with(shop, first())
    }

    /// To the end, trying a page that is unavailable again as a host does.
    pub(crate) fn with(shop: &Shop, mut request: PageRequest) -> Result<Self, Error> {
        let mut run = Self::default();
        loop {
            let page = match fetch_page(shop, &channel(), &request) {
                Err(Error::Unavailable(_) | Error::RateLimited(_)) if request.attempt < 6 => {
                    request.attempt += 1;
                    run.retries += 1;
                    continue;
                }
                other => other?,
            };
            run.pages += 1;
            assert!(run.pages < 500, "a run that does not end");
            for item in page.items {
                assert!(run.items.insert(item.source_id.clone(), item).is_none(), "an item twice");
            }
            run.declared = page.total.or(run.declared);
            run.context = page.context.or(run.context);
            let Some(next) = page.next else { return Ok(run) };
            request = PageRequest { cursor: Some(next), context: run.context.clone(), attempt: 0, ..request };
        }
    }
}
