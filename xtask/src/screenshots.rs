//! `cargo xtask screenshots`: pictures of pages for the README, as the browser's test takes them.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::process::root;
use crate::test;

const TAKEN: &str = "target/screenshots/desk-light";
const SHOWN: &str = "docs/images";
const PICTURES: [&str; 2] = ["readme-start.png", "readme-adapter.png"];

pub(crate) fn run() -> Result<ExitCode> {
    let (taken, shown) = (root().join(TAKEN), root().join(SHOWN));
    for name in PICTURES {
        // What an earlier run left is not of these pages.
        let _ = fs::remove_file(taken.join(name));
    }
    let ended = test::run(&test::Options::only("people_find_their_way_in_a_browser"))?;
    fs::create_dir_all(&shown)?;
    for name in PICTURES {
        let to = shown.join(name.trim_start_matches("readme-"));
        fs::copy(taken.join(name), &to)
            .with_context(|| format!("{TAKEN}/{name} was not taken; is Chromium there? apt-get install chromium"))?;
        println!("{}", to.display());
    }
    Ok(ended)
}
