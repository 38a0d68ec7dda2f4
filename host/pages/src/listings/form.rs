//! The form of one listing: what is set of it, beside what the shop says.

use entrepot_domain::catalog::Product;
use entrepot_domain::effective::VariantOverrides;
use entrepot_domain::listing::{CategoryField, FieldKind};
use entrepot_listings::ListingLook;

use super::posted::{Posted, Wrong};
use super::values::{said, title};
use crate::kit::{Choice, money};

/// Variants and pictures in the form; commands change the others.
pub(super) const VARIANTS: usize = 60;
pub(super) const PICTURES: usize = 40;
/// Choices that are listed; of more, the value is typed.
const CHOICES: usize = 200;

pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: String,
    /// text, long, number, date, choice, lines
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) choices: Vec<Choice>,
    pub(super) hint: String,
    pub(super) required: bool,
    pub(super) problem: Option<String>,
    /// What is set by now, where somebody else was faster.
    pub(super) now: Option<String>,
}

pub(super) struct VariantFields {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) price: Field,
    pub(super) compare_at: Field,
    pub(super) enabled: Vec<Choice>,
}

pub(super) struct Picture {
    pub(super) url: String,
    pub(super) place: String,
    /// It is shown as it is set now.
    pub(super) shown: bool,
    pub(super) problem: Option<String>,
}

/// What the form is made of.
pub(super) struct Made<'a> {
    pub(super) look: &'a ListingLook,
    /// What was typed; none: the form is new.
    pub(super) posted: Option<&'a Posted>,
    pub(super) wrong: &'a Wrong,
    /// Somebody else changed it since the form was made.
    pub(super) stale: bool,
    /// The description begins with the shop's.
    pub(super) copies: bool,
}

