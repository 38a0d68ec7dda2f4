//! Three ways to look at a listing's fields: as they were sent, as they stand at the marketplace, as they are wanted. What differs there from
//! what stood after it was sent was changed there. Pure: the listings' worker asks here and nowhere else.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::{Inventory, MediaKind, Product, ProductStatus, Variant};

/// Whose value counts where both sides changed a field, or the marketplace's side alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// A person decides; until then nothing is overwritten.
    #[default]
    Ask,
    /// What is wanted here is sent again.
    Ours,
    /// What stands there is taken over.
    Theirs,
}

/// The fields that are compared, by the names that overrides have. `price` is each variant's.
pub const FIELDS: [&str; 11] = [
    "title",
    "description",
    "seo_slug",
    "meta_title",
    "meta_description",
    "brand",
    "tags",
    "images",
    "variants",
    "on_sale",
    "price",
];

/// The policy of a channel, by field. `default` is that of fields without one of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConflictRule(pub BTreeMap<String, Policy>);

impl ConflictRule {
    /// `field`: as in [`FIELDS`], or `variants/ID/price`.
    pub fn of(&self, field: &str) -> Policy {
        let named = if field.starts_with("variants/") { "price" } else { field };
        self.0.get(named).or_else(|| self.0.get("default")).copied().unwrap_or_default()
    }

    /// What is wrong with it, in words.
    pub fn check(&self) -> Result<(), String> {
        match self.0.keys().find(|key| *key != "default" && !FIELDS.contains(&key.as_str())) {
            Some(key) => Err(format!("conflicts.{key} is no field; there are {} and default", FIELDS.join(", "))),
            None => Ok(()),
        }
    }
}

/// How a field was sent, and how it stood there afterwards, each in short: marketplaces keep most values in a form of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// As it was sent.
    pub sent: String,
    /// As it stood there.
    pub there: String,
    /// As it was sent since, without an answer: it may stand there by now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubt: Vec<String>,
}

impl Known {
    fn new(sent: String, there: String) -> Self {
        Self { sent, there, doubt: Vec::new() }
    }

    /// `now` may be what was sent without an answer. Where the marketplace keeps the field in a form of its own, nobody can say.
    fn is_in_doubt(&self, now: &str) -> bool {
        let may_be = |sent: &String| sent == now || count(sent).is_some_and(|of| count(now) == Some(of));
        self.doubt.iter().any(may_be) || (!self.doubt.is_empty() && self.sent != self.there)
    }
}

/// Of what was sent without an answer, the last of a field are kept.
const DOUBTS: usize = 8;

/// What is known of a listing's fields since it was sent last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Those that are compared.
    pub fields: BTreeMap<String, Known>,
    /// Everything else that was sent, in short.
    pub rest: String,
}

/// A field that was changed at the marketplace.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// As in [`FIELDS`], or `variants/ID/price`.
    pub field: String,
    /// As it stands there.
    pub theirs: Value,
    /// As it is wanted here.
    pub ours: Value,
}

/// What can be bought, each by its SKU, or by what it is of each option.
fn sold(product: &Product) -> Vec<String> {
    let name = |variant: &Variant| match variant.sku.as_deref().map(str::trim).filter(|sku| !sku.is_empty()) {
        Some(sku) => sku.to_owned(),
        None => variant.option_values.join(" / "),
    };
    let mut all: Vec<String> = product.variants.iter().filter(|variant| variant.enabled).map(name).collect();
    all.sort_unstable();
    all
}

/// Everything of it is counted, and nothing is left.
fn is_sold_out(product: &Product) -> bool {
    let left = |variant: &Variant| match &variant.inventory {
        Inventory::Tracked(levels) => levels.iter().any(|level| level.available > 0),
        Inventory::Untracked(_) => true,
    };
    !product.variants.is_empty() && !product.variants.iter().any(left)
}

