//! Each value of a listing, with whose word it is and what is wrong with it.

use std::collections::BTreeMap;

use entrepot_domain::catalog::{Inventory, Product, Variant};
use entrepot_domain::clock::Timestamp;
use entrepot_domain::effective::{Effective, Origin, available};
use entrepot_listings::ListingLook;
use serde_json::Value;

use crate::kit::{Moment, count, grouped, money};

/// Variants that are shown.
const VARIANTS: usize = 100;
/// Characters of a value in a table.
const SHORT: usize = 240;

type Issues = BTreeMap<String, Vec<String>>;

pub(super) struct FieldLine {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) origin: &'static str,
    /// What the shop says, where that is another value.
    pub(super) instead: Option<String>,
    /// What takes it back to the shop's.
    pub(super) revert: Option<&'static str>,
    pub(super) issues: Vec<String>,
    /// Nothing is listed without it, and it is not there.
    pub(super) missing: bool,
}

pub(super) struct Amount {
    pub(super) value: String,
    pub(super) origin: &'static str,
    /// What the shop says, where that is another value.
    pub(super) instead: Option<String>,
    pub(super) revert: Option<String>,
}

pub(super) struct VariantLine {
    pub(super) title: String,
    /// Where its stock is explained.
    pub(super) stock_of: Option<String>,
    pub(super) sku: String,
    pub(super) offered: bool,
    pub(super) price: Amount,
    pub(super) before: Option<Amount>,
    pub(super) stock: Amount,
    /// What the marketplace was told last.
    pub(super) told: Option<(String, Option<Moment>)>,
    pub(super) issues: Vec<String>,
}

/// Whose word a value is.
fn whose(origin: Option<&Origin>) -> &'static str {
    match origin {
        Some(Origin::Manual) => "set here",
        Some(Origin::Rule) => "the channel’s rule",
        Some(Origin::Source) | None => "the shop",
    }
}

