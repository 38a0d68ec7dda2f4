//! What is installed, and what of it is in use.

use std::collections::HashMap;

use entrepot_store::adapters::AdapterRow;

use crate::{Admission, AdmissionError};

/// One installed version.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: AdapterRow,
    /// Percent of the channels it is in use for; none: it is not.
    pub share: Option<i64>,
    /// Why it is not to be trusted.
    pub problem: Option<String>,
}

impl Listed {
    /// In a word or two, for a table.
    pub fn state(&self) -> String {
        match (&self.problem, self.share) {
            (Some(_), _) => "changed in the database".to_owned(),
            (_, Some(crate::review::ALL)) => "in use".to_owned(),
            (_, Some(share)) => format!("tried on {share}%"),
            _ if self.row.state == "approved" => "approved before".to_owned(),
            _ => self.row.state.clone(),
        }
    }
}

impl Admission {
    /// Every installed version, by adapter, the one installed last first.
    pub async fn adapters(&self) -> Result<Vec<Listed>, AdmissionError> {
        let mut in_use: HashMap<String, Vec<(String, i64)>> = HashMap::new();
        let mut listed = Vec::new();
        for row in self.db().adapters().await? {
            if !in_use.contains_key(&row.adapter_id) {
                in_use.insert(row.adapter_id.clone(), self.shares_of_versions(&row.adapter_id).await?);
            }
            let versions = in_use.get(&row.adapter_id).into_iter().flatten();
            let share = versions.filter(|(version, _)| *version == row.version).map(|(_, share)| *share).max();
            let problem = self.check_adapter(&row).err();
            let problem =
                problem.map(|why| AdmissionError::changed_adapter(&row.adapter_id, &row.version, why).to_string());
            listed.push(Listed { row, share, problem });
        }
        Ok(listed)
    }

    /// The version of an adapter that is in use for most channels, and what is tried beside it.
    pub async fn versions_in_use(&self, adapter: &str) -> Result<(Option<String>, Option<String>), AdmissionError> {
        let mut versions = self.shares_of_versions(adapter).await?.into_iter();
        let main = versions.find(|(_, share)| *share == crate::review::ALL).map(|(version, _)| version);
        let canary = versions.find(|(_, share)| *share < crate::review::ALL).map(|(version, _)| version);
        Ok((main, canary))
    }

    /// The one for most channels first. What was changed past this host is in use nowhere.
    async fn shares_of_versions(&self, adapter: &str) -> Result<Vec<(String, i64)>, AdmissionError> {
        let head = match self.grant_head(adapter).await {
            Err(error) if error.is_changed() => return Ok(Vec::new()),
            head => head?.unwrap_or_default(),
        };
        let mut versions = Vec::new();
        for (generation, share) in head.shares().into_iter().rev() {
            let row = self.db().grant(adapter, generation).await?;
            versions.extend(row.filter(|row| self.granted(row).is_ok()).map(|row| (row.version, share)));
        }
        Ok(versions)
    }
}
