use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use entrepot_artifact::Artifact;

#[derive(Args)]
pub(crate) struct Inspect {
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Inspect {
    pub(super) fn run(self) -> Result<()> {
        show(&super::read(&self.file)?)
    }
}

/// Fails, after having shown it, when the signature does not fit the bytes.
pub(super) fn show(artifact: &Artifact) -> Result<()> {
    let manifest = artifact.manifest();
    println!("{} {}", manifest.id, manifest.version);
    println!("  publisher  {}", manifest.publisher);
    println!("  world      {}", manifest.world);
    println!("  digest     sha256:{}", artifact.digest());
    println!("  size       {} bytes", artifact.bytes().len());
    let Some(signature) = artifact.signature() else {
        println!("  signature  none");
        return Ok(());
    };
    let intact = artifact.check_intact();
    let state = if intact.is_ok() { "fits" } else { "DOES NOT FIT" };
    println!("  signature  {state}, by the key {}", signature.key_id());
    println!("  key        {}", signature.public_key());
    Ok(intact?)
}
