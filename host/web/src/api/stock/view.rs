//! Stock as programs read it.

use entrepot_stock::{
    Adjusted, ItemReport, LevelReport, ListedStock, Movement, PartOf, Reservation, ShopLevel, StockReport, StockVariant,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Goods that are counted here, in a list
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockItemView {
    pub(super) sku: String,
    /// simple, bundle, untracked, shop (counted by the shop that they come from)
    kind: String,
    on_hand: i64,
    /// How many can be sold; null: not counted, or by the shop
    available: Option<i64>,
    /// Milliseconds since 1970
    updated_at: i64,
}

/// How many lie somewhere
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockLevelView {
    location: String,
    on_hand: i64,
    reserved: i64,
    buffer: i64,
    /// What can be sold of it
    available: i64,
    /// false: the location is out of use, and nothing there is for sale
    enabled: bool,
    /// Milliseconds since 1970
    changed_at: i64,
}

/// One of what a bundle is made of
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundlePartView {
    sku: String,
    /// Of it in one bundle
    units: i64,
    /// null: not counted
    available: Option<i64>,
}

/// Pieces that are promised to a buyer
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservationView {
    order: String,
    quantity: i64,
    /// Milliseconds since 1970; null: until the order is shipped or cancelled
    until: Option<i64>,
}

/// A variant that is of these goods: it has their SKU, or is linked with one that has it
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockVariantView {
    channel: String,
    product: String,
    variant: String,
    title: String,
    sku: Option<String>,
}

/// How many a shop tells of
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopLevelView {
    channel: String,
    product: String,
    variant: String,
    /// null: not counted there
    available: Option<i64>,
}

/// How many a marketplace is told of
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedStockView {
    listing: String,
    channel: String,
    product: String,
    variant: String,
    /// How many the channel's rule keeps back
    kept_back: i64,
    /// More than these are not told of by the channel's rule
    at_most: Option<i64>,
    /// By the channel's rule; null: not counted
    wanted: Option<i64>,
    told: Option<i64>,
    /// Milliseconds since 1970
    told_at: Option<i64>,
    /// pending, blocked, sending, waiting, synced, failed, conflict
    sync_status: String,
}

/// The stock of goods, with everything that makes the number
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockView {
    sku: String,
    /// The SKU that these goods are counted under: they are linked with goods of it; null: their own
    counted_as: Option<String>,
    /// simple, bundle, untracked, shop (counted by the shop that they come from)
    kind: String,
    /// At locations in use, like the two that follow
    on_hand: i64,
    reserved: i64,
    buffer: i64,
    /// How many can be sold; null: not counted, or by the shop
    available: Option<i64>,
    levels: Vec<StockLevelView>,
    /// Of a bundle, what it is made of
    parts: Vec<BundlePartView>,
    /// Empty as long as no orders are imported
    reservations: Vec<ReservationView>,
    variants: Vec<StockVariantView>,
    shops: Vec<ShopLevelView>,
    listings: Vec<ListedStockView>,
}

/// One movement, and what was there after it
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementView {
    pub(super) id: String,
    location: String,
    /// count, adjust, reconcile
    kind: String,
    on_hand_delta: i64,
    reserved_delta: i64,
    on_hand_after: i64,
    reserved_after: i64,
    reason: String,
    actor: String,
    key: Option<String>,
    /// Milliseconds since 1970
    at: i64,
}

/// What was written down
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdjustedView {
    sku: String,
    location: String,
    on_hand: i64,
    buffer: i64,
    /// null: only the buffer changed
    movement: Option<MovementView>,
    /// It had been made with the same key before
    repeated: bool,
}

/// A view with the fields of a report.
macro_rules! views {
    ($($report:ident => $view:ident { $($field:ident),* $(; $($nested:ident),*)? })*) => {$(
        impl From<$report> for $view {
            fn from(of: $report) -> Self {
                Self { $($field: of.$field,)* $($($nested: of.$nested.into_iter().map(Into::into).collect(),)*)? }
            }
        }
    )*};
}

views! {
    ItemReport => StockItemView { sku, kind, on_hand, available, updated_at }
    LevelReport => StockLevelView { location, on_hand, reserved, buffer, available, enabled, changed_at }
    PartOf => BundlePartView { sku, units, available }
    Reservation => ReservationView { order, quantity, until }
    StockVariant => StockVariantView { channel, product, variant, title, sku }
    ShopLevel => ShopLevelView { channel, product, variant, available }
    ListedStock => ListedStockView { listing, channel, product, variant, kept_back, at_most, wanted, told, told_at, sync_status }
    Movement => MovementView {
        id, location, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after, reason, actor, key, at
    }
    StockReport => StockView {
        sku, counted_as, kind, on_hand, reserved, buffer, available; levels, parts, reservations, variants, shops, listings
    }
}

impl From<Adjusted> for AdjustedView {
    fn from(of: Adjusted) -> Self {
        let Adjusted { sku, location, on_hand, buffer, movement, repeated } = of;
        Self { sku, location, on_hand, buffer, movement: movement.map(Into::into), repeated }
    }
}
