//! Whether the database is as the log says.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_artifact::PublicKey;
use entrepot_store::Tx;

use super::told::{Granted, InUse, Told};
use crate::error::earlier_grant_gone;
use crate::mac::canonical;
use crate::{Admission, AdmissionError};

impl Admission {
    /// The first thing that is not, in words.
    pub(super) async fn differs(&self, tx: &mut Tx, told: &Told) -> Result<Option<String>, AdmissionError> {
        let installed = tx.installed_adapters().await?;
        if tx.audit_head().await?.is_none() && !(installed.is_empty() && tx.channel_ids().await?.is_empty()) {
            return Ok(Some(
                "the log is empty, and the database is not: somebody deleted all of its entries. Put it back from a backup; or look at what \
                 there is, and say anew what is to count: entrepot adapter approve, adapter trust, channel set"
                    .to_owned(),
            ));
        }
        let digests: BTreeMap<(String, String), String> =
            installed.iter().map(|row| ((row.adapter_id.clone(), row.version.clone()), row.digest.clone())).collect();
        let adapters: BTreeSet<&String> =
            told.in_use.keys().chain(digests.keys().map(|(adapter, _)| adapter)).collect();
        for adapter in &adapters {
            let should = told.in_use.get(*adapter).cloned().unwrap_or_default();
            let is = match self.in_use(tx, adapter).await {
                Ok(is) => is,
                Err(error) if error.is_changed() => return Ok(Some(error.without_advice_to_verify())),
                Err(error) => return Err(error),
            };
            if let Some(difference) = grants(adapter, &should, &is) {
                return Ok(Some(difference));
            }
        }
        let rows = tx.generations().await?.into_iter().collect();
        for adapter in &adapters {
            let revoked = self.grant_head_in(tx, adapter).await?.unwrap_or_default().revoked;
            if let Some((generation, version)) = told.history.first_missing(adapter, revoked, &rows) {
                return Ok(Some(earlier_grant_gone(adapter, generation, &version)));
            }
        }
        let mut difference = match self.keys_differ(tx, told).await? {
            None => versions(&told.installed, &digests),
            found => found,
        };
        if difference.is_none() {
            difference = installed.iter().find_map(|row| {
                let why = self.check_adapter(row).err()?;
                Some(AdmissionError::changed_adapter(&row.adapter_id, &row.version, why).without_advice_to_verify())
            });
        }
        for row in &installed {
            if difference.is_none() && self.artifact(row).await.is_err() {
                let (adapter, version) = (&row.adapter_id, &row.version);
                difference = Some(format!("what is stored of {adapter} {version} is not what was installed"));
            }
        }
        if difference.is_none() {
            difference = self.channels_differ(tx).await?;
        }
        if difference.is_some() {
            return Ok(difference);
        }
        // An entry is over when its row differs from it in nothing, or when its time is over.
        let now = self.db().clock().now();
        let rows = tx.quarantines().await?;
        let found: BTreeMap<&str, (i64, i64)> =
            rows.iter().map(|row| (row.channel_id.as_str(), (row.strikes, row.until))).collect();
        let channels: BTreeSet<&str> =
            told.quarantined.keys().map(String::as_str).chain(found.keys().copied()).collect();
        let differs = channels.into_iter().find(|channel| {
            let (told, is) = (told.quarantined.get(*channel), found.get(channel));
            told != is && [told, is].into_iter().flatten().any(|(_, until)| *until > now)
        });
        Ok(differs.map(|channel| format!("the quarantine of the channel {channel} is not what the log says")))
    }

    /// A channel that is there by the log, and not in the database. What is in a row is looked at by those who know what it means.
    async fn channels_differ(&self, tx: &mut Tx) -> Result<Option<String>, AdmissionError> {
        let told = self.channel_macs().await?;
        let found: BTreeSet<String> = tx.channel_ids().await?.into_iter().collect();
        let Some((channel, _)) = told.iter().find(|(channel, mac)| mac.is_some() && !found.contains(*channel)) else {
            return Ok(None);
        };
        Ok(Some(format!(
            "the channel {channel} is there by the log, and not in the database: somebody deleted its row. Put it back from a backup, or have \
             done with it: entrepot channel remove {channel}"
        )))
    }