impl Made<'_> {
    fn field(&self, name: &str, label: &str, kind: &'static str, set: Option<String>, hint: String) -> Field {
        let set = set.unwrap_or_default();
        let typed = self.posted.map(|posted| posted.get(name).cloned().unwrap_or_default());
        let differs = typed.as_ref().is_some_and(|typed| typed.trim() != set.trim());
        let now = if set.is_empty() { "what the shop says".to_owned() } else { set.clone() };
        Field {
            name: name.to_owned(),
            label: label.to_owned(),
            problem: self.wrong.get(name).cloned(),
            now: (self.stale && differs).then_some(now),
            value: typed.unwrap_or(set),
            choices: Vec::new(),
            required: false,
            kind,
            hint,
        }
    }

    pub(super) fn texts(&self) -> Vec<Field> {
        let (set, source) = (&self.look.set, self.look.source.as_ref());
        let shop = |of: fn(&Product) -> Option<String>| match source.and_then(of).filter(|text| !text.trim().is_empty())
        {
            Some(text) => format!("The shop says: {}", cut(&text)),
            None => "The shop says nothing.".to_owned(),
        };
        let description = match (self.copies, self.posted) {
            (true, None) => {
                source.and_then(|source| source.description_html.clone()).or_else(|| set.description.clone())
            }
            _ => set.description.clone(),
        };
        let tags = set.tags.as_ref().map(|tags| tags.join(", "));
        vec![
            self.field("title", "Title", "text", set.title.clone(), shop(|of| Some(of.title.clone()))),
            self.field(
                "description",
                "Description",
                "long",
                description,
                "HTML. What could harm a buyer’s browser is taken out.".to_owned(),
            ),
            self.field("brand", "Brand", "text", set.brand.clone(), shop(|of| of.brand.clone())),
            self.field(
                "tags",
                "Tags",
                "text",
                tags,
                format!("With commas between them. {}", shop(|of| Some(of.tags.join(", ")))),
            ),
            self.field(
                "seo_slug",
                "Address of its page",
                "text",
                set.seo_slug.clone(),
                format!("Letters, digits and hyphens. {}", shop(|of| of.handle.clone())),
            ),
            self.field(
                "meta_title",
                "Title for search engines",
                "text",
                set.meta_title.clone(),
                shop(|of| of.seo.as_ref()?.title.clone()),
            ),
            self.field(
                "meta_description",
                "Text for search engines",
                "text",
                set.meta_description.clone(),
                shop(|of| of.seo.as_ref()?.description.clone()),
            ),
        ]
    }

    pub(super) fn amounts(&self) -> Vec<Field> {
        let set = &self.look.set;
        let of = match &self.look.currency {
            Some(currency) => format!("In {currency}, such as 12.99."),
            None => "Such as 12.99 EUR.".to_owned(),
        };
        vec![
            self.field(
                "price",
                "Price of every variant",
                "number",
                set.price.as_ref().map(amount),
                format!("{of} It counts before the channel’s rule."),
            ),
            self.field(
                "compare_at",
                "What it cost before",
                "number",
                set.compare_at.as_ref().map(amount),
                format!("{of} Above the price; buyers see it crossed out."),
            ),
        ]
    }

    /// Of goods with one variant, what is set for all is enough.
    pub(super) fn variants(&self) -> Vec<VariantFields> {
        let Some(product) = self.look.effective.as_ref().map(|all| &all.product) else { return Vec::new() };
        if product.variants.len() < 2 && self.look.set.variants.is_empty() {
            return Vec::new();
        }
        let own = |id: &str| self.look.set.variants.get(id).cloned().unwrap_or_default();
        let line = |(at, variant): (usize, &entrepot_domain::catalog::Variant)| {
            let VariantOverrides { price, compare_at, enabled } = own(&variant.source_id);
            let name = title(product, variant);
            let now = variant
                .price
                .as_ref()
                .map_or_else(|| "It has none now.".to_owned(), |price| format!("Now {}.", money(price)));
            let chosen = match self.posted.and_then(|posted| posted.get(&format!("enabled.{at}"))) {
                Some(typed) => typed.as_str(),
                None => enabled.map_or("", |enabled| if enabled { "yes" } else { "no" }),
            };
            VariantFields {
                price: self.field(
                    &format!("price.{at}"),
                    &format!("Price of {name}"),
                    "number",
                    price.as_ref().map(amount),
                    now,
                ),
                compare_at: self.field(
                    &format!("compare_at.{at}"),
                    &format!("What {name} cost before"),
                    "number",
                    compare_at.as_ref().map(amount),
                    String::new(),
                ),
                enabled: Choice::all("as in the shop", chosen, [("yes", "offered"), ("no", "not offered")]),
                title: if name.is_empty() { "The only one".to_owned() } else { name },
                id: variant.source_id.clone(),
            }
        };
        product.variants.iter().enumerate().take(VARIANTS).map(line).collect()
    }

    /// Those that are shown, and then those of the shop that are not.
    pub(super) fn pictures(&self) -> Vec<Picture> {
        let of = |product: &Product| product.media.iter().map(|media| media.url.clone()).collect::<Vec<_>>();
        let mut shown: Vec<String> = self.look.effective.as_ref().map(|all| of(&all.product)).unwrap_or_default();
        let placed = shown.len();
        let rest = self.look.source.as_ref().map(of).unwrap_or_default();
        shown.extend(rest.into_iter().filter(|url| !shown.contains(url)).collect::<Vec<_>>());
        let picture = |(at, url): (usize, String)| {
            let name = format!("place.{at}");
            let place = if at < placed { (at + 1).to_string() } else { String::new() };
            Picture {
                place: self.posted.and_then(|posted| posted.get(&name).cloned()).unwrap_or(place),
                problem: self.wrong.get(&name).cloned(),
                shown: at < placed,
                url,
            }
        };
        shown.into_iter().take(PICTURES).enumerate().map(picture).collect()
    }

    /// What the category asks for.
    pub(super) fn category_fields(&self) -> Vec<Field> {
        let known = self.look.fields.as_deref().unwrap_or_default();
        known.iter().filter(|field| !field.of_variants).map(|field| self.category_field(field)).collect()
    }

    fn category_field(&self, field: &CategoryField) -> Field {
        let stored = &self.look.report.fields[&field.key];
        let set = match stored.as_array() {
            Some(all) => all.iter().map(said).collect::<Vec<_>>().join("\n"),
            None => said(stored),
        };
        let listed = !field.values.is_empty() && field.values.len() <= CHOICES && !field.many && field.closed;
        let kind = match field.kind {
            _ if field.many => "lines",
            FieldKind::Flag => "choice",
            _ if listed => "choice",
            FieldKind::Number => "number",
            FieldKind::Date => "date",
            FieldKind::Text | FieldKind::Choice => "text",
        };
        let mut hint = Vec::new();
        if field.many {
            hint.push("One in a line.".to_owned());
        }
        if let Some(most) = field.max_chars {
            hint.push(format!("At most {most} characters."));
        }
        if !listed && !field.values.is_empty() {
            let some: Vec<_> = field.values.iter().take(12).map(|(value, _)| value.as_str()).collect();
            let more = if field.values.len() > some.len() { " and others" } else { "" };
            hint.push(format!("Such as {}{more}.", some.join(", ")));
        }
        if field.recommended {
            hint.push("Buyers find it better with it.".to_owned());
        }
        let mut made = self.field(&format!("field.{}", field.key), &field.name, kind, Some(set), hint.join(" "));
        made.required = field.required;
        made.choices = match field.kind {
            FieldKind::Flag => Choice::all("", &made.value, [("yes", "yes"), ("no", "no")]),
            _ if listed => Choice::all("", &made.value, field.values.clone()),
            _ => Vec::new(),
        };
        made
    }

    /// Names of fields that each variant has a value of: they are set by command.
    pub(super) fn of_variants(&self) -> Vec<String> {
        let known = self.look.fields.as_deref().unwrap_or_default();
        known.iter().filter(|field| field.of_variants).map(|field| field.name.clone()).collect()
    }
}

/// As it is typed: 12.99.
fn amount(of: &entrepot_domain::Money) -> String {
    of.to_string()
}

/// As much of a text as a hint has room for.
fn cut(text: &str) -> String {
    let mut out: String = text.chars().take(120).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}
