use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use clap::builder::FalseyValueParser;
use entrepot_artifact::registry::PublishOptions;
use entrepot_artifact::{Artifact, Credentials, FetchOptions, OciReference, Registry, Rotation, Source, read_capped};

#[derive(Args)]
pub(crate) struct Publish {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A registry folder, or oci://HOST/REPOSITORY:TAG.
    #[arg(value_name = "REF", value_parser = target)]
    to: Target,
    /// Folder: take a version lower than the highest there is.
    #[arg(long)]
    allow_lower: bool,
    /// Folder: take an artifact nobody signed.
    #[arg(long)]
    allow_unsigned: bool,
    /// Folder: the statement that leads from a known key to the one that signed; a file, or the statement itself.
    #[arg(long, value_name = "STATEMENT")]
    rotation: Vec<String>,
    /// OCI: who you are; the password is read from ENTREPOT_OCI_PASSWORD.
    #[arg(long, env = "ENTREPOT_OCI_USERNAME", value_name = "NAME")]
    username: Option<String>,
    /// OCI: plain http to this machine.
    #[arg(long, env = "ENTREPOT_EGRESS_ALLOW_LOOPBACK", value_parser = FalseyValueParser::new())]
    allow_loopback_http: bool,
}

#[derive(Clone)]
enum Target {
    Folder(PathBuf),
    Oci(OciReference),
}

fn target(text: &str) -> Result<Target, String> {
    match Source::parse(text) {
        Ok(Source::Oci(reference)) => Ok(Target::Oci(reference)),
        Ok(Source::File(folder)) => Ok(Target::Folder(folder)),
        Ok(Source::Registry { .. }) => Err("name the registry's folder itself".to_owned()),
        Err(_) if text.starts_with("http") => {
            Err("a registry behind http is read only; publish into its folder".to_owned())
        }
        Err(error) => Err(error.problem),
    }
}

impl Publish {
    pub(super) fn run(self) -> Result<()> {
        let artifact = super::read_strictly(&self.file)?;
        match &self.to {
            Target::Folder(folder) => self.put(folder, &artifact),
            Target::Oci(reference) => self.push(reference, &artifact),
        }
    }

    fn put(&self, folder: &Path, artifact: &Artifact) -> Result<()> {
        let mut options = PublishOptions::at(SystemTime::now());
        options.allow_lower = self.allow_lower;
        options.allow_unsigned = self.allow_unsigned;
        options.rotations = self.rotation.iter().map(|given| rotation(given)).collect::<Result<_>>()?;
        let done = Registry::open(folder)?.publish(artifact, &options)?;
        let what = if done.already { "was published already" } else { "published" };
        println!("{} {} {what}: {}", done.adapter, done.version, folder.join(done.file).display());
        println!("{}", done.digest);
        Ok(())
    }

    fn push(&self, reference: &OciReference, artifact: &Artifact) -> Result<()> {
        let credentials = match (&self.username, std::env::var("ENTREPOT_OCI_PASSWORD")) {
            (Some(username), Ok(password)) => {
                Some(Credentials { username: username.clone(), password: password.into() })
            }
            (Some(_), Err(_)) => bail!("a user name and no password; put it into ENTREPOT_OCI_PASSWORD"),
            (None, _) => None,
        };
        let options =
            FetchOptions { allow_loopback_http: self.allow_loopback_http, credentials, ..FetchOptions::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let pushed = runtime.block_on(reference.push(artifact, SystemTime::now(), &options))?;
        let (manifest, what) = (artifact.manifest(), if pushed.already { "was there already" } else { "pushed" });
        println!("{} {} {what}: {reference}", manifest.id, manifest.version);
        println!("{}", pushed.pinned);
        Ok(())
    }
}

fn rotation(given: &str) -> Result<Rotation> {
    if let Ok(rotation) = given.parse() {
        return Ok(rotation);
    }
    let bytes = read_capped(Path::new(given), 4096).with_context(|| given.to_owned())?;
    Ok(String::from_utf8_lossy(&bytes).parse()?)
}
