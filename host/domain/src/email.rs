//! E-mail addresses as accounts are known by.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::names::{is_disguised, is_unseen, mixed_word};

/// Bytes of a whole address, and of what stands before the `@` (RFC 5321, 4.5.3.1).
const MAX_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;

/// An address in the one form that accounts are compared by: lower case, composed letters (NFC), the domain in its ASCII form.
///
/// Two addresses that differ in case are one account, whatever a mail server would make of it. What comes after a `+`, and dots, count:
/// some providers ignore them, others do not. Nothing that could be taken for another address is one: see [`EmailError`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

/// Why a text is no address of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Nothing was given.
    #[error("an e-mail address is needed, such as ann@example.com")]
    Empty,
    /// Longer than mail servers take.
    #[error(
        "an e-mail address has at most {MAX_LEN} bytes, and {MAX_LOCAL_LEN} of them before the @; this one is longer"
    )]
    TooLong,
    /// No name, no domain, more than one `@`, or characters that need quoting.
    #[error(
        "this is not an e-mail address such as ann@example.com; quoted names, comments and IP addresses are not taken"
    )]
    Form,
    /// Blanks, control characters, NUL, or others that nobody sees.
    #[error("the e-mail address holds blanks or characters that cannot be seen; type it anew")]
    Unseen,
    /// Letters that look like others: of several scripts in one word, or full-width and mathematical ones.
    #[error(
        "the e-mail address mixes letters of several scripts in one word, or has letters that look like plain ones; type it anew in one script"
    )]
    Confusable,
}

impl EmailAddress {
    /// Reads what somebody typed; blanks around it are let be.
    pub fn parse(given: &str) -> Result<Self, EmailError> {
        let given = given.trim_matches([' ', '\t', '\r', '\n']);
        if given.is_empty() {
            return Err(EmailError::Empty);
        }
        // Before anything else: what is looked at below is never longer.
        if given.len() > MAX_LEN {
            return Err(EmailError::TooLong);
        }
        if given.chars().any(|c| is_unseen(c) || c.is_whitespace()) {
            return Err(EmailError::Unseen);
        }
        if given.chars().any(is_disguised) {
            return Err(EmailError::Confusable);
        }
        let (local, domain) = given.split_once('@').ok_or(EmailError::Form)?;
        let local: String = local.nfc().flat_map(char::to_lowercase).nfc().collect();
        let domain = domain_of(domain)?;
        check_local(&local)?;
        let whole = format!("{local}@{domain}");
        if local.len() > MAX_LOCAL_LEN || whole.len() > MAX_LEN {
            return Err(EmailError::TooLong);
        }
        Ok(Self(whole))
    }

    /// As it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The dot-atom of RFC 5322, with letters and digits of all scripts (RFC 6532).
fn check_local(local: &str) -> Result<(), EmailError> {
    let plain = |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
        } else {
            c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
        }
    };
    if local.split('.').any(str::is_empty) || !local.chars().all(plain) {
        return Err(EmailError::Form);
    }
    if mixed_word(local).is_some() { Err(EmailError::Confusable) } else { Ok(()) }
}

/// In its ASCII form.
fn domain_of(domain: &str) -> Result<String, EmailError> {
    if domain.contains('@') || domain.ends_with('.') {
        return Err(EmailError::Form);
    }
    if mixed_word(domain).is_some() {
        return Err(EmailError::Confusable);
    }
    let Ok(url::Host::Domain(ascii)) = url::Host::parse(domain) else { return Err(EmailError::Form) };
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let labels: Vec<&str> = ascii.split('.').collect();
    let is_one = ascii == "localhost" || labels.len() > 1;
    if is_one && labels.iter().all(|name| label(name)) { Ok(ascii) } else { Err(EmailError::Form) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_form() {
        for (given, form) in [
            ("Ann@Example.COM", "ann@example.com"),
            (" ann+shop@example.com\n", "ann+shop@example.com"),
            ("o'brien@example.co.uk", "o'brien@example.co.uk"),
            ("ÄNNE@example.com", "änne@example.com"),
            ("a\u{308}nne@example.com", "änne@example.com"),
            ("ann@MÜLLER.example", "ann@xn--mller-kva.example"),
            ("анна@example.com", "анна@example.com"),
            ("ops@localhost", "ops@localhost"),
        ] {
            assert_eq!(EmailAddress::parse(given).map(|address| address.0).as_deref(), Ok(form), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_or_looks_like_another_is_refused() {
        let long = format!("{}@example.com", "x".repeat(65));
        let megabyte = "x".repeat(1 << 20);
        for (given, why) in [
            ("", EmailError::Empty),
            (" ", EmailError::Empty),
            ("ann", EmailError::Form),
            ("@example.com", EmailError::Form),
            ("ann@", EmailError::Form),
            ("ann@example", EmailError::Form),
            ("ann@@example.com", EmailError::Form),
            ("ann@example.com@evil.example", EmailError::Form),
            ("\"ann b\"@example.com", EmailError::Unseen),
            ("\"ann\"@example.com", EmailError::Form),
            ("ann@[127.0.0.1]", EmailError::Form),
            ("ann@127.0.0.1", EmailError::Form),
            ("ann@example.com.", EmailError::Form),
            (".ann@example.com", EmailError::Form),
            ("a..nn@example.com", EmailError::Form),
            ("ann@-example.com", EmailError::Form),
            ("ann@exa_mple.com", EmailError::Form),
            ("ann,bob@example.com", EmailError::Form),
            ("ann<x>@example.com", EmailError::Form),
            ("an\0n@example.com", EmailError::Unseen),
            ("ann@example.com\r\nBcc: all@example.com", EmailError::Unseen),
            ("an\u{200b}n@example.com", EmailError::Unseen),
            ("an\u{202e}n@example.com", EmailError::Unseen),
            ("\u{430}nn@example.com", EmailError::Confusable),
            ("ann@ex\u{430}mple.com", EmailError::Confusable),
            ("\u{ff41}nn@example.com", EmailError::Confusable),
            (&long, EmailError::TooLong),
            (&megabyte, EmailError::TooLong),
        ] {
            let shown: String = given.chars().take(40).collect();
            assert_eq!(EmailAddress::parse(given), Err(why), "{shown:?}");
        }
    }
}
