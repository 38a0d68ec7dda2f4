//! Names that people give and read.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::mixed_script::AugmentedScriptSet;

/// Characters.
const MAX_NAME_LEN: usize = 100;
/// Ids of channels begin so, and a channel is meant by either.
const OF_IDS: &str = "chn_";

/// Why a text is no name of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing, or blanks alone.
    #[error("a name is needed, such as \"berlin\"")]
    Empty,
    /// It has so many characters.
    #[error("a name may have {MAX_NAME_LEN} characters, and this one has {0}")]
    TooLong(usize),
    /// `.` or `..`.
    #[error("the name {0:?} stands for a place among folders; choose another")]
    Dots(String),
    /// Blanks at one of its ends.
    #[error("the name {0:?} begins or ends with a blank; leave it out")]
    Blank(String),
    /// Control, format or other characters that are not what they look like.
    #[error(
        "the name \"{0}\" holds what cannot be seen, looks like plain letters, or changes how the rest is read; use letters, digits, blanks and signs"
    )]
    Unseen(String),
    /// Latin and Cyrillic letters in one word, for example.
    #[error(
        "the name mixes letters of several scripts in one word, which look like others: {0}; write each word in one script"
    )]
    Mixed(String),
    /// It could be meant for an id.
    #[error("the name {0:?} begins like an id of a channel ({OF_IDS}); choose another")]
    Id(String),
    /// It begins with a dash.
    #[error("the name {0:?} begins like an option of a command (-); choose another")]
    Option(String),
}

/// What a channel may be called.
pub fn check_channel_name(name: &str) -> Result<(), NameError> {
    let length = name.chars().count();
    if length > MAX_NAME_LEN {
        return Err(NameError::TooLong(length));
    }
    let owned = || name.to_owned();
    if unreadable(name) {
        return Err(NameError::Unseen(made_visible(name)));
    }
    if let Some(word) = mixed_word(name) {
        return Err(NameError::Mixed(word));
    }
    if name.trim().is_empty() {
        return Err(NameError::Empty);
    }
    if name.trim() != name {
        return Err(NameError::Blank(owned()));
    }
    if name.chars().all(|c| c == '.') {
        return Err(NameError::Dots(owned()));
    }
    if name.starts_with(OF_IDS) {
        return Err(NameError::Id(owned()));
    }
    if name.starts_with('-') {
        return Err(NameError::Option(owned()));
    }
    Ok(())
}

fn unreadable(name: &str) -> bool {
    let mut before = ' ';
    name.chars().any(|c| {
        // How a picture is shown; after a letter it is nothing.
        let of_a_picture = matches!(c, '\u{fe0e}' | '\u{fe0f}') && !before.is_ascii() && !before.is_alphanumeric();
        before = c;
        (is_unseen(c) && !of_a_picture) || is_disguised(c)
    })
}

/// A word of letters that belong to several scripts and are not written together anywhere, such as a Cyrillic `а` amid Latin ones; with the
/// code of each letter that is not ASCII. Words of their own may be of different scripts.
pub fn mixed_word(name: &str) -> Option<String> {
    let words = name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
    let mixed = |word: &&str| {
        let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
        let others: String = letters.chars().filter(|c| !is_latin(*c)).collect();
        let others = AugmentedScriptSet::for_str(&others);
        // Japanese, Korean and Chinese are written with Latin letters among their own.
        AugmentedScriptSet::for_str(&letters).is_empty() && !(others.jpan || others.kore || others.hanb)
    };
    words.filter(|word| !word.is_ascii()).find(mixed).map(|word| {
        let mut text = String::new();
        for c in word.chars() {
            text.push(c);
            if !c.is_ascii() {
                text.push_str(&format!("(U+{:04X})", u32::from(c)));
            }
        }
        text
    })
}

