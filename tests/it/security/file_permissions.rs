//! What a host keeps is readable for its own user alone.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use entrepot_tests::Entrepot;

fn everything_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(everything_in(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o077 != 0
}

/// From the first start on, and when it was otherwise before.
#[test]
fn nobody_else_reads_what_a_host_keeps() {
    let outer = tempfile::tempdir().expect("a folder");
    let data = outer.path().join("data");
    let entrepot = Entrepot::new(vec![
        ("ENTREPOT_DATA_DIR".into(), data.display().to_string()),
        ("ENTREPOT_DATABASE_URL".into(), format!("sqlite://{}", data.join("entrepot.db").display())),
    ]);
    let wasm = entrepot_tests::adapters_folder().join("woocommerce.wasm").display().to_string();
    let (code, installed) = entrepot.json(&["adapter", "install", &wasm, "--approve"]);
    assert_eq!(code, 0, "{installed}");
    let all = everything_in(&data);
    for name in ["entrepot.db", "master.key", "compiled"] {
        assert!(all.iter().any(|path| path.ends_with(name)), "{name} is there: {all:?}");
    }
    let open: Vec<_> = all.iter().filter(|path| open_to_others(path)).collect();
    assert!(open.is_empty(), "{open:?}");

    for path in [data.join("entrepot.db"), data.join("master.key"), data.clone()] {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("open");
    }
    let (code, said) = entrepot.json(&["doctor"]);
    let text = said.to_string();
    assert!(
        code == 0 && text.contains("others could read") && text.contains("master.key") && text.contains("entrepot.db"),
        "{said}"
    );
    let open: Vec<_> = everything_in(&data).into_iter().filter(|path| open_to_others(path)).collect();
    assert!(open.is_empty(), "{open:?}");
    let (_, said) = entrepot.json(&["doctor"]);
    assert!(!said.to_string().contains("others could"), "once is enough: {said}");
}
