//! A variant gets another value of an option: BigCommerce takes none of a variant that stands there.

use entrepot_test_support::bigcommerce::Store;
use entrepot_test_support::seed;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::Variation;
use entrepot_tests::{App, both_engines};
use serde_json::Value;

use super::{OfWoo, Seller, ids, with_options};

/// One product of two colours in two sizes.
fn shirts() -> Vec<seed::Product> {
    let mut goods = with_options(1);
    let first = goods[0].variants[0].clone();
    let of = |colour: &str, size: &str| seed::Variant {
        sku: format!("SHIRT-{colour}-{size}"),
        gtin: None,
        option_values: vec![colour.into(), size.into()],
        stock: Some([4, 0]),
        ..first.clone()
    };
    goods[0].variants = vec![of("Red", "S"), of("Red", "L"), of("Blue", "S"), of("Blue", "L")];
    goods[0].options = [("Colour", ["Red", "Blue"]), ("Size", ["S", "L"])]
        .map(|(name, values)| seed::Axis { name: name.into(), values: values.map(Into::into).to_vec() })
        .to_vec();
    goods
}

/// What each variant there is of: SKU, colour, size.
fn shown(product: &Value) -> Vec<String> {
    let of = |variant: &Value| {
        let label = |name: &str| {
            let values = variant["option_values"].as_array().expect("values");
            let value = values.iter().find(|value| value["option_display_name"] == name).expect("the option");
            value["label"].as_str().expect("a label").to_owned()
        };
        format!("{} {} {}", variant["sku"].as_str().expect("a SKU"), label("Colour"), label("Size"))
    };
    let mut all: Vec<String> = product["variants"].as_array().expect("variants").iter().map(of).collect();
    all.sort();
    all
}

fn labels(product: &Value) -> Vec<&str> {
    let options = product["options"].as_array().expect("options").iter();
    let values = options.flat_map(|option| option["option_values"].as_array().expect("values"));
    let mut labels: Vec<&str> = values.filter_map(|value| value["label"].as_str()).collect();
    labels.sort_unstable();
    labels
}

impl OfWoo {
    /// The source calls values of variations otherwise: new value by what is there of SKU, name and value.
    async fn recolour(&self, to: impl Fn(&Variation, &str) -> Option<&'static str>) {
        let woo = self.source.product_ids()[0];
        let mut all = Vec::new();
        for variation in self.source.variations_of(woo) {
            assert!(self.source.update_variation(variation, |of| {
                let before = of.clone();
                for option in &mut of.options {
                    if let Some(new) = to(&before, &option.2) {
                        option.2 = new.into();
                    }
                    all.push((option.1.clone(), option.2.clone()));
                }
            }));
        }
        assert!(self.source.update(woo, |product| {
            for axis in &mut product.attributes {
                let missing: Vec<_> = { all.iter() }
                    .filter(|(name, value)| *name == axis.name && !axis.options.contains(value))
                    .map(|(_, value)| value.clone())
                    .collect();
                for value in missing {
                    if !axis.options.contains(&value) {
                        axis.options.push(value);
                    }
                }
            }
        }));
        self.reread().await;
    }
}

