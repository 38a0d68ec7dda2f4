//! What there is to say, one file a command.

mod build;
mod check;
mod compile_component;
mod inspect;
mod key_new;
mod key_rotate;
mod key_show;
mod new;
mod pack;
mod publish;
mod registry_verify;
mod sign;
mod subject;
mod test;
mod yank;

use std::path::Path;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use entrepot_artifact::{Artifact, MAX_ARTIFACT_LEN, read_capped};

#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
pub(crate) enum Cargo {
    /// Build, sign and publish Entrepot adapters.
    Adapter(Adapter),
}

#[derive(Args)]
#[command(version)]
pub(crate) struct Adapter {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a small adapter that works, to begin with.
    New(new::New),
    /// Compile an adapter crate into a component with its manifest embedded.
    Build(build::Build),
    /// Build an adapter and run its tests.
    Test(test::Test),
    /// Compare what an adapter asks for with what it uses.
    Check(check::Check),
    /// Used by the tests themselves: compile the component on stdin, within limits.
    #[command(hide = true)]
    CompileComponent(compile_component::CompileComponent),
    /// Build an adapter and write the file to publish, signed when a key is given.
    Pack(pack::Pack),
    /// Sign an artifact, in place of the signature it may have.
    Sign(sign::Sign),
    /// Show what an artifact is and who signed it.
    Inspect(inspect::Inspect),
    /// Put an artifact into a registry folder or an OCI registry.
    Publish(publish::Publish),
    /// Tell people away from a version in a registry folder.
    Yank(yank::Yank),
    /// Make, show and replace the keys artifacts are signed with.
    #[command(subcommand)]
    Key(Key),
    /// Look after a registry folder.
    #[command(subcommand)]
    Registry(Registry),
}

#[derive(Subcommand)]
enum Key {
    /// Make a key and print its public half.
    New(key_new::New),
    /// Print the public half of a key.
    Show(key_show::Show),
    /// Print the old key's statement that the new one takes its place.
    Rotate(key_rotate::Rotate),
}

#[derive(Subcommand)]
enum Registry {
    /// Check every index, artifact, signature and key of a registry folder.
    Verify(registry_verify::Verify),
}

impl Cargo {
    pub(crate) fn run(self) -> Result<()> {
        let Self::Adapter(Adapter { verb }) = self;
        match verb {
            Verb::New(command) => command.run(),
            Verb::Build(command) => command.run(),
            Verb::Test(command) => command.run(),
            Verb::Check(command) => command.run(),
            Verb::CompileComponent(command) => command.run(),
            Verb::Pack(command) => command.run(),
            Verb::Sign(command) => command.run(),
            Verb::Inspect(command) => command.run(),
            Verb::Publish(command) => command.run(),
            Verb::Yank(command) => command.run(),
            Verb::Key(Key::New(command)) => command.run(),
            Verb::Key(Key::Show(command)) => command.run(),
            Verb::Key(Key::Rotate(command)) => command.run(),
            Verb::Registry(Registry::Verify(command)) => command.run(),
        }
    }
}

/// One whose manifest the host would take.
fn read_strictly(file: &Path) -> Result<Artifact> {
    let artifact = read(file)?;
    cargo_adapter::strictly(artifact.manifest_text()).with_context(|| file.display().to_string())?;
    Ok(artifact)
}

fn read(file: &Path) -> Result<Artifact> {
    let bytes = read_capped(file, MAX_ARTIFACT_LEN).with_context(|| file.display().to_string())?;
    Artifact::read(bytes).with_context(|| file.display().to_string())
}
