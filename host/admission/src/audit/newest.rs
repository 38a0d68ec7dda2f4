//! What the log says last of a thing, for whoever is about to use it. A row that this host wrote earlier, and that somebody put back, is in
//! order by itself; the log knows what came after it.
// See docs/decisions/0012-newest-state-is-in-the-log.md

use std::collections::{BTreeSet, HashMap};

use entrepot_artifact::PublicKey;
use entrepot_store::audit::{AuditRow, ChainedRow};
use serde_json::Value;

use super::channels::Beside;
use super::followed::of_channel;
use super::told::{InUse, Told};
use super::{Action, hash};
use crate::heads::{GrantHead, TRUSTED_KEYS, of_grants};
use crate::{Admission, AdmissionError, Unfit};

impl Admission {
    /// Whether the head says what the last entry about the adapter's grants says.
    pub(crate) async fn check_head(
        &self,
        adapter: &str,
        head: Option<&GrantHead>,
        told: Option<ChainedRow>,
    ) -> Result<(), AdmissionError> {
        let name = of_grants(adapter);
        let followed = self.followed().lock().await;
        let newest = || {
            let Some(told) = told else {
                // Nothing was ever granted, unless there is a head, or this process has seen otherwise.
                return if head.is_some() || followed.newest(&name) > 0 { Err(Unfit::Cut) } else { Ok(()) };
            };
            let known = highest_generation(Some(&told));
            let entry = self.proven(told)?;
            let said = says(adapter, &entry);
            let Some(head) = head else { return if said == Some((None, None)) { Ok(()) } else { Err(Unfit::Gone) } };
            followed.check(&name, entry.seq)?;
            match said == Some((head.main, head.canary)) {
                true => Ok(()),
                // Numbers count up, and nobody else can make a head.
                false if head.highest() > known => Err(Unfit::Cut),
                false => Err(Unfit::Earlier),
            }
        };
        newest().map_err(|why| {
            let version = followed.version_in_use(adapter, head.and_then(|head| head.main));
            AdmissionError::changed_in_use(adapter, why, version)
        })
    }

    /// Whether these keys, and no others, are trusted by the log.
    pub(crate) async fn check_keys(
        &self,
        keys: &[PublicKey],
        has_head: bool,
        told: Vec<ChainedRow>,
    ) -> Result<(), AdmissionError> {
        let followed = self.followed().lock().await;
        let newest = || {
            let last = told.last().map_or(0, |entry| entry.row.seq);
            if told.is_empty() && has_head {
                return Err(Unfit::Cut);
            }
            let told = self.told_keys(told)?;
            followed.check_keys(&told, last)?;
            let found: BTreeSet<_> = keys.iter().map(|key| (key.publisher().to_owned(), key.id())).collect();
            match found == told {
                true => Ok(()),
                false if !has_head => Err(Unfit::Gone),
                false => Err(Unfit::Earlier),
            }
        };
        newest().map_err(|why| AdmissionError::changed_head(TRUSTED_KEYS, why))
    }

    /// Publishers and fingerprints. What is not whole counts for nothing once a list began anew after it.
    pub(crate) fn told_keys(&self, entries: Vec<ChainedRow>) -> Result<BTreeSet<(String, String)>, Unfit> {
        let (mut told, mut wrong) = (Told::default(), None);
        for entry in entries {
            match self.proven(entry) {
                Ok(entry) => {
                    if entry.action == Action::Seal.as_str() || details(&entry)["list"].is_array() {
                        wrong = None;
                    }
                    told.hear(&entry);
                }
                // Of a master key that was lost: whoever adopted another one began a list anew.
                Err(Unfit::UnknownKey(_)) => {}
                Err(why) => wrong = Some(why),
            }
        }
        wrong.map_or(Ok(told.keys), Err)
    }