/// All variants of a value have another one: it is the same value, called otherwise.
#[both_engines]
async fn a_value_that_all_its_variants_leave_is_renamed(app: App) {
    let seller = Seller::to_bigcommerce(app, &shirts(), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let before = seller.there(&listings[0]).await;
    seller.recolour(|_, value| (value == "Red").then_some("Crimson")).await;
    seller.assert_each_stands(1).await;
    let after = seller.there(&listings[0]).await;
    let wanted = ["SHIRT-Blue-L Blue L", "SHIRT-Blue-S Blue S", "SHIRT-Red-L Crimson L", "SHIRT-Red-S Crimson S"];
    assert_eq!(shown(&after), wanted);
    assert_eq!(labels(&after), ["Blue", "Crimson", "L", "S"]);
    for part in ["variants", "options"] {
        assert_eq!(ids(&after, part), ids(&before, part), "{part}");
    }
    assert_eq!(seller.writes("/values/"), 1);
    // Its answer is lost: pushed again it is as it should be.
    seller.shops.1.server.inject(Matcher::path("/values/").nth(1), Fault::Truncate(0));
    seller.recolour(|_, value| (value == "Blue").then_some("Navy")).await;
    assert_eq!(seller.report(&listings[0]).await.sync_status, "failed");
    seller.wait().await;
    seller.assert_each_stands(1).await;
    assert_eq!(labels(&seller.there(&listings[0]).await), ["Crimson", "L", "Navy", "S"]);
}

/// One of several that share a value has another one: that variant is made anew, with its SKU and its stock, and the others stay.
#[both_engines]
async fn a_variant_of_another_value_is_made_anew(app: App) {
    let seller = Seller::to_bigcommerce(app, &shirts(), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    let before = seller.there(&listings[0]).await;
    let is_it = |of: &Variation| *of.sku == *"SHIRT-Red-S";
    seller.recolour(|of, value| (is_it(of) && value == "Red").then_some("Green")).await;
    seller.assert_each_stands(1).await;
    let after = seller.there(&listings[0]).await;
    let wanted = ["SHIRT-Blue-L Blue L", "SHIRT-Blue-S Blue S", "SHIRT-Red-L Red L", "SHIRT-Red-S Green S"];
    assert_eq!(shown(&after), wanted);
    assert_eq!(labels(&after), ["Blue", "Green", "L", "Red", "S"]);
    let kept = ids(&before, "variants").into_iter().filter(|id| ids(&after, "variants").contains(id)).count();
    assert_eq!(kept, 3);
    let variants = after["variants"].as_array().expect("variants");
    let anew = variants.iter().find(|of| of["sku"] == "SHIRT-Red-S").expect("it").clone();
    assert_eq!(seller.target.stock_of(anew["id"].as_u64().expect("an id")), [(1, 4)]);
    // Once more of the same changes nothing.
    seller.push_by_id(&listings[0]).await;
    assert_eq!(ids(&seller.there(&listings[0]).await, "variants"), ids(&after, "variants"));
}

/// Two values change places: neither can be renamed before the other.
#[both_engines]
async fn values_that_change_places_end_where_they_should(app: App) {
    let seller = Seller::to_bigcommerce(app, &shirts(), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    seller
        .recolour(|_, value| match value {
            "Red" => Some("Blue"),
            "Blue" => Some("Red"),
            _ => None,
        })
        .await;
    seller.assert_each_stands(1).await;
    let after = seller.there(&listings[0]).await;
    let wanted = ["SHIRT-Blue-L Red L", "SHIRT-Blue-S Red S", "SHIRT-Red-L Blue L", "SHIRT-Red-S Blue S"];
    assert_eq!(shown(&after), wanted);
    assert_eq!(labels(&after), ["Blue", "L", "Red", "S"]);
}

/// An option of which it is not said what became of its values is asked for again, before a variant is made of it.
#[both_engines]
async fn an_option_without_its_values_is_no_answer(app: App) {
    let seller = Seller::to_bigcommerce(app, &super::plain(1), Store::empty()).await;
    let listings = seller.list_all().await;
    seller.push().await;
    seller.shops.1.server.inject(
        Matcher::path("/options").without("?").nth(1),
        Fault::Replaced("\"option_values\"", "\"something_else\""),
    );
    seller.ours_counts().await;
    let woo = seller.source.product_ids()[0];
    seller.give_options(woo, &[("Small", "S-1"), ("Large", "S-2")]);
    seller.reread().await;
    let report = seller.report(&listings[0]).await;
    assert_eq!((report.sync_status.as_str(), report.next_try_at.is_some()), ("failed", true), "{report:?}");
    seller.wait().await;
    seller.assert_each_stands(1).await;
    assert_eq!(labels(&seller.there(&listings[0]).await), ["Large", "Small"]);
}
