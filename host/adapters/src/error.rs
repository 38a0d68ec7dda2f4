use entrepot_artifact::{ArtifactError, FetchError, SourceError};
use entrepot_domain::names::shell_word;
use entrepot_policy::{ManifestError, NarrowError, Nowhere};
use entrepot_sandbox::LoadError;
use entrepot_store::StoreError;
use thiserror::Error;

use crate::mac::Unfit;

impl AdmissionError {
    /// Is it this host that has to be repaired, and not the adapter?
    pub fn is_of_the_host(&self) -> bool {
        match self {
            Self::Load(error) => error.is_of_the_host(),
            Self::Damaged(_) | Self::Store(_) => true,
            _ => false,
        }
    }

    pub(crate) fn changed_grant(adapter: &str, generation: i64, why: Unfit) -> Self {
        let what = format!("the grant of {adapter} (generation {generation})");
        Self::Changed { what, why, remedy: approve_again(adapter) }
    }

    pub(crate) fn changed_head(name: &str, why: Unfit) -> Self {
        match name.strip_prefix("grants:") {
            Some(adapter) => Self::changed_in_use(adapter, why, None),
            None => Self::changed_keys("the list of trusted keys (its head)".to_owned(), why),
        }
    }

    /// `version`: the one that was in use, where it is known. The one installed last may be one that nobody has looked at.
    pub(crate) fn changed_in_use(adapter: &str, why: Unfit, version: Option<&str>) -> Self {
        let remedy = match (&why, version) {
            // What was installed before is doubtful itself.
            (Unfit::Log(_), version) => {
                let version = format!("{adapter}@{}", version.unwrap_or("VERSION"));
                format!(
                    "Install the version that was in use again from its file, then grant it anew: entrepot adapter remove {version}, entrepot \
                     adapter install FILE, entrepot adapter approve {version}"
                )
            }
            (_, Some(version)) => approve_again(&format!("{adapter}@{version}")),
            (_, None) => approve_again(adapter),
        };
        Self::Changed { what: format!("what is in use of {adapter} (the head of its grants)"), why, remedy }
    }

    /// An earlier grant, which a rollback would lead to.
    pub(crate) fn no_way_back(adapter: &str, generation: i64, why: Unfit) -> Self {
        let what = format!("an earlier grant of {adapter} (generation {generation})");
        let remedy = format!(
            "No rollback leads to what cannot be told. Approve the version that you want by its name: entrepot adapter approve \
             {adapter}@VERSION"
        );
        Self::Changed { what, why, remedy }
    }

    pub(crate) fn changed_keys(what: String, why: Unfit) -> Self {
        let remedy = "Begin a new list with a key that you know: entrepot adapter trust KEY; or give it up as it is: entrepot adapter \
                      untrust --all";
        Self::Changed { what, why, remedy: remedy.to_owned() }
    }

    pub(crate) fn changed_adapter(adapter: &str, version: &str, why: Unfit) -> Self {
        let remedy = format!(
            "Remove it, then install it again from its file: entrepot adapter remove {adapter}@{version}, entrepot adapter install FILE"
        );
        Self::Changed { what: format!("{adapter} {version} as it is installed"), why, remedy }
    }

    /// For whoever follows the log already.
    pub(crate) fn without_advice_to_verify(&self) -> String {
        match self {
            Self::Changed { what, why, remedy } => format!("{what} is not used: {why}. {remedy}"),
            other => other.to_string(),
        }
    }

    /// Why a row is not used, where that is it.
    pub fn unfit(&self) -> Option<&Unfit> {
        match self {
            Self::Changed { why, .. } => Some(why),
            _ => None,
        }
    }

    pub(crate) fn is_changed(&self) -> bool {
        matches!(self, Self::Changed { .. })
    }
}

fn lines(wider: &[String]) -> String {
    wider.iter().map(|line| format!("\n  + {line}")).collect()
}

fn approve_again(adapter: &str) -> String {
    format!("Look at it, then grant it anew: entrepot adapter inspect {adapter}, entrepot adapter approve {adapter}")
}

