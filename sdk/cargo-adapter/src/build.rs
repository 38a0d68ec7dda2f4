//! One adapter, built whole: a crate here, a package of npm in `npm`.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{CrateType, Metadata, MetadataCommand, Package};

use crate::component::{self, Surface};
use crate::manifest::Manifest;
use crate::npm;
use crate::output::{Built, Order, write};
use crate::toolchain::{TARGET, Toolchain};

/// Writes `<id>.wasm`: the component with its manifest in it. A compiler for Rust is looked for only when it is needed.
pub fn build(order: &Order) -> Result<Built> {
    match npm::folder(order)? {
        Some(folder) => npm::build(folder, order.out.as_deref()),
        None => build_crate(order, Toolchain::find()?),
    }
}

/// Builds the crate, encodes the component and embeds the manifest.
fn build_crate(order: &Order, toolchain: Toolchain) -> Result<Built> {
    let mut command = MetadataCommand::new();
    command.no_deps();
    if let Some(path) = &order.manifest_path {
        command.manifest_path(path);
    }
    let metadata = command.exec().context("cargo metadata")?;
    let package = pick(&metadata, order)?;
    let library = package
        .targets
        .iter()
        .find(|target| target.crate_types.contains(&CrateType::CDyLib))
        .with_context(|| format!("{} is no adapter: its crate-type lacks \"cdylib\"", package.name))?;

    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
    let manifest = Manifest::read(folder.join("adapter.toml").as_std_path())?;
    let target_dir = match std::env::var_os("ENTREPOT_GUEST_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => metadata.workspace_root.join("target/guests").into_std_path_buf(),
    };
    let mut cargo = toolchain.cargo_build(&target_dir);
    cargo.arg("--lib").arg("--manifest-path").arg(&package.manifest_path);
    let status =
        cargo.stdin(Stdio::null()).stdout(std::io::stderr()).status().context("cargo build cannot be started")?;
    ensure!(status.success(), "cargo build of {} failed", package.name);

    let module = target_dir.join(TARGET).join("guest").join(format!("{}.wasm", library.name.replace('-', "_")));
    let module = fs::read(&module).with_context(|| format!("{} was not written", module.display()))?;
    let bytes = component::encode(&module, &manifest.text)?;
    let surface = Surface::of(&bytes)?;
    let out = order.out.clone().unwrap_or_else(|| metadata.workspace_root.join("target/adapters").into_std_path_buf());
    let path = out.join(format!("{}.wasm", manifest.id));
    write(&path, &bytes)?;
    Ok(Built {
        id: manifest.id,
        folder: folder.as_std_path().to_owned(),
        path,
        size: bytes.len(),
        world: manifest.world,
        surface,
    })
}

fn pick<'a>(metadata: &'a Metadata, order: &Order) -> Result<&'a Package> {
    let packages = metadata.workspace_packages();
    if let Some(name) = &order.package {
        return packages
            .into_iter()
            .find(|package| package.name.as_str() == name)
            .with_context(|| format!("no package {name} in {}", metadata.workspace_root));
    }
    let wanted = match &order.manifest_path {
        Some(path) => fs::canonicalize(path).with_context(|| path.display().to_string())?,
        None => std::env::current_dir()?.join("Cargo.toml"),
    };
    match packages.into_iter().find(|package| package.manifest_path.as_std_path() == wanted) {
        Some(package) => Ok(package),
        None => bail!("{} is no package: name one with -p", wanted.display()),
    }
}
