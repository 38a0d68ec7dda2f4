//! The texts around artifacts: keys, rotations, where one comes from, and the files of a registry. Each reader gets the whole input;
//! what one takes, it takes again in the spelling it prints.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use entrepot_artifact::registry::{About, Index, PublisherKeys};
use entrepot_artifact::{Location, OciReference, PublicKey, Rotation, SecretKey, Source};

use crate::{Outcome, Target, kind};

pub(super) const TARGET: Target = Target {
    name: "names",
    run,
    prepare: super::as_it_is,
    longest: 4 << 10,
    words: &[
        "entrepot-ed25519:",
        "entrepot-ed25519-secret:",
        "entrepot-rotation:",
        "acme",
        ":",
        "registry:",
        "oci://",
        "https://",
        "@",
        "@^1.2",
        "@1.2.3",
        "@sha256:",
        "sha256:",
        "/",
        "..",
        ".wasm",
        "1.2.3",
        "-",
        "=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "\"yanked\": null",
        "\"versions\": []",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "null",
        "\n",
        " ",
        "*",
        ">=1, <2",
        "localhost:5000",
        "[::1]",
    ],
};

fn run(input: &[u8]) -> Outcome {
    let files = (
        way(About::parse(input).map(drop)),
        way(Index::parse("example", input).map(|index| kept(&index))),
        way(PublisherKeys::parse("acme", input).map(drop)),
    );
    let Ok(text) = std::str::from_utf8(input) else {
        return Outcome::of(("not text", files));
    };
    let keys = (way(SecretKey::parse(text).map(drop)), way(same::<PublicKey>(text)), way(same::<Rotation>(text)));
    // Their reasons repeat parts of the text.
    let places = (same::<Source>(text).is_ok(), same::<Location>(text).is_ok(), same::<OciReference>(text).is_ok());
    Outcome::of((files, keys, places))
}

fn way<E: Display>(read: Result<(), E>) -> String {
    read.map_or_else(|error| kind(&error.to_string()), |()| "good".to_owned())
}

/// An index that is good names each version once, at one place, and is good when it was written down again.
fn kept(index: &Index) {
    for entry in &index.versions {
        let same = index.versions.iter().filter(|other| other.version == entry.version || other.file == entry.file);
        assert_eq!(same.count(), 1, "{} is there twice", entry.version);
        assert_eq!(entry.file, format!("artifacts/example/{}.wasm", entry.version));
    }
    let Ok(json) = serde_json::to_vec(index) else { panic!("it cannot be written") };
    assert_eq!(Index::parse("example", &json).as_ref(), Ok(index));
}

fn same<T: FromStr<Err: Debug> + Display + PartialEq + Debug>(text: &str) -> Result<(), T::Err> {
    let read = text.parse::<T>()?;
    match read.to_string().parse::<T>() {
        Ok(again) => assert_eq!(again, read),
        Err(error) => panic!("{read} is not taken again: {error:?}"),
    }
    Ok(())
}
