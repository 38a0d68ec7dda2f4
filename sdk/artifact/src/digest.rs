use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hex, 64 characters: what a whole artifact is known by.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hex part of `sha256:<64 hex>`, if that is what it is.
pub(crate) fn of_sha256(text: &str) -> Option<&str> {
    let hex = text.strip_prefix("sha256:")?;
    let plain = hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (hex.len() == 64 && plain).then_some(hex)
}
