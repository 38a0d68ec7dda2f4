//! The recorded shop is served as it was, and to nobody without its key.

use std::collections::BTreeSet;

use entrepot_test_support::woocommerce::{Recorded, oauth_parameters};

use crate::client::{Shop, products};

fn recorded() -> Option<(Recorded, Shop)> {
    let recorded = Recorded::open()?;
    let shop = Shop::new(recorded.serve_tls(), Some(recorded.key()));
    Some((recorded, shop))
}

#[test]
fn every_page_is_there() {
    let Some((recorded, shop)) = recorded() else { return };
    assert_eq!((recorded.product_count(), recorded.variation_count()), (2_111, 649));
    let mut ids = BTreeSet::new();
    for page in 1..=22 {
        // Order of the parameters, context and status do not matter.
        let reply =
            shop.get(&products(&format!("?order=asc&orderby=id&page={page}&per_page=100&context=edit&status=any")));
        assert_eq!((reply.total(), reply.header("x-wp-totalpages")), ("2111", Some("22")));
        ids.extend(reply.ids());
    }
    assert_eq!(ids.len(), 2_111);
    assert_eq!(shop.get(&products("?per_page=100&page=23&orderby=id&order=asc")).text(), "[]");
    let below =
        |page| shop.get(&products(&format!("/81/variations?per_page=100&page={page}&orderby=id&order=asc"))).ids();
    assert_eq!((below(1).len(), below(2).len()), (100, 30));
    let mut variations = BTreeSet::new();
    for page in 1..=7 {
        let target = format!("/wp-json/wc/v3/variations?per_page=100&page={page}&orderby=id&order=asc");
        variations.extend(shop.get(&target).ids());
    }
    assert_eq!(variations.len(), 649);
    assert_eq!(recorded.truth().len(), 2_767);
}

#[test]
fn parts_are_cut_from_the_recorded_items() {
    let Some((_, shop)) = recorded() else { return };
    let reply = shop.get(&products("?_fields=id&per_page=3&page=2&orderby=id&order=asc"));
    assert_eq!((reply.ids().len(), reply.total(), reply.header("x-wp-totalpages")), (3, "2111", Some("704")));
    assert_eq!(shop.get(&products("?include=11,10&_fields=id&orderby=include")).text(), r#"[{"id":11},{"id":10}]"#);
    let of_parent = shop.get("/wp-json/wc/v3/variations?parent=11&per_page=100&orderby=id&order=asc");
    assert_eq!((of_parent.ids(), of_parent.total()), (vec![27, 28, 29, 34], "4"));
    let one = shop.get(&products("/11?_fields=id,name")).json();
    assert_eq!((&one["name"], one["_links"].is_object()), (&"Hoodie".into(), true));
    assert_eq!(shop.get(&products("/99999999")).json()["code"], "woocommerce_rest_product_invalid_id");
    for path in ["categories?per_page=100", "attributes", "attributes/1/terms?per_page=100", "tags?per_page=100"] {
        assert_eq!(shop.get(&products(&format!("/{path}"))).status, 200, "{path}");
    }
    for path in ["settings/general", "settings/products", "data/currencies/current", "system_status"] {
        assert_eq!(shop.get(&format!("/wp-json/wc/v3/{path}")).status, 200, "{path}");
    }
    for target in ["/wp-json/wc/v3/orders", "/wp-json/wc/v3/products?search=x"] {
        assert_eq!(shop.get(target).json()["code"], "rest_no_route");
    }
}

#[test]
fn its_key_is_needed() {
    let Some((recorded, mut shop)) = recorded() else { return };
    shop.key = None;
    assert_eq!(shop.get(&products("?per_page=100")).status, 401);
    assert_eq!(shop.get("/wp-json/?_fields=namespaces").status, 200);
    let open = Shop::new(recorded.serve(), None);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
    let url = format!("{}/wp-json/wc/v3/products", open.server.base_url);
    let pairs = oauth_parameters(&recorded.key(), "GET", &url, &[("per_page", "100")], (now, "n"));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    assert_eq!(open.get(&products(&format!("?{query}"))).ids().len(), 100);
}
