//! Raw items as products, as they ought to be and as they ought not.

use entrepot_guest::prelude::*;
use entrepot_guest::testing::channel;
use entrepot_plugin_ebay::map_product;
use model::{Inventory, ProductStatus};

fn mapped(body: &str) -> Result<model::Product, Error> {
    map_product(&channel(r#"{"marketplace":"EBAY_DE","sku_suffix":"@DE"}"#), &RawItem::new("group:TEE", body))
}

const GROUP: &str = r#"{"marketplace":"EBAY_DE","group":{"title":"Hand &amp; printed tee","description":"<p>Soft.</p>",
    "imageUrls":["https://i.example/tee.jpg"],"aspects":{"Marke":["Demo"],"Stil":["A","B"]},"variantSKUs":["S@DE","M@DE"],
    "variesBy":{"specifications":[{"name":"Farbe","values":["Rot"]},{"name":"Größe","values":["S","M"]}],"aspectsImageVariesBy":["Farbe"]}},
    "parts":[
    {"item":{"sku":"S@DE","condition":"NEW","product":{"title":"Tee S","aspects":{"Farbe":["Rot"],"Größe":["S"],"Stoff":["Wolle"]},
        "imageUrls":["https://i.example/s.jpg"],"ean":["Does not apply"],"mpn":"Does not apply"},
        "availability":{"shipToLocationAvailability":{"quantity":7}},
        "packageWeightAndSize":{"weight":{"value":0.2,"unit":"KILOGRAM"},"dimensions":{"length":10,"width":5.5,"height":1,"unit":"CENTIMETER"}}},
     "offer":{"offerId":"1","status":"PUBLISHED","availableQuantity":3,"listing":{"listingId":"110","listingStatus":"ACTIVE"},
        "categoryId":"15687","storeCategoryNames":["/Kleidung/Hemden"],
        "pricingSummary":{"price":{"value":"22.0","currency":"EUR"},"originalRetailPrice":{"value":"30.00","currency":"EUR"}}}},
    {"item":{"sku":"M@DE","product":{"aspects":{"Farbe":["Rot"],"Größe":["M"],"Stoff":["Wolle"]},"ean":["4006381333931"]}},
     "offer":{"offerId":"2","status":"UNPUBLISHED","pricingSummary":{"price":{"value":"23.00","currency":"EUR"}}}}]}"#;

#[test]
fn a_group_is_a_product_with_variants() {
    let product = mapped(GROUP).expect("a product");
    assert_eq!(
        (product.title.as_str(), product.brand.as_deref(), product.status),
        ("Hand & printed tee", Some("Demo"), ProductStatus::Active)
    );
    assert_eq!(product.url.as_deref(), Some("https://www.ebay.de/itm/110"));
    let [small, medium] = product.variants.as_slice() else { panic!("{:?}", product.variants) };
    assert_eq!((small.sku.as_deref(), small.source_id.as_str(), small.enabled), (Some("S"), "S@DE", true));
    assert_eq!(small.option_values, ["Rot", "S"]);
    assert_eq!(small.price.as_ref().map(|price| price.minor), Some(2_200));
    assert_eq!(small.compare_at.as_ref().map(|price| price.minor), Some(3_000));
    assert_eq!(
        (small.gtin.as_deref(), small.mpn.as_deref(), medium.gtin.as_deref()),
        (None, None, Some("4006381333931"))
    );
    let Inventory::Tracked(levels) = &small.inventory else { panic!() };
    assert_eq!((levels[0].available, levels[0].item_id.as_deref()), (3, Some("S@DE")), "the lower one counts");
    assert!(!medium.enabled, "it is not in the listing");
    assert_eq!(small.media_ids, ["https://i.example/s.jpg"]);
    assert_eq!(product.media.len(), 2);
    assert_eq!(product.collections[0].path, ["Kleidung", "Hemden"]);
    let facts: Vec<_> = product.attributes.iter().map(|one| (one.key.as_str(), one.value.as_str())).collect();
    assert_eq!(facts, [("Stil", r#"["A","B"]"#), ("Stoff", "Wolle")], "options are none");
    assert!(product.extras.contains(r#""category_id":"15687""#) && product.warnings.is_empty(), "{product:?}");
}

#[test]
fn what_cannot_be_is_said() {
    for (from, to, code) in [
        (r#""value":"22.0""#, r#""value":"22,00""#, "price-invalid"),
        (r#""value":"22.0""#, r#""value":"22.005""#, "price-too-precise"),
        (r#""value":"22.0","currency":"EUR""#, r#""value":"22.0","currency":"XXX""#, "currency-unknown"),
        (r#""value":"22.0""#, r#""value":"-1""#, "price-invalid"),
        (r#""availableQuantity":3"#, r#""availableQuantity":"many""#, "stock-invalid"),
        ("Hand &amp; printed tee", "", "title-missing"),
    ] {
        let body = GROUP.replacen(from, to, 1).replace(r#""title":"Tee S","#, "");
        let Err(Error::Invalid(issues)) = mapped(&body) else { panic!("{code}") };
        assert!(issues.iter().any(|issue| issue.code == code), "{code}: {issues:?}");
    }
    assert!(matches!(mapped(r#"{"group":{"title":"T"},"parts":[]}"#), Err(Error::Invalid(_))));
    for text in ["", "null", "[]", "{", "{}", r#"{"parts":[{}]}"#, r#"{"parts":{"0":7}}"#] {
        assert!(mapped(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_over_is_archived_and_what_was_never_on_sale_a_draft() {
    let status = |listing: &str, offer: &str| {
        let body = GROUP.replacen("\"listingStatus\":\"ACTIVE\"", &format!("\"listingStatus\":\"{listing}\""), 1);
        mapped(&body.replacen("\"status\":\"PUBLISHED\"", &format!("\"status\":\"{offer}\""), 1))
            .expect("a product")
            .status
    };
    assert_eq!(status("OUT_OF_STOCK", "PUBLISHED"), ProductStatus::Active);
    assert_eq!(status("ENDED", "PUBLISHED"), ProductStatus::Archived);
    assert_eq!(status("EBAY_ENDED", "PUBLISHED"), ProductStatus::Archived);
    assert_eq!(status("ACTIVE", "UNPUBLISHED"), ProductStatus::Draft);
}