fn is_latin(c: char) -> bool {
    let mut shared = AugmentedScriptSet::for_char('a');
    shared.intersect_with(AugmentedScriptSet::for_char(c));
    !shared.is_empty()
}

fn made_visible(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if is_unseen(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}

/// As a word of a command that is offered for copying: quoted where a shell would read it otherwise.
pub fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.:@%+,/".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

/// It takes no place of its own: two names that differ in it look the same, or one looks like something else.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || is_direction(c)
        || is_ignorable(c)
        || matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2800}')
}

/// What Unicode calls default ignorable, without what joins and turns letters; and what is no character.
pub fn is_ignorable(c: char) -> bool {
    let nothing = u32::from(c) & 0xfffe == 0xfffe;
    nothing
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Letters and digits in another dress: full width, mathematical, in circles. They read like the plain ones.
pub fn is_disguised(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric() && std::iter::once(c).nfkc().all(|plain| plain.is_ascii_alphanumeric())
}

/// It turns the order in which what follows is shown. Texts of right-to-left scripts read well without.
pub fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What to show in the place of a character that would steer the screen, or turn the order of what is on it.
pub fn shown(c: char) -> char {
    if c.is_control() || is_direction(c) { char::REPLACEMENT_CHARACTER } else { c }
}

/// A JSON document with an escape for each character that would steer a terminal, or turn the order of what is on it. They stand in
/// texts only, so it means what it meant.
pub fn inert_json(json: String) -> String {
    if json.chars().all(|c| shown(c) == c) {
        return json;
    }
    let mut line = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if shown(c) == c {
            line.push(c);
        } else {
            line.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_give() {
        for name in [
            "shop",
            "Müller & Söhne",
            "東京 店",
            "متجر",
            "חנות",
            "shop.example.com",
            "a:b",
            "👨‍👩‍👧 toys",
            "1",
            ".5",
            "Ozon Россия",
            "T恤店",
            "アマゾンJP",
            "K팝 shop",
            "Ελλάδα",
            "❤\u{fe0f} shop",
        ] {
            assert_eq!(check_channel_name(name), Ok(()), "{name}");
            assert_eq!(mixed_word(name), None, "{name}");
        }
        assert!(check_channel_name(&"é".repeat(100)).is_ok());
    }

    #[test]
    fn what_a_shell_reads_otherwise_is_quoted() {
        for (name, word) in [
            ("shop.example.com", "shop.example.com"),
            ("東京", "東京"),
            ("my shop", "'my shop'"),
            ("$(rm -rf ~)", "'$(rm -rf ~)'"),
            ("Rick's", "'Rick'\\''s'"),
            ("", "''"),
            ("~", "'~'"),
        ] {
            assert_eq!(shell_word(name), word);
        }
        assert_eq!(mixed_word("P\u{430}ypal").as_deref(), Some("P\u{430}(U+0430)ypal"));
    }

    #[test]
    fn names_that_are_none() {
        let long = "x".repeat(100_000);
        for name in [
            "",
            " ",
            "\t",
            ".",
            "..",
            "....",
            " shop",
            "shop ",
            "shop\u{a0}",
            "a\nb",
            "a\rb",
            "a\0b",
            "a\u{1b}[2Jb",
            "a\u{7f}",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{202e}b",
            "\u{200f}a",
            "a\u{2067}b",
            "a\u{200b}b",
            "\u{feff}a",
            "a\u{ad}b",
            "\u{3164}",
            "a\u{e0041}",
            "c\u{34f}0",
            "c\u{fe0f}0",
            "c0\u{17b5}",
            "\u{ff21}pple",
            "\u{1d416}oo",
            "chn_01",
            "-x",
            "--help",
            "\u{430}mazon",
            "sh\u{3bf}p",
            "shop P\u{430}ris",
            &long,
        ] {
            let why = check_channel_name(name).expect_err(name).to_string();
            assert!(why.len() < 500 && !why.chars().any(is_unseen), "{why}");
        }
    }
}
