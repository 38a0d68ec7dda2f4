//! From a WooCommerce shop to BigCommerce and in again: equal in what BigCommerce can express.

use entrepot_domain::catalog::{Product, Weight, WeightUnit};
use entrepot_domain::effective::available;
use entrepot_test_support::bigcommerce;
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};

use super::super::{Seller, TARGET};

#[both_engines]
async fn goods_go_from_woocommerce_to_bigcommerce_and_in_again(app: App) {
    let seller = Seller::to_bigcommerce(app, &catalogue(14), bigcommerce::Store::empty()).await;
    seller.list_all().await;
    seller.work().await;
    assert_eq!(seller.target.product_count(), 0, "drafts are sent nowhere");
    seller.push().await;
    seller.assert_each_stands(14).await;
    import(&seller.app, TARGET).await;
    let (sent, there) = (seller.products(0).await, seller.products(1).await);
    assert_eq!((sent.len(), there.len()), (14, 14));
    for product in sent {
        let same = there.iter().find(|other| other.title == product.title);
        let same = same.unwrap_or_else(|| panic!("{} is not there", product.title));
        assert_eq!(sold(same), sold(&product), "{}", product.title);
        assert_eq!(whole(same), whole(&product), "{}", product.title);
        // BigCommerce makes one of the title where there is none.
        assert!(product.handle.is_none() || same.handle == product.handle, "{}", product.title);
    }
    // Nothing changed, so nothing is sent.
    let before = seller.writes("");
    seller.push().await;
    assert_eq!(seller.writes(""), before);
}

/// What a buyer sees of a product, and what is counted.
fn sold(of: &Product) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let variant = |variant: &entrepot_domain::catalog::Variant| {
        let (price, before) = (variant.price.clone(), variant.compare_at.clone());
        let codes = (variant.sku.clone(), variant.gtin.clone());
        (
            codes,
            price,
            before,
            available(variant),
            variant.option_values.clone(),
            variant.weight.map(grams),
            variant.enabled,
        )
    };
    let mut all: Vec<_> = of.variants.iter().map(variant).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn whole(of: &Product) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut tags = of.tags.clone();
    tags.sort();
    let options: Vec<_> = of.options.iter().map(|option| (option.name.clone(), option.values.clone())).collect();
    // The picture of a variant is a copy by itself there.
    let own = of.media.iter().filter(|media| !media.url.contains("attribute_rule_images"));
    let pictures: Vec<_> = own.map(|media| (media.kind, media.alt.clone())).collect();
    let seo = of.seo.as_ref().map(|seo| (seo.title.clone(), seo.description.clone()));
    (of.status, of.description_html.clone(), of.brand.clone(), tags, options, pictures, seo)
}

fn grams(weight: Weight) -> i64 {
    let times = match weight.unit {
        WeightUnit::Gram => 1.0,
        WeightUnit::Kilogram => 1_000.0,
        WeightUnit::Ounce => 28.349_523_125,
        WeightUnit::Pound => 453.592_37,
    };
    (weight.value * times).round() as i64
}
