//! How listings stand: what lists are narrowed to, and what is counted.

/// How a listing stands, as a list is narrowed to it. A listing may be of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    Any,
    /// Refused, failed or changed there: what somebody has to look at.
    Stuck,
    /// By the host, by the adapter or at the marketplace.
    Refused,
    /// Somebody changed it at the marketplace, and somebody here is to say whose value counts.
    Conflict,
    /// The last try failed, and another one comes.
    Failed,
    /// Of those: something was sent and nobody said what became of it.
    InDoubt,
    /// On its way there, or looked at there.
    Waiting,
    /// It stands there, and nothing is left to buy.
    OutOfStock,
    /// Prepared.
    Draft,
    /// Taken off.
    Ended,
    /// What stands there is what is wanted.
    OnSale,
}

impl Standing {
    /// Those that a list can be narrowed to, what stops the day first.
    pub const ALL: [Self; 10] = [
        Self::Stuck,
        Self::Refused,
        Self::Conflict,
        Self::Failed,
        Self::InDoubt,
        Self::Waiting,
        Self::OutOfStock,
        Self::Draft,
        Self::Ended,
        Self::OnSale,
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Stuck => "stuck",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::InDoubt => "in-doubt",
            Self::Waiting => "waiting",
            Self::OutOfStock => "out-of-stock",
            Self::Draft => "draft",
            Self::Ended => "ended",
            Self::OnSale => "on-sale",
        }
    }

    /// From that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Any].into_iter().chain(Self::ALL).find(|known| known.as_str() == word)
    }
}

/// How many listings of a channel stand in the same way.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingCount {
    pub channel_id: String,
    pub sync_status: String,
    pub status: String,
    /// Empty: it never stood there.
    pub channel_status: String,
    pub number: i64,
}

impl ListingCount {
    pub fn is_refused(&self) -> bool {
        self.sync_status == "blocked" || self.is_settled_as("rejected")
    }

    pub fn is_in_conflict(&self) -> bool {
        self.sync_status == "conflict"
    }

    pub fn is_failed(&self) -> bool {
        self.sync_status == "failed"
    }

    pub fn is_waiting(&self) -> bool {
        let on_its_way =
            self.status != "draft" && ["pending", "sending", "waiting"].contains(&self.sync_status.as_str());
        on_its_way || self.is_settled_as("in-review")
    }

    pub fn is_on_sale(&self) -> bool {
        self.status == "active"
            && self.sync_status == "synced"
            && ["active", "out-of-stock"].contains(&self.channel_status.as_str())
    }

    fn is_settled_as(&self, word: &str) -> bool {
        self.status == "active" && self.sync_status == "synced" && self.channel_status == word
    }
}
