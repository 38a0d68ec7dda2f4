//! Installing: everything that can be refused is refused before anything is compiled.

use entrepot_artifact::{Artifact, FetchOptions, Fetched, Source};
use entrepot_policy::{Difference, Grant, Manifest};
use entrepot_store::adapters::AdapterRow;
use entrepot_store::{Lenient, Tx};
use serde_json::json;

use crate::audit::Action;
use crate::grant_head::ALL_CHANNELS;
use crate::review::Before;
use crate::rollback::is_newer;
use crate::{Admission, AdmissionError, Unfit};

/// What was installed; it waits for approval.
#[derive(Clone, Debug)]
pub struct Installed {
    pub adapter_id: String,
    pub version: String,
    pub digest: String,
    /// Fingerprint of the trusted key that signed it; none: it is unsigned.
    pub signer: Option<String>,
    /// The very same artifact was there already.
    pub already: bool,
    /// It asks for nothing more than what is in use, and the operator had said that this is enough.
    pub approved: bool,
}

/// What an operator may insist on.
#[derive(Clone, Copy, Debug, Default)]
pub struct InstallOptions {
    /// A version lower than the highest that is installed.
    pub allow_older: bool,
    /// A version that its registry tells people away from.
    pub allow_yanked: bool,
}

impl Admission {
    /// From a file, a registry or an OCI registry.
    pub async fn install_from(
        &self,
        reference: &str,
        fetch: &FetchOptions,
        options: InstallOptions,
        by: &str,
    ) -> Result<Installed, AdmissionError> {
        let source = Source::parse(reference)?;
        let remote = !matches!(source, Source::File(_));
        let Fetched { bytes, yanked, pinned, .. } = source.fetch(fetch).await?;
        if let Some(reason) = yanked.filter(|_| !options.allow_yanked) {
            return Err(AdmissionError::Yanked { reference: pinned.reference, reason });
        }
        self.admit(bytes, &pinned.reference, remote, options, by).await
    }

    /// From bytes that an operator handed over.
    pub async fn install(&self, bytes: impl Into<Vec<u8>>, by: &str) -> Result<Installed, AdmissionError> {
        self.admit(bytes.into(), "upload", false, InstallOptions::default(), by).await
    }

