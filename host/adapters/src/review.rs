//! What is granted, taken back, and put back.

use entrepot_artifact::Artifact;
use entrepot_policy::{Approval, Difference, Grant, Manifest};
use entrepot_store::adapters::AdapterRow;
use entrepot_store::grants::GrantRow;
use entrepot_store::{Lenient, Tx};
use serde::Serialize;
use serde_json::json;

use crate::audit::{Action, highest_generation};
use crate::grant_head::{ALL_CHANNELS, GrantHead, of_grants};
use crate::{Admission, AdmissionError};

/// What approving the version installed last would change.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    pub adapter: String,
    pub version: String,
    /// The version in use; none: nothing is.
    pub in_use: Option<String>,
    /// Against what is granted now; where nothing is, everything is wider.
    pub difference: Difference,
    /// What it asks for beyond the ceilings of this host, and what it gets instead.
    pub cut: Vec<String>,
}

/// What was granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Approved {
    pub grant: Grant,
    /// What was asked for beyond the ceilings of this host, and what is given instead.
    pub cut: Vec<String>,
    /// What was asked for by the operator and has no effect, in words.
    pub notes: Vec<String>,
}

impl From<Grant> for Approved {
    fn from(grant: Grant) -> Self {
        Self { grant, cut: Vec::new(), notes: Vec::new() }
    }
}

impl Admission {
    /// The difference between what is granted and what the version installed last asks for.
    pub async fn review(&self, adapter: &str) -> Result<Review, AdmissionError> {
        self.review_of(&self.latest(adapter).await?).await
    }

    /// The same for a version that is installed.
    pub async fn review_of(&self, row: &AdapterRow) -> Result<Review, AdmissionError> {
        let adapter = row.adapter_id.as_str();
        let manifest = self.manifest(row).await?;
        let (asked, cut) = Grant::as_requested(&manifest, row.digest.clone()).capped(self.ceilings());
        let (in_use, difference) = match self.granted_now(adapter).await? {
            Some(granted) => {
                let difference = Difference::between(&granted.permissions(), &asked.permissions());
                (Some(granted.version), difference)
            }
            None => (None, Difference { wider: asked.permissions().in_words(), narrower: Vec::new() }),
        };
        Ok(Review { adapter: adapter.to_owned(), version: row.version.clone(), in_use, difference, cut })
    }

    /// What is granted for all channels. What somebody changed past this host counts as nothing.
    pub(crate) async fn granted_now(&self, adapter: &str) -> Result<Option<Grant>, AdmissionError> {
        let granted = async {
            let Some(main) = self.grant_head(adapter).await?.and_then(|head| head.main) else { return Ok(None) };
            self.db().grant(adapter, main).await?.map(|row| self.granted(&row)).transpose()
        };
        match granted.await {
            Err(error) if error.is_changed() => Ok(None),
            granted => granted,
        }
    }

    /// What a version says it was made with.
    pub async fn toolchain(&self, row: &AdapterRow) -> Result<Vec<String>, AdmissionError> {
        Ok(self.artifact(row).await?.toolchain())
    }

    /// What a version asks for, as its bytes say: what the database says of them is only shown in lists.
    pub async fn manifest(&self, row: &AdapterRow) -> Result<Manifest, AdmissionError> {
        Ok(Manifest::parse(self.artifact(row).await?.manifest_text())?)
    }

    pub(crate) async fn artifact(&self, row: &AdapterRow) -> Result<Artifact, AdmissionError> {
        let damaged = || AdmissionError::Damaged(format!("{} {}", row.adapter_id, row.version));
        let bytes = self.db().artifact(&row.adapter_id, &row.version, &row.digest).await?.ok_or_else(damaged)?;
        let read = tokio::task::spawn_blocking(move || Artifact::read(bytes));
        let artifact = read.await.map_err(|_| damaged())??;
        if artifact.digest() == row.digest { Ok(artifact) } else { Err(damaged()) }
    }

    /// Grants what a version asks for, less what the operator takes away, and puts it in use.
    pub async fn approve(
        &self,
        adapter: &str,
        approval: impl Into<Approval>,
        by: &str,
    ) -> Result<Grant, AdmissionError> {
        Ok(self.approve_capped(adapter, approval, by).await?.grant)
    }

