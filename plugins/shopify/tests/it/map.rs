//! From a raw item to the canonical product: exact, pure, and never at a loss.

use entrepot_guest::prelude::*;
use entrepot_plugin_shopify::map_product;
use model::{Inventory, ProductStatus, WeightUnit};
use serde_json::{Value, json};

use crate::shop::channel;

pub(crate) fn item(body: &Value) -> RawItem {
    RawItem { source_id: "7".into(), updated_at: None, body: body.to_string(), deleted: false, problems: vec![] }
}

/// A mug in two sizes.
pub(crate) fn mug() -> Value {
    let level = |location: u64, available: i64| {
        json!({"id": format!("gid://shopify/InventoryLevel/{location}?inventory_item_id=9{location}"),
            "location": {"id": format!("gid://shopify/Location/{location}")}, "quantities": [{"name": "available", "quantity": available}]})
    };
    let variant = |id: u64, size: &str, more: Value| {
        let mut variant = json!({"id": format!("gid://shopify/ProductVariant/{id}"), "title": size, "position": id - 70, "price": "12.50",
            "compareAtPrice": "15.00", "sku": format!("MUG-{size}"), "barcode": "4006381333931", "taxable": true, "inventoryPolicy": "DENY",
            "selectedOptions": [{"name": "Size", "value": size}], "image": {"url": "https://cdn.example/1.jpg"},
            "inventoryItem": {"id": format!("gid://shopify/InventoryItem/{}", id + 20), "tracked": true, "requiresShipping": true,
                "countryCodeOfOrigin": "PT", "harmonizedSystemCode": "691200",
                "measurement": {"weight": {"value": 0.35, "unit": "KILOGRAMS"}}, "unitCost": {"amount": "4.9", "currencyCode": "EUR"}},
            "levels": [level(1, 5), level(2, -2)]});
        for (field, value) in more.as_object().unwrap() {
            variant[field] = value.clone();
        }
        variant
    };
    json!({"currency": "EUR", "locations": {"1": "Berlin", "2": "Wien"},
        "product": {"id": "gid://shopify/Product/7", "title": " Mug ", "handle": "mug", "status": "ACTIVE", "vendor": "Acme",
            "productType": "Kitchen", "tags": ["blue", "new"], "descriptionHtml": "<p>A mug</p>", "hasOnlyDefaultVariant": false,
            "options": [{"name": "Size", "position": 1, "optionValues": [{"name": "S"}, {"name": "L"}]}],
            "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-09-01T10:00:00Z", "publishedAt": "2026-01-03T00:00:00Z",
            "onlineStoreUrl": "https://acme.example/products/mug", "seo": {"title": "The mug", "description": null},
            "category": {"id": "gid://shopify/TaxonomyCategory/hg-11", "fullName": "Home > Mugs"}},
        "variants": [variant(71, "S", json!({})), variant(72, "L", json!({"inventoryPolicy": "CONTINUE", "compareAtPrice": null}))],
        "media": [{"__typename": "MediaImage", "id": "gid://shopify/MediaImage/1", "alt": "Front", "status": "READY", "image": {"url": "https://cdn.example/1.jpg"}},
            {"__typename": "Video", "id": "gid://shopify/Video/2", "sources": [{"url": "https://cdn.example/2.m3u8", "mimeType": "application/x-mpegURL"}, {"url": "https://cdn.example/2.mp4", "mimeType": "video/mp4"}]},
            {"__typename": "ExternalVideo", "id": "gid://shopify/ExternalVideo/3", "originUrl": "https://video.example/3"},
            {"__typename": "Model3d", "id": "gid://shopify/Model3d/4", "sources": [{"url": "https://cdn.example/4.glb", "mimeType": "model/gltf-binary"}]}],
        "metafields": [{"namespace": "custom", "key": "material", "type": "single_line_text_field", "value": "Stoneware"},
            {"namespace": "custom", "key": "litres", "type": "number_decimal", "value": "0.3"},
            {"namespace": "custom", "key": "dishwasher", "type": "boolean", "value": "true"},
            {"namespace": "custom", "key": "sizes", "type": "list.number_integer", "value": "[1,2]"},
            {"namespace": "custom", "key": "height", "type": "dimension", "value": "{\"value\":9,\"unit\":\"cm\"}"}],
        "collections": [{"id": "3", "handle": "kitchen", "title": "Kitchen"}]})
}