#[derive(Debug, Error)]
pub enum AdmissionError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the manifest is not right: {0}")]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Nowhere(#[from] Nowhere),
    #[error("{0}; it is not installed")]
    Unsigned(String),
    #[error(
        "it is signed by the key {key_id} of {publisher}, which is not trusted here; if you know that it is theirs: entrepot adapter trust {key}"
    )]
    ForeignKey { publisher: String, key_id: String, key: String },
    #[error("this key is of no use: {0}")]
    Key(String),
    #[error(
        "{reference} was withdrawn by its publisher: {reason}; take another version, or insist with --allow-yanked"
    )]
    Yanked { reference: String, reason: String },
    #[error("{adapter} {highest} is installed, and this one is older; insist with --allow-older")]
    Older { adapter: String, highest: String },
    #[error(
        "{adapter} is installed from the publisher {known:?}, and this one is by {found:?}; an adapter does not change hands"
    )]
    OtherPublisher { adapter: String, known: String, found: String },
    #[error(transparent)]
    Quarantined(#[from] Quarantined),
    #[error(transparent)]
    Narrow(#[from] NarrowError),
    #[error("{adapter} {version} is not installed; `entrepot adapter list` shows what is")]
    NoVersion { adapter: String, version: String },
    #[error("{0} is not in use yet, so there is nothing to try it beside; approve it for all channels")]
    NothingBeside(String),
    #[error("that very version and grant of {0} is in use for all channels; there is nothing to try")]
    NothingToTry(String),
    #[error("nothing of {0} is tried on a share of the channels")]
    NoCanary(String),
    #[error("a share is 1 to 99 percent of the channels, and not {0}; for all of them leave it out")]
    Share(u8),
    #[error("there is no earlier grant of {0} to go back to")]
    NothingToRollBack(String),
    #[error(
        "{adapter} {version} was rolled back before, and a rollback does not return to it; there is nothing else to go back to. To \
         use it all the same: entrepot adapter approve {adapter}@{version}"
    )]
    RolledBackBefore { adapter: String, version: String },
    #[error(
        "going back to {adapter} {version} would allow more than the grant in force, and nothing was changed:{}\nIf that is right: \
         entrepot adapter rollback {adapter} --accept-wider (REST: {{\"accept_wider\": true}}). To grant less of it: entrepot adapter \
         approve {adapter}@{version}, with what to leave out", lines(.wider)
    )]
    WiderBefore { adapter: String, version: String, wider: Vec<String> },
    #[error("there is no key to authenticate the audit log with")]
    NoAuditKey,
    #[error("the manifest asks for {operation}, which the component does not export")]
    NotExported { operation: String },
    #[error(
        "{adapter} {version} is installed already with other bytes (digest {digest}); raise the version in the manifest (adapter.toml) and build it again"
    )]
    OtherBytes { adapter: String, version: String, digest: String },
    #[error(
        "there is no adapter {0:?}; `entrepot adapter list` shows what is installed. To install one: entrepot adapter install FILE (or \
         registry:{0}), then look at it with `entrepot adapter inspect`, and let it in with `entrepot adapter approve`"
    )]
    Unknown(String),
    #[error(
        "the adapter {0:?} is installed and not approved; look at it with `entrepot adapter inspect {0}`, then `entrepot adapter approve {0}`"
    )]
    NotApproved(String),
    #[error("the grant of {adapter} has expired; approve it again with `entrepot adapter approve {adapter}`")]
    Expired { adapter: String },
    #[error(
        "what is stored of {0} is damaged, or is not what was installed; revoke it, remove it with `entrepot adapter remove`, and install it again"
    )]
    Damaged(String),
    /// Somebody wrote into the database past this host.
    #[error("{what} is not used: {why}. What the log says of it: entrepot adapter audit --verify. {remedy}")]
    Changed { what: String, why: Unfit, remedy: String },
    #[error("{adapter} {version} is in use{how}; take it out of use first: entrepot adapter {instead}")]
    InUse { adapter: String, version: String, how: &'static str, instead: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing is called for a channel, and how that ends.
#[derive(Clone, Debug, Error)]
#[error(
    "the channel is in quarantine for {} more ({strikes} in a row): {reason}. It ends by itself, with another version or grant of \
     {adapter}, or with `entrepot channel release {}`",
    in_words(*minutes),
    shell_word(channel)
)]
pub struct Quarantined {
    pub adapter: String,
    pub channel: String,
    pub minutes: i64,
    pub strikes: i64,
    pub reason: String,
}

fn in_words(minutes: i64) -> String {
    match minutes {
        1 => "a minute".to_owned(),
        120.. => format!("{} hours", (minutes + 59) / 60),
        _ => format!("{minutes} minutes"),
    }
}

pub(crate) fn earlier_grant_gone(adapter: &str, generation: i64, version: &str) -> String {
    format!(
        "the earlier grant of {adapter} (generation {generation}, {version}) is in the log, and its row is not in the database: somebody \
         deleted it, so a rollback goes no further. Put it back from a backup; or give up all earlier grants: entrepot adapter revoke \
         {adapter}, then entrepot adapter approve {adapter}@VERSION with the version in use"
    )
}