/// A listing's fields but prices, by name, each in its one form.
pub fn fields(product: &Product) -> BTreeMap<String, Value> {
    let seo = product.seo.as_ref();
    let text =
        |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map_or(Value::Null, Value::from);
    let mut tags: Vec<&str> = product.tags.iter().map(|tag| tag.trim()).collect();
    tags.sort_unstable();
    let images = product.media.iter().filter(|media| media.kind == MediaKind::Image);
    let images: Vec<&str> = images.map(|media| media.url.as_str()).collect();
    let all = [
        ("title", text(Some(&product.title))),
        ("description", text(product.description_html.as_deref())),
        ("seo_slug", text(product.handle.as_deref())),
        ("meta_title", text(seo.and_then(|seo| seo.title.as_deref()))),
        ("meta_description", text(seo.and_then(|seo| seo.description.as_deref()))),
        ("brand", text(product.brand.as_deref())),
        ("tags", json!(tags)),
        ("images", json!(images)),
        ("variants", json!(sold(product))),
        ("on_sale", json!(product.status == ProductStatus::Active)),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// In short: the same for the same value, and of a list how many it has.
pub fn fingerprint(value: &Value) -> String {
    let hash = blake3::hash(value.to_string().as_bytes()).to_hex();
    let count = value.as_array().map_or_else(String::new, |list| format!("{}:", list.len()));
    format!("{count}{}", &hash[..16])
}

fn count(fingerprint: &str) -> Option<&str> {
    fingerprint.split_once(':').map(|(count, _)| count)
}

impl Baseline {
    /// What stands there just after `sent` was sent, with a `rest` that is not compared.
    pub fn after(sent: &Product, rest: String, there: &Product) -> Self {
        let (sent, there) = (fields(sent), fields(there));
        let known = |(name, value): (String, Value)| {
            let there = fingerprint(there.get(&name).unwrap_or(&Value::Null));
            (name, Known::new(fingerprint(&value), there))
        };
        Self { fields: sent.into_iter().map(known).collect(), rest }
    }

    /// Of what stood there before anything was sent: nothing of it is ours. What differs is for the policy, but for what the marketplace
    /// makes itself, and pictures, of which the number counts: their addresses are its own.
    pub fn adopted(there: &Product, wanted: &Product) -> (Self, Vec<Difference>) {
        let mut ours = fields(wanted);
        let mut known = BTreeMap::new();
        let mut found = Vec::new();
        for (name, theirs) in fields(there) {
            let print = fingerprint(&theirs);
            let ours = ours.remove(&name).unwrap_or_default();
            let same = match name.as_str() {
                "images" => theirs.as_array().map(Vec::len) == ours.as_array().map(Vec::len),
                "seo_slug" | "meta_title" | "meta_description" | "brand" => theirs.is_null() || ours.is_null(),
                "on_sale" => true,
                // Those that are made lose nothing; those that are there and not wanted might.
                "variants" => sold(there).iter().all(|one| sold(wanted).contains(one)),
                _ => false,
            };
            if !same && theirs != ours {
                found.push(Difference { field: name.clone(), theirs, ours });
            }
            known.insert(name, Known::new(print.clone(), print));
        }
        (Self { fields: known, rest: String::new() }, found)
    }

    /// What was changed there since, and is not as it is wanted. What has become as it is wanted, or is still on its way there (pictures that
    /// the marketplace fetches later), is known from now on.
    pub fn differences(&mut self, there: &Product, wanted: &Product) -> Vec<Difference> {
        let nothing_left = is_sold_out(there);
        let (mut there, mut wanted) = (fields(there), fields(wanted));
        let title = there.get("title").map(fingerprint);
        let retitled = self.fields.get("title").is_some_and(|known| title.as_ref() != Some(&known.there));
        let mut found = Vec::new();
        for (name, known) in &mut self.fields {
            let (theirs, ours) = (there.remove(name).unwrap_or_default(), wanted.remove(name).unwrap_or_default());
            let now = fingerprint(&theirs);
            if now == known.there || known.is_in_doubt(&now) {
                continue;
            }
            // What is sold out some marketplaces take off by themselves: nobody decided that.
            if name == "on_sale" && nothing_left && theirs == json!(false) {
                continue;
            }
            // A slug is made and dropped by the marketplace, too, as it is published or not; some make it of the title.
            let by_itself = name == "seo_slug" && (retitled || theirs.is_null() || ours.is_null());
            let arrived =
                count(&known.sent).is_some_and(|sent| count(&now) == Some(sent) && count(&known.there) != Some(sent));
            if theirs == ours {
                *known = Known::new(now.clone(), now);
            } else if arrived || by_itself {
                known.there = now;
            } else {
                found.push(Difference { field: name.clone(), theirs, ours });
            }
        }
        found
    }

    /// As it is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// `sent` is on its way, and its answer may be lost.
    pub fn doubt(&mut self, sent: &Product) {
        for (name, value) in fields(sent) {
            let Some(known) = self.fields.get_mut(&name) else { continue };
            let print = fingerprint(&value);
            if print != known.sent && !known.doubt.contains(&print) {
                known.doubt.push(print);
                known.doubt.drain(..known.doubt.len().saturating_sub(DOUBTS));
            }
        }
    }

    /// What was sent was answered, or refused.
    pub fn doubt_nothing(&mut self) {
        self.fields.values_mut().for_each(|known| known.doubt.clear());
    }

    /// What stands there is known; what is wanted here is sent over it, or `taken` over from there.
    pub fn note(&mut self, field: &str, theirs: &Value, taken: bool) {
        if let Some(known) = self.fields.get_mut(field) {
            known.there = fingerprint(theirs);
            if taken {
                known.sent.clone_from(&known.there);
            }
        }
    }

    /// Nothing but what stands there already is wanted.
    pub fn is_as_wanted(&self, wanted: &Product, rest: &str) -> bool {
        let wanted = fields(wanted);
        let mut all = self.fields.iter();
        self.rest == rest
            && all.all(|(name, known)| fingerprint(wanted.get(name).unwrap_or(&Value::Null)) == known.sent)
    }
}