    /// Whether the log says that this is what the channel's row has.
    pub async fn check_channel_mac(
        &self,
        channel: &str,
        mac: Option<&str>,
    ) -> Result<Result<(), Unfit>, AdmissionError> {
        self.follow_log().await?;
        let told = self.db().audit_of_channel(channel).await?;
        let followed = self.followed().lock().await;
        let newest = || {
            let entry = self.proven(told.ok_or(Unfit::Cut)?)?;
            followed.check(&of_channel(channel), entry.seq)?;
            match macs(&entry).into_iter().find(|(known, _)| known == channel) {
                None => Err(Unfit::Cut),
                Some((_, told)) if told.as_deref() == mac => Ok(()),
                Some(_) => Err(Unfit::Earlier),
            }
        };
        Ok(newest())
    }

    /// What the rows of all channels have, by the log.
    pub async fn channel_macs(&self) -> Result<HashMap<String, Option<String>>, AdmissionError> {
        let told = self.told_channels().await?;
        Ok(told.into_iter().map(|(channel, (mac, _))| (channel, mac)).collect())
    }

    /// The same, with what belongs to a channel beside its row.
    pub async fn told_channels(&self) -> Result<HashMap<String, (Option<String>, Beside)>, AdmissionError> {
        self.follow_log().await?;
        let entries = self.db().audit_of_channels().await?;
        let followed = self.followed().lock().await;
        let proven = entries.into_iter().filter_map(|entry| self.proven(entry).ok());
        let mut told = HashMap::new();
        // Later entries come later: they count.
        for entry in proven {
            for (channel, mac) in macs(&entry) {
                if followed.check(&of_channel(&channel), entry.seq).is_ok() {
                    let beside = Beside::said(&entry, &channel);
                    told.insert(channel, (mac, beside));
                }
            }
        }
        Ok(told)
    }

    pub(super) fn proven(&self, entry: ChainedRow) -> Result<AuditRow, Unfit> {
        let ChainedRow { row, hash_before } = entry;
        match hash(self.audit_keys(), &row, hash_before.as_deref().unwrap_or_default()) {
            None => Err(Unfit::UnknownKey(row.key_id)),
            Some(hash) if hash == row.hash => Ok(row),
            Some(_) => Err(Unfit::Log(row.seq)),
        }
    }
}

pub(super) fn details(entry: &AuditRow) -> Value {
    serde_json::from_str(&entry.details).unwrap_or_default()
}

/// The generation that counts, and one that is tried with its share.
type InForce = (Option<i64>, Option<(i64, i64)>);

/// What is in use after it, as a head says it. None: it does not say.
pub(super) fn says(adapter: &str, entry: &AuditRow) -> Option<InForce> {
    let details = details(entry);
    let generation = details["generation"].as_i64();
    match entry.action.as_str() {
        "approve" | "upgrade" | "promote" => Some((Some(generation?), None)),
        "canary" => Some((details["previous_generation"].as_i64(), Some((generation?, details["share"].as_i64()?)))),
        "rollback" if details["grant"].is_null() => Some((Some(details["to"]["generation"].as_i64()?), None)),
        "rollback" => Some((Some(generation?), None)),
        "revoke" => Some((None, None)),
        _ => {
            let InUse { main, canary } = Told::sealed(&details).in_use.remove(adapter).unwrap_or_default();
            Some((main.map(|main| main.generation), canary.map(|(canary, share)| (canary.generation, share))))
        }
    }
}

/// The highest generation that the entry knows of: no number is given twice, whatever became of its row.
pub(crate) fn highest_generation(entry: Option<&ChainedRow>) -> i64 {
    let Some(entry) = entry else { return 0 };
    let details = details(&entry.row);
    let numbers = [
        &details["generation"],
        &details["previous_generation"],
        &details["from"]["generation"],
        &details["to"]["generation"],
    ];
    numbers.into_iter().filter_map(Value::as_i64).max().unwrap_or(0)
}

/// What the entry says of channels' rows.
fn macs(entry: &AuditRow) -> Vec<(String, Option<String>)> {
    let details = details(entry);
    let one = |of: &Value| {
        let text = |name: &str| of[name].as_str().map(str::to_owned);
        text("channel").map(|channel| (channel, text("mac")))
    };
    match details["channels"].as_array() {
        Some(channels) => channels.iter().filter_map(one).collect(),
        None => one(&details).into_iter().collect(),
    }
}
