//! One catalogue, expressed by each marketplace in its own way, comes in as the same products, but for what a marketplace cannot say.
//! What that is stands in docs/marketplaces.md, which this test writes: `ENTREPOT_BLESS=1 cargo nextest run -E 'test(marketplace_parity)'`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use entrepot_domain::catalog::{Inventory, Level, MediaKind, Product, ProductStatus, Variant, WeightUnit};
use entrepot_domain::run::RunState;
use entrepot_test_support::seed::{self, LOCATIONS, Seed, Status};
use entrepot_tests::{App, Database, Marketplace};

/// What is compared, by name, as text.
type Aspects = Vec<(&'static str, String)>;

/// What a marketplace cannot say, and what stands there instead. Each of these must differ somewhere, all else nowhere.
const CANNOT: &[(&str, &str, &str)] = &[
    ("shopify", "category with its path", "each title is a collection of its own"),
    ("etsy", "category with its path", "the seller's section; Etsy's taxonomy is an attribute"),
    ("etsy", "brand", "no"),
    ("etsy", "GTIN", "no"),
    ("etsy", "cost", "no"),
    ("etsy", "price before a reduction", "no: sales are not in the listing"),
    ("etsy", "weight of each variant", "one for the listing"),
    ("etsy", "stock that is not counted", "always counted"),
    ("etsy", "stock in all", "999 at the most"),
    ("etsy", "stock by location", "one place"),
    ("etsy", "image of a variant", "not read: it takes a request for each listing"),
    ("etsy", "attributes", "materials, taxonomy and facts of the listing"),
    ("ebay", "tags", "no"),
    ("ebay", "cost", "no"),
    ("ebay", "stock that is not counted", "always counted"),
    ("ebay", "stock in all", "a number for what is not counted"),
    ("ebay", "stock by location", "one place"),
    ("ebay", "text of images", "no"),
    ("ebay", "when it was made", "no"),
    ("ebay", "when it was changed", "no"),
    ("woocommerce", "cost", "no"),
    ("woocommerce", "stock by location", "one place"),
];

#[tokio::test(flavor = "multi_thread")]
async fn one_catalogue_is_the_same_from_each_marketplace() {
    let seeds = seed::catalogue(Seed { products: 200, variable_share: 0.4, seed: 21 });
    let mut differing: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let mut names = Vec::new();
    for shop in Marketplace::all(&seeds) {
        let (app, _) = App::start(Database::Sqlite).await.connect_to(&shop).await;
        let run = app.import().await;
        assert_eq!((run.state, run.created), (RunState::Completed, seeds.len() as i64), "{}: {run:?}", shop.id);
        let products = app.products().await;
        let by_title: BTreeMap<&str, &Product> = products.iter().map(|found| (found.title.as_str(), found)).collect();
        for seed in &seeds {
            let found = by_title.get(seed.title.as_str()).unwrap_or_else(|| panic!("{}: {}", shop.id, seed.title));
            let (expected, found) = (of_seed(seed), of_product(found));
            names = expected.iter().map(|(name, _)| *name).collect();
            for ((name, expected), (same, found)) in expected.into_iter().zip(found) {
                assert_eq!(name, same);
                if expected != found {
                    let told = format!("{}: expected {expected}, found {found}", seed.title);
                    differing.entry((shop.id, name)).or_default().push(told);
                }
            }
        }
    }
    let mut wrong = String::new();
    for ((shop, name), all) in &differing {
        if !CANNOT.iter().any(|(known, aspect, _)| known == shop && aspect == name) {
            let _ = writeln!(wrong, "{shop}, {name}: {} of {}, e.g. {}", all.len(), seeds.len(), all[0]);
        }
    }
    for (shop, name, _) in CANNOT {
        if !differing.contains_key(&(*shop, *name)) {
            let _ = writeln!(wrong, "{shop}, {name}: it can");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    held(&table(&names));
}

fn of_seed(seed: &seed::Product) -> Aspects {
    let each = |what: fn(&seed::Product, &seed::Variant) -> String| {
        seed.variants.iter().map(|variant| what(seed, variant)).collect::<Vec<_>>().join(" | ")
    };
    vec![
        ("description", seed.description_html.clone()),
        ("brand", seed.brand.clone().unwrap_or_default()),
        ("category with its path", seed.category.join(" > ")),
        ("tags", sorted(seed.tags.clone())),
        ("draft or active", if seed.status == Status::Draft { "draft" } else { "active" }.to_owned()),
        (
            "options and their values",
            seed.options
                .iter()
                .map(|axis| format!("{}: {}", axis.name, axis.values.join(", ")))
                .collect::<Vec<_>>()
                .join("; "),
        ),
        ("option values of variants", each(|_, variant| variant.option_values.join(", "))),
        ("SKU", each(|_, variant| variant.sku.clone())),
        ("GTIN", each(|_, variant| variant.gtin.clone().unwrap_or_default())),
        ("price", each(|_, variant| variant.price.to_string())),
        (
            "price before a reduction",
            each(|_, variant| variant.compare_at.map_or_else(String::new, |cents| cents.to_string())),
        ),
        ("cost", each(|_, variant| variant.cost.map_or_else(String::new, |cents| cents.to_string()))),
        ("weight of each variant", each(|_, variant| variant.weight_grams.to_string())),
        ("stock that is not counted", each(|_, variant| variant.stock.is_none().to_string())),
        (
            "stock in all",
            each(|_, variant| variant.stock.map_or_else(String::new, |stock| stock.iter().sum::<i64>().to_string())),
        ),
        (
            "stock by location",
            each(|_, variant| {
                let by_name = |stock: [i64; 2]| {
                    LOCATIONS.iter().zip(stock).map(|(name, left)| format!("{name} {left}")).collect()
                };
                sorted(variant.stock.map_or_else(Vec::new, by_name))
            }),
        ),
        ("images", seed.images.iter().map(|image| image.url.as_str()).collect::<Vec<_>>().join(" ")),
        ("text of images", seed.images.iter().map(|image| image.alt.as_str()).collect::<Vec<_>>().join(" / ")),
        (
            "image of a variant",
            each(|seed, variant| {
                variant.image.and_then(|at| seed.images.get(at)).map_or_else(String::new, |image| image.url.clone())
            }),
        ),
        ("attributes", seed.attributes.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>().join(", ")),
        ("when it was made", (seed.created_at * 1_000).to_string()),
        ("when it was changed", (seed.updated_at * 1_000).to_string()),
    ]
}

fn of_product(product: &Product) -> Aspects {
    let each = |what: &dyn Fn(&Variant) -> String| product.variants.iter().map(what).collect::<Vec<_>>().join(" | ");
    let images: Vec<_> = product.media.iter().filter(|media| media.kind == MediaKind::Image).collect();
    let counted = |variant: &Variant| match &variant.inventory {
        Inventory::Untracked(_) => None,
        Inventory::Tracked(levels) => Some(levels.clone()),
    };
    let cents = |money: &Option<entrepot_domain::Money>| {
        money.as_ref().map_or_else(String::new, |money| money.minor.to_string())
    };
    vec![
        ("description", product.description_html.clone().unwrap_or_default()),
        ("brand", product.brand.clone().unwrap_or_default()),
        (
            "category with its path",
            product.collections.iter().map(|one| one.path.join(" > ")).collect::<Vec<_>>().join("; "),
        ),
        ("tags", sorted(product.tags.clone())),
        ("draft or active", if product.status == ProductStatus::Draft { "draft" } else { "active" }.to_owned()),
        (
            "options and their values",
            product
                .options
                .iter()
                .map(|axis| format!("{}: {}", axis.name, axis.values.join(", ")))
                .collect::<Vec<_>>()
                .join("; "),
        ),
        ("option values of variants", each(&|variant| variant.option_values.join(", "))),
        ("SKU", each(&|variant| variant.sku.clone().unwrap_or_default())),
        ("GTIN", each(&|variant| variant.gtin.clone().unwrap_or_default())),
        ("price", each(&|variant| cents(&variant.price))),
        ("price before a reduction", each(&|variant| cents(&variant.compare_at))),
        ("cost", each(&|variant| cents(&variant.cost))),
        (
            "weight of each variant",
            each(&|variant| variant.weight.map_or_else(String::new, |weight| grams(weight.value, weight.unit))),
        ),
        ("stock that is not counted", each(&|variant| counted(variant).is_none().to_string())),
        (
            "stock in all",
            each(&|variant| {
                let sum = |levels: Vec<Level>| levels.iter().map(|level| level.available).sum::<i64>().to_string();
                counted(variant).map_or_else(String::new, sum)
            }),
        ),
        (
            "stock by location",
            each(&|variant| {
                let told = |level: Level| format!("{} {}", level.location_name.unwrap_or_default(), level.available);
                sorted(counted(variant).unwrap_or_default().into_iter().map(told).collect())
            }),
        ),
        ("images", images.iter().map(|image| image.url.as_str()).collect::<Vec<_>>().join(" ")),
        (
            "text of images",
            images.iter().map(|image| image.alt.as_deref().unwrap_or_default()).collect::<Vec<_>>().join(" / "),
        ),
        (
            "image of a variant",
            each(&|variant| {
                let shown = |id: &String| images.iter().find(|image| image.source_id.as_ref() == Some(id));
                variant.media_ids.iter().filter_map(shown).map(|image| image.url.as_str()).collect::<Vec<_>>().join(" ")
            }),
        ),
        (
            "attributes",
            product.attributes.iter().map(|attribute| attribute.value.clone()).collect::<Vec<_>>().join(", "),
        ),
        ("when it was made", product.created_at.map_or_else(String::new, |at| at.to_string())),
        ("when it was changed", product.updated_at.map_or_else(String::new, |at| at.to_string())),
    ]
}

fn sorted(mut all: Vec<String>) -> String {
    all.sort();
    all.join(", ")
}

fn grams(value: f64, unit: WeightUnit) -> String {
    let factor = match unit {
        WeightUnit::Gram => 1.0,
        WeightUnit::Kilogram => 1_000.0,
        WeightUnit::Ounce => 28.349_523_125,
        WeightUnit::Pound => 453.592_37,
    };
    (value * factor).round().to_string()
}

const SHOPS: [(&str, &str); 5] = [
    ("shopify", "Shopify"),
    ("bigcommerce", "BigCommerce"),
    ("ebay", "eBay"),
    ("etsy", "Etsy"),
    ("woocommerce", "WooCommerce"),
];

fn table(names: &[&str]) -> String {
    let mut text = String::from(
        "# What each marketplace can say\n\nOne catalogue was expressed in each marketplace's own way, imported by its adapter, and compared, \
         product by product. `yes`: it came\nin as it was. Otherwise it says what comes in. A test writes this table.\n\n| |",
    );
    for (_, title) in SHOPS {
        let _ = write!(text, " {title} |");
    }
    text.push_str("\n|---|---|---|---|---|---|\n");
    for name in names {
        let _ = write!(text, "| {name} |");
        for (shop, _) in SHOPS {
            let found = CANNOT.iter().find(|(known, aspect, _)| *known == shop && aspect == name);
            let _ = write!(text, " {} |", found.map_or("yes", |(_, _, instead)| instead));
        }
        text.push('\n');
    }
    text.push_str(GOES_OUT);
    text
}

/// What is not found by comparing: goods on their way out.
const GOES_OUT: &str = "
## Where goods can be put on sale

| | Shopify | BigCommerce | WooCommerce | eBay |
|---|---|---|---|---|
| draft, on sale, taken off | draft; active and published; archived | hidden; visible and on a storefront; hidden | draft; published; draft | offers not published; published; withdrawn |
| variants | 2,048 with 3 options | 600, each with a SKU | as many as the shop bears | 250 with one brand, each with a SKU |
| price, price before a reduction | yes | yes | yes | price alone |
| stock | at one location, compared before it is set | at one location, compared before it is set | yes | item and offer together, compared before it is set |
| categories | Shopify's taxonomy, without its attributes | the store's own | the shop's own | eBay's tree of the marketplace, with what a category requires |
| found again when an answer was lost | by a metafield that the shop keeps unique | by title or SKU, which are there once, and a mark | by SKU and a mark | by SKU, and a group by its key |
| what stands there already | adopted by SKU | adopted by SKU | adopted by SKU | adopted by SKU |
";

fn held(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/marketplaces.md");
    if std::env::var_os("ENTREPOT_BLESS").is_some() {
        std::fs::write(&path, text).expect("docs/ can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "docs/marketplaces.md is another: run this test with ENTREPOT_BLESS=1");
}
