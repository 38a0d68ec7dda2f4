//! What is installed, and what of it is in use.

use std::collections::HashMap;

use entrepot_domain::clock::Timestamp;
use entrepot_policy::Terms;
use entrepot_store::adapters::AdapterRow;
use serde::Serialize;

use crate::grant_head::{ALL_CHANNELS, GrantHead, of_grants};
use crate::{Admission, AdmissionError, Unfit};

/// A grant that counts, and on what terms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InForce {
    /// Percent of the channels it counts for.
    pub share: i64,
    pub generation: i64,
    pub approved_by: String,
    pub approved_at: Timestamp,
    #[serde(flatten)]
    pub terms: Terms,
}

/// One installed version.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: AdapterRow,
    /// Percent of the channels it is in use for; none: it is not.
    pub share: Option<i64>,
    /// Why it, or what is granted to its adapter, is not to be trusted.
    pub problem: Option<String>,
    /// The same in a word or two.
    unfit: Option<String>,
}

impl Listed {
    /// In a word or two, for a table.
    pub fn state(&self) -> String {
        match (&self.unfit, self.share) {
            (Some(unfit), _) => unfit.clone(),
            (_, Some(ALL_CHANNELS)) => "in use".to_owned(),
            (_, Some(share)) => format!("tried on {share}%"),
            _ => match self.row.state.as_str() {
                "approved" => "approved before".to_owned(),
                "pending" => "waits for approval".to_owned(),
                other => other.to_owned(),
            },
        }
    }
}

impl Admission {
    /// Every installed version, by adapter, the one installed last first.
    pub async fn adapters(&self) -> Result<Vec<Listed>, AdmissionError> {
        let mut in_use: HashMap<String, Result<Vec<(String, i64)>, AdmissionError>> = HashMap::new();
        let mut listed = Vec::new();
        let rows = self.db().adapters().await?;
        self.follow_log().await?;
        for row in rows {
            if !in_use.contains_key(&row.adapter_id) {
                let shares = match self.shares_of_versions(&row.adapter_id).await {
                    Err(error) if !error.is_changed() => return Err(error),
                    shares => shares,
                };
                in_use.insert(row.adapter_id.clone(), shares);
            }
            let shares = in_use.get(&row.adapter_id);
            let versions = shares.iter().filter_map(|shares| shares.as_ref().ok()).flatten();
            let share = versions.filter(|(version, _)| *version == row.version).map(|(_, share)| *share).max();
            let of_row = self.check_installed(&row).await.err();
            let of_row = of_row.map(|why| AdmissionError::changed_adapter(&row.adapter_id, &row.version, why));
            let of_grant = shares.and_then(|shares| shares.as_ref().err());
            let unfit = match (&of_row, of_grant) {
                (Some(error), _) => error.unfit().map(|why| why.in_short().to_owned()),
                (None, Some(error)) => error.unfit().map(|why| format!("grant {}", why.in_short())),
                (None, None) => None,
            };
            let problem = of_row.as_ref().or(of_grant).map(ToString::to_string);
            listed.push(Listed { row, share, problem, unfit });
        }
        Ok(listed)
    }

    pub(crate) async fn check_known(&self, adapter: &str) -> Result<(), AdmissionError> {
        match self.db().adapters_named(adapter).await?.is_empty() {
            true => Err(AdmissionError::Unknown(adapter.to_owned())),
            false => Ok(()),
        }
    }

    /// The version that was installed last, of those that this host wrote down.
    pub async fn latest(&self, adapter: &str) -> Result<AdapterRow, AdmissionError> {
        let mut changed = Vec::new();
        let rows = self.db().adapters_named(adapter).await?;
        self.follow_log().await?;
        for row in rows {
            match self.check_installed(&row).await {
                Ok(()) => return Ok(row),
                Err(why) => changed.push((row.version, why)),
            }
        }
        let in_use = match changed.first() {
            // All that was installed before is doubtful; the one that was in use is the one to begin with.
            Some((_, Unfit::Log(_))) => self.version_in_use_before(adapter).await?,
            _ => None,
        };
        let at = changed.iter().position(|(version, _)| in_use.as_ref() == Some(version)).unwrap_or(0);
        let named = changed.into_iter().nth(at);
        Err(named.map_or_else(
            || AdmissionError::Unknown(adapter.to_owned()),
            |(version, why)| AdmissionError::changed_adapter(adapter, &version, why),
        ))
    }

