//! Etsy's categories, what they ask for, and what the shop has to choose from.

use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel, json};
use entrepot_plugin_etsy::{listings, taxonomy};

const SETTINGS: &str = r#"{"shop_id":"7","who_made":"i_did"}"#;
const TREE: &str = r#"{"count":2,"results":[{"id":1,"name":"Home & Living","children":[{"id":2,"name":"Rugs","children":[]},
    {"id":3,"name":"Quilts","children":[{"id":4,"name":"Baby Quilts","children":[]}]}]},{"id":9,"name":"Toys","children":null}]}"#;
const ASKED: &str = r#"{"count":3,"results":[
    {"property_id":200,"name":"color","display_name":"Primary color","is_required":true,"supports_attributes":true,"supports_variations":true,
     "is_multivalued":false,"possible_values":[{"value_id":1,"name":"Red","scale_id":null},{"value_id":2,"name":"S","scale_id":326}]},
    {"property_id":5,"name":"w","display_name":"Width","is_required":false,"supports_attributes":true,"possible_values":[]},
    {"property_id":6,"name":"s","display_name":"Size","is_required":false,"supports_attributes":false,"possible_values":[{"value_id":1,"name":"S"}]}]}"#;

fn answer(request: &Request) -> Result<Response, Error> {
    let rows = |rows: &str| json(200, format!(r#"{{"count":1,"results":[{rows}]}}"#));
    let path = request.url.split('?').next().unwrap_or_default();
    Ok(match path.split("/v3/application").nth(1).unwrap_or_default() {
        "/seller-taxonomy/nodes" => json(200, TREE),
        "/seller-taxonomy/nodes/4/properties" => json(200, ASKED),
        "/seller-taxonomy/nodes/77/properties" => json(404, r#"{"error":"Resource not found"}"#),
        "/shops/7/shipping-profiles" => rows(
            r#"{"shipping_profile_id":11,"title":"Letters","is_deleted":false},{"shipping_profile_id":12,"title":"Old","is_deleted":true}"#,
        ),
        "/shops/7/readiness-state-definitions" => rows(
            r#"{"readiness_state_id":21,"readiness_state":"made_to_order","processing_days_display_label":"3 - 5 days"}"#,
        ),
        "/shops/7/policies/return" => {
            rows(r#"{"return_policy_id":31,"accepts_returns":true,"accepts_exchanges":false,"return_deadline":30}"#)
        }
        "/shops/7/sections" => rows(r#"{"shop_section_id":41,"title":"Rugs"}"#),
        other => json(404, format!(r#"{{"error":"{other}"}}"#)),
    })
}

#[test]
fn categories_are_a_tree_whose_ends_can_be_chosen() {
    let host = TestHost::new(answer);
    let of = |parent: Option<&str>| {
        let found = taxonomy::categories(&host, &channel(SETTINGS), parent).expect("categories");
        found.into_iter().map(|one| (one.id, one.path.join(" > "), one.leaf)).collect::<Vec<_>>()
    };
    assert_eq!(of(None), [("1".into(), "Home & Living".into(), false), ("9".into(), "Toys".into(), true)]);
    assert_eq!(of(Some("3")), [("4".into(), "Home & Living > Quilts > Baby Quilts".into(), true)]);
    assert_eq!(taxonomy::categories(&host, &channel(SETTINGS), Some("x")), Err(Error::NotFound));
    let found = taxonomy::suggest(&host, &channel(SETTINGS), "A quilt for a baby", &["Home".into(), "Rug".into()])
        .expect("suggested");
    assert_eq!(
        found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["2", "1", "4", "3"],
        "the seller's own category first"
    );
    for shape in ["{}", "null", "<html>", r#"{"results":[{"name":"No number"}]}"#] {
        let odd = TestHost::new(|_| Ok(json(200, shape)));
        let failed = taxonomy::categories(&odd, &channel(SETTINGS), None);
        assert!(matches!(failed, Err(Error::Unavailable(_))), "{shape}: {failed:?}");
    }
}

#[test]
fn fields_are_what_the_channel_does_not_say_and_the_category_asks_for() {
    let host = TestHost::new(answer);
    let found = listings::fields(&host, &channel(SETTINGS), Some("4")).expect("fields");
    let required: Vec<_> = found.iter().filter(|field| field.required).map(|field| field.key.as_str()).collect();
    assert_eq!(required, ["when_made", "shipping_profile", "processing_profile", "return_policy", "property_200"]);
    let values =
        |key: &str| found.iter().find(|field| field.key == key).map(|field| field.values.clone()).unwrap_or_default();
    let pair = |value: &str, name: &str| (value.to_owned(), name.to_owned());
    assert_eq!(values("shipping_profile"), [pair("11", "Letters")]);
    assert_eq!(values("processing_profile"), [pair("21", "made to order, 3 - 5 days")]);
    assert_eq!(values("return_policy"), [pair("31", "returns within 30 days")]);
    assert_eq!(values("property_200"), [pair("1:Red", "Red"), pair("2@326:S", "S")]);
    assert!(
        found.iter().all(|field| !["property_5", "property_6"].contains(&field.key.as_str())),
        "no values, or an option"
    );
    assert_eq!(listings::choices(&host, &channel(SETTINGS), "section"), Ok(vec![pair("41", "Rugs")]));
    assert_eq!(listings::choices(&host, &channel(SETTINGS), "other"), Ok(vec![]));
    // A category that is there no longer is Etsy's to refuse.
    assert!(listings::fields(&host, &channel(SETTINGS), Some("77")).is_ok());
}
