//! Where the master key comes from, and what to do when it is not there.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, Result, bail};
use entrepot_config::Config;
use entrepot_domain::TenantId;
use entrepot_store::Db;
use entrepot_vault::{KeyRing, OpenSecrets};

/// The given key; or, for an embedded database, the one in the data folder, which is made on first start.
pub(crate) async fn load(config: &Config, db: &Db) -> Result<KeyRing> {
    let ring = match &config.master_key {
        Some(key) => KeyRing::parse(key.expose()).context("ENTREPOT_MASTER_KEY")?,
        None if config.is_embedded() => from_file(config, db).await?,
        None => bail!(
            "ENTREPOT_MASTER_KEY is not set. A database that several hosts share has no key file of its own: make a key once with \
             `entrepot key new`, keep it safe, and give it to every host"
        ),
    };
    prove(&ring, db).await?;
    Ok(ring)
}

async fn from_file(config: &Config, db: &Db) -> Result<KeyRing> {
    let path = config.key_file();
    match fs::read_to_string(&path) {
        Ok(text) => KeyRing::parse(text.trim()).with_context(|| format!("the key file {}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if db.tenant(&TenantId::default_tenant()).has_secrets().await? {
                bail!(
                    "the master key is missing: {} is not there, and the database holds secrets that were sealed with it. Put the file \
                     back from your backup, or set ENTREPOT_MASTER_KEY. If it is lost, remove the channels and add them again with \
                     their keys, after making a new file with `entrepot key new > {}`",
                    path.display(),
                    path.display()
                );
            }
            make(&path)
        }
        Err(error) => Err(error).with_context(|| format!("the key file {} cannot be read", path.display())),
    }
}

fn make(path: &std::path::Path) -> Result<KeyRing> {
    let ring = KeyRing::generate();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    }
    // Whole or not at all, and never over another's: two first starts at once must end with one key.
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match file {
        Ok(mut file) => {
            file.write_all(ring.to_text().as_bytes()).and_then(|()| file.sync_all())?;
            tracing::info!(path = %path.display(), "made a master key; keep a copy of it in a safe place");
            Ok(ring)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            KeyRing::parse(fs::read_to_string(path)?.trim()).with_context(|| format!("the key file {}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("the key file {} cannot be written", path.display())),
    }
}

/// A wrong key is found at start, not in the middle of the first import.
async fn prove(ring: &KeyRing, db: &Db) -> Result<()> {
    let tenant = TenantId::default_tenant();
    let scoped = db.tenant(&tenant);
    for channel in scoped.channels().await? {
        let sealed = scoped.sealed_secrets(&channel.id.as_str().into()).await?;
        if !sealed.is_empty() {
            OpenSecrets::open(ring, tenant.as_str(), &channel.id, &sealed)
                .context("the master key does not fit this database")?;
            return Ok(());
        }
    }
    Ok(())
}
