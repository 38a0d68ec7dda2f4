//! GTINs: EAN-8, UPC-A, EAN-13, GTIN-14, and ISBN-10 as its EAN-13.

/// Digits only with a valid check digit, or `None`. Spaces and hyphens are dropped; an ISBN-10 becomes its EAN-13.
///
/// ```
/// use entrepot_guest::gtin::normalise;
/// assert_eq!(normalise("4 006381-333931").as_deref(), Some("4006381333931"));
/// assert_eq!(normalise("0-306-40615-2").as_deref(), Some("9780306406157"));
/// assert_eq!(normalise("4006381333932"), None);
/// ```
pub fn normalise(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}' | '\u{2010}'..='\u{2013}')).collect();
    if kept.len() == 10 {
        return isbn10(kept.as_bytes());
    }
    let valid = matches!(kept.len(), 8 | 12 | 13 | 14)
        && kept.bytes().all(|byte| byte.is_ascii_digit())
        && kept.bytes().any(|byte| byte != b'0')
        && check_digit(&kept.as_bytes()[..kept.len() - 1]) == kept.as_bytes()[kept.len() - 1];
    valid.then_some(kept)
}

/// The digit that follows these digits, by GS1: weights 3 and 1 from the right.
fn check_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

fn isbn10(text: &[u8]) -> Option<String> {
    let mut sum = 0_u32;
    for (place, byte) in text.iter().enumerate() {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'X' | b'x' if place == 9 => 10,
            _ => return None,
        };
        sum += value * (10 - place as u32);
    }
    if !sum.is_multiple_of(11) {
        return None;
    }
    let mut isbn = b"978".to_vec();
    isbn.extend_from_slice(&text[..9]);
    isbn.push(check_digit(&isbn));
    String::from_utf8(isbn).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_valid() {
        for text in ["96385074", "036000291452", "4006381333931", "10012345678902"] {
            assert_eq!(normalise(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn refuses_what_is_not() {
        for text in [
            "",
            "0",
            "00000000",
            "4006381333932",
            "123456789",
            "400638133393X",
            "n/a",
            "٤٠٠٦٣٨١٣",
            "0306406153",
            "é000000",
        ] {
            assert_eq!(normalise(text), None, "{text}");
        }
    }
}
