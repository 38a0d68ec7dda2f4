use std::time::Duration;

use entrepot_adapters::{AdmissionError, Unfit};
use entrepot_domain::clock::Timestamp;
use entrepot_domain::names::{NameError, shell_word};
use entrepot_domain::plan::Limit;
use entrepot_egress::TokenFailure;
use entrepot_policy::{BindError, SettingProblem};
use entrepot_queue::QueueError;
use entrepot_sandbox::CallError;
use entrepot_store::StoreError;
use entrepot_vault::VaultError;
use thiserror::Error;

/// "3 listings stand on"
fn stand(number: &i64) -> String {
    if *number == 1 { "1 listing stands on".to_owned() } else { format!("{number} listings stand on") }
}

impl AppError {
    /// What the database said, through whichever part it was asked.
    pub fn of_the_database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error)
            | Self::Admission(AdmissionError::Store(error))
            | Self::Queue(QueueError::Store(error)) => Some(error),
            _ => None,
        }
    }

    /// Is it the database, and not what was asked of it?
    pub fn is_of_the_database(&self) -> bool {
        self.of_the_database().is_some()
    }

    /// How long to wait before another try, where it is a token that did not come; `usual`, if nobody said.
    pub fn token_wait(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::NoToken { wait, .. } => Some(wait.map_or(usual, |wait| wait.min(LONGEST_WAIT))),
            _ => None,
        }
    }

    /// Stable, kebab-case: what dead letters and metrics group by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Call(error) => error.code(),
            Self::Reconnect(_) => "unauthorized",
            Self::NoToken { .. } => "unavailable",
            Self::Settings(_) | Self::Bind(_) => "settings",
            Self::Admission(_) => "not-granted",
            Self::Secret { .. } => "secret",
            Self::Changed { .. } => "changed",
            _ => "host",
        }
    }

    /// Something is wrong here, and not with what was asked for.
    pub fn is_of_the_host(&self) -> bool {
        match self {
            Self::Admission(error) => error.is_of_the_host(),
            Self::Store(_) | Self::Queue(_) | Self::Vault(_) | Self::Unreadable(_) => true,
            _ => false,
        }
    }

    /// Worth another try later: see [`StoreError::is_transient`].
    pub fn is_transient(&self) -> bool {
        self.of_the_database().is_some_and(StoreError::is_transient)
    }

    /// See [`StoreError::is_refusal_if`].
    pub fn is_refusal_if(&self, conflicts_last: bool) -> bool {
        self.of_the_database().is_some_and(|error| error.is_refusal_if(conflicts_last))
    }

    /// Someone else did the same at the same moment: see [`StoreError::is_conflict`].
    pub fn is_conflict(&self) -> bool {
        self.of_the_database().is_some_and(StoreError::is_conflict)
    }
}

const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

impl From<TokenFailure> for AppError {
    fn from(failure: TokenFailure) -> Self {
        match failure {
            TokenFailure::Refused(why) => Self::Reconnect(why),
            TokenFailure::Later { why, wait } => Self::NoToken { why, wait },
        }
    }
}

