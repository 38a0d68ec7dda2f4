//! Nothing that comes from outside ends a task of the host: what may be missing is an error, not a panic.

use super::circles::sources;
use super::uses::tokens;

/// File, and the reason why it cannot happen there.
const KNOWN: &[(&str, &str)] = &[("host/egress/src/keys.rs", "HMAC takes keys of any length")];

/// What ends in a panic, by its name.
fn panics(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let called = |at: usize, before: &str, after: &str| {
        at > 0 && tokens[at - 1] == before && tokens.get(at + 1).is_some_and(|token| token == after)
    };
    let is_panic = |at: usize| match tokens[at].as_str() {
        "unwrap" | "expect" | "unwrap_err" | "expect_err" => called(at, ".", "("),
        "panic" | "unreachable" | "todo" | "unimplemented" => tokens.get(at + 1).is_some_and(|token| token == "!"),
        _ => false,
    };
    (0..tokens.len()).filter(|at| is_panic(*at)).map(|at| tokens[at].clone()).collect()
}

#[test]
fn no_panic_in_the_host() {
    let (mut wrong, mut read) = (Vec::new(), 0);
    for folder in ["host", "host/app"].into_iter().flat_map(super::crates) {
        let crate_path = folder.strip_prefix(super::root()).unwrap_or(&folder).to_string_lossy().into_owned();
        for (path, text) in sources(&folder.join("src")) {
            read += 1;
            let path = format!("{crate_path}/src/{path}");
            let known = KNOWN.iter().filter(|(file, _)| *file == path).count();
            wrong.extend(panics(&text).into_iter().skip(known).map(|name| format!("{path}: {name}")));
        }
    }
    assert!(read > 300 && wrong.is_empty(), "{read} files\n{}", wrong.join("\n"));
}

#[test]
fn panics_are_found() {
    assert_eq!(panics("fn f() { a.unwrap(); b.expect(\"c\"); panic!(\"d\") }"), ["unwrap", "expect", "panic"]);
    let none = "// a.unwrap()\n#[expect(dead_code)] fn f() { a.unwrap_or(1); } #[cfg(test)] mod tests { fn g() { a.unwrap(); } }";
    assert_eq!(panics(none), Vec::<String>::new());
}
