//! Goods on their way out. Names and meanings are those of the WIT interface `listing-types`.

use serde::{Deserialize, Serialize};

/// What the seller wants of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Prepared, not seen by buyers.
    Draft,
    /// On sale.
    Active,
    /// Taken off.
    Ended,
}

/// How a listing stands at the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListingStatus {
    /// There, and not shown to buyers.
    Draft,
    /// On sale.
    Active,
    /// The marketplace looks at it first.
    InReview,
    /// The marketplace does not show it.
    Rejected,
    /// There, and nothing left to buy.
    OutOfStock,
    /// No longer on sale.
    Ended,
}

impl ListingStatus {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::InReview => "in-review",
            Self::Rejected => "rejected",
            Self::OutOfStock => "out-of-stock",
            Self::Ended => "ended",
        }
    }
}

/// One variant as the marketplace knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedVariant {
    /// The host's own id of the variant.
    pub variant_id: String,
    /// The marketplace's id of the variant, once there is one.
    pub external_id: Option<String>,
    /// The marketplace's stock-keeping item, where that is another id.
    pub item_id: Option<String>,
    /// The SKU it was listed by.
    pub sku: Option<String>,
}

/// A category of a marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The marketplace's id.
    pub id: String,
    /// Names from the root down to and including this one.
    pub path: Vec<String>,
    /// Goods can be listed in it.
    pub leaf: bool,
}

/// How a category's field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Any text.
    Text,
    /// Digits, perhaps with a dot.
    Number,
    /// Yes or no.
    Flag,
    /// One of `values`.
    Choice,
    /// A day, ISO 8601.
    Date,
}

/// What a category asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryField {
    /// The name in a listing's `fields`.
    pub key: String,
    /// For people.
    pub name: String,
    /// How it is filled in.
    pub kind: FieldKind,
    /// Nothing is listed without it.
    pub required: bool,
    /// Buyers find it better with it.
    pub recommended: bool,
    /// Several values.
    pub many: bool,
    /// One value for each variant.
    pub of_variants: bool,
    /// Value and name of each choice.
    pub values: Vec<(String, String)>,
    /// Nothing but `values` is taken.
    pub closed: bool,
    /// The longest text.
    pub max_chars: Option<u32>,
}

/// What the seller wants of a listing, in the seller's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Prepared; nothing is sent.
    Draft,
    /// On sale.
    Active,
    /// Taken off.
    Archived,
}

/// Where a listing is on its way to the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncStatus {
    /// To be looked at, and sent if it differs from what stands there.
    Pending,
    /// It cannot be sent like this; it is looked at again when something changed.
    Blocked,
    /// Sent, and no answer yet. Where the answer was lost it is sent again: adapters find what they made.
    Sending,
    /// The marketplace took it and is not finished.
    Waiting,
    /// What stands there is what is wanted.
    Synced,
    /// The last try failed and another one comes.
    Failed,
    /// Something was changed at the marketplace, and a person decides what counts.
    Conflict,
}

macro_rules! words {
    ($($name:ident { $($case:ident = $word:literal),+ $(,)? })+) => {$(
        impl $name {
            /// The word that is stored and shown.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $word),+ }
            }

            /// From that word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$case),)+ _ => None }
            }
        }
    )+};
}

words! {
    Status { Draft = "draft", Active = "active", Archived = "archived" }
    SyncStatus { Pending = "pending", Blocked = "blocked", Sending = "sending", Waiting = "waiting", Synced = "synced", Failed = "failed",
        Conflict = "conflict" }
}
