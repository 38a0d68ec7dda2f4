//! What a rule lists by itself, as somebody types it: values with commas between them.

use entrepot_domain::effective::{ChannelRule, Create, ListRule, ProductFilter};

use super::Typed;

/// What is made of products by themselves, by the word in the form.
pub(crate) const CREATE: [(&str, &str); 3] = [
    ("", "Nothing: you list products yourself"),
    ("draft", "A draft of each, which you publish"),
    ("publish", "A listing of each, which goes on sale at once"),
];
pub(crate) const END: [(&str, &str); 2] =
    [("", "Its listing stays"), ("end", "Its listing is ended, and comes back when the product matches again")];

fn values(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

impl Typed {
    pub(super) fn with_list_of(mut self, rule: &ChannelRule) -> Self {
        let Some(list) = &rule.list else { return self };
        let create = match list.create {
            Create::Draft => "draft",
            Create::Publish => "publish",
        };
        let ProductFilter { brands, types, tags } = &list.when;
        (self.create, self.end) = (create.to_owned(), if list.end { "end" } else { "" }.to_owned());
        (self.brands, self.types, self.tags) = (brands.join(", "), types.join(", "), tags.join(", "));
        self
    }

    /// `now`: the rule in force, which may say more than the form does.
    pub(super) fn list(&self, now: &ChannelRule) -> Option<ListRule> {
        let create = match self.create.as_str() {
            "draft" => Create::Draft,
            "publish" => Create::Publish,
            _ => return None,
        };
        let when = ProductFilter { brands: values(&self.brands), types: values(&self.types), tags: values(&self.tags) };
        let now = now.list.clone().unwrap_or_default();
        Some(ListRule { when, create, end: self.end == "end", ..now })
    }
}
