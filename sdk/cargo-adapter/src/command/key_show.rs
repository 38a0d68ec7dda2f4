use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use entrepot_artifact::SecretKey;

#[derive(Args)]
pub(crate) struct Show {
    /// The secret key.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Show {
    pub(super) fn run(self) -> Result<()> {
        let key = SecretKey::load(&self.file)?.public();
        println!("{key}");
        eprintln!("key {} of {}", key.id(), key.publisher());
        Ok(())
    }
}
