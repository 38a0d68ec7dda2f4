//! `adapter.toml`, from whoever made an adapter.

use entrepot_artifact::ManifestHead;
use entrepot_policy::{BoundGrant, Grant, Manifest, Settings};

use crate::{Outcome, Target, kind};

pub(super) const TARGET: Target = Target {
    name: "manifest",
    run,
    prepare: super::as_it_is,
    longest: 8 << 10,
    words: &[
        "[settings.x]\n",
        "[secrets.x]\n",
        "[credentials.x]\n",
        "[[egress]]\n",
        "[rate_limit]\n",
        "[limits]\n",
        "type = \"url\"\n",
        "type = \"choice\"\n",
        "choices = [\"a\"]\n",
        "default = ",
        "required = true\n",
        "prefix = ",
        "cut_at = [\"a\"]\n",
        "scheme = \"header\"\n",
        "scheme = \"query\"\n",
        "scheme = \"oauth1\"\n",
        "{x}",
        "{store_url}",
        "https://*.example.com",
        "http://",
        "*",
        "**",
        "/",
        "..",
        "%2e",
        "nan",
        "inf",
        "\"\"\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        ",",
        "= 1\n",
        "= true\n",
        "\u{200b}",
        "map-product",
        "fetch-page",
        "1.0.0-a+b",
        "18446744073709551616",
        "entrepot:adapter@0.1.0",
        "\\u0000",
        "1979-05-27",
    ],
};

fn run(input: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(input) else {
        return Outcome::of("not text");
    };
    let manifest = match Manifest::parse(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            if let Some(line) = error.line {
                assert!((1..=text.split('\n').count()).contains(&line), "line {line} is not in the text");
            }
            assert!(!error.problem.is_empty(), "a refusal without a reason");
            // Keys may be anything; how deep one is says enough.
            return Outcome::of((error.key.matches(['.', '[']).count().min(4), kind(&error.problem)));
        }
    };
    reads_the_same_elsewhere(text, &manifest);
    survives_being_kept(&manifest);
    refuses_what_it_does_not_know(text);
    for rule in &manifest.egress {
        assert!(!rule.in_words().is_empty());
        assert!(rule.operations.iter().all(|operation| !operation.is_pure()), "a pure operation is given a way out");
    }
    let bound = manifest.check_settings(&Settings::new()).map(|settings| {
        let grant = Grant::as_requested(&manifest, "");
        let bound = BoundGrant::bind(&grant, &manifest, &settings);
        assert!(bound.is_ok(), "settings that were found good cannot be bound: {bound:?}");
    });
    let few = |length: usize| length.min(4);
    let has = (few(manifest.settings.len()), few(manifest.credentials.len()), few(manifest.egress.len()));
    Outcome::of(("good", has, bound.is_ok()))
}

/// An artifact is named by what the artifact's own reader made of the manifest: it must be the same.
fn reads_the_same_elsewhere(text: &str, manifest: &Manifest) {
    let head = match ManifestHead::parse(text) {
        Ok(head) => head,
        Err(error) => panic!("the host takes it, and the artifact does not: {error}"),
    };
    assert_eq!(
        (&head.id, &head.publisher, head.version.to_string(), &head.world),
        (&manifest.id, &manifest.publisher, manifest.version.clone(), &manifest.world)
    );
}

/// The host keeps it as JSON.
fn survives_being_kept(manifest: &Manifest) {
    let kept = match serde_json::to_string(manifest) {
        Ok(kept) => kept,
        Err(error) => panic!("it cannot be kept: {error}"),
    };
    match serde_json::from_str::<Manifest>(&kept) {
        Ok(mut again) => {
            // The last digit of a float is not promised by the JSON reader.
            let (one, other) = (manifest.rate_limit.requests_per_second, again.rate_limit.requests_per_second);
            assert!((one - other).abs() <= one * 1e-12, "{one} became {other}");
            again.rate_limit.requests_per_second = one;
            assert_eq!(&again, manifest, "it is another one when it is read back");
        }
        Err(error) => panic!("it cannot be read back: {error}"),
    }
}

/// A key that is parsed and never read is a rule that somebody believes in: in no table of it may there be one more.
fn refuses_what_it_does_not_know(text: &str) {
    let Ok(table) = text.parse::<toml::Table>() else { panic!("it is no TOML") };
    let mut paths = Vec::new();
    tables(&toml::Value::Table(table.clone()), &mut Vec::new(), &mut paths);
    // Not all of very many, others for another text: each is a whole text to be read.
    let step = paths.len().div_ceil(24).max(1);
    for path in paths.iter().skip(text.len() % step).step_by(step) {
        let mut root = toml::Value::Table(table.clone());
        let mut at = &mut root;
        for step in path {
            at = match step {
                Step::Key(key) => &mut at[key.as_str()],
                Step::Index(index) => &mut at[*index],
            };
        }
        if let toml::Value::Table(table) = at {
            table.insert("unheard-of".to_owned(), toml::Value::Boolean(true));
        }
        let Ok(more) = toml::to_string(&root) else { continue };
        assert!(Manifest::parse(&more).is_err(), "an unknown key is taken in:\n{more}");
    }
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn tables(value: &toml::Value, here: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let below: Vec<(Step, &toml::Value)> = match value {
        toml::Value::Table(table) => {
            found.push(here.clone());
            table.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect()
        }
        toml::Value::Array(array) => {
            array.iter().enumerate().map(|(index, value)| (Step::Index(index), value)).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in below {
        here.push(step);
        tables(value, here, found);
        here.pop();
    }
}