    /// The same; also says what the ceilings of this host took away.
    pub async fn approve_capped(
        &self,
        adapter: &str,
        approval: impl Into<Approval>,
        by: &str,
    ) -> Result<Approved, AdmissionError> {
        let approval = approval.into();
        let row = self.installed(adapter, approval.version.as_deref()).await?;
        // Which keys are trusted, and whether unsigned bytes are taken, may have changed since they were installed.
        self.signer(&self.artifact(&row).await?, false).await?;
        let share = share(approval.share)?;
        let now = self.db().clock().now();
        let manifest = self.manifest(&row).await?;
        self.check_places(&manifest)?;
        let asked = Grant::as_requested(&manifest, row.digest.clone());
        let (asked, cut) = asked.capped(self.ceilings());
        let notes = match (approval.accept_narrower, &row.signer) {
            (true, None) => vec![format!(
                "accepting narrower versions has no effect: {adapter} {} is not signed, and only versions by the same signer come into \
                 use by themselves; install a signed one",
                row.version
            )],
            _ => Vec::new(),
        };
        let granted = Grant { accept_narrower: approval.accept_narrower, ..asked.narrowed(&approval.narrowing, now)? };
        let mut tx = self.db().begin().await?;
        // Looking under the log's lock makes two operators take turns; the second finds what the first did.
        let before = match self.before(&mut tx, adapter).await {
            // What was changed past this host is replaced.
            Err(error) if error.is_changed() => None,
            before => before?,
        };
        let action = match &before {
            None if share < ALL_CHANNELS => return Err(AdmissionError::NothingBeside(adapter.to_owned())),
            Some(Before { granted: known, head, .. })
                if share == ALL_CHANNELS && head.canary.is_none() && *known == granted =>
            {
                return Ok(Approved { grant: granted, cut, notes });
            }
            Some(Before { granted: known, .. }) if share < ALL_CHANNELS && *known == granted => {
                return Err(AdmissionError::NothingToTry(adapter.to_owned()));
            }
            Some(_) if share < ALL_CHANNELS => Action::Canary,
            Some(before) if before.granted.version != row.version => Action::Upgrade,
            _ => Action::Approve,
        };
        let generation = self.put_in_use(&mut tx, &granted, share, by).await?;
        let previous = before.and_then(|before| before.head.main);
        let details = json!({
            "version": row.version, "digest": row.digest, "generation": generation, "previous_generation": previous, "share": share,
            "grant": granted, "cut": cut,
        });
        self.record(&mut tx, by, action, Some(adapter), &details).await?;
        tx.commit().await?;
        tracing::info!(adapter, version = row.version, share, by, "adapter approved");
        Ok(Approved { grant: granted, cut, notes })
    }

    /// Puts what was tried on a share of the channels in use for all.
    pub async fn promote(&self, adapter: &str, by: &str) -> Result<Grant, AdmissionError> {
        self.check_known(adapter).await?;
        let mut tx = self.begin_at_the_end().await?;
        let canary = self.before(&mut tx, adapter).await?.and_then(|before| before.head.canary);
        let (tried, _) = canary.ok_or_else(|| AdmissionError::NoCanary(adapter.to_owned()))?;
        let row = tx.grant(adapter, tried).await?;
        let row = row.ok_or_else(|| AdmissionError::changed_grant(adapter, tried, crate::Unfit::Gone))?;
        let granted = self.granted(&row)?;
        let generation = self.put_in_use(&mut tx, &granted, ALL_CHANNELS, by).await?;
        let details = json!({
            "version": granted.version, "from_generation": tried, "generation": generation, "grant": granted,
        });
        self.record(&mut tx, by, Action::Promote, Some(adapter), &details).await?;
        tx.commit().await?;
        tracing::info!(adapter, version = granted.version, by, "adapter promoted");
        Ok(granted)
    }

    /// What is in use, after waiting for everybody else who is changing it.
    pub(crate) async fn before(&self, tx: &mut Tx, adapter: &str) -> Result<Option<Before>, AdmissionError> {
        tx.audit_head().await?;
        let Some(head) = self.grant_head_in(tx, adapter).await? else { return Ok(None) };
        let Some(main) = head.main else { return Ok(None) };
        let row = tx.grant(adapter, main).await?;
        let row = row.ok_or_else(|| AdmissionError::changed_grant(adapter, main, crate::Unfit::Gone))?;
        Ok(Some(Before { granted: self.granted(&row)?, head, main: row }))
    }

    /// The generation it is now.
    pub(crate) async fn put_in_use(
        &self,
        tx: &mut Tx,
        granted: &Grant,
        share: i64,
        by: &str,
    ) -> Result<i64, AdmissionError> {
        let body = serde_json::to_value(granted).map_err(|_| AdmissionError::Damaged(granted.adapter_id.clone()))?;
        let Grant { adapter_id, version, digest, .. } = granted;
        let told = highest_generation(tx.audit_of_grants(adapter_id).await?.as_ref());
        let newest = tx.newest_generation(adapter_id).await?.max(told);
        // Where nothing says what counts, there is no way back to what is there.
        let anew = || GrantHead { revoked: newest, ..GrantHead::default() };
        let head = match self.grant_head_in(tx, adapter_id).await {
            Err(error) if error.is_changed() => anew(),
            head => head?.unwrap_or_else(anew),
        };
        // A number that was given once is not given again, even if its row was taken away.
        let generation = newest.max(head.highest()).saturating_add(1);
        let mut row = GrantRow {
            adapter_id: adapter_id.clone(),
            generation,
            version: version.clone(),
            digest: digest.clone(),
            body: Lenient(body),
            share,
            approved_by: by.to_owned(),
            approved_at: self.db().clock().now(),
            mac: None,
        };
        row.mac = Some(self.seal_grant(&row));
        tx.insert_grant(&row).await?;
        let head = match share {
            ALL_CHANNELS => GrantHead { main: Some(generation), canary: None, ..head },
            share => GrantHead { canary: Some((generation, share)), ..head },
        };
        self.write_head(tx, &of_grants(adapter_id), &head).await?;
        Ok(generation)
    }
}

/// What is in use.
pub(crate) struct Before {
    pub(crate) head: GrantHead,
    pub(crate) main: GrantRow,
    pub(crate) granted: Grant,
}

fn share(wanted: Option<u8>) -> Result<i64, AdmissionError> {
    match wanted {
        None => Ok(ALL_CHANNELS),
        Some(share @ 1..=99) => Ok(i64::from(share)),
        Some(share) => Err(AdmissionError::Share(share)),
    }
}
