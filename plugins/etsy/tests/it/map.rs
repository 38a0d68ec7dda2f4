//! What a listing becomes.

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::map_product;
use model::{Inventory, MediaKind, ProductStatus, WeightUnit};
use serde_json::{Value, json};

use crate::shop::{channel, inventory, listing};

pub(crate) fn raw(body: &Value) -> RawItem {
    RawItem {
        source_id: "7".into(),
        updated_at: Some(1_767_229_200_000),
        body: body.to_string(),
        deleted: false,
        problems: vec![],
    }
}

pub(crate) fn with(change: Value) -> Value {
    let mut one = listing(7, "active");
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({"listing": one, "images": [], "videos": [], "inventory": inventory(7), "section": null, "taxonomy": [], "profiles": {}})
}

pub(crate) fn mapped(body: &Value) -> model::Product {
    map_product(&channel(), &raw(body)).unwrap()
}

pub(crate) fn refused(body: &Value) -> Vec<Issue> {
    match map_product(&channel(), &raw(body)) {
        Err(Error::Invalid(issues)) => issues,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn codes(issues: &[Issue]) -> Vec<&str> {
    issues.iter().map(|issue| issue.code.as_str()).collect()
}

fn priced(price: Value) -> Value {
    let mut body = with(json!({}));
    body["inventory"]["products"][0]["offerings"][0]["price"] = price;
    body
}

fn money(amount: impl Into<Value>, divisor: impl Into<Value>, code: &str) -> Value {
    json!({"amount": amount.into(), "divisor": divisor.into(), "currency_code": code})
}

#[test]
fn the_divisor_is_the_datas() {
    for (price, minor) in [
        (money(2200, 100, "EUR"), 2200),
        (money(2200, 1, "JPY"), 2200),
        (money(220_000, 100, "JPY"), 2200),
        (money(22, 1, "EUR"), 2200),
        (money(22_500, 1000, "EUR"), 2250),
        (money(1234, 1000, "KWD"), 1234),
        (money("2200", "100", "EUR"), 2200),
        (money(999_999_999_999_i64, 100, "EUR"), 999_999_999_999),
    ] {
        let product = mapped(&priced(price.clone()));
        assert_eq!(product.variants[0].price.as_ref().unwrap().minor, minor, "{price}");
    }
    assert_eq!(mapped(&priced(Value::Null)).variants[0].price, None);
    assert_eq!(codes(&mapped(&priced(Value::Null)).warnings), ["price-missing"]);
    assert_eq!(codes(&mapped(&priced(money(0, 100, "EUR"))).warnings), ["price-zero"]);
    for (price, code) in [
        (money(1999, 100, "JPY"), "price-too-precise"),
        (money(2200, 0, "EUR"), "price-invalid"),
        (money(2200, -100, "EUR"), "price-invalid"),
        (money(-1, 100, "EUR"), "price-invalid"),
        (money(22.5, 1, "EUR"), "price-invalid"),
        (money("free", 1, "EUR"), "price-invalid"),
        (json!(22.0), "price-invalid"),
        (money(2200, 100, "DOGE"), "currency-unknown"),
        (money("9".repeat(60), 100, "EUR"), "price-absurd"),
        (money(i64::MAX, 1, "EUR"), "price-absurd"),
    ] {
        assert_eq!(codes(&refused(&priced(price.clone()))), [code], "{price}");
    }
}

fn property(id: u64, name: &str, value: u64, text: &str) -> Value {
    json!({"property_id": id, "property_name": name, "scale_id": null, "scale_name": null, "value_ids": [value], "values": [text]})
}

fn product(id: u64, values: Value, quantity: i64, enabled: bool) -> Value {
    json!({"product_id": id, "sku": format!("P{id}"), "is_deleted": false, "property_values": values, "offerings": [
        {"offering_id": id + 10, "quantity": quantity, "is_enabled": enabled, "is_deleted": false, "readiness_state_id": 14,
         "price": money(2200 + id, 100, "EUR")}]})
}

/// Two custom properties of one name, and a third one as it is announced.
fn shirt() -> Value {
    let values = |colour: u64, size: u64| {
        let (one, two) = (["Red &amp; pink", "Blue"][colour as usize], ["S", "M"][size as usize]);
        json!([
            property(513, "Tone", 1000 + colour, one),
            property(514, "Tone", 2000 + size, two),
            property(100, "Cut", 1, "Slim")
        ])
    };
    let mut body = with(json!({"has_variations": true, "price": money(1, 100, "EUR")}));
    body["inventory"] = json!({"products": [product(1, values(0, 0), 3, true), product(2, values(0, 1), 3, true),
        product(3, values(1, 0), 5, false), product(4, values(1, 1), 5, true)],
        "price_on_property": [513], "quantity_on_property": [513], "sku_on_property": [513, 514], "readiness_state_on_property": []});
    body["profiles"] = json!({"14": {"state": "made_to_order", "min_days": 3, "max_days": 5}});
    body
}

#[test]
fn offerings_become_variants_along_the_properties() {
    let product = mapped(&shirt());
    let options: Vec<_> = product.options.iter().map(|axis| (axis.name.as_str(), axis.values.join("|"))).collect();
    assert_eq!(options, [("Tone", "Red & pink|Blue".into()), ("Tone (2)", "S|M".into()), ("Cut", "Slim".to_owned())]);
    let third = &product.variants[2];
    assert_eq!((third.option_values.join("|"), third.enabled), ("Blue|S|Slim".into(), false));
    assert_eq!(third.price.as_ref().unwrap().minor, 2203, "the offering's, not the listing's lowest");
    assert_eq!((third.sku.as_deref(), third.source_id.as_str()), (Some("P3"), "7-100.1_513.1001_514.2000"));
    let extras: Value = serde_json::from_str(&third.extras).unwrap();
    assert_eq!((&extras["product_id"], &extras["offering_id"]), (&json!(3), &json!(13)));
    assert_eq!(extras["processing"], json!({"state": "made_to_order", "min_days": 3, "max_days": 5}));
    // The quantity varies by one property only: two pools.
    let items: Vec<_> = product
        .variants
        .iter()
        .map(|variant| match &variant.inventory {
            Inventory::Tracked(levels) => (levels[0].item_id.clone().unwrap(), levels[0].available),
            Inventory::Untracked(_) => panic!(),
        })
        .collect();
    let pool = |key: &str, available| (format!("7-{key}"), available);
    assert_eq!(items, [pool("513.1000", 3), pool("513.1000", 3), pool("513.1001", 5), pool("513.1001", 5)]);
    assert_eq!(product.warnings, vec![]);
}

#[test]
fn variants_keep_their_names_when_the_inventory_is_rewritten() {
    let mut rewritten = shirt();
    let products = rewritten["inventory"]["products"].as_array_mut().unwrap();
    products.reverse();
    for (at, product) in products.iter_mut().enumerate() {
        product["product_id"] = json!(900 + at);
        product["property_values"].as_array_mut().unwrap().reverse();
    }
    let ids = |body: &Value| {
        let mut ids: Vec<_> = mapped(body).variants.into_iter().map(|variant| variant.source_id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&rewritten), ids(&shirt()));
}

#[test]
fn texts_are_decoded_once_and_descriptions_become_html() {
    let mut body = with(
        json!({"title": " Salt &amp; &quot;Pepper&quot; &#39;s ", "tags": ["a &amp; b", "a &amp; b", "c"],
        "description": "One &lt; two\nline &quot;x&quot;\n\n<b>three</b>\r\n\r\n", "materials": ["cotton"], "style": ["Boho"],
        "who_made": "i_did", "when_made": "made_to_order", "is_supply": false, "is_private": false}),
    );
    body["section"] = json!("Tops & Tees");
    body["taxonomy"] = json!(["Clothing", "T-shirts"]);
    let product = mapped(&body);
    assert_eq!(product.title, "Salt & \"Pepper\" 's");
    assert_eq!(
        product.description_html.as_deref(),
        Some("<p>One &lt; two<br>line \"x\"</p><p>&lt;b&gt;three&lt;/b&gt;</p>")
    );
    assert_eq!((product.tags.join("|"), product.product_type.as_deref()), ("a & b|c".into(), Some("T-shirts")));
    assert_eq!(
        (product.collections[0].source_id.as_str(), product.collections[0].title.as_str()),
        ("333", "Tops & Tees")
    );
    let attribute = |key: &str| {
        let found = product.attributes.iter().find(|attribute| attribute.key == key);
        found.map(|attribute| attribute.value.as_str())
    };
    assert_eq!(attribute("taxonomy"), Some(r#"["Clothing","T-shirts"]"#));
    assert_eq!((attribute("materials"), attribute("style")), (Some(r#"["cotton"]"#), Some(r#"["Boho"]"#)));
    assert_eq!(
        (attribute("who_made"), attribute("when_made"), attribute("is_supply")),
        (Some("i_did"), Some("made_to_order"), Some("false"))
    );
    assert_eq!((product.handle.as_deref(), product.created_at), (Some("tee"), Some(1_767_225_600_000)));
    assert_eq!(product.updated_at, Some(1_767_229_200_000));
    let rich = mapped(&with(json!({"rich_description": "<p>a &amp; b</p>"})));
    assert_eq!(rich.description_html.as_deref(), Some("<p>a &amp; b</p>"));
}

#[test]
fn states_media_and_measures() {
    for (state, status) in [
        ("active", ProductStatus::Active),
        ("draft", ProductStatus::Draft),
        ("inactive", ProductStatus::Archived),
        ("sold_out", ProductStatus::Archived),
        ("expired", ProductStatus::Archived),
    ] {
        let product = mapped(&with(json!({"state": state})));
        assert_eq!(product.status, status);
        assert_eq!(serde_json::from_str::<Value>(&product.extras).unwrap()["state"], state);
    }
    assert_eq!(mapped(&with(json!({"is_private": true}))).status, ProductStatus::Archived);
    let mut body = with(
        json!({"item_weight": 0.2, "item_weight_unit": "kg", "item_length": 10, "item_width": 2.5, "item_height": 1,
        "item_dimensions_unit": "inches", "listing_type": "download", "is_taxable": true}),
    );
    body["images"] = json!([{"listing_image_id": 2, "rank": 2, "url_fullxfull": "https://x/2.jpg", "alt_text": null},
        {"listing_image_id": 1, "rank": 1, "url_fullxfull": "https://x/1.jpg", "alt_text": "Front &amp; back"}]);
    body["videos"] = json!([{"video_id": 1, "video_url": "https://x/1.mp4", "video_state": "active"},
        {"video_id": 2, "video_url": "https://x/2.mp4", "video_state": "flagged"}]);
    let product = mapped(&body);
    let media: Vec<_> =
        product.media.iter().map(|m| (m.source_id.as_deref().unwrap(), m.alt.as_deref(), m.position, m.kind)).collect();
    assert_eq!(
        media,
        [
            ("1", Some("Front & back"), 0, MediaKind::Image),
            ("2", None, 1, MediaKind::Image),
            ("video-1", None, 2, MediaKind::Video)
        ]
    );
    let variant = &product.variants[0];
    assert_eq!(
        (variant.weight, variant.taxable, variant.requires_shipping),
        (Some((0.2, WeightUnit::Kilogram)), Some(true), Some(false))
    );
    assert_eq!(variant.dimensions.as_ref().map(|d| d.width), Some(2.5));
}
