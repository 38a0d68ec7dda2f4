use entrepot_artifact::{Artifact, ArtifactError, SecretKey, sha256_hex, sign};

use crate::support::{HEADER, component, key, leb, manifest, section, signed, unsigned};

/// Name of the section and its length: what a signature's section is found by.
const SIGNATURE: &str = "entrepot:signature";

fn read(bytes: &[u8]) -> Result<Artifact, ArtifactError> {
    Artifact::read(bytes)
}

#[test]
fn an_unsigned_artifact_says_what_it_is() {
    let bytes = unsigned("example", "1.2.3");
    let artifact = read(&bytes).unwrap();
    assert_eq!(artifact.manifest_text(), manifest("example", "1.2.3"));
    assert_eq!((artifact.manifest().id.as_str(), artifact.manifest().publisher.as_str()), ("example", "acme"));
    assert_eq!(artifact.digest(), sha256_hex(&bytes));
    assert_eq!(artifact.unsigned_len(), bytes.len());
    assert_eq!(artifact.verify(&key().public()), Err(ArtifactError::Unsigned));
}

#[test]
fn a_signature_follows_the_component_and_leaves_it_alone() {
    let key = key();
    let bytes = unsigned("example", "1.2.3");
    let artifact = signed("example", "1.2.3", &key);
    assert_eq!(artifact.verify(&key.public()), Ok(()));
    assert_eq!(artifact.check_intact(), Ok(()));
    assert_eq!(artifact.unsigned_len(), bytes.len());
    assert_eq!(&artifact.bytes()[..bytes.len()], &bytes);
    let signature = artifact.signature().unwrap();
    assert_eq!((signature.publisher(), signature.key_id()), ("acme", key.public().id()));
}

#[test]
fn no_byte_can_be_changed() {
    let key = key();
    let good = signed("example", "1.2.3", &key).into_bytes();
    for at in 0..good.len() {
        for change in [1, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= change;
            let verified = Artifact::read(bad).and_then(|artifact| artifact.verify(&key.public()));
            assert!(verified.is_err(), "byte {at} of {} was changed and nobody noticed", good.len());
        }
    }
}

#[test]
fn no_end_can_be_cut_off_and_none_added() {
    let key = key();
    let good = signed("example", "1.2.3", &key).into_bytes();
    for length in 0..good.len() {
        let verified = read(&good[..length]).and_then(|artifact| artifact.verify(&key.public()));
        assert!(verified.is_err(), "cut to {length} of {} bytes", good.len());
    }
    for tail in [&b"\0"[..], b"x", &section("name", b"")] {
        assert!(read(&[&good, tail].concat()).is_err());
    }
    assert_eq!(read(&[&good[..], &section("other", b"")].concat()).unwrap_err(), ArtifactError::SignatureNotLast);
}

#[test]
fn only_the_key_that_signed_verifies() {
    let (ours, theirs) = (key(), key());
    let artifact = signed("example", "1.2.3", &theirs);
    let expected = ArtifactError::ForeignKey { expected: ours.public().id(), found: theirs.public().id() };
    assert_eq!(artifact.verify(&ours.public()), Err(expected));
    assert_eq!(artifact.verify_any(&[ours.public(), theirs.public()]), Ok(&theirs.public()));
    assert!(matches!(artifact.verify_any(&[ours.public()]), Err(ArtifactError::ForeignKey { .. })));
    assert!(matches!(artifact.verify_any(&[]), Err(ArtifactError::ForeignKey { .. })));
}

#[test]
fn a_key_signs_for_its_own_publisher_only() {
    let other = SecretKey::generate("other").unwrap();
    let refused = sign(unsigned("example", "1.2.3"), &other).unwrap_err();
    assert_eq!(refused, ArtifactError::PublisherMismatch { manifest: "acme".into(), key: "other".into() });
    // Its signature of something of its own, under a manifest of somebody else's.
    let theirs = sign(component(&manifest("example", "1.2.3").replace("acme", "other")), &other).unwrap();
    let length = Artifact::read(theirs.clone()).unwrap().unsigned_len();
    let moved = [unsigned("example", "1.2.3"), theirs[length..].to_vec()].concat();
    assert!(matches!(read(&moved), Err(ArtifactError::PublisherMismatch { .. })));
}

