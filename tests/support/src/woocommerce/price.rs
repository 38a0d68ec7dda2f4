//! Which price counts, and how the theme would show it.

use super::json;
use super::model::{Product, Variation};

/// The price of one item and whether it is a sale's.
pub(crate) type Price<'a> = (&'a str, bool);

pub(crate) fn of(product: &Product, now: i64) -> Price<'_> {
    effective(&product.regular_price, &product.sale_price, product.sale_from, product.sale_to, now)
}

pub(crate) fn of_variation(variation: &Variation, now: i64) -> Price<'_> {
    effective(&variation.regular_price, &variation.sale_price, variation.sale_from, variation.sale_to, now)
}

fn effective<'a>(regular: &'a str, sale: &'a str, from: Option<i64>, to: Option<i64>, now: i64) -> Price<'a> {
    let open = from.is_none_or(|from| from <= now) && to.is_none_or(|to| now <= to);
    if open && !sale.is_empty() && number(sale) < number(regular) { (sale, true) } else { (regular, false) }
}

/// Prices over several items.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range<'a> {
    pub(crate) low: &'a str,
    pub(crate) high: &'a str,
    pub(crate) on_sale: bool,
}

impl<'a> Range<'a> {
    pub(crate) fn of(prices: impl IntoIterator<Item = Price<'a>>) -> Self {
        let mut range = Self::default();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (price, sale) in prices {
            range.on_sale |= sale;
            if price.is_empty() {
                continue;
            }
            let value = number(price);
            if value < low {
                (low, range.low) = (value, price);
            }
            if value > high {
                (high, range.high) = (value, price);
            }
        }
        range
    }
}

/// For comparing and showing only; amounts are text everywhere else.
pub(crate) fn number(price: &str) -> f64 {
    price.parse().unwrap_or(0.0)
}

/// `price_html`, already as JSON text.
pub(crate) fn html(out: &mut Vec<u8>, range: Range<'_>, regular: &str, symbol: &str) {
    if range.low.is_empty() {
        return;
    }
    if range.low != range.high {
        amount(out, range.low, symbol, true);
        json::escaped(out, " <span aria-hidden=\"true\">&ndash;</span> ");
        amount(out, range.high, symbol, true);
        let (low, high) = (shown(range.low), shown(range.high));
        let text = format!("Price range: {symbol}{low} through {symbol}{high}");
        json::escaped(out, &format!("<span class=\"screen-reader-text\">{text}</span>"));
    } else if range.on_sale && !regular.is_empty() {
        let (was, is) = (shown(regular), shown(range.low));
        json::escaped(out, "<del aria-hidden=\"true\">");
        amount(out, regular, symbol, false);
        json::escaped(out, "</del> <span class=\"screen-reader-text\">Original price was: ");
        json::escaped(out, &format!("{symbol}{was}.</span><ins aria-hidden=\"true\">"));
        amount(out, range.low, symbol, false);
        json::escaped(out, "</ins><span class=\"screen-reader-text\">Current price is: ");
        json::escaped(out, &format!("{symbol}{is}.</span>"));
    } else {
        amount(out, range.low, symbol, false);
    }
}

fn amount(out: &mut Vec<u8>, price: &str, symbol: &str, hidden: bool) {
    // Escaped by hand: this is most of the text of a page.
    out.extend_from_slice(br#"<span class=\"woocommerce-Price-amount amount\""#);
    if hidden {
        out.extend_from_slice(br#" aria-hidden=\"true\""#);
    }
    out.extend_from_slice(br#"><bdi><span class=\"woocommerce-Price-currencySymbol\" translate=\"no\">"#);
    json::escaped(out, symbol);
    out.extend_from_slice(br"<\/span>");
    json::escaped(out, &shown(price));
    out.extend_from_slice(br"<\/bdi><\/span>");
}

/// Two decimals, and commas between the thousands.
fn shown(price: &str) -> String {
    let text = format!("{:.2}", number(price));
    let whole = text.len() - 3;
    let mut out = String::with_capacity(text.len() + 4);
    for (index, character) in text.char_indices() {
        if index > 0 && index < whole && (whole - index) % 3 == 0 && !out.ends_with('-') {
            out.push(',');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_counts_only_while_it_is_open() {
        assert_eq!(effective("20", "18", None, None, 5), ("18", true));
        assert_eq!(effective("20", "18", Some(6), None, 5), ("20", false));
        assert_eq!(effective("20", "18", None, Some(4), 5), ("20", false));
    }

    #[test]
    fn amounts_are_shown_with_two_decimals() {
        assert_eq!(shown("229.4"), "229.40");
        assert_eq!(shown("1234567.5"), "1,234,567.50");
        assert_eq!(shown("0"), "0.00");
    }
}
