//! Migrations come in pairs, one for each engine, and say of every column what it holds.

use std::fs;

use super::{names, root};

/// Inside CREATE TABLE every column says what it holds.
fn migration(name: &str, text: &str) -> Vec<String> {
    let mut inside = false;
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words = line.trim();
        if words.starts_with("CREATE TABLE") {
            inside = true;
        } else if words.starts_with(')') {
            inside = false;
        } else if inside
            && words.starts_with(|first: char| first.is_ascii_lowercase() || first == '"')
            && words.split_once("--").is_none_or(|(_, comment)| comment.trim().is_empty())
        {
            wrong.push(format!("{name} line {}: a column without a comment", number + 1));
        }
    }
    wrong
}

fn unpaired(one: &[String], other: &[String]) -> Vec<String> {
    let alone = |of: &[String], among: &[String]| -> Vec<String> {
        of.iter()
            .filter(|name| !among.contains(name))
            .map(|name| format!("{name} is there for one database only"))
            .collect()
    };
    [alone(one, other), alone(other, one)].concat()
}

#[test]
fn migrations_come_in_pairs_and_say_what_they_make() {
    let folder = root().join("migrations");
    let (sqlite, postgres) = (names(&folder.join("sqlite")), names(&folder.join("postgres")));
    let mut wrong = unpaired(&sqlite, &postgres);
    for (engine, files) in [("sqlite", &sqlite), ("postgres", &postgres)] {
        for name in files {
            let text = fs::read_to_string(folder.join(engine).join(name)).unwrap_or_default();
            wrong.extend(migration(&format!("{engine}/{name}"), &text));
        }
    }
    assert!(!sqlite.is_empty() && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_missing_is_found() {
    assert_eq!(
        migration("1", "CREATE TABLE a (\n    id TEXT, -- whose\n    b TEXT,\n    PRIMARY KEY (id)\n);\n").len(),
        1
    );
    assert_eq!(unpaired(&["1".into(), "2".into()], &["2".into(), "3".into()]).len(), 2);
}