#[test]
fn a_signature_belongs_to_one_artifact() {
    let key = key();
    let one = signed("example", "1.2.3", &key);
    let other = [unsigned("example", "1.2.4"), one.bytes()[one.unsigned_len()..].to_vec()].concat();
    assert_eq!(read(&other).unwrap().verify(&key.public()), Err(ArtifactError::BadSignature));
}

#[test]
fn there_is_one_signature_and_it_is_last() {
    let key = key();
    let artifact = signed("example", "1.2.3", &key);
    let (body, signature) = artifact.bytes().split_at(artifact.unsigned_len());
    assert_eq!(read(&[body, signature, signature].concat()).unwrap_err(), ArtifactError::TwoSignatures);
    let first = [HEADER, signature, &body[HEADER.len()..]].concat();
    assert_eq!(read(&first).unwrap_err(), ArtifactError::SignatureNotLast);
}

#[test]
fn a_signature_has_one_spelling() {
    let artifact = signed("example", "1.2.3", &key());
    let (body, signature) = artifact.bytes().split_at(artifact.unsigned_len());
    // The section's id, its length in one byte, the rest: the same length written in two bytes.
    let length = leb(signature.len() - 2);
    assert_eq!(&signature[1..2], &length);
    let longer = [&[0, length[0] | 0x80, 0], &signature[2..]].concat();
    assert!(matches!(read(&[body, &longer].concat()), Err(ArtifactError::MalformedSignature(_))));
    for data in [&b""[..], b"\x01", b"\x02\x04acme", b"\x01\xff", &[1; 102]] {
        let bytes = [body, &section(SIGNATURE, data)].concat();
        assert!(matches!(read(&bytes), Err(ArtifactError::MalformedSignature(_))), "{data:?}");
    }
}

#[test]
fn signing_again_replaces() {
    let (old, new) = (key(), key());
    let once = signed("example", "1.2.3", &old);
    let again = Artifact::read(sign(once.bytes(), &new).unwrap()).unwrap();
    assert_eq!(again.unsigned_len(), once.unsigned_len());
    assert_eq!(again.verify(&new.public()), Ok(()));
    assert_eq!(sign(again.bytes(), &old).unwrap(), once.bytes(), "the same key signs the same bytes alike");
}

#[test]
fn what_is_no_artifact_is_told_apart() {
    use ArtifactError::*;
    let bare = wat::parse_str("(component)").unwrap();
    let text = manifest("example", "1.2.3");
    let one = section("entrepot:manifest", text.as_bytes());
    assert!(matches!(read(b"hello"), Err(NotAComponent(_))));
    assert!(matches!(read(&wat::parse_str("(module)").unwrap()), Err(NotAComponent("it is a core module"))));
    assert_eq!(read(&bare).unwrap_err(), NoManifest);
    assert_eq!(read(&[&bare[..], &one, &one].concat()).unwrap_err(), TwoManifests);
    let long = section("entrepot:manifest", &vec![b'#'; (256 << 10) + 1]);
    assert_eq!(read(&[&bare[..], &long].concat()).unwrap_err(), ManifestTooLong((256 << 10) + 1));
    assert!(matches!(read(&[&bare[..], &section("entrepot:manifest", b"\xff")].concat()), Err(Manifest(_))));
    assert!(matches!(read(&component(&text.replace("1.2.3", "one"))), Err(Manifest(_))));
    assert!(matches!(read(&component(&text.replace("\"example\"", "\"../example\""))), Err(Manifest(_))));
    assert_eq!(Artifact::read(vec![0; (32 << 20) + 1]).unwrap_err(), TooLarge);
}

#[test]
fn an_inner_component_cannot_speak_for_the_artifact() {
    let inner = component(&manifest("inner", "9.9.9"));
    let nested = [HEADER, &[4], &leb(inner.len()), &inner].concat();
    assert_eq!(read(&nested).unwrap_err(), ArtifactError::NoManifest);
    let outer = [&nested[..], &section("entrepot:manifest", manifest("outer", "1.0.0").as_bytes())].concat();
    assert_eq!(read(&outer).unwrap().manifest().id, "outer");
}
