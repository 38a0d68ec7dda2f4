//! Rows of adapters and grants, with what proves that this host wrote them.

use entrepot_policy::Grant;
use entrepot_store::adapters::AdapterRow;
use entrepot_store::grants::GrantRow;

use crate::mac::{Unfit, canonical};
use crate::{Admission, AdmissionError};

impl Admission {
    pub(crate) fn seal_grant(&self, row: &GrantRow) -> String {
        with_grant(row, |parts| self.row_keys().seal("grants", parts))
    }

    /// What the row grants, if this host wrote it.
    pub(crate) fn granted(&self, row: &GrantRow) -> Result<Grant, AdmissionError> {
        let GrantRow { adapter_id: adapter, generation, .. } = row;
        let fits = with_grant(row, |parts| self.row_keys().check("grants", parts, row.mac.as_deref()));
        fits.map_err(|why| AdmissionError::changed_grant(adapter, *generation, why))?;
        serde_json::from_value(row.body.0.clone()).map_err(|_| AdmissionError::Damaged(adapter.clone()))
    }

    pub(crate) fn seal_adapter(&self, row: &AdapterRow) -> String {
        with_adapter(row, |parts| self.row_keys().seal("adapters", parts))
    }

    /// Whether this host wrote the row. Its bytes are held against the digest when they are used.
    pub(crate) fn check_adapter(&self, row: &AdapterRow) -> Result<(), Unfit> {
        with_adapter(row, |parts| self.row_keys().check("adapters", parts, row.mac.as_deref()))
    }
}

impl Admission {
    /// The same, and whether the log says that it is installed, as far as it was followed.
    pub(crate) async fn check_installed(&self, row: &AdapterRow) -> Result<(), Unfit> {
        self.check_adapter(row)?;
        self.followed().lock().await.check_version(&row.adapter_id, &row.version, &row.digest)
    }
}

fn with_grant<T>(row: &GrantRow, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    let GrantRow { adapter_id, generation, version, digest, body, share, approved_by, approved_at, mac: _ } = row;
    let body = canonical(&body.0);
    let (generation, share, at) = (generation.to_be_bytes(), share.to_be_bytes(), approved_at.to_be_bytes());
    then(&[
        adapter_id.as_bytes(),
        &generation,
        version.as_bytes(),
        digest.as_bytes(),
        body.as_bytes(),
        &share,
        approved_by.as_bytes(),
        &at,
    ])
}

/// All but the state, which is only shown.
fn with_adapter<T>(row: &AdapterRow, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    let AdapterRow { adapter_id, version, digest, publisher, manifest, imports, exports, size, source, signer, .. } =
        row;
    let manifest = canonical(&manifest.0);
    let functions = canonical(&serde_json::json!([imports, exports]));
    let (size, at) = (size.to_be_bytes(), row.installed_at.to_be_bytes());
    then(&[
        adapter_id.as_bytes(),
        version.as_bytes(),
        digest.as_bytes(),
        publisher.as_bytes(),
        manifest.as_bytes(),
        functions.as_bytes(),
        &size,
        source.as_bytes(),
        signer.as_deref().unwrap_or_default().as_bytes(),
        &at,
    ])
}
