//! What came of operations that pages begin: they are documented here, and written by `entrepot_listings`.

use utoipa::ToSchema;

/// Of `change_listings`
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct ChangedListingsView {
    /// publish, push, end, remove
    action: Option<String>,
    /// Listings that the marketplace is told of, or that were removed
    changed: u64,
    /// Listings that were left as they are
    left_out: u64,
    lines: Vec<ChangedLineView>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct ChangedLineView {
    listing: String,
    /// Why it was left as it is; null: it was done
    why: Option<String>,
    /// It stood at the marketplace before
    stood: bool,
}

/// Of `draft_listings`
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct DraftedListingsView {
    /// Drafts that were made
    drafted: u64,
    /// Products without one
    left_out: u64,
    lines: Vec<DraftLineView>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct DraftLineView {
    product: String,
    title: String,
    /// The draft that was made
    listing: Option<String>,
    /// Why none was
    why: Option<String>,
}

/// Of `find_categories`
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct FoundCategoriesView {
    listing: String,
    /// Surest first
    categories: Vec<FoundCategoryView>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct FoundCategoryView {
    id: String,
    /// Names from the root down
    path: Vec<String>,
    /// Goods can be listed in it
    leaf: bool,
    /// The marketplace suggests it
    suggested: bool,
}

/// Of `ask_choices`
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct AskedChoicesView {
    channel: String,
    setting: String,
    choices: Vec<OfferedChoiceView>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct OfferedChoiceView {
    /// What the setting is set to
    value: String,
    /// As the account calls it
    name: String,
}

/// Of `ask_category_fields`
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here")]
pub(crate) struct AskedFieldsView {
    listing: String,
    fields: u64,
    required: u64,
}
