//! Wherever a text could be base64 or hex, what it would be.

use super::unescape::{Made, View};

/// Of either alphabet, or `NONE`.
const SEXTETS: [u8; 256] = {
    let mut table = [NONE; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};
const NONE: u8 = 0xff;

/// Calls `look` with all that could be meant, until it says yes. `shortest`: bytes that are worth looking at.
pub(super) fn any(view: &View<'_>, shortest: usize, mut look: impl FnMut(View<'static>) -> bool) -> bool {
    let bytes = &view.bytes;
    let mut from = 0;
    // Digits of base64, among which those of hex are.
    while let Some((begin, end)) = run(bytes, from, (shortest * 4).div_ceil(3), |byte| SEXTETS[byte] != NONE) {
        // Nobody says where in the encoded bytes the secret began, so it may begin at any of the four.
        if (begin..begin + 4).any(|first| look(base64(view, first, end))) {
            return true;
        }
        let mut from_hex = begin;
        while let Some((first, last)) = run(&bytes[..end], from_hex, shortest * 2, |byte| HEX[byte]) {
            if (first..first + 2).any(|first| look(hex(view, first, last))) {
                return true;
            }
            from_hex = last;
        }
        from = end;
    }
    false
}

const HEX: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_hexdigit();
        byte += 1;
    }
    table
};

/// The first that is so long, from there on, and its end. Where one could end is looked at first: most texts are short words.
fn run(bytes: &[u8], from: usize, shortest: usize, of: impl Fn(usize) -> bool) -> Option<(usize, usize)> {
    let mut begin = from;
    while let Some(candidate) = bytes.get(begin..begin + shortest) {
        match candidate.iter().rposition(|byte| !of(usize::from(*byte))) {
            Some(at) => begin += at + 1,
            None => {
                let rest = &bytes[begin + shortest..];
                let more = rest.iter().position(|byte| !of(usize::from(*byte))).unwrap_or(rest.len());
                return Some((begin, begin + shortest + more));
            }
        }
    }
    None
}

fn base64(view: &View<'_>, from: usize, until: usize) -> View<'static> {
    let mut made = Made::new(view, (until - from) * 3 / 4);
    let (mut bits, mut held, mut begin) = (0_u32, 0, from);
    for at in from..until {
        bits = bits << 6 | u32::from(SEXTETS[usize::from(view.bytes[at])]);
        held += 6;
        if held >= 8 {
            held -= 8;
            made.push((bits >> held) as u8, begin..at + 1);
            // What is left of this one belongs to the next byte.
            begin = if held > 0 { at } else { at + 1 };
        }
    }
    made.view()
}

fn hex(view: &View<'_>, from: usize, until: usize) -> View<'static> {
    let mut made = Made::new(view, (until - from) / 2);
    let digit = |at: usize| char::from(view.bytes[at]).to_digit(16).unwrap_or(0) as u8;
    for at in (from..until.saturating_sub(1)).step_by(2) {
        made.push(digit(at) << 4 | digit(at + 1), at..at + 2);
    }
    made.view()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn spellings(text: &str, word: &str) -> Vec<String> {
        let mut found = Vec::new();
        any(&View::traced(text.as_bytes()), word.len(), |view| {
            if let Some(at) = view.bytes.windows(word.len()).position(|window| window == word.as_bytes()) {
                found.push(text[view.span(at..at + word.len())].to_owned());
            }
            false
        });
        found
    }

    #[test]
    fn base64_begins_anywhere() {
        for before in ["", "a", "ab", "abc"] {
            for text in [
                STANDARD.encode(format!("{before}hush?>hush:x")),
                URL_SAFE_NO_PAD.encode(format!("{before}hush?>hush:x")),
            ] {
                assert_eq!(spellings(&format!("!{text}!"), "hush?>hush").len(), 1, "{before} {text}");
                assert_eq!(spellings(&format!("!x{text}!"), "hush?>hush").len(), 1, "{before} {text}");
            }
        }
        assert_eq!(spellings("\"aHVzaGh1c2g=\"", "hushhush"), ["aHVzaGh1c2g"]);
    }

    #[test]
    fn hex_in_either_case() {
        assert_eq!(spellings("x=6875736868757368;", "hushhush"), ["6875736868757368"]);
        assert_eq!(spellings("x=F6875736868757368;", "hushhush"), ["6875736868757368"]);
        assert_eq!(spellings("x=687573686875736;", "hushhush"), Vec::<String>::new());
    }
}
