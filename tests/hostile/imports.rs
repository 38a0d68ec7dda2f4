//! The table of imports in docs/, held against the interface, what the sandbox links, and the cases that prove it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use entrepot_policy::Limits;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve, WorldItem, WorldKey};

use crate::row::Row;
use crate::stage::{load, sandbox};

const MATRIX: &str = include_str!("../../docs/adapters/capabilities.md");

struct Line {
    /// e.g. `http/send`
    import: String,
    offered: bool,
    case: String,
}

fn lines() -> Vec<Line> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = MATRIX.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.map(|cells| {
        assert_eq!(cells.len(), 6, "a line of the matrix has six cells: {cells:?}");
        let offered = cells[2] != "not yet";
        assert!(cells.iter().enumerate().all(|(at, cell)| !cell.is_empty() || (at == 3 && !offered)), "{cells:?}");
        Line { import: cells[0].trim_matches('`').to_owned(), offered, case: cells[5].clone() }
    })
    .collect()
}

fn interface() -> Result<Resolve> {
    let mut resolve = Resolve::default();
    // A version holds what is new, and refers to the one before for the rest.
    for version in ["0.1.1", "0.2.0"] {
        resolve.push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit").join(version))?;
    }
    Ok(resolve)
}

/// Every function that some world of the package imports, with its interface.
fn imports(resolve: &Resolve) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for (_, world) in &resolve.worlds {
        for (key, item) in &world.imports {
            if let (WorldKey::Interface(id), WorldItem::Interface { .. }) = (key, item) {
                let interface = &resolve.interfaces[*id];
                let name = interface.name.clone().unwrap_or_default();
                all.extend(interface.functions.keys().map(|function| (name.clone(), function.clone())));
            }
        }
    }
    all
}

/// The newest that has it.
fn version(resolve: &Resolve, interface: &str) -> Option<String> {
    let of = resolve.interfaces.iter().filter(|(_, known)| known.name.as_deref() == Some(interface));
    let versions = of.filter_map(|(_, known)| resolve.packages[known.package?].name.version.as_ref());
    versions.max().map(ToString::to_string)
}

/// A component that imports all of one interface and does nothing.
fn importing(interface: &str) -> Result<Vec<u8>> {
    let mut resolve = self::interface()?;
    let version = version(&resolve, interface).context("an interface of ours")?;
    let text = format!("package probe:probe;\nworld probe {{ import entrepot:adapter/{interface}@{version}; }}");
    let package = resolve.push_str("probe.wit", &text)?;
    let world = resolve.select_world(&[package], None)?;
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default().validate(true).module(&module)?.encode()
}

/// `rows`: all cases that ran.
pub(crate) async fn check<'r>(rows: impl Iterator<Item = &'r Row>) -> Result<()> {
    let lines = lines();
    let known: BTreeSet<(String, String)> = lines
        .iter()
        .map(|line| line.import.split_once('/').map(|(interface, name)| (interface.to_owned(), name.to_owned())))
        .collect::<Option<_>>()
        .context("imports are written interface/function")?;
    assert_eq!(
        known,
        imports(&interface()?),
        "docs/adapters/capabilities.md has a line for every import, and no other"
    );
    let sandbox = sandbox(2)?;
    for interface in known.iter().map(|(interface, _)| interface).collect::<BTreeSet<_>>() {
        let loaded = Box::pin(load(&sandbox, &importing(interface)?, &Limits::default())).await;
        for line in lines.iter().filter(|line| line.import.split('/').next() == Some(interface)) {
            match &loaded {
                Ok(adapter) => {
                    assert!(line.offered, "{} is linked, and the matrix says that it is not", line.import);
                    assert!(adapter.imports().contains(&line.import), "{}: {:?}", line.import, adapter.imports());
                }
                Err(error) => {
                    assert!(!line.offered, "{} is not linked, and the matrix says that it is: {error}", line.import);
                    assert!(error.to_string().contains(interface.as_str()), "refused by name: {error}");
                }
            }
        }
    }
    let cases: BTreeSet<&str> = rows.map(|row| row.case.as_str()).collect();
    for line in &lines {
        assert!(cases.contains(line.case.as_str()), "{}: there is no case {:?}", line.import, line.case);
    }
    Ok(())
}
