//! Where the master key comes from, and what to do when it is not there.

use std::io;

use anyhow::{Context, Result, bail};
use entrepot_adapters::MacKeys;
use entrepot_config::Config;
use entrepot_domain::TenantId;
use entrepot_store::Db;
use entrepot_store::master_keys::KnownKey;
use entrepot_vault::{KeyRing, OpenSecrets};

use crate::key_file;

/// The given key; or, for an embedded database, the one in the data folder, which is made on first start.
pub(crate) async fn load(config: &Config, db: &Db) -> Result<KeyRing> {
    let ring = given(config, db).await?;
    prove(&ring, db).await?;
    Ok(ring)
}

async fn given(config: &Config, db: &Db) -> Result<KeyRing> {
    match &config.master_key {
        Some(key) => KeyRing::parse(key.expose()).context("ENTREPOT_MASTER_KEY"),
        None if config.is_embedded() => from_file(config, db).await,
        None => bail!(
            "ENTREPOT_MASTER_KEY is not set. A database that several hosts share has no key file of its own: make a key once with \
             `entrepot key new`, keep it safe, and give it to every host"
        ),
    }
}

async fn from_file(config: &Config, db: &Db) -> Result<KeyRing> {
    let path = config.key_file();
    match key_file::read(&path) {
        Ok(ring) => ring,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if db.tenant(&TenantId::default_tenant()).has_secrets().await? || !db.master_keys().await?.is_empty() {
                bail!(
                    "the master key is missing: {} is not there, and the database was written with it. Put the file back from your \
                     backup, or set ENTREPOT_MASTER_KEY. If it is lost: `entrepot key new > {}`, then `entrepot key adopt`; after that \
                     secrets, grants and trusted keys have to be given once more",
                    path.display(),
                    path.display()
                );
            }
            key_file::make(&path)
        }
        Err(error) => Err(error).with_context(|| format!("the key file {} cannot be read", path.display())),
    }
}

/// A wrong key is found at start, not in the middle of the first import. One sealed value that is damaged is its channel's problem, and
/// says nothing of the key; one that opens proves it.
async fn prove(ring: &KeyRing, db: &Db) -> Result<()> {
    let known = db.master_keys().await?;
    if known.is_empty() {
        return match opening(ring, db, |_| true).await? {
            Some(false) => bail!("the master key does not fit this database: nothing of what is sealed in it opens"),
            _ => Ok(()),
        };
    }
    let mut proven = false;
    for (id, check) in ring.checks()? {
        match known.iter().find(|key| key.key_id == id) {
            Some(key) if key.check_value == check => proven = true,
            None => {}
            // Either the key is another one of the same name, or what should prove it was changed.
            Some(_) if opening(ring, db, |with| with == id.as_str()).await? == Some(true) => proven = true,
            Some(_) => bail!(
                "the master key {id:?} is not the one of that name that this database was written with; put the right one into \
                 ENTREPOT_MASTER_KEY or its file"
            ),
        }
    }
    // What should prove ours was taken away or renamed, and what is there was written with it.
    let ours: Vec<String> = ring.checks()?.into_iter().map(|(id, _)| id).collect();
    let is_ours = |with: &str| ours.iter().any(|id| id == with);
    if !proven && opening(ring, db, is_ours).await? != Some(true) {
        let known: Vec<&str> = known.iter().map(|key| key.key_id.as_str()).collect();
        bail!(
            "the master key does not fit this database, which was written with {}; only {:?} is given. Add the missing one to \
             ENTREPOT_MASTER_KEY, behind a comma. If it is lost: `entrepot key adopt` begins anew with the one given; then secrets, \
             grants and trusted keys have to be given once more",
            known.join(", "),
            ring
        );
    }
    is_not_retired(ring, db).await
}

/// What is written with a key that another one took the place of would be lost as soon as it is taken away.
async fn is_not_retired(ring: &KeyRing, db: &Db) -> Result<()> {
    let (ids, retired) = (ring.ids(), db.retired_master_keys().await?);
    let Some(first) = ids.first().filter(|id| retired.contains_key(*id)) else { return Ok(()) };
    let known = db.master_keys().await?;
    let current =
        known.iter().rev().find(|key| !retired.contains_key(&key.key_id)).map_or("", |key| key.key_id.as_str());
    bail!(
        "the master key {first:?} was changed for {current:?} (`entrepot key rotate`): put {current:?} first in ENTREPOT_MASTER_KEY or its \
         file. If {current:?} is lost: `entrepot key adopt` begins anew with the one given"
    )
}

/// Whether anything that was written with one of these keys fits or opens. None: there is nothing of the kind.
async fn opening(ring: &KeyRing, db: &Db, with: impl Fn(&str) -> bool) -> Result<Option<bool>> {
    let rows = MacKeys::new(ring.derive_each("rows")?);
    let mut found = None;
    for head in db.heads().await? {
        let is_meant = head.mac.rsplit_once(':').is_some_and(|(id, _)| with(id));
        if is_meant {
            if rows.check("heads", &[head.name.as_bytes(), head.body.as_bytes()], Some(&head.mac)).is_ok() {
                return Ok(Some(true));
            }
            found = Some(false);
        }
    }
    let mut tx = db.begin().await?;
    let secrets = tx.all_secrets().await?;
    let mut of_them = secrets.iter().filter(|secret| KeyRing::sealed_with(&secret.sealed).is_none_or(&with)).peekable();
    if of_them.peek().is_none() {
        return Ok(found);
    }
    let opens = |secret: &entrepot_store::across_tenants::SecretOf| {
        let place = OpenSecrets::place(&secret.tenant_id, &secret.channel_id, &secret.name);
        ring.open(&place, &secret.sealed).is_ok()
    };
    Ok(Some(of_them.any(opens)))
}

/// Begins anew with the keys given, whatever the database was written with. None: it was written with them, and nothing is changed.
pub(crate) async fn adopt(config: &Config, db: &Db) -> Result<Option<Vec<String>>> {
    let ring = given(config, db).await?;
    let checks = ring.checks()?;
    let mut tx = db.begin().await?;
    // The log says so last: a host may have been killed before.
    let told = tx.audit_head().await?.is_none_or(|last| checks.iter().any(|(id, _)| *id == last.key_id));
    drop(tx);
    if told && prove(&ring, db).await.is_ok() {
        return Ok(None);
    }
    let known = db.master_keys().await?;
    if let Some((id, _)) =
        checks.iter().find(|(id, check)| known.iter().any(|key| key.key_id == *id && key.check_value != *check))
    {
        bail!(
            "the database was written with another key of the name {id:?}, and one name cannot stand for two; make a key with \
             `entrepot key new`, which has a name of its own"
        );
    }
    let mut tx = db.begin().await?;
    for (key_id, check_value) in checks.clone() {
        tx.put_master_key(&KnownKey { key_id, check_value }, db.clock().now()).await?;
    }
    tx.commit().await?;
    Ok(Some(checks.into_iter().map(|(id, _)| id).collect()))
}
