use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Result;
use clap::Args;
use entrepot_artifact::{Rotation, SecretKey};

#[derive(Args)]
pub(crate) struct Rotate {
    /// The secret key that was used so far.
    #[arg(long, value_name = "FILE")]
    old: PathBuf,
    /// The secret key that is used from now on.
    #[arg(long, value_name = "FILE")]
    new: PathBuf,
}

impl Rotate {
    pub(super) fn run(self) -> Result<()> {
        let (old, new) = (SecretKey::load(&self.old)?, SecretKey::load(&self.new)?.public());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        println!("{}", Rotation::new(&old, &new, i64::try_from(now)?)?);
        eprintln!("the key {} is followed by {}", old.public().id(), new.id());
        Ok(())
    }
}
