//! Files as bulk exports are: children anywhere, several levels, odd ends.

use std::collections::BTreeMap;
use std::io::Write;

use entrepot_spool::{Area, Spool, SpoolError};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

fn spool(dir: &tempfile::TempDir, limit: u64) -> Spool {
    Area::open(dir.path()).unwrap().spool(limit)
}

fn put(spool: &Spool, text: &str) -> String {
    let mut file = spool.create().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap().id
}

fn all(spool: &Spool, id: &str, most: usize) -> Vec<String> {
    let (mut lines, mut offset) = (Vec::new(), 0);
    loop {
        let chunk = spool.lines(id, offset, most).unwrap();
        assert!(!chunk.lines.is_empty() || chunk.end, "no progress at {offset}");
        lines.extend(chunk.lines);
        offset = chunk.next_offset;
        if chunk.end {
            return lines;
        }
    }
}

/// Products, variants, and things of variants, in any order: the products keep their order, each has its own below it.
#[test]
fn any_order_gives_the_same_groups() {
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..20 {
        let mut dice = rand::rngs::StdRng::seed_from_u64(seed);
        let mut lines = Vec::new();
        for product in 0..300 {
            lines.push(format!(r#"{{"id":"p{product}","title":"\"}},{{"}}"#));
            for variant in 0..dice.random_range(0..6) {
                lines.push(format!(r#"{{"__parentId":"p{product}","id":"v{product}-{variant}"}}"#));
                for level in 0..dice.random_range(0..4) {
                    lines.push(format!(r#"{{"x":{{"id":"no"}},"__parentId":"v{product}-{variant}","level":{level}}}"#));
                }
            }
        }
        lines.shuffle(&mut dice);
        let spool = spool(&dir, 10 << 20);
        let id = put(&spool, &lines.join(if seed % 2 == 0 { "\n" } else { "\r\n" }));
        let grouped = spool.group(&id, "id", "__parentId").unwrap();
        let found = all(&spool, &grouped.id, 1 << 12);
        assert_eq!(found.len(), lines.len());
        let roots = |lines: &[String]| -> Vec<String> {
            lines.iter().filter(|line| !line.contains("__parentId")).cloned().collect()
        };
        assert_eq!(roots(&found), roots(&lines), "seed {seed}: products keep their order");
        let mut below: BTreeMap<String, usize> = BTreeMap::new();
        let mut current = String::new();
        for line in &found {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            match value["__parentId"].as_str() {
                None => current = value["id"].as_str().unwrap()[1..].to_owned(),
                Some(parent) => {
                    let product = parent[1..].split('-').next().unwrap();
                    assert_eq!(product, current, "seed {seed}: {line} is below another product");
                    *below.entry(product.to_owned()).or_default() += 1;
                }
            }
        }
        let again = spool.group(&id, "id", "__parentId").unwrap();
        assert_eq!(all(&spool, &again.id, 1 << 20), found, "the same file gives the same groups");
    }
}

#[test]
fn what_turns_in_circles_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool(&dir, 1 << 20);
    let id = put(&spool, "{\"id\":\"a\",\"of\":\"b\"}\n{\"id\":\"b\",\"of\":\"a\"}");
    assert!(spool.group(&id, "id", "of").unwrap_err().to_string().contains("ancestors"));
    let empty = put(&spool, "\n\n");
    assert_eq!(all(&spool, &spool.group(&empty, "id", "of").unwrap().id, 10), Vec::<String>::new());
}

#[test]
fn an_odd_line_is_its_own_affair() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool(&dir, 1 << 20);
    let (a, b) = (r#"{"id":"a"}"#, r#"{"id":"b"}"#);
    let of = |id: &str, parent: &str| format!(r#"{{"id":"{id}","of":"{parent}"}}"#);
    let (a1, b1, x1, x2, y1) = (of("a1", "a"), of("b1", "b"), of("x1", "x"), of("x2", "x1"), of("y1", "y"));
    let again = r#"{"id":"a","more":1}"#;
    let lines = [&x1, a, "nonsense", &b1, b, &y1, again, &x2, "[1]", r#"{"id":7}"#, &a1];
    let grouped = spool.group(&put(&spool, &lines.join("\n")), "id", "of").unwrap();
    let found = all(&spool, &grouped.id, 1 << 12);
    assert_eq!(found[..7], [a, a1.as_str(), again, "nonsense", b, b1.as_str(), "[1]"]);
    assert_eq!(found[7], r#"{"id":7}"#);
    // What hangs on nothing stands at the end, and together.
    let rest: Vec<&str> = found[8..].iter().map(String::as_str).collect();
    assert!(rest == [x1.as_str(), &x2, &y1] || rest == [y1.as_str(), &x1, &x2], "{rest:?}");
}

#[test]
fn lines_are_whole_and_offsets_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool(&dir, 40 << 20);
    let id = put(&spool, "one\ntwo\r\nthree");
    let first = spool.lines(&id, 0, 8).unwrap();
    assert_eq!((first.lines, first.next_offset, first.end), (vec!["one".to_owned()], 4, false));
    let rest = spool.lines(&id, 4, 100).unwrap();
    assert_eq!((rest.lines, rest.end), (vec!["two".to_owned(), "three".to_owned()], true));
    assert_eq!(spool.lines(&id, 0, 0).unwrap().lines, ["one"], "at least one line, whatever was asked for");
    assert!(spool.lines(&id, 1_000, 10).unwrap_err().to_string().contains("past its end"));
    let long = put(&spool, &"x".repeat(17 << 20));
    assert!(matches!(spool.lines(&long, 0, 10), Err(SpoolError::Content(_))));
    let latin = { spool.create().map(|mut file| file.write_all(b"\xff\n").map(|()| file.finish().unwrap().id)) };
    assert!(matches!(spool.lines(&latin.unwrap().unwrap(), 0, 10), Err(SpoolError::Content(_))));
}

#[test]
fn a_spool_has_a_quota_and_takes_its_files_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool(&dir, 100);
    let id = put(&spool, &"x".repeat(60));
    let mut second = spool.create().unwrap();
    assert!(second.write_all(&[b'x'; 50]).is_err() && second.is_full());
    drop(second);
    assert!(matches!(spool.group(&id, "id", "of"), Err(SpoolError::Full { .. })), "what is grouped counts as well");
    spool.remove(&id).unwrap();
    assert!(matches!(spool.lines(&id, 0, 10), Err(SpoolError::NoFile(_))));
    put(&spool, &"x".repeat(100));
    let other = self::spool(&dir, 100);
    assert!(matches!(other.lines(&id, 0, 10), Err(SpoolError::NoFile(_))), "ids are of one spool");
    drop((spool, other));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_begins_anew_takes_the_room_of_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let spool = spool(&dir, 100);
    let mut file = spool.create().unwrap();
    file.write_all(&[b'x'; 90]).unwrap();
    file.restart().unwrap();
    file.write_all(b"y\n").unwrap();
    let file = file.finish().unwrap();
    assert_eq!((file.size, all(&spool, &file.id, 10)), (2, vec!["y".to_owned()]));
    put(&spool, &"x".repeat(98));
}

#[test]
fn what_a_dead_process_left_is_swept_and_what_lives_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let living = spool(&dir, 100);
    let id = put(&living, "x\n");
    // As a process leaves it that was killed: the lock is nobody's.
    std::fs::create_dir_all(dir.path().join("host-dead/run-1")).unwrap();
    std::fs::write(dir.path().join("host-dead.lock"), "").unwrap();
    drop(spool(&dir, 100));
    assert!(!dir.path().join("host-dead").exists() && !dir.path().join("host-dead.lock").exists());
    assert_eq!(all(&living, &id, 10), ["x"]);
}
