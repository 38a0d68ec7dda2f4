//! The page about the interface has every function of it, and every key of a manifest.

use std::path::Path;

use wit_parser::Resolve;

const PAGE: &str = include_str!("../docs/adapters/interface.md");

#[test]
fn every_function_has_its_line() {
    let mut resolve = Resolve::default();
    // What has a newer version is described by that.
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let (older, _) = resolve.push_path(wit.join("0.1.1")).expect("the interface");
    let (newer, _) = resolve.push_path(wit.join("0.2.0")).expect("what changed");
    let replaced = resolve.packages[newer].interfaces.clone();
    let mut functions = 0;
    for (_, interface) in &resolve.interfaces {
        let name = interface.name.as_deref().unwrap_or_default();
        if interface.package == Some(older) && replaced.contains_key(name) {
            continue;
        }
        for function in interface.functions.keys() {
            functions += 1;
            let exported = PAGE.split(&format!("**`{name}`**")).nth(1).map(|rest| {
                let end = rest.find("\n**`").or_else(|| rest.find("\n## ")).unwrap_or(rest.len());
                &rest[..end]
            });
            let known = match exported {
                Some(section) => section.contains(&format!("\n| `{function}` |")),
                None => PAGE.contains(&format!("\n| `{name}`: `{function}` |")),
            };
            assert!(known, "docs/adapters/interface.md says nothing of {name}/{function}");
        }
    }
    assert!(functions > 20, "{functions}");
}
