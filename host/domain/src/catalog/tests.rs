use serde_json::json;

use super::limits::{MAX_ID_LEN, MAX_PRODUCT_LEN, size};
use super::{Attribute, Product, Variant, validate};

fn product() -> Product {
    Product::blank("1", "Boots")
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
    bad.variants = vec![Variant::blank("x".repeat(MAX_ID_LEN + 1)); 10_000];
    let errors = validate(&mut bad);
    assert_eq!(errors.len(), 51);
    assert!(errors.last().is_some_and(|last| last.message.starts_with("9950 more")), "{:?}", errors.last());
    bad.variants = vec![Variant::blank("1"); 30_000];
    assert_eq!(validate(&mut bad).first().map(|issue| issue.code.clone()).as_deref(), Some("too-many"));
}