#[derive(Debug, Error)]
pub enum AppError {
    #[error("there is no channel {0:?}; `entrepot channel list` shows what there is")]
    NoChannel(String),
    #[error("there is no run {0:?}; `entrepot runs` shows what there is")]
    NoRun(String),
    #[error("there is no delivery {0:?}; `entrepot webhooks list CHANNEL` shows what is kept")]
    NoDelivery(String),
    #[error("there is no operation {0:?}; what ended is kept for thirty days")]
    NoOperation(String),
    /// It failed in another process, or before this one had it.
    #[error("{why}")]
    Operation { code: String, why: String },
    #[error("others start and end the same at this moment; try again")]
    Contested,
    #[error("what was stored cannot be read: {0}")]
    Unreadable(String),
    #[error("there is no product {0:?}; give its id (prd_…), or CHANNEL:ID with the marketplace's id")]
    NoProduct(String),
    #[error("there is no listing {0:?}; `entrepot listing list` shows what there is")]
    NoListing(String),
    #[error("{0}")]
    Listing(String),
    #[error(
        "{0:?} is not counted here, and no product has this SKU; `entrepot stock list` shows what is counted, and `entrepot stock set --new` \
         counts goods that no product has yet"
    )]
    NoStockItem(String),
    #[error("there is no location {0:?}; `entrepot location list` shows what there is")]
    NoLocation(String),
    #[error("{0}")]
    Stock(String),
    #[error(
        "{} {channel} and would stay on sale there with nobody to keep them true; end them first, on the page Listings or with \
         `entrepot listing end`, or leave them there with `entrepot channel remove {channel} --leave-listings`",
        stand(.number)
    )]
    OnSale { channel: String, number: i64 },
    #[error("the listing {0} was changed by somebody else meanwhile; look at it and change it again")]
    ListingChanged(String),
    #[error("there is no batch {0:?} of proposed links; `entrepot link batches` shows what there is")]
    NoLinkBatch(String),
    #[error("{0}")]
    Link(String),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("there is a channel of the name {0:?} already; choose another")]
    NameTaken(String),
    #[error("another import of this channel is starting; try again in a moment")]
    Crowded,
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<SettingProblem>),
    #[error("there is no plan {0:?}; `entrepot plan list` shows what there is, and `entrepot plan set` makes one")]
    NoPlan(String),
    #[error("there is no tenant {0:?}")]
    NoTenant(String),
    #[error("{0}")]
    Plan(String),
    #[error("the plan {plan} has room for {most} {}, and there are {used}; make room, or ask for another plan", limit.as_str())]
    PlanLimit { plan: String, limit: Limit, most: i64, used: i64 },
    #[error("nothing is given to change: name settings with --set KEY=VALUE, secrets with --secret-stdin KEY")]
    NothingGiven,
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(
        "the secret {name} of {channel} does not open: {why}. Give it anew: entrepot channel set {word} --secret {name}=…; what came by \
         connecting comes anew with `entrepot channel reconnect {word}`", word = shell_word(channel)
    )]
    Secret { channel: String, name: String, why: VaultError },
    /// Somebody wrote into the database past this host.
    #[error("{what} is not used: {why}. {remedy}")]
    Changed { what: String, why: Unfit, remedy: String },
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(
        "the adapter {0} does not tell stock alone: it comes with what changed, see the schedule of the kind delta"
    )]
    NoStock(String),
    #[error(
        "since {since} is still to come: it is {now} now, in milliseconds since 1970; name a moment that has passed"
    )]
    NotYet { since: Timestamp, now: Timestamp },
    #[error(
        "no import of {0} was held back, so there is nothing shown to allow; import without --allow-mass-deletion first, or say how many \
         products may vanish: --allow-mass-deletion=NUMBER"
    )]
    NothingHeldBack(String),
    #[error("{0}")]
    Schedule(String),
    #[error("{0}; connect the shop anew: `entrepot channel reconnect`, or give new tokens with `entrepot channel set`")]
    Reconnect(String),
    #[error(
        "{0} is not connected by its seller's browser: give its secrets with `entrepot channel add` or `entrepot channel set`"
    )]
    NoOAuth(String),
    #[error("there is no connection {0:?}; connections are kept for a day after they ended")]
    NoConnection(String),
    #[error("{0}")]
    NotConnected(String),
    #[error("the host is being stopped")]
    Stopping,
    #[error("prices are in {0} now, in which none was before; all of the shop is imported again")]
    NewCurrency(String),
    #[error("the shop has changed what goods are read by: {0}; all of the shop is imported again")]
    OtherFacts(String),
    #[error("{why}; it is asked again")]
    NoToken { why: String, wait: Option<Duration> },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}
