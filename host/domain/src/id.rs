//! Identifiers: a prefix that says what it is, and a ULID, which sorts by the time it was made.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// What every id type can do.
pub trait Id: AsRef<str> + Sized {
    /// Before the underscore.
    const PREFIX: &'static str;
    /// Whatever text: what is read from a row, or typed, is not looked at.
    fn from_text(text: impl Into<String>) -> Self;

    /// A new id. The time part comes from `now`, so that ids made by a test clock sort as the test expects. Of those that this process
    /// makes in the same millisecond, the later one sorts later.
    fn make(now: crate::clock::Timestamp) -> Self {
        let ulid = next(u64::try_from(now).unwrap_or(0));
        Self::from_text(format!("{}_{}", Self::PREFIX, ulid.to_string().to_lowercase()))
    }

    /// Whether the text is what [`Id::make`] makes.
    fn is_one(text: &str) -> bool {
        let ulid = text.strip_prefix(Self::PREFIX).and_then(|rest| rest.strip_prefix('_'));
        ulid.is_some_and(|ulid| Ulid::from_string(ulid).is_ok())
    }
}

fn next(millis: u64) -> Ulid {
    static LAST: Mutex<Ulid> = Mutex::new(Ulid::nil());
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let following = if last.timestamp_ms() == millis { last.increment().ok() } else { None };
    *last = following.unwrap_or_else(|| Ulid::from_parts(millis, rand::random()));
    *last
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_text(text: impl Into<String>) -> Self { Self(text.into()) }
        }
        impl $name {
            /// As it is stored and shown.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str { &self.0 }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self { Self(text) }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self { Self(text.to_owned()) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )*};
}

ids! {
    /// Whose data it is. Every row of a seller's data leads with it.
    TenantId = "ten";
    /// One seller's account at one marketplace.
    ChannelId = "chn";
    /// One pass over a channel.
    RunId = "run";
    /// One product of one channel.
    ProductId = "prd";
    /// A product as it is to stand on a channel.
    ListingId = "lst";
    /// Something that happened to a listing.
    ListingEventId = "lev";
    /// Goods that are counted here.
    StockItemId = "itm";
    /// A movement of stock.
    LedgerEntryId = "led";
    /// An item that could not be imported.
    DeadLetterId = "dlt";
    /// What a marketplace told by webhook, once.
    DeliveryId = "dlv";
    /// One request to the API.
    RequestId = "req";
    /// An account on its way to be connected.
    ConnectionId = "cnn";
    /// Variants of several channels that are the same goods.
    LinkId = "lnk";
    /// Somebody's word that two variants are the same.
    LinkPairId = "lpr";
    /// Links that are proposed, reviewed, applied and undone together.
    LinkBatchId = "lbt";
    /// Work that a request started and did not wait for.
    OperationId = "opn";
    /// A person.
    UserId = "usr";
    /// Somebody signed in, on one device.
    SessionId = "ses";
    /// A key of a tenant, for programs.
    ApiKeyId = "key";
    /// A mail that is to be sent.
    MailId = "mal";
}

impl TenantId {
    /// The one tenant of a host that has not been told of others.
    pub fn default_tenant() -> Self {
        Self::from("ten_default")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_their_kind_and_sort_by_time() {
        let (earlier, later) = (RunId::make(1_000), RunId::make(2_000));
        assert!(earlier.as_str().starts_with("run_"));
        assert!(earlier < later);
        assert!(RunId::is_one(earlier.as_str()) && !ProductId::is_one(earlier.as_str()) && !RunId::is_one("run_1"));
        assert_ne!(RunId::make(1_000), RunId::make(1_000));
        let same = |_| (0..100).map(|_| DeliveryId::make(3_000)).collect::<Vec<_>>();
        // Others make ids of other moments meanwhile.
        assert!((0..10).map(same).filter(|ids| ids.is_sorted()).count() > 0);
    }
}
