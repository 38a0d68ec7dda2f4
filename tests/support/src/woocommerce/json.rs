//! JSON as PHP's `json_encode` writes it: `/` escaped, everything outside ASCII as `\uXXXX`.
//!
//! A client that only ever met another encoder's output would not notice that it cannot read this one.

/// Which top-level keys of an object are wanted (`_fields`); `None` is all of them.
pub(crate) type Fields<'a> = Option<&'a [String]>;

/// Bytes that are not written as they are.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] =
            byte < 0x20 || byte >= 0x80 || byte == b'"' as usize || byte == b'\\' as usize || byte == b'/' as usize;
        byte += 1;
    }
    special
};

/// Writes `text` with its quotes.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Writes `text` without quotes, so that a string can be put together from parts.
pub(crate) fn escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut run = 0;
    while let Some(plain) = bytes[run..].iter().position(|byte| SPECIAL[usize::from(*byte)]) {
        let mut at = run + plain;
        let byte = bytes[at];
        out.extend_from_slice(&bytes[run..at]);
        if byte < 0x80 {
            ascii(out, byte);
            at += 1;
        } else {
            // `at` stands on a character boundary: every step so far was a whole character.
            let character = text[at..].chars().next().unwrap_or('\u{fffd}');
            for unit in character.encode_utf16(&mut [0; 2]) {
                unicode(out, *unit);
            }
            at += character.len_utf8();
        }
        run = at;
    }
    out.extend_from_slice(&bytes[run..]);
}

fn ascii(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'/' => out.extend_from_slice(b"\\/"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x0c => out.extend_from_slice(b"\\f"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        other => unicode(out, u16::from(other)),
    }
}

fn unicode(out: &mut Vec<u8>, unit: u16) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[usize::from(unit >> shift) & 0xf]);
    }
}

/// Writes a whole number.
pub(crate) fn integer(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Writes a value; the keys of its objects come in the order the value keeps them.
pub(crate) fn value(out: &mut Vec<u8>, value: &serde_json::Value) {
    match value {
        serde_json::Value::String(text) => string(out, text),
        serde_json::Value::Array(items) => list(out, items, self::value),
        serde_json::Value::Object(map) => {
            let mut object = Object::new(out, None);
            for (name, inner) in map {
                // Route patterns are keys too, and have slashes and backslashes in them.
                let mut key = Vec::new();
                escaped(&mut key, name);
                if let Some(out) = object.forced(&String::from_utf8_lossy(&key)) {
                    self::value(out, inner);
                }
            }
            object.end();
        }
        other => out.extend_from_slice(other.to_string().as_bytes()),
    }
}

/// Writes a list, one element at a time.
pub(crate) fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}

/// An object being written, key by key, in the order the shop writes them.
pub(crate) struct Object<'w, 'f> {
    out: &'w mut Vec<u8>,
    fields: Fields<'f>,
    first: bool,
}

impl<'w, 'f> Object<'w, 'f> {
    pub(crate) fn new(out: &'w mut Vec<u8>, fields: Fields<'f>) -> Self {
        out.push(b'{');
        Self { out, fields, first: true }
    }

    /// Writes the key and hands out the place for its value, unless the key was not asked for.
    pub(crate) fn key(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        if let Some(fields) = self.fields
            && !fields.iter().any(|field| field == name)
        {
            return None;
        }
        self.forced(name)
    }

    /// Writes the key whatever was asked for: `_links` of a single object.
    pub(crate) fn forced(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        Some(self.out)
    }

    pub(crate) fn string(&mut self, name: &str, value: &str) {
        if let Some(out) = self.key(name) {
            string(out, value);
        }
    }

    pub(crate) fn int(&mut self, name: &str, value: i64) {
        if let Some(out) = self.key(name) {
            integer(out, value);
        }
    }

    pub(crate) fn id(&mut self, name: &str, value: u64) {
        self.int(name, value.cast_signed());
    }

    pub(crate) fn optional(&mut self, name: &str, value: Option<i64>) {
        match value {
            Some(value) => self.int(name, value),
            None => self.raw(name, "null"),
        }
    }

    pub(crate) fn bool(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    /// Writes JSON that is already JSON.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        if let Some(out) = self.key(name) {
            out.extend_from_slice(json.as_bytes());
        }
    }

    pub(crate) fn ids(&mut self, name: &str, ids: impl IntoIterator<Item = u64>) {
        if let Some(out) = self.key(name) {
            list(out, ids, |out, id| integer(out, id.cast_signed()));
        }
    }

    pub(crate) fn end(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_written_as_php_writes_them() {
        assert_eq!(written("a/b \"c\" \\"), r#""a\/b \"c\" \\""#);
        assert_eq!(written("Tüte 🧶\n\u{1}"), r#""T\u00fcte \ud83e\uddf6\n\u0001""#);
    }

    #[test]
    fn integers_keep_their_sign() {
        let mut out = Vec::new();
        for value in [0, -3, 120, i64::MIN] {
            integer(&mut out, value);
            out.push(b' ');
        }
        assert_eq!(String::from_utf8(out).unwrap(), "0 -3 120 -9223372036854775808 ");
    }
}