    async fn admit(
        &self,
        bytes: Vec<u8>,
        source: &str,
        remote: bool,
        options: InstallOptions,
        by: &str,
    ) -> Result<Installed, AdmissionError> {
        // The largest artifact takes a moment to be read.
        let read = tokio::task::spawn_blocking(move || {
            let component = entrepot_sandbox::Artifact::check(bytes.clone())?;
            let artifact = Artifact::read(bytes)?;
            let manifest = Manifest::parse(artifact.manifest_text())?;
            Ok::<_, AdmissionError>((component, artifact, manifest))
        });
        let (component, artifact, manifest) =
            read.await.map_err(|_| AdmissionError::Damaged("the artifact".into()))??;
        self.check_places(&manifest)?;
        let digest = artifact.digest().to_owned();
        let signer = self.signer(&artifact, remote).await?;
        let installed = |already| Installed {
            adapter_id: manifest.id.clone(),
            version: manifest.version.clone(),
            digest: digest.clone(),
            signer: signer.clone(),
            already,
            approved: false,
        };
        if self.is_known(&artifact, &manifest, signer.as_deref(), options).await? {
            return Ok(installed(true));
        }
        let adapter = self.sandbox().load(&component, &Default::default()).await?;
        check_exports(&manifest, adapter.exports())?;

        let body = serde_json::to_value(&manifest).map_err(|_| AdmissionError::Damaged(manifest.id.clone()))?;
        let mut new = AdapterRow {
            adapter_id: manifest.id.clone(),
            version: manifest.version.clone(),
            digest: digest.clone(),
            publisher: manifest.publisher.clone(),
            state: "pending".to_owned(),
            manifest: Lenient(body),
            imports: Lenient(adapter.imports().to_vec()),
            exports: Lenient(adapter.exports().to_vec()),
            size: i64::try_from(artifact.bytes().len()).unwrap_or(i64::MAX),
            source: source.to_owned(),
            signer: signer.clone(),
            installed_at: self.db().clock().now(),
            mac: None,
        };
        new.mac = Some(self.seal_adapter(&new));
        let details = json!({
            "version": manifest.version, "publisher": manifest.publisher, "digest": digest, "source": source, "signer": signer,
            "size": artifact.bytes().len(),
        });
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Install, Some(&manifest.id), &details).await?;
        // Somebody may have been faster while this one was compiled.
        if self.is_known(&artifact, &manifest, signer.as_deref(), options).await? {
            return Ok(installed(true));
        }
        tx.insert_adapter(&new, artifact.bytes()).await?;
        let approved = self.approve_narrower(&mut tx, &manifest, &digest, signer.as_deref()).await?;
        tx.commit().await?;
        tracing::info!(
            adapter = manifest.id,
            version = manifest.version,
            digest,
            source,
            approved,
            "adapter installed"
        );
        Ok(Installed { approved, ..installed(false) })
    }

    /// Puts an upgrade in use by itself, if the grant in force says that it may: by the same signer, and nothing more than granted.
    async fn approve_narrower(
        &self,
        tx: &mut Tx,
        manifest: &Manifest,
        digest: &str,
        signer: Option<&str>,
    ) -> Result<bool, AdmissionError> {
        let before = match self.before(tx, &manifest.id).await {
            // Nothing follows by itself on what somebody changed past this host.
            Err(error) if error.is_changed() => return Ok(false),
            before => before?,
        };
        let Some(Before { granted, main, head }) = before.filter(|before| before.head.canary.is_none()) else {
            return Ok(false);
        };
        if !granted.accept_narrower || signer.is_none() || !is_newer(&manifest.version, &main.version) {
            return Ok(false);
        }
        let known = self.db().adapter_version(&manifest.id, &main.version).await?;
        let same_signer =
            known.is_some_and(|known| self.check_adapter(&known).is_ok() && known.signer.as_deref() == signer);
        let (asked, cut) = Grant::as_requested(manifest, digest.to_owned()).capped(self.ceilings());
        if !same_signer || Difference::between(&granted.permissions(), &asked.permissions()).is_wider() {
            return Ok(false);
        }
        let Grant { expires_at, report_only, accept_narrower, .. } = granted;
        let upgraded = Grant { expires_at, report_only, accept_narrower, ..asked };
        let generation = self.put_in_use(tx, &upgraded, ALL_CHANNELS, "host").await?;
        let details = json!({
            "version": manifest.version, "digest": digest, "generation": generation, "previous_generation": head.main,
            "automatic": true, "grant": upgraded, "cut": cut,
        });
        self.record(tx, "host", Action::Upgrade, Some(&manifest.id), &details).await?;
        Ok(true)
    }

    /// Whether these very bytes are installed. What must not follow what is installed is an error.
    async fn is_known(
        &self,
        artifact: &Artifact,
        manifest: &Manifest,
        signer: Option<&str>,
        options: InstallOptions,
    ) -> Result<bool, AdmissionError> {
        let mut highest: Option<semver::Version> = None;
        let rows = self.db().adapters_named(&manifest.id).await?;
        self.follow_log().await?;
        for row in rows {
            let fits = self.check_installed(&row).await;
            match &fits {
                // It blocks its own number,
                Err(why) if row.version == manifest.version => {
                    return Err(AdmissionError::changed_adapter(&row.adapter_id, &row.version, why.clone()));
                }
                // and says nothing else; but this host wrote the row, so it says whose the adapter is.
                Ok(()) | Err(Unfit::Log(_)) => {}
                Err(_) => continue,
            }
            if row.version == manifest.version {
                if row.digest == artifact.digest() {
                    return Ok(true);
                }
                let (adapter, version, digest) = (row.adapter_id, row.version, row.digest);
                return Err(AdmissionError::OtherBytes { adapter, version, digest });
            }
            if row.publisher != manifest.publisher {
                let (adapter, known, found) = (row.adapter_id, row.publisher, manifest.publisher.clone());
                return Err(AdmissionError::OtherPublisher { adapter, known, found });
            }
            if row.signer.is_some() && signer.is_none() {
                return Err(AdmissionError::Unsigned(format!("{} {} is signed", row.adapter_id, row.version)));
            }
            if fits.is_ok() {
                highest = highest.max(semver::Version::parse(&row.version).ok());
            }
        }
        match highest {
            Some(highest) if highest > artifact.manifest().version && !options.allow_older => {
                Err(AdmissionError::Older { adapter: manifest.id.clone(), highest: highest.to_string() })
            }
            _ => Ok(false),
        }
    }
}

/// A rule for an operation that the component does not have is a mistake of its publisher.
fn check_exports(manifest: &Manifest, exports: &[String]) -> Result<(), AdmissionError> {
    for operation in manifest.egress.iter().flat_map(|rule| &rule.operations) {
        let name = operation.as_str();
        if !exports.iter().any(|export| export.rsplit('/').next() == Some(name)) {
            return Err(AdmissionError::NotExported { operation: name.to_owned() });
        }
    }
    Ok(())
}
