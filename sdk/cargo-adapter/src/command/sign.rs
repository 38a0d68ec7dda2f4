use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use entrepot_artifact::{Artifact, SecretKey, replace_file, sign};

use super::inspect;

#[derive(Args)]
pub(crate) struct Sign {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The secret key.
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
    /// The file to write [default: the same].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Sign {
    pub(super) fn run(self) -> Result<()> {
        let key = SecretKey::load(&self.key)?;
        let signed = sign(super::read_strictly(&self.file)?.into_bytes(), &key)?;
        let out = self.out.unwrap_or(self.file);
        replace_file(&out, &signed).with_context(|| out.display().to_string())?;
        println!("{}", out.display());
        inspect::show(&Artifact::read(signed)?)
    }
}
