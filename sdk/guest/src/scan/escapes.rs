//! What a JSON string says.

use super::backslash;

/// The text between a string's quotes without escapes. `None`: there is one that is no character by itself, or no escape at all; who is
/// told so asks a parser.
pub(crate) fn unescaped(inner: &str) -> Option<String> {
    let bytes = inner.as_bytes();
    let mut text = String::with_capacity(inner.len());
    let mut at = 0;
    loop {
        let next = backslash(bytes, at);
        text.push_str(inner.get(at..next)?);
        if next == bytes.len() {
            return Some(text);
        }
        at = next + 2;
        text.push(match bytes.get(next + 1)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                at = next + 6;
                match unit(inner.get(next + 2..at)?)? {
                    high @ 0xd800..=0xdbff => {
                        let low = unit(inner.get(at..at + 6)?.strip_prefix("\\u")?)?;
                        at += 6;
                        char::decode_utf16([high, low]).next()?.ok()?
                    }
                    unit => char::from_u32(u32::from(unit))?,
                }
            }
            _ => return None,
        });
    }
}

fn unit(hex: &str) -> Option<u16> {
    // A sign is no digit.
    hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(hex, 16).ok())?
}
