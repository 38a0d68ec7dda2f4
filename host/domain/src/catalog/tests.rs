use serde_json::{Map, Value, json};

use super::limits::{MAX_ID_LEN, MAX_PRODUCT_LEN, size};
use super::{Attribute, Inventory, Product, ProductStatus, Variant, validate};

fn product() -> Product {
    Product {
        source_id: "1".into(),
        title: "Boots".into(),
        description_html: None,
        summary_html: None,
        status: ProductStatus::Active,
        url: None,
        handle: None,
        brand: None,
        product_type: None,
        tags: Vec::new(),
        options: Vec::new(),
        variants: Vec::new(),
        media: Vec::new(),
        collections: Vec::new(),
        attributes: Vec::new(),
        seo: None,
        created_at: None,
        updated_at: None,
        warnings: Vec::new(),
        extras: Value::Object(Map::new()),
    }
}

fn variant(source_id: String) -> Variant {
    Variant {
        source_id,
        sku: None,
        gtin: None,
        mpn: None,
        title: None,
        option_values: Vec::new(),
        enabled: true,
        price: None,
        compare_at: None,
        sale: None,
        cost: None,
        weight: None,
        dimensions: None,
        taxable: None,
        tax_class: None,
        requires_shipping: None,
        inventory: Inventory::Untracked(true),
        media_ids: Vec::new(),
        extras: json!({}),
    }
}

fn attribute(bytes: usize) -> Attribute {
    Attribute { namespace: "x".into(), key: "x".into(), kind: "text".into(), value: "x".repeat(bytes) }
}

#[test]
fn a_product_has_a_size() {
    let mut large = Product { attributes: vec![attribute(200_000); 100], ..product() };
    assert!(size(&large) > MAX_PRODUCT_LEN);
    let errors = validate(&mut large);
    assert_eq!(errors.iter().map(|issue| issue.code.as_str()).collect::<Vec<_>>(), ["product-too-large"]);
    large.attributes.truncate(50);
    assert_eq!(validate(&mut large), []);
    let deep = Product { extras: json!({"a": [[1, 2, 3], {"b": "x".repeat(1_000)}]}), ..product() };
    assert!(size(&deep) > size(&product()) + 1_000, "extras count");
}

#[test]
fn what_is_too_long_to_keep_is_left_out_and_said() {
    let mut long =
        Product { attributes: vec![attribute(300_000), attribute(3)], brand: Some("x".repeat(5_000)), ..product() };
    assert_eq!(validate(&mut long), []);
    assert_eq!((long.attributes.len(), long.brand.as_deref()), (1, None));
    let codes: Vec<&str> = long.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["text-too-long", "text-too-long", "variants-missing"]);
}

#[test]
fn a_hundred_thousand_errors_are_fifty_and_a_number() {
    let mut bad = product();
    bad.variants = vec![variant("x".repeat(MAX_ID_LEN + 1)); 10_000];
    let errors = validate(&mut bad);
    assert_eq!(errors.len(), 51);
    assert!(errors.last().is_some_and(|last| last.message.starts_with("9950 more")), "{:?}", errors.last());
    bad.variants = vec![variant("1".into()); 30_000];
    assert_eq!(validate(&mut bad).first().map(|issue| issue.code.clone()).as_deref(), Some("too-many"));
}
