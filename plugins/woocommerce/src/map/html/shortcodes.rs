//! Marks of shortcodes in a stored text.

/// Shortcodes of WordPress, WooCommerce and builders of pages that stand alone: a buyer sees what they make, and none of it is here.
const KNOWN: &[&str] = &[
    "add_to_cart",
    "add_to_cart_url",
    "audio",
    "best_selling_products",
    "caption",
    "contact-form-7",
    "embed",
    "featured_products",
    "gallery",
    "playlist",
    "product",
    "product_attribute",
    "product_categories",
    "product_category",
    "product_page",
    "products",
    "recent_products",
    "related_products",
    "rev_slider",
    "sale_products",
    "shop_messages",
    "top_rated_products",
    "video",
    "woocommerce_cart",
    "woocommerce_checkout",
    "woocommerce_my_account",
    "woocommerce_order_tracking",
    "wp_caption",
];

/// Without the marks of shortcodes; what stands between an opening and a closing one stays. Other words in brackets are words.
pub(super) fn without_shortcodes(text: &str) -> String {
    if !text.contains('[') {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    // Nobody writes more of them; each is looked for in the whole text.
    let mut left = 1_000;
    while let Some(start) = rest.find('[').filter(|_| left > 0) {
        left -= 1;
        kept.push_str(&rest[..start]);
        rest = &rest[start..];
        // `[[gallery]]` is how one writes about a shortcode.
        if rest.starts_with("[[")
            && let Some(end) = rest.find("]]")
        {
            kept.push_str(&rest[1..end + 1]);
            rest = &rest[end + 2..];
            continue;
        }
        match shortcode(rest, text) {
            Some(length) => rest = &rest[length..],
            None => {
                kept.push('[');
                rest = &rest[1..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// The length of the shortcode's mark that the text begins with.
fn shortcode(text: &str, whole: &str) -> Option<usize> {
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let name: String =
        inner.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')).collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let rest = &inner[name.len()..];
    let end = mark_end(rest)?;
    let between = &rest[..end];
    let words = between.is_empty() || between.starts_with([' ', '/', '\n', '\t', '=', '"']);
    // A word in brackets is a shortcode if it has attributes, or an end, or is known to be one.
    let is_one = between.contains('=')
        || between.ends_with('/')
        || text.starts_with("[/")
        || whole.contains(&format!("[/{name}]"))
        || KNOWN.contains(&name.as_str());
    (words && is_one).then(|| text.len() - rest.len() + end + 1)
}

/// Where the bracket is closed, not within quotes.
fn mark_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b']') => return Some(at),
            (None, b'[' | b'<') => return None,
            (None, b'"') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}
