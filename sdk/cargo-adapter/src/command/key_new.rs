use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use entrepot_artifact::SecretKey;

#[derive(Args)]
pub(crate) struct New {
    /// Who signs with it: the publisher that the manifests name.
    #[arg(long, value_name = "NAME")]
    publisher: String,
    /// The file for the secret key; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl New {
    pub(super) fn run(self) -> Result<()> {
        let key = SecretKey::generate(&self.publisher)?;
        key.save_new(&self.out)?;
        println!("{}", key.public());
        eprintln!("key {} of {}; keep {} safe and secret", key.public().id(), self.publisher, self.out.display());
        Ok(())
    }
}
