//! What Etsy takes of titles, texts, tags and materials.

use entrepot_guest::text::decode_entities;

/// Characters of a title.
pub(super) const MOST_TITLE: usize = 140;
/// Tags, and characters of one.
pub(super) const MOST_TAGS: usize = 13;
pub(super) const MOST_TAG: usize = 20;
/// Materials, and characters of one.
pub(super) const MOST_MATERIALS: usize = 13;
pub(super) const MOST_MATERIAL: usize = 45;
/// Characters that a title may hold once.
pub(super) const ONCE: [char; 4] = ['%', ':', '&', '+'];

/// HTML as plain text: a line for each block, an empty one between paragraphs, a dash for each entry of a list.
pub(super) fn plain(html: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(from) = rest.find('<') {
        push(&mut text, &rest[..from]);
        let tag = &rest[from + 1..];
        let begins = tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let Some(to) = tag.find('>').filter(|_| begins) else {
            // No tag begins here.
            push(&mut text, "<");
            rest = tag;
            continue;
        };
        let (tag, after) = (&tag[..to], &tag[to + 1..]);
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        rest = after;
        match name.as_str() {
            "script" | "style" if !tag.starts_with('/') => {
                let end = format!("</{name}");
                rest = after.to_ascii_lowercase().find(&end).map_or("", |at| &after[at..]);
            }
            "br" => text.push('\n'),
            "li" if !tag.starts_with('/') => text.push_str("\n- "),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" | "blockquote" => {
                text.push_str("\n\n")
            }
            "div" | "tr" | "section" => text.push('\n'),
            "td" | "th" => text.push(' '),
            _ => {}
        }
    }
    push(&mut text, rest);
    finished(&text)
}

/// Line ends of the source are spaces.
fn push(text: &mut String, words: &str) {
    for c in decode_entities(words).chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !text.ends_with([' ', '\n']) {
            text.push(c);
        }
    }
}

/// Without spaces at the ends of lines, and with one empty line at the most.
fn finished(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// What Etsy's own words of it allow: letters, digits, punctuation, mathematical signs, spaces, ™, © and ®. What is not known to be one of
/// these counts as none.
pub(super) fn fits_title(c: char) -> bool {
    match c {
        '™' | '©' | '®' => true,
        '$' | '^' | '`' => false,
        c if c.is_ascii() => !c.is_ascii_control(),
        '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '¬' | '±' | '×' | '÷' => true,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{2200}'..='\u{22ff}' | '\u{2190}'..='\u{2194}' => true,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}' => true,
        c => is_letter(c) || is_digit(c) || is_space(c),
    }
}

pub(super) fn fits_tag(c: char) -> bool {
    matches!(c, '-' | '\'' | '™' | '©' | '®') || fits_material(c)
}

pub(super) fn fits_material(c: char) -> bool {
    is_letter(c) || is_digit(c) || is_space(c)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

/// Decimal digits: neither fractions nor raised ones.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{966}'..='\u{96f}' | '\u{ff10}'..='\u{ff19}')
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Those that Etsy takes, each once, as many as it takes.
pub(super) fn words(all: &[String], most: usize, characters: usize, fits: fn(char) -> bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in all.iter().map(|word| word.trim()) {
        let good = !word.is_empty() && word.chars().count() <= characters && word.chars().all(fits);
        let known = kept.iter().any(|other| other.to_lowercase() == word.to_lowercase());
        if good && !known && kept.len() < most {
            kept.push(word.to_owned());
        }
    }
    kept
}

pub(super) fn tags(all: &[String]) -> Vec<String> {
    words(all, MOST_TAGS, MOST_TAG, fits_tag)
}

pub(super) fn materials(all: &[String]) -> Vec<String> {
    words(all, MOST_MATERIALS, MOST_MATERIAL, fits_material)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines() {
        let html = "<h2>Tea &amp; mug</h2>\n<p>A <b>fine</b>\n mug.<br>Two lines.</p><ul><li>blue</li><li>red</li></ul><script>x()</script><p>1 &lt; 2</p>";
        assert_eq!(plain(html), "Tea & mug\n\nA fine mug.\nTwo lines.\n\n- blue\n- red\n\n1 < 2");
        assert_eq!(plain("<p>a < b</p> <3"), "a < b\n\n<3");
        assert_eq!(plain("<p></p>"), "");
    }

    #[test]
    fn titles_hold_what_etsy_says() {
        for good in ["Größe 10 – “fine” ×2 (™)", "日本 茶", "50% & more: +1"] {
            assert!(good.chars().all(fits_title), "{good}");
        }
        for bad in ['$', '€', '°', '½', '²', '★', '😀', '\n', '^'] {
            assert!(!fits_title(bad), "{bad}");
        }
    }

    #[test]
    fn tags_that_do_not_fit_are_left_out() {
        let all: Vec<String> =
            ["hand made", "Hand Made", "100% wool", "a tag of twenty-one ch", "o'clock"].map(str::to_owned).into();
        assert_eq!(tags(&all), ["hand made", "o'clock"]);
        let many: Vec<String> = (0..20).map(|n| format!("tag {n}")).collect();
        assert_eq!(tags(&many).len(), MOST_TAGS);
    }
}
