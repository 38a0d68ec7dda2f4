//! Products that are legal and that careless clients stumble over.

use crate::dice::Dice;
use crate::woocommerce::model::{Product, Text};

/// Makes one product awkward, in one of many ways.
pub(super) fn bend(product: &mut Product, number: usize, dice: &mut Dice) {
    let simple = product.kind == "simple";
    match dice.below(18) {
        0 => product.sku = Text::default(),
        1 if simple => (product.regular_price, product.sale_price) = Default::default(),
        2 if simple => (product.regular_price, product.sale_price) = ("0".into(), Text::default()),
        3 if simple => (product.regular_price, product.sale_price) = ("12.345".into(), Text::default()),
        4 if simple => {
            // A sale that has not begun.
            product.regular_price = "80".into();
            product.sale_price = "60".into();
            product.sale_from = Some(4_102_444_800);
            product.sale_to = Some(4_102_531_199);
        }
        5 if simple => {
            // A sale that is over.
            product.regular_price = "80".into();
            product.sale_price = "60".into();
            product.sale_from = Some(1_700_000_000);
            product.sale_to = Some(1_700_086_399);
        }
        6 => {
            product.manage_stock = true;
            product.stock_quantity = Some(-3);
            product.backorders = "notify";
        }
        7 => product.name = format!("Tom & Jerry's \"best\" set {number}").into(),
        8 => product.name = format!("A &lt; B &amp; C {number}").into(),
        9 => product.name = format!("Tüte 🧶 \u{202e}עברית {number}").into(),
        10 => product.name = format!("{} {number}", "Very long name ".repeat(16).trim_end()).into(),
        11 => product.description = "A long story. ".repeat(1_500).trim_end().into(),
        12 => product.description = "<div><p>Never closed <b>bold <table><tr><td>cell".into(),
        13 => product.images.clear(),
        14 => product.categories = vec![super::vocabulary::CATEGORIES],
        15 => product.global_unique_id = "978-3-16-148410-0".into(),
        16 => product.visibility = "hidden",
        17 => product.tax_class = "reduced-rate",
        _ => product.short_description = Text::default(),
    }
}
