//! Reading JSON by going over it once: where values begin and end, and nothing made of them.
//!
//! A parser that makes something of each byte takes most of an adapter's time. What is here says yes to nothing that serde_json says no
//! to, and may say no where serde_json says yes (very deep nesting): who is told no asks serde_json, which then also says what is wrong.

mod bytes;
mod escapes;

pub(crate) use bytes::backslash;
pub(crate) use escapes::unescaped;

use bytes::{bracket, quote, special};

/// Nested deeper, a text is left to serde_json, which needs no stack for it.
const DEEPEST: u32 = 96;

/// Goes over a text that nobody has checked yet.
pub(crate) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// There is an escape that may be half a character, or a NUL.
    pub(crate) suspect: bool,
}

/// It is not JSON, or too deep. serde_json knows which.
pub(crate) struct No;

impl<'a> Scan<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, suspect: false }
    }

    /// The place where the value ends that the text begins with, checked to its last byte.
    pub(crate) fn value(&mut self) -> Result<usize, No> {
        self.white();
        self.any(0)?;
        Ok(self.at)
    }

    /// Whether nothing but white space follows.
    pub(crate) fn ends(&mut self) -> bool {
        self.white();
        self.at == self.bytes.len()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn white(&mut self) {
        self.at = white(self.bytes, self.at);
    }

    fn any(&mut self, depth: u32) -> Result<(), No> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.object(depth, |_, _, _| ()),
            Some(b'[') => self.array(depth, |_, _| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => Err(No),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), No> {
        let there = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += word.len();
        if there { Ok(()) } else { Err(No) }
    }

    fn digits(&mut self) -> Result<(), No> {
        let begin = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > begin { Ok(()) } else { Err(No) }
    }

    fn number(&mut self) -> Result<(), No> {
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(No);
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), No> {
        self.at += 1;
        loop {
            self.at = special(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                _ => return Err(No),
            }
        }
    }

    fn escape(&mut self) -> Result<(), No> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6).ok_or(No)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(No);
                }
                self.suspect |= matches!(digits, [b'd' | b'D', ..] | b"0000");
                self.at += 6;
            }
            _ => return Err(No),
        }
        Ok(())
    }

    /// `each` is told where a key begins and ends, with its quotes, and where its value begins; the value ends where the scan is then.
    fn object(&mut self, depth: u32, mut each: impl FnMut(&Self, (usize, usize), usize)) -> Result<(), No> {
        if depth > DEEPEST {
            return Err(No);
        }
        self.at += 1;
        self.white();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.at;
            if self.peek() != Some(b'"') {
                return Err(No);
            }
            self.string()?;
            let key = (key, self.at);
            self.white();
            if self.peek() != Some(b':') {
                return Err(No);
            }
            self.at += 1;
            self.white();
            let value = self.at;
            self.any(depth + 1)?;
            each(self, key, value);
            if self.follows(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(&mut self, depth: u32, mut each: impl FnMut(&Self, usize)) -> Result<(), No> {
        if depth > DEEPEST {
            return Err(No);
        }
        self.at += 1;
        self.white();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let value = self.at;
            self.any(depth + 1)?;
            each(self, value);
            if self.follows(b']')? {
                return Ok(());
            }
        }
    }

    /// After a value: whether that was the last one; else the scan is at the next one.
    fn follows(&mut self, close: u8) -> Result<bool, No> {
        self.white();
        let next = self.peek();
        self.at += 1;
        if next == Some(close) {
            return Ok(true);
        }
        self.white();
        if next == Some(b',') { Ok(false) } else { Err(No) }
    }
}

fn white(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The whole of an object or list, by its parts: `each` gets a key with its quotes (none in a list) and a value's text.
///
/// `checked`: somebody has gone over the text before, so only ends are looked for.
pub(crate) fn parts<'a>(
    text: &'a str,
    checked: bool,
    mut each: impl FnMut(Option<&'a str>, &'a str),
) -> Result<(), No> {
    if checked {
        return skim(text, each);
    }
    let mut scan = Scan::new(text);
    scan.white();
    let cut = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    match scan.peek() {
        Some(b'{') => scan.object(0, |scan, (from, to), value| each(Some(cut(from, to)), cut(value, scan.at)))?,
        Some(b'[') => scan.array(0, |scan, value| each(None, cut(value, scan.at)))?,
        _ => return Err(No),
    }
    if scan.ends() { Ok(()) } else { Err(No) }
}

/// [`parts`] of what is JSON.
fn skim<'a>(text: &'a str, mut each: impl FnMut(Option<&'a str>, &'a str)) -> Result<(), No> {
    let bytes = text.as_bytes();
    let cut = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let object = match bytes.first() {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return Err(No),
    };
    let mut at = white(bytes, 1);
    while !matches!(bytes.get(at), Some(b'}' | b']') | None) {
        let key = if object {
            let end = after_string(bytes, at);
            let key = cut(at, end);
            at = white(bytes, white(bytes, end) + 1);
            Some(key)
        } else {
            None
        };
        let end = after(bytes, at);
        if end == at {
            return Err(No);
        }
        each(key, cut(at, end));
        at = white(bytes, end);
        if bytes.get(at) == Some(&b',') {
            at = white(bytes, at + 1);
        }
    }
    Ok(())
}

/// Where the value ends that begins at `at`, in what is JSON.
fn after(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'"') => after_string(bytes, at),
        Some(b'{' | b'[') => {
            let (mut at, mut depth) = (at + 1, 1u32);
            while depth > 0 && at < bytes.len() {
                at = bracket(bytes, at);
                match bytes.get(at) {
                    Some(b'"') => at = after_string(bytes, at),
                    Some(b'{' | b'[') => (at, depth) = (at + 1, depth + 1),
                    _ => (at, depth) = (at + 1, depth - 1),
                }
            }
            at.min(bytes.len())
        }
        _ => {
            let mut end = at;
            while matches!(bytes.get(end), Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E')) {
                end += 1;
            }
            end
        }
    }
}

fn after_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        at = quote(bytes, at);
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(_) => return at + 1,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests;
