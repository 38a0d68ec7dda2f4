//! A short run of every target, and proof that the driver finds what there is to find.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use entrepot_fuzz::{Budget, Campaign, Outcome, TARGETS, Target, driver, find, inputs, minimise};

/// Printed with every failure; the same inputs each time, so that a test that failed fails again.
const SEED: u64 = 20_260_301;

/// What `runs` mutated inputs find. A longer search is `cargo xtask fuzz`.
fn short(name: &str, runs: u64) {
    let Some(target) = find(name) else { panic!("there is no target {name}") };
    let seeds = match inputs::of(target) {
        Ok(seeds) => seeds,
        Err(error) => panic!("{error:#}"),
    };
    assert!(seeds.len() > 1, "{name} has no seeds");
    if let Err(failure) = Campaign::new(target, SEED).run(seeds, Budget::Runs(runs), |_| {}) {
        let saved = failure.save(target, Path::new(env!("CARGO_TARGET_TMPDIR")));
        let place = saved.map_or_else(|error| error.to_string(), |path| path.display().to_string());
        panic!(
            "{}\nseed {}, after {:?} runs; the input: {place}\nagain: cargo xtask fuzz {name} --replay {place}",
            failure.why, failure.seed, failure.runs
        );
    }
}

#[test]
fn manifests() {
    short("manifest", 3_000);
}

#[test]
fn grants() {
    short("grant", 15_000);
}

#[test]
fn urls() {
    short("url", 20_000);
}

#[test]
fn artifacts() {
    short("artifact", 1_500);
}

#[test]
fn signed_artifacts() {
    short("signed", 1_000);
}

#[test]
fn names_of_artifacts() {
    short("names", 10_000);
}

#[test]
fn every_target_is_run() {
    assert_eq!(TARGETS.len(), 6, "a new target needs a test above");
}

/// Seeds that all end at the first check are no seeds.
#[test]
fn seeds_lead_to_different_places() {
    for target in TARGETS {
        let seeds = inputs::of(target).unwrap_or_default();
        let mut outcomes: Vec<Outcome> = seeds.iter().filter_map(|seed| driver::attempt(target, seed).ok()).collect();
        outcomes.sort_by_key(|outcome| format!("{outcome:?}"));
        outcomes.dedup();
        assert!(outcomes.len() > 1, "{}: {} seeds, {} outcomes", target.name, seeds.len(), outcomes.len());
    }
}

/// Fails behind three doors, each of which only an input that passed the one before finds.
const PLANTED: Target = Target {
    name: "planted",
    run: |input| {
        let doors = [&b"one"[..], b"six", b"\xff"];
        let passed = doors.iter().take_while(|door| input.windows(door.len()).any(|part| part == **door)).count();
        assert!(passed < doors.len(), "all doors are open");
        Outcome::of(passed)
    },
    prepare: |seed| vec![seed],
    longest: 100,
    words: &["one", "six", "ten"],
};

#[test]
fn what_is_planted_is_found_again_and_made_small() {
    let seeds = || vec![b"a seed".to_vec()];
    let find = |seed| Campaign::new(&PLANTED, seed).run(seeds(), Budget::Runs(100_000), |_| {});
    let (one, other) = (find(1).unwrap_err(), find(1).unwrap_err());
    assert_eq!((&one.input, one.runs), (&other.input, other.runs), "the same seed, the same inputs");
    assert!(one.runs.is_some() && one.why == "all doors are open", "{one:?}");
    assert!(driver::attempt(&PLANTED, &one.input).is_err());
    let small = minimise::minimise(&one.input, 10_000, |input| driver::attempt(&PLANTED, input).is_err());
    assert_eq!(small.len(), 7, "{:?}", String::from_utf8_lossy(&small));
}

#[test]
fn a_failing_input_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let failure = Campaign::new(&PLANTED, 1).run(vec![b"one six \xff".to_vec()], Budget::Runs(0), |_| {}).unwrap_err();
    assert_eq!(failure.runs, None);
    let path = failure.save(&PLANTED, folder.path()).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), failure.input);
}

#[test]
fn inputs_are_shown_before_they_are_run() {
    let shown = AtomicU64::new(0);
    let quiet = Target { run: |_| Outcome::of(0), ..PLANTED };
    let report = Campaign::new(&quiet, 1).run(vec![Vec::new()], Budget::Runs(9), |_| {
        shown.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!((report.unwrap().runs, shown.into_inner()), (9, 10));
}
