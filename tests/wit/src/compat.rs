//! Whether an adapter that was built for one version works with the next.
//!
//! Two looks, because each misses something. `wit_component::semver_check` puts a component of the older world in the place of one of
//! the newer: every shape has to fit. It allows the newer world to want less, so a function that an adapter exports may vanish from
//! it. By name, then, everything that was there must still be there.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use wit_component::semver_check;
use wit_parser::{PackageId, Resolve, WorldItem};

use crate::Pair;

/// What the newer version of the pair breaks, in words.
pub fn breaks(wit: &Path, pair: &Pair) -> Result<Vec<String>> {
    let mut resolve = Resolve::default();
    let mut package = |version: &semver::Version| -> Result<PackageId> {
        let folder = wit.join(version.to_string());
        let (id, _) = resolve.push_dir(&folder).with_context(|| folder.display().to_string())?;
        let named = resolve.packages[id].name.version.as_ref();
        ensure!(named == Some(version), "wit/{version} holds the package {}", resolve.packages[id].name);
        Ok(id)
    };
    let (older, newer) = (package(&pair.older)?, package(&pair.newer)?);
    let (before, after) = (names(&resolve, older), names(&resolve, newer));
    let gone = before.iter().filter(|name| !after.contains(name));
    let mut wrong: Vec<String> =
        gone.map(|name| format!("{} has no {name}, which {} had", pair.newer, pair.older)).collect();
    for (name, world) in &resolve.packages[older].worlds {
        let Some(new_world) = resolve.packages[newer].worlds.get(name) else { continue };
        if let Err(error) = semver_check(resolve.clone(), *world, *new_world) {
            let (newer, older) = (&pair.newer, &pair.older);
            wrong.push(format!("an adapter of the world {name} in {older} does not fit {newer}: {error:#}"));
        }
    }
    Ok(wrong)
}

/// Everything that has a name, e.g. `function http.send`.
fn names(resolve: &Resolve, package: PackageId) -> Vec<String> {
    let package = &resolve.packages[package];
    let mut names = Vec::new();
    for (name, id) in &package.interfaces {
        let interface = &resolve.interfaces[*id];
        names.push(format!("interface {name}"));
        names.extend(interface.functions.keys().map(|function| format!("function {name}.{function}")));
        names.extend(interface.types.keys().map(|kind| format!("type {name}.{kind}")));
    }
    for (name, id) in &package.worlds {
        let world = &resolve.worlds[*id];
        names.push(format!("world {name}"));
        for (way, items) in [("import", &world.imports), ("export", &world.exports)] {
            for (key, item) in items {
                let item = match item {
                    // Not by its full name, which has the version in it.
                    WorldItem::Interface { id, .. } => resolve.interfaces[*id].name.clone(),
                    WorldItem::Function(_) | WorldItem::Type { .. } => None,
                };
                names.push(format!("{way} {} of world {name}", item.unwrap_or_else(|| resolve.name_world_key(key))));
            }
        }
    }
    names
}
