//! What a password may be.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::Score;

use crate::Secret;
use crate::email::EmailAddress;

/// Bytes, once its letters are composed (NFC).
pub const MIN_LEN: usize = 10;
/// Bytes, as it is given: hashing takes no longer for a longer one than for this.
pub const MAX_LEN: usize = 1024;
/// Different characters that a password has at least.
const MIN_DIFFERENT: usize = 5;
/// Characters of a password whose guesses are estimated: it takes longer the longer it is.
const MAX_ESTIMATED: usize = 100;

/// Why a text is no password for an account. No message repeats it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer than [`MIN_LEN`] bytes.
    #[error("a password has at least {MIN_LEN} characters; several words make a good one")]
    TooShort,
    /// More than [`MAX_LEN`] bytes.
    #[error("a password has at most {MAX_LEN} bytes")]
    TooLong,
    /// A control character, such as NUL.
    #[error("a password holds no control characters")]
    Control,
    /// The address itself, or what stands before its `@`.
    #[error("the password is the e-mail address; choose another")]
    Email,
    /// One key, held down.
    #[error("the password has fewer than {MIN_DIFFERENT} different characters; choose another")]
    Monotonous,
    /// What those try first who guess; why, and what to do.
    #[error("the password is guessed easily: {0}")]
    Guessed(String),
}

/// In the one form it is hashed in: the same letters typed on another keyboard are the same password. `None`: no password is like this.
pub fn normalised(given: &str) -> Option<Secret> {
    if given.len() > MAX_LEN || given.chars().any(char::is_control) {
        return None;
    }
    Some(Secret::new(given.nfc().collect::<String>()))
}

/// A new password for the account of that address, in the form it is hashed in.
pub fn check(given: &str, email: &EmailAddress) -> Result<Secret, PasswordError> {
    if given.len() > MAX_LEN {
        return Err(PasswordError::TooLong);
    }
    let secret = normalised(given).ok_or(PasswordError::Control)?;
    let text = secret.expose();
    if text.len() < MIN_LEN {
        return Err(PasswordError::TooShort);
    }
    let lower = Zeroizing::new(text.to_lowercase());
    let local = email.as_str().split('@').next().unwrap_or_default();
    if lower.as_str() == email.as_str() || lower.as_str() == local {
        return Err(PasswordError::Email);
    }
    let different = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    if different < MIN_DIFFERENT {
        return Err(PasswordError::Monotonous);
    }
    match guessed(text, &[email.as_str(), local]) {
        Some(why) => Err(PasswordError::Guessed(why)),
        None => Ok(secret),
    }
}

/// Why it is found by whoever tries what people choose. Of a long one that is not looked for.
fn guessed(text: &str, about_them: &[&str]) -> Option<String> {
    if text.chars().count() > MAX_ESTIMATED {
        return None;
    }
    let estimate = zxcvbn::zxcvbn(text, about_them);
    if estimate.score() >= Score::Two {
        return None;
    }
    let feedback = estimate.feedback();
    let warning = feedback.and_then(|feedback| feedback.warning()).map(|warning| warning.to_string());
    let advice = feedback.and_then(|feedback| feedback.suggestions().first().map(ToString::to_string));
    let said: Vec<String> = warning.into_iter().chain(advice).collect();
    if said.is_empty() {
        return Some("use several words that do not belong together".to_owned());
    }
    Some(said.join(" ").trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_people_choose() {
        let email = EmailAddress::parse("ann.of.berlin@example.com").expect("an address");
        for good in ["correct horse battery", "пароль-длинный", &"ab1 c€".repeat(100)] {
            assert!(check(good, &email).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("short", PasswordError::TooShort),
            ("", PasswordError::TooShort),
            ("aaaaaaaaaaaaaaa", PasswordError::Monotonous),
            ("ANN.of.Berlin@example.com", PasswordError::Email),
            ("ann.of.berlin", PasswordError::Email),
            ("correct\0horse battery", PasswordError::Control),
            (&"x".repeat(1 << 20), PasswordError::TooLong),
        ] {
            assert_eq!(check(bad, &email).expect_err("refused"), why);
        }
    }

    #[test]
    fn what_is_guessed_first_is_refused_with_its_reason() {
        let email = EmailAddress::parse("ann.of.berlin@example.com").expect("an address");
        for bad in ["password123", "qwertyuiop", "1234567890", "ann.of.berlin1", "abcdefghijk"] {
            let refused = check(bad, &email).expect_err(bad);
            assert!(matches!(&refused, PasswordError::Guessed(why) if why.len() > 10), "{bad}: {refused:?}");
            assert!(!refused.to_string().contains(bad), "{refused}");
        }
        assert!(check(&"password123 ".repeat(10), &email).is_ok(), "of a long one it is not looked for");
    }

    #[test]
    fn letters_are_composed() {
        let one = normalised("pa\u{308}ssword").expect("a password");
        assert_eq!(one.expose(), normalised("p\u{e4}ssword").expect("a password").expose());
        assert!(normalised(&"x".repeat(1025)).is_none());
    }
}
