//! A whole recorded shop, imported and compared with what the shop itself holds.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use entrepot_guest::prelude::*;
use entrepot_guest::time;
use entrepot_plugin_woocommerce::map_product;
use model::{Inventory, Product, ProductStatus, ProductVariant};
use serde_json::Value;

use crate::shop::{Asked, Run, Shop, channel, status};

fn folder() -> Option<PathBuf> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let folder = specs.join("woocommerce");
    if folder.join("recorded-store").is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no recorded shop in {} (set ENTREPOT_SPECS)", folder.display());
    None
}

fn lines(file: PathBuf) -> Vec<Value> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The recording as a shop; `global` says whether it has the list of all variations.
fn shop(folder: &std::path::Path, global: bool) -> Shop {
    let mut exchanges: HashMap<(String, usize), Response> = HashMap::new();
    let (mut products, mut variations) = (Vec::new(), Vec::new());
    for exchange in lines(folder.join("recorded-store/exchanges.jsonl.gz")) {
        let route = exchange["path"].as_str().unwrap().trim_start_matches("/wp-json").to_owned();
        let page = exchange["query"]["page"].as_str().and_then(|page| page.parse().ok()).unwrap_or(1);
        let body = exchange["body"].as_str().unwrap().to_owned();
        if route == "/wc/v3/products" {
            products.extend(serde_json::from_str::<Vec<Value>>(&body).unwrap());
        }
        if route == "/wc/v3/variations" {
            variations.extend(serde_json::from_str::<Vec<Value>>(&body).unwrap());
        }
        let headers = exchange["headers"].as_array().unwrap().iter();
        let headers =
            headers.map(|h| (h[0].as_str().unwrap().to_lowercase(), h[1].as_str().unwrap().to_owned())).collect();
        let status = exchange["status"].as_u64().unwrap() as u16;
        exchanges.insert((route, page), Response { status, headers, body: body.into_bytes(), retry_after: None });
    }
    let shop = Shop::new(products);
    *shop.variations.borrow_mut() = variations;
    shop.twisted(move |_, asked: &Asked| {
        if asked.route == "/wc/v3/variations" && !global {
            return Some(Ok(status(404, r#"{"code":"rest_no_route","message":""}"#)));
        }
        // Lists of this size are in the recording byte for byte; others are cut from it.
        let verbatim = asked.number("per_page") == 100 || asked.route.contains("settings");
        let cut = asked.query.contains_key("parent") || asked.query.contains_key("include");
        exchanges.get(&(asked.route.clone(), asked.number("page"))).filter(|_| verbatim && !cut).cloned().map(Ok)
    })
}

#[test]
fn agrees_with_the_truth_field_by_field() {
    let Some(folder) = folder() else { return };
    let truth: HashMap<String, Value> = lines(folder.join("recorded-store/truth.jsonl.gz"))
        .into_iter()
        .map(|line| (line["id"].to_string(), line))
        .collect();
    for global in [true, false] {
        let run = Run::of(&shop(&folder, global)).unwrap();
        assert_eq!((run.items.len(), run.listed.len(), run.declared), (2111, 2111, Some(2111)));
        let (mut products, mut variants, mut refused) = (0, 0, 0);
        let mut mapping = Duration::ZERO;
        for item in run.items.values() {
            let started = Instant::now();
            let mapped = map_product(&channel(), item);
            mapping += started.elapsed();
            match mapped {
                Ok(product) => {
                    same_product(&product, &truth);
                    products += 1;
                    variants += product.variants.len();
                }
                Err(Error::Invalid(issues)) => {
                    let price = truth[&item.source_id]["price"].as_str().unwrap();
                    let codes: Vec<_> = issues.iter().map(|issue| issue.code.as_str()).collect();
                    assert!(
                        codes.iter().all(|code| *code == "price-too-precise"),
                        "{} {price}: {issues:?}",
                        item.source_id
                    );
                    refused += 1;
                }
                Err(error) => panic!("{}: {error:?}", item.source_id),
            }
        }
        eprintln!(
            "{products} products with {variants} variants agree, {refused} refused for their price; mapping took {mapping:?}"
        );
        assert_eq!(products + refused, 2111);
        assert!(refused < 100);
    }
}

fn same_product(product: &Product, truth: &HashMap<String, Value>) {
    let want = &truth[&product.source_id];
    let id = &product.source_id;
    let text = |name: &str| want[name].as_str().unwrap_or_default();
    let filled = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let decoded = |text: &str| entrepot_guest::text::decode_entities(text.trim()).into_owned();
    assert_eq!(product.title, decoded(text("name")), "{id}");
    assert_eq!(product.handle.as_deref(), filled("slug"), "{id}");
    let status = match text("status") {
        "publish" => ProductStatus::Active,
        "private" => ProductStatus::Archived,
        _ => ProductStatus::Draft,
    };
    assert_eq!(product.status, status, "{id}");
    assert_eq!(
        (product.created_at, product.updated_at),
        (time::parse(text("created_gmt")), time::parse(text("modified_gmt"))),
        "{id}"
    );
    let names = |list: &Value, at: usize| {
        list.as_array().unwrap().iter().map(|term| decoded(term[at].as_str().unwrap())).collect::<Vec<_>>()
    };
    let mut titles: Vec<_> = product.collections.iter().map(|collection| collection.title.clone()).collect();
    let mut wanted = names(&want["categories"], 2);
    titles.sort();
    wanted.sort();
    assert_eq!(titles, wanted, "{id}");
    assert!(product.collections.iter().all(|c| c.path.last() == Some(&c.title)), "{id}");
    let (mut tags, mut wanted) = (product.tags.clone(), names(&want["tags"], 2));
    tags.sort();
    wanted.sort();
    assert_eq!(tags, wanted, "{id}");
    let brands = names(&want["brands"], 2);
    assert!(product.brand.as_ref().map_or(brands.is_empty(), |brand| brands.contains(brand)), "{id} {brands:?}");
    let images: Vec<_> = want["images"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let urls: Vec<_> = product.media.iter().map(|media| media.url.as_str()).collect();
    assert_eq!(urls[..images.len()], images[..], "{id}");

    let children = want["children"].as_array().unwrap();
    if text("type") != "variable" {
        assert_eq!(product.variants.len(), 1, "{id}");
        same_variant(&product.variants[0], want, None);
    } else {
        let ids: Vec<_> = product.variants.iter().map(|variant| variant.source_id.clone()).collect();
        let mut wanted: Vec<_> = children.iter().map(Value::to_string).collect();
        assert_eq!(ids.len(), wanted.len(), "{id}");
        wanted.retain(|id| !ids.contains(id));
        assert!(wanted.is_empty(), "{id}: {wanted:?}");
        for variant in &product.variants {
            same_variant(variant, &truth[&variant.source_id], Some(want));
            same_options(product, variant, &truth[&variant.source_id]);
        }
    }
    for attribute in want["attributes"].as_array().unwrap() {
        let name = decoded(attribute["name"].as_str().unwrap());
        let options: Vec<_> =
            attribute["options"].as_array().unwrap().iter().map(|o| decoded(o.as_str().unwrap())).collect();
        if text("type") == "variable" && attribute["variation"] == true {
            let axis = product.options.iter().find(|axis| axis.name == name).unwrap_or_else(|| panic!("{id} {name}"));
            assert!(options.iter().all(|option| axis.values.contains(option)), "{id} {name}");
        } else {
            assert!(product.attributes.iter().any(|a| a.namespace == "attribute" && a.key == name), "{id} {name}");
        }
    }
}

fn same_options(product: &Product, variant: &ProductVariant, want: &Value) {
    let slug = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    for (axis, value) in product.options.iter().zip(&variant.option_values) {
        let wanted = want["attributes"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(key, _)| slug(key.trim_start_matches("pa_")) == slug(&axis.name));
        if let Some((_, wanted)) = wanted {
            let wanted = entrepot_guest::text::decode_entities(wanted.as_str().unwrap()).into_owned();
            assert_eq!(slug(value), slug(&wanted), "{} {}", variant.source_id, axis.name);
        }
    }
}

fn same_variant(variant: &ProductVariant, want: &Value, parent: Option<&Value>) {
    let id = &variant.source_id;
    let text = |name: &str| want[name].as_str().unwrap_or_default();
    let filled = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let minor = |name: &str| filled(name).and_then(|text| entrepot_guest::money::minor(text, 2).ok());
    assert_eq!(variant.sku.as_deref(), filled("sku"), "{id}");
    assert_eq!(variant.gtin, filled("gtin").and_then(entrepot_guest::gtin::normalise), "{id}");
    assert_eq!(variant.price.as_ref().map(|money| money.minor), minor("price"), "{id}");
    let compare_at = minor("regular_price").filter(|regular| minor("price").is_some_and(|price| price < *regular));
    assert_eq!(variant.compare_at.as_ref().map(|money| money.minor), compare_at, "{id}");
    assert_eq!(variant.sale.as_ref().map(|sale| sale.price.minor), minor("sale_price"), "{id}");
    if let Some(sale) = &variant.sale {
        assert_eq!(
            (sale.starts_at, sale.ends_at),
            (time::parse(text("sale_from_gmt")), time::parse(text("sale_to_gmt"))),
            "{id}"
        );
    }
    assert_eq!(variant.enabled, parent.is_none() || text("status") == "publish", "{id}");
    let inherited = |name: &str| {
        filled(name).or_else(|| parent.and_then(|parent| parent[name].as_str()).filter(|text| !text.is_empty()))
    };
    assert_eq!(
        variant.weight.map(|(weight, _)| weight),
        inherited("weight").map(|weight| weight.parse().unwrap()),
        "{id}"
    );
    // The shop's own object says false where it is its product that is counted.
    let pooled = want["manage_stock"] == false && parent.is_some_and(|parent| parent["manage_stock"] == true);
    match &variant.inventory {
        Inventory::Untracked(available) => {
            assert_eq!(
                (want["manage_stock"].as_bool(), *available),
                (Some(false), text("stock_status") != "outofstock"),
                "{id}"
            );
        }
        Inventory::Tracked(levels) => {
            let source = if pooled { parent.unwrap() } else { want };
            let item = source["id"].to_string();
            assert_eq!(
                (levels[0].available, levels[0].item_id.as_ref()),
                (source["stock_quantity"].as_f64().unwrap_or(0.0).floor() as i64, Some(&item)),
                "{id}"
            );
            assert_eq!(levels[0].backorder, source["backorders"] != "no", "{id}");
        }
    }
    // Its own object refers to its product's class.
    let class = want["tax"][1].as_str().filter(|class| *class != "parent").or_else(|| parent?["tax"][1].as_str());
    assert_eq!(variant.taxable, Some(want["tax"][0] == "taxable"), "{id}");
    assert_eq!(variant.tax_class.as_deref(), class.filter(|class| !class.is_empty()), "{id}");
    assert_eq!(variant.requires_shipping, Some(want["virtual"] != true), "{id}");
}

#[test]
fn single_recordings_map() {
    let Some(folder) = folder() else { return };
    let mut mapped = 0;
    for entry in std::fs::read_dir(folder.join("rest")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("product-") || name.contains("categories") || name.contains("attributes") {
            continue;
        }
        let value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let goods = if value.is_array() { value.as_array().unwrap().clone() } else { vec![value] };
        for one in goods.into_iter().filter(|one| one["type"] != "variation" && one["name"].is_string()) {
            let item = crate::map::raw(&one, &serde_json::json!([]));
            let product = map_product(&channel(), &item).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(product.source_id, one["id"].to_string());
            mapped += 1;
        }
    }
    assert!(mapped > 5);
}
