//! A text and what it reads without its escapes, each byte with the place it came from.

use std::borrow::Cow;
use std::ops::Range;

/// Escapes within escapes are undone so often.
const LAYERS: usize = 4;

/// What is searched. Places are of the text that was given first, whatever was undone since.
pub(crate) struct View<'t> {
    pub(super) bytes: Cow<'t, [u8]>,
    places: Places,
}

enum Places {
    /// Nobody asks.
    Untraced,
    /// Each byte stands where it stands.
    Own,
    /// Where each byte begins and ends.
    Of(Vec<(u32, u32)>),
}

impl<'t> View<'t> {
    /// Its places are not kept.
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self { bytes: Cow::Borrowed(text), places: Places::Untraced }
    }

    /// `text`: less than 4 GiB of it.
    pub(super) fn traced(text: &'t [u8]) -> Self {
        Self { bytes: Cow::Borrowed(text), places: Places::Own }
    }

    /// Where these bytes, at least one, come from.
    pub(super) fn span(&self, bytes: Range<usize>) -> Range<usize> {
        self.place(bytes.start).0 as usize..self.place(bytes.end - 1).1 as usize
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let own = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        match &self.places {
            Places::Untraced => (0, 0),
            Places::Own => (own(at), own(at + 1)),
            Places::Of(places) => places[at],
        }
    }

    /// What percent, JSON, HTML and line ends of mail and base64 hide. None: nothing.
    pub(super) fn unescaped(&self) -> Option<View<'static>> {
        let mut plain = undone(self)?;
        for _ in 1..LAYERS {
            match undone(&plain) {
                Some(plainer) => plain = plainer,
                None => break,
            }
        }
        Some(plain)
    }
}

/// Made of other bytes of a view.
pub(super) struct Made<'v, 't> {
    from: &'v View<'t>,
    bytes: Vec<u8>,
    places: Option<Vec<(u32, u32)>>,
}

impl<'v, 't> Made<'v, 't> {
    pub(super) fn new(from: &'v View<'t>, room: usize) -> Self {
        let traced = !matches!(from.places, Places::Untraced);
        Self { from, bytes: Vec::with_capacity(room), places: traced.then(|| Vec::with_capacity(room)) }
    }

    /// A byte that was written as those of `written`.
    pub(super) fn push(&mut self, byte: u8, written: Range<usize>) {
        self.bytes.push(byte);
        if let Some(places) = &mut self.places {
            places.push((self.from.place(written.start).0, self.from.place(written.end - 1).1));
        }
    }

    /// Bytes as they are.
    fn copy(&mut self, written: Range<usize>) {
        self.bytes.extend_from_slice(&self.from.bytes[written.clone()]);
        if let Some(places) = &mut self.places {
            places.extend(written.map(|at| self.from.place(at)));
        }
    }

    pub(super) fn view(self) -> View<'static> {
        let places = self.places.map_or(Places::Untraced, Places::Of);
        View { bytes: Cow::Owned(self.bytes), places }
    }
}

