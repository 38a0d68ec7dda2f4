//! What adapters and publishers may be called: the names are file names and parts of URLs.

/// An adapter's id is a file name and part of a URL: 2 to 63 of a-z, 0-9 and `-`, beginning with a letter.
pub fn is_adapter_id(text: &str) -> bool {
    (2..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && text.starts_with(|first: char| first.is_ascii_lowercase())
}

/// A publisher that signs has a name that is also a file name: 1 to 63 of a-z, 0-9, `-` and `.`, beginning with a letter or
/// digit, without two dots in a row.
pub fn is_publisher(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.')
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.contains("..")
}
