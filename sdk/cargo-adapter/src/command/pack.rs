use std::path::PathBuf;

use anyhow::{Context as _, Result};
use cargo_adapter::Order;
use cargo_adapter::build;
use clap::Args;
use entrepot_artifact::{SecretKey, replace_file, sign};

use super::build::Which;
use super::inspect;

#[derive(Args)]
pub(crate) struct Pack {
    #[command(flatten)]
    which: Which,
    /// The secret key to sign with.
    #[arg(long, value_name = "KEYFILE")]
    key: Option<PathBuf>,
    /// The file to write [default: `<id>-<version>.wasm` beside what was built].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Pack {
    pub(super) fn run(self) -> Result<()> {
        // First what fails quickly: building takes a while.
        let key = self.key.as_deref().map(SecretKey::load).transpose()?;
        let Which { manifest_path, package } = self.which;
        let built = build(&Order { manifest_path, package, out: None })?;
        let artifact = super::read(&built.path)?;
        let name = format!("{}-{}.wasm", artifact.manifest().id, artifact.manifest().version);
        let out = self.out.unwrap_or_else(|| built.path.with_file_name(name));
        let bytes = match &key {
            Some(key) => sign(artifact.into_bytes(), key)?,
            None => artifact.into_bytes(),
        };
        replace_file(&out, &bytes).with_context(|| out.display().to_string())?;
        println!("{}", out.display());
        inspect::show(&super::read(&out)?)
    }
}
