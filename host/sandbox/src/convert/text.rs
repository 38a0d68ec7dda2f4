//! Texts of a guest, made fit to be shown and stored.

use entrepot_domain::catalog::limits::{MAX_ID_LEN, beginning};
use sha2::{Digest, Sha256};

/// Characters of a text for people; a guest may hand over as much as an answer may hold.
pub(super) const MAX_TEXT_LEN: usize = 2_000;

/// A text that is shown and logged, of at most [`MAX_TEXT_LEN`] characters.
pub(super) fn one_line(text: String) -> String {
    one_line_up_to(text, MAX_TEXT_LEN)
}

pub(super) fn one_line_up_to(text: String, most: usize) -> String {
    // One line: with line breaks it could write lines that look like the host's own on a terminal.
    let printable = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().take(most).map(printable).collect()
}

/// A text that is kept as it is, but for NUL: PostgreSQL takes none, and a run that cannot be written down would never end.
pub(super) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// An id that something is looked up by. One that is too long for any that is known is kept short, and as distinct.
pub(super) fn usable_id(id: String) -> String {
    let id = storable(id);
    if id.len() <= MAX_ID_LEN { id } else { format!("{} {}", beginning(&id, 40), short_hash(&id)) }
}

/// The same for the same text, of 32 characters.
pub(super) fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