pub(crate) fn mapped(body: &Value) -> model::Product {
    map_product(&channel(), &item(body)).unwrap_or_else(|error| panic!("{error:?}"))
}

pub(crate) fn issues(body: &Value) -> Vec<Issue> {
    match map_product(&channel(), &item(body)) {
        Err(Error::Invalid(issues)) => issues,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn with(pointer: &str, value: Value) -> Value {
    let mut body = mug();
    match body.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => panic!("{pointer}"),
    }
    body
}

#[test]
fn everything_has_its_place() {
    let product = mapped(&mug());
    assert_eq!(
        (product.source_id.as_str(), product.title.as_str(), product.status),
        ("7", "Mug", ProductStatus::Active)
    );
    assert_eq!(
        (product.brand.as_deref(), product.product_type.as_deref(), product.handle.as_deref()),
        (Some("Acme"), Some("Kitchen"), Some("mug"))
    );
    assert_eq!(product.url.as_deref(), Some("https://acme.example/products/mug"));
    assert_eq!((product.tags.join(" "), product.options[0].values.join(" ")), ("blue new".into(), "S L".into()));
    assert_eq!(product.seo.as_ref().unwrap().title.as_deref(), Some("The mug"));
    assert_eq!(product.collections[0].path, ["Kitchen"]);
    assert_eq!(product.updated_at, entrepot_guest::time::parse("2026-09-01T10:00:00Z"));
    assert!(product.warnings.is_empty(), "{:?}", product.warnings);
    let extras: Value = serde_json::from_str(&product.extras).unwrap();
    assert_eq!(
        (&extras["publishedAt"], &extras["category"]["fullName"]),
        (&json!("2026-01-03T00:00:00Z"), &json!("Home > Mugs"))
    );

    let variant = &product.variants[0];
    assert_eq!(
        (variant.source_id.as_str(), variant.sku.as_deref(), variant.gtin.as_deref()),
        ("71", Some("MUG-S"), Some("4006381333931"))
    );
    assert_eq!(variant.price, Some(Money { minor: 1_250, currency: "EUR".into() }));
    assert_eq!(variant.compare_at, Some(Money { minor: 1_500, currency: "EUR".into() }));
    assert_eq!(variant.cost, Some(Money { minor: 490, currency: "EUR".into() }));
    assert_eq!(variant.weight, Some((0.35, WeightUnit::Kilogram)));
    assert_eq!((variant.option_values.join(""), variant.media_ids.join("")), ("S".into(), "1".into()));
    let extras: Value = serde_json::from_str(&variant.extras).unwrap();
    assert_eq!(extras["countryCodeOfOrigin"], "PT");
}

/// Per place, from the levels; `inventoryQuantity` is a sum.
#[test]
fn stock_is_by_location() {
    let mut body = mug();
    body["variants"][0]["inventoryQuantity"] = json!(99);
    let product = mapped(&body);
    let Inventory::Tracked(levels) = &product.variants[0].inventory else { panic!() };
    let seen: Vec<_> = levels
        .iter()
        .map(|l| (l.location_id.as_str(), l.location_name.as_deref(), l.available, l.item_id.as_deref(), l.backorder))
        .collect();
    // The item's id and the location's are those of inventory_levels/update.
    assert_eq!(seen, [("1", Some("Berlin"), 5, Some("91"), false), ("2", Some("Wien"), -2, Some("91"), false)]);
    let Inventory::Tracked(levels) = &product.variants[1].inventory else { panic!() };
    assert!(levels[0].backorder);
    let untracked = with("/variants/0/inventoryItem/tracked", json!(false));
    assert_eq!(mapped(&untracked).variants[0].inventory, Inventory::Untracked(true));
    let odd = with("/variants/0/levels/0/quantities", json!([{"name": "on_hand", "quantity": 5}]));
    assert_eq!(issues(&odd)[0].code, "stock-invalid");
    let odd = with("/variants/0/levels/0/location", json!(null));
    assert_eq!(issues(&odd)[0].code, "stock-incomplete");
    let odd = with("/variants/0/levels", json!("none"));
    assert_eq!(issues(&odd)[0].code, "stock-incomplete");
}

#[test]
fn metafields_have_types() {
    let kinds: Vec<_> =
        mapped(&mug()).attributes.iter().map(|a| format!("{}.{}:{}={}", a.namespace, a.key, a.kind, a.value)).collect();
    assert_eq!(
        kinds,
        [
            "custom.material:text=Stoneware",
            "custom.litres:number=0.3",
            "custom.dishwasher:boolean=true",
            "custom.sizes:json=[1,2]",
            "custom.height:json={\"value\":9,\"unit\":\"cm\"}"
        ]
    );
}

#[test]
fn media_of_all_kinds() {
    let media = mapped(&mug()).media;
    let seen: Vec<_> = media.iter().map(|m| (m.kind, m.url.as_str())).collect();
    use model::MediaKind::{Image, Model, Video};
    assert_eq!(
        seen,
        [
            (Image, "https://cdn.example/1.jpg"),
            (Video, "https://cdn.example/2.mp4"),
            (Video, "https://video.example/3"),
            (Model, "https://cdn.example/4.glb")
        ]
    );
    // Still processed, or failed.
    let waiting = with(
        "/media/0",
        json!({"__typename": "MediaImage", "id": "gid://shopify/MediaImage/1", "status": "PROCESSING", "image": null}),
    );
    let product = mapped(&waiting);
    assert_eq!((product.media.len(), product.warnings[0].code.as_str()), (3, "media-not-ready"));
}

#[test]
fn statuses() {
    for (status, expected) in [
        ("ACTIVE", ProductStatus::Active),
        ("UNLISTED", ProductStatus::Active),
        ("DRAFT", ProductStatus::Draft),
        ("ARCHIVED", ProductStatus::Archived),
    ] {
        let product = mapped(&with("/product/status", json!(status)));
        assert_eq!(product.status, expected, "{status}");
        assert!(serde_json::from_str::<Value>(&product.extras).unwrap()["status"] == status);
    }
    let odd = mapped(&with("/product/status", json!("HIDDEN")));
    assert_eq!((odd.status, odd.warnings[0].code.as_str()), (ProductStatus::Draft, "status-unknown"));
}

/// "Default Title" is what Shopify calls the one variant of a product without options.
#[test]
fn a_product_without_options() {
    let mut body = mug();
    body["product"]["hasOnlyDefaultVariant"] = json!(true);
    body["product"]["options"] = json!([{"name": "Title", "position": 1, "optionValues": [{"name": "Default Title"}]}]);
    body["variants"].as_array_mut().unwrap().truncate(1);
    body["variants"][0]["title"] = json!("Default Title");
    body["variants"][0]["selectedOptions"] = json!([{"name": "Title", "value": "Default Title"}]);
    for told in [true, false] {
        if !told {
            body["product"].as_object_mut().unwrap().remove("hasOnlyDefaultVariant");
        }
        let product = mapped(&body);
        assert!(
            product.options.is_empty()
                && product.variants[0].title.is_none()
                && product.variants[0].option_values.is_empty()
        );
    }
}

#[test]
fn a_barcode_may_be_anything() {
    let product = mapped(&with("/variants/0/barcode", json!("SHELF-9")));
    assert_eq!((product.variants[0].gtin.clone(), product.warnings[0].code.as_str()), (None, "gtin-invalid"));
    assert_eq!(serde_json::from_str::<Value>(&product.variants[0].extras).unwrap()["barcode"], "SHELF-9");
}

#[test]
fn up_to_2048_variants() {
    let mut body = mug();
    let one = body["variants"][0].clone();
    body["variants"] = (0..2_048)
        .map(|at| {
            let mut variant = one.clone();
            variant["id"] = format!("gid://shopify/ProductVariant/{}", 1_000 + at).into();
            variant["selectedOptions"] = json!([{"name": "Size", "value": format!("S{at}")}]);
            variant
        })
        .collect();
    let product = mapped(&body);
    assert_eq!((product.variants.len(), product.options[0].values.len()), (2_048, 2_050));
}
