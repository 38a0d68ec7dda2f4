//! What the log says last of a thing, for whoever is about to use it. A row that this host wrote earlier, and that somebody put back, is in
//! order by itself; the log knows what came after it.
// See docs/decisions/0012-newest-state-is-in-the-log.md

use std::collections::{BTreeSet, HashMap};

use entrepot_artifact::PublicKey;
use entrepot_store::Tx;
use entrepot_store::audit::{AuditRow, ChainedRow};

use super::channels::Beside;
use super::entry::{details, highest_generation, macs, of_channel, says};
use super::told::Told;
use super::{Action, holds};
use crate::grant_head::{GrantHead, TRUSTED_KEYS, of_grants};
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
        Ok(self.is_newest_mac(channel, mac, told).await)
    }

    /// The same from inside a transaction of [`Admission::begin_at_the_end`]; with what the log says beside it.
    pub async fn check_channel_mac_in(
        &self,
        tx: &mut Tx,
        channel: &str,
        mac: Option<&str>,
    ) -> Result<Result<Beside, Unfit>, AdmissionError> {
        let told = tx.audit_of_channel(channel).await?;
        let beside = told.clone().and_then(|entry| self.proven(entry).ok());
        let beside = beside.map(|entry| Beside::said(&entry, channel)).unwrap_or_default();
        Ok(self.is_newest_mac(channel, mac, told).await.map(|()| beside))
    }

    async fn is_newest_mac(&self, channel: &str, mac: Option<&str>, told: Option<ChainedRow>) -> Result<(), Unfit> {
        let followed = self.followed().lock().await;
        let entry = self.proven(told.ok_or(Unfit::Cut)?)?;
        followed.check(&of_channel(channel), entry.seq)?;
        match macs(&entry).into_iter().find(|(known, _)| known == channel) {
            None => Err(Unfit::Cut),
            Some((_, told)) if told.as_deref() == mac => Ok(()),
            Some(_) => Err(Unfit::Earlier),
        }
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
        match holds(self.audit_keys(), &row, hash_before.as_deref().unwrap_or_default()) {
            None => Err(Unfit::UnknownKey(row.key_id)),
            Some(true) => Ok(row),
            Some(false) => Err(Unfit::Log(row.seq)),
        }
    }
}
