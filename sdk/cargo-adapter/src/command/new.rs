//! `cargo adapter new`: a small adapter that builds, passes its tests and can be installed as it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use entrepot_artifact::{is_adapter_id, is_publisher};

#[derive(Args)]
pub(crate) struct New {
    /// Name and id of the adapter, e.g. my-shop; a folder of that name is made.
    name: String,
    /// Who publishes it.
    #[arg(long, value_name = "NAME", default_value = "me")]
    publisher: String,
    /// What it is written in.
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    language: Language,
    /// For Rust: the folder of the crate `entrepot-guest` [default: the one this program was built with].
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Rust,
    Javascript,
}

/// A file's place in the adapter's folder, and what is in it.
type File = (&'static str, &'static str);

macro_rules! files {
    ($from:literal, $to:literal: $($path:literal),+ $(,)?) => {
        &[$((concat!($to, $path), include_str!(concat!("../../", $from, $path)))),+]
    };
}

/// The same files as every adapter has, whatever it is written in: the shop is the same.
const COMMON: &[File] = files!("template/", "":
    "adapter.toml",
    "tests/shop.toml",
    "tests/shop.http",
    "tests/shop.json",
    "tests/too-fast.toml",
);
const RUST: &[File] = files!("template/", "":
    "README.md",
    "src/lib.rs",
    "src/api.rs",
    "src/map.rs",
);
const JAVASCRIPT: &[File] = files!("template-js/", "":
    ".gitignore",
    "README.md",
    "package.json",
    "build.js",
    "src/adapter.js",
    "src/api.js",
    "src/map.js",
    "src/guest/blank.js",
    "src/guest/http.js",
    "src/guest/json.js",
    "src/guest/money.js",
    "src/guest/money.test.js",
    "src/guest/time.js",
    "wit/world.wit",
);
/// What the world is made of. Other languages have no SDK that brings it along.
const WIT: &[File] = files!("../../wit/0.1.1/", "wit/deps/entrepot-adapter/":
    "catalog.wit",
    "exports.wit",
    "imports.wit",
    "model.wit",
    "types.wit",
    "world.wit",
);
const ALONE: &str = include_str!("../../template/Cargo.toml.txt");
const MEMBER: &str = include_str!("../../template/Cargo-member.toml.txt");

impl New {
    pub(super) fn run(self) -> Result<()> {
        let Self { name, publisher, language, sdk } = self;
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
        // First what can fail: a folder half made would be in the way of the next try.
        let (shared, cargo_toml): (&[&[File]], _) = match language {
            Language::Rust if in_repository()? => (&[COMMON, RUST], Some(MEMBER.to_owned())),
            Language::Rust => (&[COMMON, RUST], Some(ALONE.replace("{sdk}", &dependency(sdk)?))),
            Language::Javascript => (&[COMMON, JAVASCRIPT, WIT], None),
        };
        let title = title(&name);
        let write = |path: &str, text: &str| {
            let text = text.replace("{name}", &name).replace("{title}", &title).replace("{publisher}", &publisher);
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder)).with_context(|| path.display().to_string())?;
            fs::write(&path, text).with_context(|| path.display().to_string())
        };
        for (path, text) in shared.iter().copied().flatten() {
            write(path, text)?;
        }
        if let Some(text) = &cargo_toml {
            write("Cargo.toml", text)?;
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