fn short(text: &str) -> String {
    let mut out: String = text.chars().take(SHORT).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// HTML without its tags, for a line.
fn plain(html: &str) -> String {
    let (mut out, mut tag) = (String::new(), false);
    for letter in html.chars() {
        match letter {
            '<' => tag = true,
            '>' if tag => {
                tag = false;
                out.push(' ');
            }
            letter if !tag => out.push(letter),
            _ => {}
        }
    }
    let text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", " ")
}

fn values(of: &Product) -> [(&'static str, &'static str, &'static str, String); 8] {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let seo = of.seo.as_ref();
    let pictures = of.media.len() as i64;
    let pictures = if pictures == 0 { String::new() } else { count(pictures, "picture", "pictures") };
    [
        ("title", "Title", "/title", of.title.clone()),
        ("description", "Description", "/description_html", plain(&text(of.description_html.as_deref()))),
        ("images", "Pictures", "/media", pictures),
        ("brand", "Brand", "/brand", text(of.brand.as_deref())),
        ("tags", "Tags", "/tags", of.tags.join(", ")),
        ("seo_slug", "Address of its page", "/handle", text(of.handle.as_deref())),
        ("meta_title", "Title for search engines", "/seo/title", text(seo.and_then(|seo| seo.title.as_deref()))),
        (
            "meta_description",
            "Text for search engines",
            "/seo/description",
            text(seo.and_then(|seo| seo.description.as_deref())),
        ),
    ]
}

/// Takes what is wrong with a field out of `issues`.
pub(super) fn fields(look: &ListingLook, issues: &mut Issues) -> Vec<FieldLine> {
    let (Some(Effective { product, origins, .. }), Some(source)) = (&look.effective, &look.source) else {
        return Vec::new();
    };
    let mut lines: Vec<FieldLine> = values(product)
        .into_iter()
        .zip(values(source))
        .map(|((name, label, path, value), (.., shop))| {
            let origin = origins.get(name);
            let set = origin == Some(&Origin::Manual);
            FieldLine {
                label: label.to_owned(),
                instead: (set && shop != value).then(|| short(&shop)),
                value: short(&value),
                origin: whose(origin),
                revert: set.then_some(name),
                issues: take(issues, path),
                missing: false,
            }
        })
        .collect();
    lines.push(FieldLine {
        label: "Category".to_owned(),
        value: category(look),
        origin: match (&look.report.category, &look.category) {
            (Some(_), _) => "set here",
            (None, Some(_)) => "the channel’s rule",
            (None, None) => "none",
        },
        instead: None,
        revert: None,
        issues: take(issues, "/category"),
        missing: false,
    });
    for field in look.fields.iter().flatten() {
        let value = said(&look.answers[&field.key]);
        lines.push(FieldLine {
            label: field.name.clone(),
            origin: match (value.is_empty(), said(&look.report.fields[&field.key]).is_empty()) {
                (true, _) => "not set",
                (false, true) => "the channel’s rule",
                (false, false) => "set here",
            },
            missing: field.required && value.is_empty(),
            issues: take(issues, &format!("/fields/{}", field.key)),
            value: short(&value),
            instead: None,
            revert: None,
        });
    }
    lines
}

/// By its names, where they are known.
pub(super) fn category(look: &ListingLook) -> String {
    match (&look.category_path, &look.category) {
        (Some(path), Some(_)) if !path.is_empty() => path.join(" › "),
        (_, Some(id)) => id.clone(),
        (_, None) => String::new(),
    }
}

/// A value of a category's field, for people.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(all) => all.iter().map(said).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What is said of this place and of what is in it.
fn take(issues: &mut Issues, path: &str) -> Vec<String> {
    let below = format!("{path}/");
    let of: Vec<String> = issues.keys().filter(|at| *at == path || at.starts_with(&below)).cloned().collect();
    of.iter().filter_map(|at| issues.remove(at)).flatten().collect()
}

/// The first of them, and how many more there are.
pub(super) fn variants(look: &ListingLook, issues: &mut Issues, now: Timestamp) -> (Vec<VariantLine>, usize) {
    let (Some(effective), Some(source)) = (&look.effective, &look.source) else { return (Vec::new(), 0) };
    let all = &effective.product.variants;
    let lines = all.iter().enumerate().take(VARIANTS).map(|(at, variant)| {
        let shop = source.variants.get(at);
        let origin = |field: &str| effective.origins.get(&format!("variants/{}/{field}", variant.source_id));
        let revert = |field: &str| {
            let of_all = match field {
                "price" => look.set.price.is_some(),
                _ => look.set.compare_at.is_some(),
            };
            let own = look.set.variants.get(&variant.source_id);
            let own =
                own.is_some_and(|own| if field == "price" { own.price.is_some() } else { own.compare_at.is_some() });
            match (own, of_all) {
                (true, _) => Some(format!("variants/{}/{field}", variant.source_id)),
                (false, true) => Some(field.to_owned()),
                _ => None,
            }
        };
        let shop_price = shop.and_then(|shop| shop.price.as_ref());
        let price = Amount {
            value: variant.price.as_ref().map_or_else(|| "none".to_owned(), money),
            instead: shop_price.filter(|price| Some(*price) != variant.price.as_ref()).map(money),
            origin: whose(origin("price")),
            revert: revert("price"),
        };
        let before = variant.compare_at.as_ref().map(|before| Amount {
            value: money(before),
            instead: None,
            origin: whose(origin("compare_at").or_else(|| origin("price").filter(|of| **of == Origin::Rule))),
            revert: revert("compare_at"),
        });
        let shop_stock = shop.map(pieces).filter(|shop| *shop != pieces(variant));
        let told = look.report.variants.iter().find(|told| told.variant == variant.source_id);
        VariantLine {
            title: title(&effective.product, variant),
            stock_of: variant.sku.as_deref().map(crate::stock::href),
            sku: variant.sku.clone().unwrap_or_default(),
            offered: variant.enabled,
            stock: Amount {
                value: pieces(variant),
                origin: match origin("available") {
                    None | Some(Origin::Source) if shop_stock.is_some() => "counted here",
                    of => whose(of),
                },
                instead: shop_stock,
                revert: None,
            },
            told: told.filter(|told| told.told_at.is_some()).map(|told| {
                let price = told.told_price.as_ref().map(money);
                let stock = told.told_stock.map(|stock| count(stock, "piece", "pieces"));
                let said: Vec<String> = [price, stock].into_iter().flatten().collect();
                (said.join(", "), told.told_at.map(|at| Moment { at, now }))
            }),
            issues: take(issues, &format!("/variants/{at}")),
            price,
            before,
        }
    });
    (lines.collect(), all.len().saturating_sub(VARIANTS))
}

pub(super) fn title(product: &Product, variant: &Variant) -> String {
    let named = product.options.iter().zip(&variant.option_values);
    let values: Vec<String> = named.map(|(option, value)| format!("{}: {value}", option.name)).collect();
    if values.is_empty() { variant.title.clone().unwrap_or_default() } else { values.join(", ") }
}

fn pieces(variant: &Variant) -> String {
    match (available(variant), &variant.inventory) {
        (Some(pieces), _) => grouped(pieces),
        (None, Inventory::Untracked(true)) => "in stock".to_owned(),
        (None, _) => "out of stock".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let mut issues: Issues = [("/variants/1/price", "low"), ("/variants/10", "none"), ("/title", "long")]
            .map(|(path, why)| (path.to_owned(), vec![why.to_owned()]))
            .into();
        assert_eq!(take(&mut issues, "/variants/1"), ["low"]);
        assert_eq!(take(&mut issues, "/title"), ["long"]);
        assert_eq!(issues.into_keys().collect::<Vec<_>>(), ["/variants/10"]);
    }

    #[test]
    fn html_is_a_line() {
        assert_eq!(plain("<p>Blue &amp; <b>red</b></p>\n<p>2 &lt; 3</p>"), "Blue & red 2 < 3");
    }
}
