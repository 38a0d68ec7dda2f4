//! The exports of the guest interface, by the names a manifest uses for them.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    Check,
    FetchPage,
    FetchItems,
    MapProduct,
    FetchStock,
    VerifyWebhook,
    Subscribe,
    Subscriptions,
    Unsubscribe,
    CheckListing,
    PushListings,
    PushOffers,
    EndListings,
    Poll,
    PollOffers,
    Find,
    Categories,
    Suggest,
    Fields,
    Choices,
    FetchOrders,
    FetchOrder,
    MapOrder,
    Fulfil,
    Cancel,
    Refund,
    Columns,
    RenderItem,
}

impl Operation {
    pub const ALL: [Self; 28] = [
        Self::Check,
        Self::FetchPage,
        Self::FetchItems,
        Self::MapProduct,
        Self::FetchStock,
        Self::VerifyWebhook,
        Self::Subscribe,
        Self::Subscriptions,
        Self::Unsubscribe,
        Self::CheckListing,
        Self::PushListings,
        Self::PushOffers,
        Self::EndListings,
        Self::Poll,
        Self::PollOffers,
        Self::Find,
        Self::Categories,
        Self::Suggest,
        Self::Fields,
        Self::Choices,
        Self::FetchOrders,
        Self::FetchOrder,
        Self::MapOrder,
        Self::Fulfil,
        Self::Cancel,
        Self::Refund,
        Self::Columns,
        Self::RenderItem,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::FetchPage => "fetch-page",
            Self::FetchItems => "fetch-items",
            Self::MapProduct => "map-product",
            Self::FetchStock => "fetch-stock",
            Self::VerifyWebhook => "verify-webhook",
            Self::Subscribe => "subscribe",
            Self::Subscriptions => "subscriptions",
            Self::Unsubscribe => "unsubscribe",
            Self::CheckListing => "check-listing",
            Self::PushListings => "push-listings",
            Self::PushOffers => "push-offers",
            Self::EndListings => "end-listings",
            Self::Poll => "poll",
            Self::PollOffers => "poll-offers",
            Self::Find => "find",
            Self::Categories => "categories",
            Self::Suggest => "suggest",
            Self::Fields => "fields",
            Self::Choices => "choices",
            Self::FetchOrders => "fetch-orders",
            Self::FetchOrder => "fetch-order",
            Self::MapOrder => "map-order",
            Self::Fulfil => "fulfil",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::Columns => "columns",
            Self::RenderItem => "render-item",
        }
    }

    /// Pure operations compute from their arguments alone. No rule can give them a way out.
    pub const fn is_pure(self) -> bool {
        matches!(
            self,
            Self::MapProduct
                | Self::MapOrder
                | Self::CheckListing
                | Self::RenderItem
                | Self::VerifyWebhook
                | Self::Columns
        )
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