    /// By the log, whether or not it still counts.
    async fn version_in_use_before(&self, adapter: &str) -> Result<Option<String>, AdmissionError> {
        let head: Result<Option<GrantHead>, _> = self.read_head(self.db().head(&of_grants(adapter)).await?);
        let main = head.ok().flatten().and_then(|head| head.main);
        Ok(self.followed().lock().await.version_in_use(adapter, main).map(str::to_owned))
    }

    /// That version, or the one that was installed last.
    pub async fn installed(&self, adapter: &str, version: Option<&str>) -> Result<AdapterRow, AdmissionError> {
        let Some(version) = version else { return self.latest(adapter).await };
        let Some(row) = self.db().adapter_version(adapter, version).await? else {
            self.check_known(adapter).await?;
            let (adapter, version) = (adapter.to_owned(), version.to_owned());
            return Err(AdmissionError::NoVersion { adapter, version });
        };
        self.follow_log().await?;
        let fits = self.check_installed(&row).await;
        fits.map_err(|why| AdmissionError::changed_adapter(adapter, version, why))?;
        Ok(row)
    }

    /// Why nothing of what is granted to an adapter is used; none: it is, or there is nothing.
    pub async fn grant_problem(&self, adapter: &str) -> Result<Option<String>, AdmissionError> {
        match self.shares_of_versions(adapter).await {
            Err(error) if error.is_changed() => Ok(Some(error.to_string())),
            shares => shares.map(|_| None),
        }
    }

    /// The version of an adapter that is in use for most channels, and what is tried beside it.
    pub async fn versions_in_use(&self, adapter: &str) -> Result<(Option<String>, Option<String>), AdmissionError> {
        let versions = match self.shares_of_versions(adapter).await {
            // What was changed past this host is in use nowhere.
            Err(error) if error.is_changed() => Vec::new(),
            versions => versions?,
        };
        let mut versions = versions.into_iter();
        let main = versions.find(|(_, share)| *share == ALL_CHANNELS).map(|(version, _)| version);
        let canary = versions.find(|(_, share)| *share < ALL_CHANNELS).map(|(version, _)| version);
        Ok((main, canary))
    }

    /// What is granted, the grant for most channels first. What was changed past this host counts for none.
    pub async fn terms_in_force(&self, adapter: &str) -> Result<Vec<InForce>, AdmissionError> {
        let found = async {
            let mut found = Vec::new();
            for (generation, share) in self.grant_head(adapter).await?.unwrap_or_default().shares().into_iter().rev() {
                let row = self.db().grant(adapter, generation).await?;
                let row = row.ok_or_else(|| AdmissionError::changed_grant(adapter, generation, Unfit::Missing))?;
                let terms = self.granted(&row)?.terms(self.ceilings());
                let (approved_by, approved_at) = (row.approved_by, row.approved_at);
                found.push(InForce { share, generation, approved_by, approved_at, terms });
            }
            Ok(found)
        };
        match found.await {
            Err(error) if AdmissionError::is_changed(&error) => Ok(Vec::new()),
            found => found,
        }
    }

    /// The one for most channels first. An error: what is granted was changed past this host.
    async fn shares_of_versions(&self, adapter: &str) -> Result<Vec<(String, i64)>, AdmissionError> {
        let head = self.grant_head(adapter).await?.unwrap_or_default();
        let mut versions = Vec::new();
        for (generation, share) in head.shares().into_iter().rev() {
            let row = self.db().grant(adapter, generation).await?;
            let row = row.ok_or_else(|| AdmissionError::changed_grant(adapter, generation, Unfit::Gone))?;
            self.granted(&row)?;
            versions.push((row.version, share));
        }
        Ok(versions)
    }
}
