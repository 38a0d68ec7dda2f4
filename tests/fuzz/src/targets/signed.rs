//! What is signed, and what then happens to it: any component, and any change. The first eight bytes say what is changed, the rest is
//! what is in the component.

use entrepot_artifact::{Artifact, sign};

use super::artifact::{STRANGER, TRUSTED};
use crate::{Outcome, Target, kind};

pub(super) const TARGET: Target = Target {
    name: "signed",
    run,
    prepare: super::as_it_is,
    longest: 4 << 10,
    words: &[
        "\0",
        "\x01",
        "\u{80}\0",
        "\0\x02\x01a",
        "entrepot:manifest",
        "entrepot:signature",
        "\x04\x08\0asm\x0d\0\x01\0",
    ],
};

const MANIFEST: &str =
    "id = \"example\"\npublisher = \"acme\"\nversion = \"1.2.3\"\nworld = \"entrepot:adapter@0.1.0\"\n";

fn run(input: &[u8]) -> Outcome {
    let Some((orders, content)) = input.split_first_chunk::<8>() else {
        return Outcome::of("too short");
    };
    let component = [&b"\0asm\x0d\0\x01\0"[..], &section("entrepot:manifest", MANIFEST.as_bytes()), content].concat();
    let signed = match sign(component, &TRUSTED) {
        Ok(signed) => signed,
        Err(error) => return Outcome::of(kind(&error.to_string())),
    };
    let key = TRUSTED.public();
    match Artifact::read(&*signed) {
        Ok(artifact) => {
            assert_eq!(artifact.verify(&key), Ok(()));
            assert!(artifact.verify(&STRANGER.public()).is_err());
        }
        Err(error) => panic!("what was signed cannot be read: {error}"),
    }
    let (how, changed) = change(orders, &signed);
    if changed != signed {
        let verified = Artifact::read(changed).and_then(|artifact| artifact.verify(&key));
        assert!(verified.is_err(), "it was changed ({how}) and nobody noticed");
    }
    Outcome::of((how, content.len().min(8)))
}

fn change(orders: &[u8; 8], signed: &[u8]) -> (&'static str, Vec<u8>) {
    let [how, a, b, c, d, byte, length, _] = *orders;
    // Counted from both ends: the signature is at one of them, whatever is before it.
    let place = |high: u8, low: u8| {
        let at = usize::from(high >> 1) << 8 | usize::from(low);
        let at = at % signed.len();
        if high & 1 == 0 { at } else { signed.len() - 1 - at }
    };
    let (at, other, length) = (place(a, b), place(c, d), usize::from(length));
    let end = (at + length).min(signed.len());
    let mut changed = signed.to_vec();
    let how = match how % 7 {
        0 => {
            changed[at] ^= 1 << (byte % 8);
            "a bit"
        }
        1 => {
            changed.insert(at, byte);
            "a byte more"
        }
        2 => {
            changed.drain(at..end);
            "a piece left out"
        }
        3 => {
            changed.truncate(at);
            "an end cut off"
        }
        4 => {
            changed.splice(other..other, signed[at..end].to_vec());
            "a piece twice"
        }
        5 => {
            changed.swap(at, other);
            "two bytes swapped"
        }
        _ => {
            changed.extend(section("x", &signed[at..end]));
            "a section more"
        }
    };
    (how, changed)
}

/// Written independently of the crate that reads it.
fn section(name: &str, data: &[u8]) -> Vec<u8> {
    let body = [&leb(name.len()), name.as_bytes(), data].concat();
    [vec![0], leb(body.len()), body].concat()
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}