fn undone(view: &View<'_>) -> Option<View<'static>> {
    let text = &view.bytes;
    // Most have no line ends, and are then looked through quickly.
    let lines = text.iter().fold(false, |any, byte| any | byte.is_ascii_control());
    let begins = |byte: &u8| matches!(byte, b'%' | b'\\' | b'&' | b'=' | 0..=0x1f | 0x7f);
    let next = |rest: &[u8]| match lines {
        true => rest.iter().position(begins),
        false => memchr::memchr3(b'%', b'\\', b'&', rest),
    };
    let mut made = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(ahead) = next(&text[at..]) {
        at += ahead;
        let Some((character, length)) = escape(&text[at..]) else {
            at += 1;
            continue;
        };
        let made = made.get_or_insert_with(|| Made::new(view, text.len()));
        made.copy(copied..at);
        for byte in character.bytes() {
            made.push(*byte, at..at + length);
        }
        at += length;
        copied = at;
    }
    made.map(|mut made| {
        made.copy(copied..text.len());
        made.view()
    })
}

/// Up to four bytes.
struct Character([u8; 4], usize);

impl Character {
    const NOTHING: Self = Self([0; 4], 0);

    fn byte(byte: u8) -> Self {
        Self([byte, 0, 0, 0], 1)
    }

    fn code(code: u32) -> Option<Self> {
        let mut bytes = [0; 4];
        let length = char::from_u32(code)?.encode_utf8(&mut bytes).len();
        Some(Self(bytes, length))
    }

    /// Control characters are in no secret; where one stands between two halves of it, it does not help.
    fn bytes(&self) -> &[u8] {
        if self.1 == 1 && self.0[0].is_ascii_control() { &[] } else { &self.0[..self.1] }
    }
}

/// What stands at the beginning of `text`, and its length there.
fn escape(text: &[u8]) -> Option<(Character, usize)> {
    match text {
        [b'\r' | b'\n', rest @ ..] => {
            // With what the next line is set in by.
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\r' | b'\n' | b'\t')).count();
            Some((Character::NOTHING, 1 + blanks))
        }
        [0..=0x1f | 0x7f, ..] => Some((Character::NOTHING, 1)),
        [b'=', b'\n', ..] => Some((Character::NOTHING, 2)),
        [b'=', b'\r', b'\n', ..] => Some((Character::NOTHING, 3)),
        [b'=', b'3', b'D', ..] => Some((Character::byte(b'='), 3)),
        [b'%', b'u' | b'U', digits @ ..] => Some((Character::code(hex(digits, 4)?)?, 6)),
        [b'%', digits @ ..] => Some((Character::byte(u8::try_from(hex(digits, 2)?).ok()?), 3)),
        [b'\\', b'u', rest @ ..] => utf16(rest).map(|(character, length)| (character, 2 + length)),
        [b'\\', b'x', digits @ ..] => Some((Character::byte(u8::try_from(hex(digits, 2)?).ok()?), 4)),
        [b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'0', ..] => Some((Character::NOTHING, 2)),
        [b'\\', byte @ (b'/' | b'"' | b'\'' | b'\\'), ..] => Some((Character::byte(*byte), 2)),
        [b'&', b'#', rest @ ..] => numbered(rest).map(|(character, length)| (character, 2 + length)),
        [b'&', rest @ ..] => named(rest).map(|(byte, length)| (Character::byte(byte), 1 + length)),
        _ => None,
    }
}

/// The number of exactly so many digits.
fn hex(text: &[u8], digits: usize) -> Option<u32> {
    text.get(..digits)?.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
}

fn utf16(rest: &[u8]) -> Option<(Character, usize)> {
    let high = hex(rest, 4)?;
    if let (0xd800..=0xdbff, Some([b'\\', b'u', digits @ ..])) = (high, rest.get(4..)) {
        let low = hex(digits, 4).filter(|low| (0xdc00..=0xdfff).contains(low))?;
        return Some((Character::code(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 10));
    }
    Some((Character::code(high)?, 4))
}

fn numbered(rest: &[u8]) -> Option<(Character, usize)> {
    let (digits, radix, before) = match rest {
        [b'x' | b'X', digits @ ..] => (digits, 16, 1),
        digits => (digits, 10, 0),
    };
    let length = digits.iter().take(9).position(|byte| *byte == b';')?;
    let code = u32::from_str_radix(std::str::from_utf8(&digits[..length]).ok()?, radix).ok()?;
    Some((Character::code(code)?, before + length + 1))
}

fn named(rest: &[u8]) -> Option<(u8, usize)> {
    const NAMES: [(&[u8], u8); 9] = [
        (b"amp;", b'&'),
        (b"lt;", b'<'),
        (b"gt;", b'>'),
        (b"quot;", b'"'),
        (b"apos;", b'\''),
        (b"sol;", b'/'),
        (b"plus;", b'+'),
        (b"equals;", b'='),
        (b"lowbar;", b'_'),
    ];
    NAMES.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, byte)| (*byte, name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let view = View::of(text.as_bytes());
        let plain = view.unescaped();
        String::from_utf8_lossy(&plain.as_ref().unwrap_or(&view).bytes).into_owned()
    }

    #[test]
    fn what_is_escaped_reads_as_it_was() {
        for (escaped, expected) in [
            ("a%2Fb%2fc%2E", "a/b/c."),
            ("a%252Fb%25252F", "a/b/"),
            (r#"\u0063\u00e9\ud83d\ude00\/\"\x41"#, "c\u{e9}\u{1f600}/\"A"),
            (r"\\u0063", "c"),
            ("&amp;&#47;&#x2F;&#x2f;&quot;", "&///\""),
            ("&amp;#47;", "/"),
            ("ab\r\n cd=\r\nef\\r\\ngh\0i", "abcdefghi"),
            ("100% of \\d &c; %zz \\u12 &#xfffffff;", "100% of \\d &c; %zz \\u12 &#xfffffff;"),
        ] {
            assert_eq!(plain(escaped), expected, "{escaped}");
        }
    }

    #[test]
    fn places_are_of_the_text_that_was_given() {
        let text = r"x\u0025\u0032\u0065y";
        let view = View::traced(text.as_bytes()).unescaped().unwrap();
        assert_eq!(&*view.bytes, b"x.y");
        assert_eq!(&text[view.span(1..2)], r"\u0025\u0032\u0065");
        assert_eq!(&text[view.span(0..3)], text);
    }
}
