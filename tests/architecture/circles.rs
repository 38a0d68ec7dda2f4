//! No circle of files inside a crate: files that take names from each other cannot be read, moved or tested one by one.
//!
//! This reads `use` lines and inline paths, as text. A name that comes through a module's re-export counts for the file that
//! defines it, so a module file that only declares its children and hands names on is no party to a circle. What a file takes
//! from the modules around it does not count: `foo.rs` and `foo/` are one room, and what its children share stands in it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use super::uses::{File, Use, parse};

/// Circles that are not opened yet, by their files. No new one comes in here: whoever opens one takes it out.
// Two commands share how an account is shown: it goes with the next look at the commands.
const KNOWN: &[&[&str]] = &[&["host/server/commands/channel.rs", "host/server/commands/connect.rs"]];

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Module(usize),
    Item(usize),
    Outside,
}

struct Crate(Vec<File>);

impl Crate {
    fn module(&self, path: &[String]) -> Option<usize> {
        self.0.iter().position(|file| file.module == path)
    }

    fn named_in(&self, file: usize, name: &str, seen: &mut HashSet<(usize, String)>) -> Option<Target> {
        if !seen.insert((file, name.to_owned())) {
            return None;
        }
        if self.0[file].children.contains(name) {
            let path = [self.0[file].module.as_slice(), &[name.to_owned()]].concat();
            return self.module(&path).map(Target::Module);
        }
        if self.0[file].definitions.contains(name) {
            return Some(Target::Item(file));
        }
        if let Some(found) = self.0[file].uses.iter().find(|found| found.name.as_deref() == Some(name)) {
            return Some(self.resolve(file, &found.path, seen));
        }
        self.0[file].uses.iter().filter(|found| found.name.is_none()).find_map(|glob| {
            match self.resolve(file, &glob.path, seen) {
                Target::Module(module) => self.named_in(module, name, seen),
                _ => None,
            }
        })
    }

    fn resolve(&self, file: usize, path: &[String], seen: &mut HashSet<(usize, String)>) -> Target {
        let mut at = match path[0].as_str() {
            "crate" => self.module(&[]).map_or(Target::Outside, Target::Module),
            "self" => Target::Module(file),
            "super" => self.parent(file),
            name => self.named_in(file, name, seen).unwrap_or(Target::Outside),
        };
        for name in &path[1..] {
            at = match at {
                Target::Module(module) if name == "super" => self.parent(module),
                Target::Module(module) => self.named_in(module, name, seen).unwrap_or(Target::Item(module)),
                done => done,
            };
        }
        at
    }

    fn parent(&self, file: usize) -> Target {
        let module = &self.0[file].module;
        self.module(&module[..module.len().saturating_sub(1)]).map_or(Target::Outside, Target::Module)
    }

    /// What each file takes from each other one.
    fn arrows(&self) -> BTreeMap<(usize, usize), BTreeSet<String>> {
        let mut arrows = BTreeMap::<_, BTreeSet<String>>::new();
        for (from, file) in self.0.iter().enumerate() {
            // To hand a name on is not to use it.
            let used =
                |found: &&Use| !found.reexport || found.name.as_ref().is_some_and(|name| file.names.contains(name));
            let uses = file.uses.iter().filter(used).map(|found| (&found.path, found.name.is_none()));
            for (path, glob) in uses.chain(file.paths.iter().map(|path| (path, false))) {
                let counts = |to: usize| to != from && !file.module.starts_with(&self.0[to].module);
                match self.resolve(from, path, &mut HashSet::new()) {
                    Target::Item(to) if counts(to) => {
                        arrows.entry((from, to)).or_default().insert(path.join("::"));
                    }
                    Target::Module(to) if glob && counts(to) => {
                        arrows.entry((from, to)).or_default().insert(path.join("::"));
                    }
                    _ => {}
                }
            }
        }
        arrows
    }
}