    async fn in_use(&self, tx: &mut Tx, adapter: &str) -> Result<InUse, AdmissionError> {
        let head = self.grant_head_in(tx, adapter).await?.unwrap_or_default();
        let mut is = InUse::default();
        if let Some(main) = head.main {
            is.main = self.found(tx, adapter, main).await?;
        }
        if let Some((canary, share)) = head.canary {
            is.canary = self.found(tx, adapter, canary).await?.map(|granted| (granted, share));
        }
        Ok(is)
    }

    async fn found(&self, tx: &mut Tx, adapter: &str, generation: i64) -> Result<Option<Granted>, AdmissionError> {
        let Some(row) = tx.grant(adapter, generation).await? else { return Ok(None) };
        self.granted(&row)?;
        let (version, digest, body) = (row.version, row.digest, canonical(&row.body.0));
        Ok(Some(Granted { generation, version, digest, body }))
    }

    async fn keys_differ(&self, tx: &mut Tx, told: &Told) -> Result<Option<String>, AdmissionError> {
        let keys = match self.believed_in(tx).await {
            Ok(keys) => keys,
            Err(error) if error.is_changed() => return Ok(Some(error.without_advice_to_verify())),
            Err(error) => return Err(error),
        };
        let found: BTreeSet<(String, String)> =
            keys.iter().map(|key: &PublicKey| (key.publisher().to_owned(), key.id())).collect();
        let differs = told.keys.symmetric_difference(&found).next();
        Ok(differs.map(|(publisher, id)| match told.keys.contains(&(publisher.clone(), id.clone())) {
            true => format!("the key {id} of {publisher} is trusted by the log, and not in the database"),
            false => format!("the key {id} of {publisher} is trusted, and no entry of the log says so"),
        }))
    }
}

fn grants(adapter: &str, should: &InUse, is: &InUse) -> Option<String> {
    let canary = |of: &InUse| of.canary.as_ref().map(|(granted, _)| granted.clone());
    let shares = |of: &InUse| of.canary.as_ref().map(|(_, share)| *share);
    let pairs =
        [("in use", should.main.clone(), is.main.clone()), ("tried on some channels", canary(should), canary(is))];
    for (how, should, is) in pairs {
        let shown = |of: &Granted| format!("generation {} ({})", of.generation, of.version);
        match (should, is) {
            (None, Some(is)) => {
                return Some(format!("{} of {adapter} is {how}, and the log says that none is", shown(&is)));
            }
            (Some(should), None) => {
                return Some(format!(
                    "{} of {adapter} is {how} by the log, and its row is not in the database: somebody deleted it. Look at it, then grant \
                     it anew: entrepot adapter approve {adapter}@{}",
                    shown(&should),
                    should.version
                ));
            }
            (Some(should), Some(is)) if should != is => {
                let what = if (should.generation, &should.version) == (is.generation, &is.version) {
                    format!("what {} of {adapter} allows is not what the log says was granted", shown(&is))
                } else {
                    format!("{} of {adapter} is {how}, and {} by the log", shown(&is), shown(&should))
                };
                return Some(what);
            }
            _ => {}
        }
    }
    (shares(should) != shares(is))
        .then(|| format!("{adapter} is tried on another share of the channels than the log says"))
}

fn versions(told: &BTreeMap<(String, String), String>, found: &BTreeMap<(String, String), String>) -> Option<String> {
    let mut all = told.keys().chain(found.keys());
    let (adapter, version) = all.find(|key| told.get(*key) != found.get(*key))?;
    let key = &(adapter.clone(), version.clone());
    Some(match (told.get(key), found.get(key)) {
        (None, _) => format!("{adapter} {version} is installed, and no entry of the log says so"),
        (_, None) => format!(
            "{adapter} {version} was installed by the log, and is not in the database: somebody deleted its row. Install it again: \
             entrepot adapter install FILE"
        ),
        _ => format!("{adapter} {version} has another digest than the log says"),
    })
}
