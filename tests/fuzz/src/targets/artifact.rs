//! An artifact as it arrives: any bytes. Seeds come as they are and signed by the one key that is trusted here.

use std::collections::HashSet;
use std::sync::LazyLock;

use entrepot_artifact::{Artifact, SecretKey, sha256_hex, sign};

use crate::{Outcome, Target, inputs, kind};

pub(super) const TARGET: Target = Target {
    name: "artifact",
    run,
    prepare,
    longest: 16 << 10,
    words: &[
        "\0asm\x0d\0\x01\0",
        "\0asm\x01\0\0\0",
        "\0",
        "\x01",
        "\x04",
        "\x0b",
        "\x7f",
        "\u{80}\x01",
        "\u{80}\u{80}\u{80}\u{80}\x0f",
        "entrepot:manifest",
        "entrepot:signature",
        "\0\x12\x11entrepot:manifest",
        "\0\x13\x12entrepot:signature",
        "id = \"example\"\n",
        "publisher = \"acme\"\n",
        "publisher = \"other\"\n",
        "version = \"1.2.4\"\n",
        "world = \"entrepot:adapter@0.1.0\"\n",
        "acme",
        "other",
    ],
};

pub(super) static TRUSTED: LazyLock<SecretKey> = LazyLock::new(|| key("entrepot-ed25519-secret:acme:", 1));
pub(super) static STRANGER: LazyLock<SecretKey> = LazyLock::new(|| key("entrepot-ed25519-secret:acme:", 2));

/// All that the trusted key ever signed.
static SIGNED: LazyLock<HashSet<String>> = LazyLock::new(|| match inputs::of(&TARGET) {
    Ok(seeds) => {
        seeds.iter().filter_map(|seed| sign(seed.clone(), &TRUSTED).ok()).map(|bytes| sha256_hex(&bytes)).collect()
    }
    Err(error) => panic!("{error:#}"),
});

/// Made of numbers, not of chance: the same input fails tomorrow. `A` is 0 in base64, and 43 of them are 32 bytes.
fn key(start: &str, number: usize) -> SecretKey {
    let letters = ["B", "C", "D"];
    match SecretKey::parse(&format!("{start}{}{}", letters[number], "A".repeat(42))) {
        Ok(key) => key,
        Err(error) => panic!("{error}"),
    }
}

fn prepare(seed: Vec<u8>) -> Vec<Vec<u8>> {
    let signed = [&TRUSTED, &STRANGER].map(|key| sign(seed.clone(), key).ok());
    std::iter::once(seed).chain(signed.into_iter().flatten()).collect()
}

fn run(input: &[u8]) -> Outcome {
    let artifact = match Artifact::read(input) {
        Ok(artifact) => artifact,
        Err(error) => return Outcome::of(kind(&error.to_string())),
    };
    assert_eq!((artifact.bytes(), artifact.digest()), (input, sha256_hex(input).as_str()));
    assert!(artifact.unsigned_len() <= input.len() && artifact.manifest_text().len() <= input.len());
    let (trusted, stranger) = (TRUSTED.public(), STRANGER.public());
    let Some(signature) = artifact.signature() else {
        assert_eq!(artifact.unsigned_len(), input.len());
        for outcome in [artifact.verify(&trusted), artifact.check_intact(), artifact.verify_any(&[]).map(drop)] {
            assert!(outcome.is_err(), "nobody signed it");
        }
        return Outcome::of("unsigned");
    };
    assert_eq!(signature.publisher(), artifact.manifest().publisher);
    let intact = artifact.check_intact().is_ok();
    let mut by = 0;
    for (key, other) in [(&TRUSTED, &stranger), (&STRANGER, &trusted)] {
        let verified = artifact.verify(&key.public()).is_ok();
        assert_eq!(verified, artifact.verify_any(&[key.public()]).is_ok());
        if verified {
            assert!(intact && *signature.public_key() == key.public() && artifact.verify(other).is_err());
            // One artifact, one key, one spelling.
            assert!(sign(input, key).is_ok_and(|again| again == input), "signed again, it is another file");
            by += 1;
        }
    }
    assert!(artifact.verify(&trusted).is_err() || SIGNED.contains(artifact.digest()), "nobody signed this");
    Outcome::of((intact, by, signature.publisher().len()))
}
