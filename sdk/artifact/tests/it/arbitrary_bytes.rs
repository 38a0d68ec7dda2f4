//! Nothing that is parsed may panic, whatever it is.

use entrepot_artifact::registry::{About, Index, PublisherKeys};
use entrepot_artifact::{Artifact, Location, PublicKey, Rotation, SecretKey, Source};
use proptest::prelude::*;

use crate::support::{HEADER, key, signed};

fn read(bytes: Vec<u8>) {
    if let Ok(artifact) = Artifact::read(bytes) {
        let _ = artifact.check_intact();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn anything(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,80}") {
        read(bytes.clone());
        read([HEADER, &bytes].concat());
        let _ = About::parse(&bytes);
        let _ = Index::parse("example", &bytes);
        let _ = PublisherKeys::parse("acme", &bytes);
        let _ = (text.parse::<PublicKey>(), SecretKey::parse(&text), Rotation::parse(&text));
        let _ = (Source::parse(&text), text.parse::<Location>());
        for start in ["registry:a@", "oci://", "entrepot-ed25519:a:", "entrepot-rotation:a:", "https://"] {
            let text = format!("{start}{text}");
            let _ = (text.parse::<PublicKey>(), Rotation::parse(&text), Source::parse(&text), text.parse::<Location>());
        }
    }

    #[test]
    fn a_good_artifact_with_pieces_changed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut bytes = signed("example", "1.2.3", &key()).into_bytes();
        let good = bytes.clone();
        for (at, value, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                _ => drop(bytes.remove(at)),
            }
        }
        if bytes != good && let Ok(artifact) = Artifact::read(bytes) {
            prop_assert!(artifact.signature().is_none() || artifact.check_intact().is_err());
        }
    }
}