/// The circles of one crate: for each its files, and what ties them.
fn circles(files: &[(String, String)]) -> Vec<(BTreeSet<String>, String)> {
    let house = Crate(files.iter().map(|(path, text)| parse(path, text)).collect());
    let arrows = house.arrows();
    let count = house.0.len();
    let mut reaches: Vec<HashSet<usize>> = vec![HashSet::new(); count];
    for (from, reached) in reaches.iter_mut().enumerate() {
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            let next = arrows.keys().filter(|(start, _)| *start == at).map(|(_, end)| *end);
            open.extend(next.filter(|end| reached.insert(*end)).collect::<Vec<_>>());
        }
    }
    let (mut found, mut done) = (Vec::new(), HashSet::new());
    for one in 0..count {
        if !reaches[one].contains(&one) || !done.insert(one) {
            continue;
        }
        let circle: BTreeSet<usize> =
            (0..count).filter(|other| reaches[one].contains(other) && reaches[*other].contains(&one)).collect();
        done.extend(&circle);
        let inside = arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
        let ties =
            inside.map(|((from, to), names)| format!("  {} -> {}: {names:?}", house.0[*from].path, house.0[*to].path));
        let ties = ties.collect::<Vec<_>>().join("\n");
        found.push((circle.into_iter().map(|file| house.0[file].path.clone()).collect(), ties));
    }
    found
}

/// The files of one crate that are part of the product, by their path below `src`.
pub(crate) fn sources(src: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    super::walk(src, &mut files);
    let mut sources = Vec::new();
    for file in files {
        let path = file.strip_prefix(src).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let is_test = path.split('/').any(|part| part == "tests" || part == "tests.rs");
        if path.ends_with(".rs") && !is_test && !(path == "main.rs" && src.join("lib.rs").exists()) {
            sources.push((path, fs::read_to_string(&file).unwrap_or_default()));
        }
    }
    sources
}

#[test]
fn no_circle_of_files_inside_a_crate() {
    let mut crates = vec![super::root().join("xtask")];
    crates.extend(["host", "host/app", "sdk", "plugins"].into_iter().flat_map(super::crates));
    let (mut wrong, mut read) = (Vec::new(), 0);
    for folder in &crates {
        let sources = sources(&folder.join("src"));
        read += sources.len();
        let name = folder.strip_prefix(super::root()).unwrap_or(folder).display();
        for (circle, ties) in circles(&sources) {
            let paths: BTreeSet<String> = circle.iter().map(|path| format!("{name}/{path}")).collect();
            if !KNOWN.iter().any(|known| paths.iter().all(|path| known.contains(&path.as_str()))) {
                wrong.push(format!("a circle of {} files in {name}:\n{ties}", paths.len()));
            }
        }
    }
    assert!(read > 300 && wrong.is_empty(), "{read} files\n{}", wrong.join("\n"));
}

#[test]
fn circles_are_found() {
    let circle = |files: &[(&str, &str)]| -> Vec<Vec<String>> {
        let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        circles(&files).into_iter().map(|(files, _)| files.into_iter().collect()).collect()
    };
    let lib = ("lib.rs", "mod a; mod b; pub use a::A;");
    let a = ("a.rs", "use crate::b::{self as other, B}; pub struct A;");
    assert_eq!(
        circle(&[lib, a, ("b.rs", "pub struct B; fn f(_: &crate::a::A) {}")]),
        [["a.rs", "b.rs"]],
        "an inline path"
    );
    assert_eq!(circle(&[lib, a, ("b.rs", "pub struct B; use crate::A;")]), [["a.rs", "b.rs"]], "through a re-export");
    assert_eq!(
        circle(&[lib, a, ("b.rs", "pub struct B; mod m { use super::super::a::A; }")]).len(),
        1,
        "an inner module"
    );
    assert_eq!(circle(&[lib, a, ("b.rs", "pub struct B; // crate::a::A\nconst X: &str = \"crate::a::A\";")]).len(), 0);
    assert_eq!(circle(&[lib, a, ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }")]).len(), 0);
    let room = |a, x| [lib, ("a.rs", a), ("a/x.rs", x), ("a/y.rs", "use super::x::X; pub struct Y;")];
    let hands_on = "mod x; mod y; pub use x::X; pub use y::Y; pub struct A;";
    assert_eq!(circle(&room(hands_on, "pub struct X;")).len(), 0, "parent and children");
    assert_eq!(circle(&room(hands_on, "pub struct X; use super::Y;")), [["a/x.rs", "a/y.rs"]], "through the parent");
    assert_eq!(circle(&room(hands_on, "pub struct X; use super::A;")).len(), 0, "what the room shares");
    let (uses, b) = (("a.rs", "mod x; use x::X; pub struct A;"), ("b.rs", "use crate::A; pub struct B;"));
    assert_eq!(circle(&[lib, uses, ("a/x.rs", "pub struct X(crate::b::B);"), b]).len(), 1, "out of the room and back");
}
