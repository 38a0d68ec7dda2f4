//! `cargo adapter new`: a small adapter that builds, passes its tests and can be installed as it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use entrepot_artifact::{is_adapter_id, is_publisher};

#[derive(Args)]
pub(crate) struct New {
    /// Name and id of the adapter, e.g. my-shop; a folder of that name is made.
    name: String,
    /// Who publishes it.
    #[arg(long, value_name = "NAME", default_value = "me")]
    publisher: String,
    /// The folder of the crate `entrepot-guest` [default: the one this program was built with].
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../template/", $path)))),+]
    };
}

/// The same files as every adapter has.
const FILES: &[(&str, &str)] = files!(
    "adapter.toml",
    "README.md",
    "src/lib.rs",
    "src/api.rs",
    "src/map.rs",
    "tests/shop.toml",
    "tests/shop.http",
    "tests/shop.json",
    "tests/too-fast.toml",
);
const ALONE: &str = include_str!("../../template/Cargo.toml.txt");
const MEMBER: &str = include_str!("../../template/Cargo-member.toml.txt");

impl New {
    pub(super) fn run(self) -> Result<()> {
        let Self { name, publisher, sdk } = self;
        ensure!(
            is_adapter_id(&name),
            "{name:?} is no adapter id: lower case letters, digits and hyphens, beginning with a letter"
        );
        ensure!(
            is_publisher(&publisher),
            "{publisher:?} is no publisher's name: lower case letters, digits and hyphens"
        );
        let folder = Path::new(&name).to_owned();
        ensure!(!folder.exists(), "{} is there already", folder.display());
        let manifest = if in_repository()? { MEMBER.to_owned() } else { ALONE.replace("{sdk}", &dependency(sdk)?) };
        let title = title(&name);
        let fill =
            |text: &str| text.replace("{name}", &name).replace("{title}", &title).replace("{publisher}", &publisher);
        for (path, text) in FILES.iter().copied().chain([("Cargo.toml", manifest.as_str())]) {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder)).with_context(|| path.display().to_string())?;
            fs::write(&path, fill(text)).with_context(|| path.display().to_string())?;
        }
        println!("{name}/ is an adapter. Try it:\n  cd {name}\n  cargo adapter test --conformance");
        Ok(())
    }
}

/// my-shop → My shop
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// In the folder of Entrepot's own adapters it becomes a member of the workspace.
fn in_repository() -> Result<bool> {
    let here = std::env::current_dir()?;
    let workspace =
        here.parent().map(|parent| parent.join("Cargo.toml")).and_then(|file| fs::read_to_string(file).ok());
    Ok(here.ends_with("plugins") && workspace.is_some_and(|text| text.contains("\"plugins/*\"")))
}

fn dependency(sdk: Option<PathBuf>) -> Result<String> {
    let folder = sdk.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest"));
    let folder = fs::canonicalize(&folder)
        .with_context(|| format!("the SDK is not in {}; say where entrepot-guest is with --sdk", folder.display()))?;
    Ok(format!("{{ path = {:?} }}", folder.display().to_string()))
}
