//! Addresses of pages.

use std::fmt::Write;

/// A path with those parameters that have a value.
pub(crate) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(name);
        out.push('=');
        out.push_str(&segment(value));
    }
    out
}

/// A text as part of a path or as a parameter.
pub(crate) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte.into()),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_any_text() {
        assert_eq!(address("/products", &[("q", ""), ("after", "")]), "/products");
        assert_eq!(
            address("/products", &[("q", "red & blue?"), ("x", "ü/#")]),
            "/products?q=red%20%26%20blue%3F&x=%C3%BC%2F%23"
        );
    }
}
