//! Categories and what they ask for, as the app asks for them.

use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Kind;
use entrepot_guest::testing::{TestHost, channel, json};
use entrepot_plugin_ebay::{listings, taxonomy};

const SETTINGS: &str = r#"{"marketplace":"EBAY_DE","payment_policy":"2"}"#;
const TREE: &str = r#"{"rootCategoryNode":{"category":{"categoryId":"0","categoryName":"Root"},"childCategoryTreeNodes":[
    {"category":{"categoryId":"1","categoryName":"Haus"},"childCategoryTreeNodes":[
        {"category":{"categoryId":"11","categoryName":"Decken"},"leafCategoryTreeNode":true}]},
    {"category":{"categoryId":"2","categoryName":"Garten"},"leafCategoryTreeNode":true}]}}"#;
const ASPECTS: &str = r#"{"aspects":[
    {"localizedAspectName":"Marke","aspectConstraint":{"aspectRequired":true,"aspectUsage":"RECOMMENDED","aspectMode":"FREE_TEXT",
        "itemToAspectCardinality":"SINGLE","aspectEnabledForVariations":false},"aspectValues":[{"localizedValue":"Demo"}]},
    {"localizedAspectName":"Farbe","aspectConstraint":{"aspectRequired":false,"aspectUsage":"RECOMMENDED","aspectMode":"SELECTION_ONLY",
        "itemToAspectCardinality":"MULTI","aspectEnabledForVariations":true,"aspectMaxLength":65},
        "aspectValues":[{"localizedValue":"Rot"},{"localizedValue":"Blau"}]}]}"#;

fn answer(request: &Request) -> Response {
    let url = request.url.as_str();
    if url.contains("/commerce/taxonomy/") {
        // With the app's own token: the seller's lacks the scope.
        assert_eq!(request.credential.as_deref(), Some("app"), "{url}");
    }
    match url {
        _ if url.ends_with("get_default_category_tree_id?marketplace_id=EBAY_DE") => {
            json(200, r#"{"categoryTreeId":"77"}"#)
        }
        _ if url.ends_with("/category_tree/77") => json(200, TREE),
        _ if url.contains("/category_tree/77/get_category_suggestions?q=Decke") => json(
            200,
            r#"{"categorySuggestions":[
            {"category":{"categoryId":"11","categoryName":"Decken"},"categoryTreeNodeAncestors":[
                {"categoryId":"1","categoryName":"Haus","categoryTreeNodeLevel":1}]}]}"#,
        ),
        _ if url.contains("get_category_suggestions") => Response { body: Vec::new(), ..json(204, "") },
        _ if url.contains("/marketplace/EBAY_DE/get_item_condition_policies?filter=categoryIds%3A%7B11%7D") => {
            assert_eq!(request.credential.as_deref(), Some("app"));
            json(
                200,
                r#"{"itemConditionPolicies":[{"categoryId":"11","itemConditions":[
                {"conditionId":"1000","conditionDescription":"Neu mit Etikett"},{"conditionId":"9999","conditionDescription":"?"}]}]}"#,
            )
        }
        _ if url.contains("get_item_condition_policies") => Response { body: Vec::new(), ..json(204, "") },
        _ if url.contains("get_item_aspects_for_category?category_id=11") => json(200, ASPECTS),
        _ if url.contains("get_item_aspects") => json(400, r#"{"errors":[{"errorId":62009,"message":"not a leaf"}]}"#),
        _ if url.contains("fulfillment_policy") => {
            json(200, r#"{"fulfillmentPolicies":[{"fulfillmentPolicyId":"1","name":"Paket"}]}"#)
        }
        _ if url.contains("payment_policy") => json(200, r#"{"paymentPolicies":[]}"#),
        _ if url.contains("return_policy") => json(400, r#"{"errors":[{"errorId":20403,"message":"not opted in"}]}"#),
        _ => json(200, r#"{"total":0,"locations":[]}"#),
    }
}

#[test]
fn the_tree_is_the_marketplaces_own() {
    let (host, channel) = (TestHost::new(|request| Ok(answer(request))), channel(SETTINGS));
    let below = |parent: Option<&str>| taxonomy::categories(&host, &channel, parent).expect("categories");
    let shown =
        |parent| below(parent).into_iter().map(|one| (one.id, one.path.join(" > "), one.leaf)).collect::<Vec<_>>();
    assert_eq!(shown(None), [("1".into(), "Haus".into(), false), ("2".into(), "Garten".into(), true)]);
    assert_eq!(shown(Some("1")), [("11".into(), "Haus > Decken".into(), true)]);
    assert!(shown(Some("11")).is_empty());
    let found = taxonomy::suggest(&host, &channel, "Decke", &[]).expect("suggestions");
    assert_eq!((found[0].id.as_str(), found[0].path.join(" > ")), ("11", "Haus > Decken".to_owned()));
    assert!(taxonomy::suggest(&host, &channel, "Nichts davon", &[]).expect("none").is_empty());
}

#[test]
fn required_is_what_is_required() {
    let (host, channel) = (TestHost::new(|request| Ok(answer(request))), channel(SETTINGS));
    let fields = listings::fields(&host, &channel, Some("11")).expect("fields");
    let of = |key: &str| fields.iter().find(|field| field.key == key).unwrap_or_else(|| panic!("{key}: {fields:?}"));
    let brand = of("common_aspect:Marke");
    assert_eq!((brand.required, brand.closed, brand.many, brand.recommended), (true, false, false, true));
    let colour = of("aspect:Farbe");
    assert_eq!((colour.required, colour.closed, colour.many, colour.kind), (false, true, true, Kind::Choice));
    assert_eq!(colour.max_chars, Some(65));
    assert_eq!(of("condition").values, [("NEW".to_owned(), "Neu mit Etikett".to_owned())]);
    // What the channel says for all is not asked for; what was never switched on has no values.
    assert_eq!((of("fulfillment_policy").required, of("payment_policy").required), (true, false));
    assert_eq!((of("fulfillment_policy").values.len(), of("return_policy").values.len()), (1, 0));
    // A category that is no leaf asks for nothing; eBay says so of the listing.
    let fields = listings::fields(&host, &channel, Some("1")).expect("fields");
    assert_eq!((fields.len(), fields[0].values.len()), (6, 16));
}
