//! HTML that plainly is what it should be: read once, and not parsed.
//!
//! What most shops store is a few paragraphs and lists. Of such a text the parser's tree is the nesting that is written there, so the
//! cleaned text is the same text. Everything else is left to the parser: attributes, elements that close others, what is not closed,
//! characters that are written another way. The tests hold each answer against the parser's.
// See docs/decisions/0070-harmless-html.md

/// Nested deeper, it is the parser's.
const DEEPEST: usize = 16;

/// How an element behaves where the parser would do more than to open and close it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stands in a line. Nothing but others of its kind are inside.
    Inline,
    /// Closes a paragraph that is open, and may hold everything.
    Block,
    /// As a block, and closes another of its kind that is open.
    Heading,
    /// As a block; most blocks would close it.
    Paragraph,
    List,
    /// Closes another of its kind that is open, unless a list lies between them.
    Item,
}

/// Elements that stay as they are, in the sanitiser's list.
fn kind(name: &[u8]) -> Option<Kind> {
    Some(match name {
        b"b" | b"i" | b"u" | b"s" | b"em" | b"strong" | b"small" | b"code" | b"span" | b"sub" | b"sup" | b"mark"
        | b"abbr" | b"cite" | b"kbd" | b"samp" | b"var" | b"dfn" | b"q" => Kind::Inline,
        b"div" | b"blockquote" => Kind::Block,
        b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Kind::Heading,
        b"p" => Kind::Paragraph,
        b"ul" | b"ol" => Kind::List,
        b"li" => Kind::Item,
        _ => return None,
    })
}

/// The text as the sanitiser would return it. `None`: ask the sanitiser.
pub(super) fn cleaned(html: &str) -> Option<String> {
    let mut scan = Scan { html, open: [(Kind::Block, b""); DEEPEST], depth: 0, clean: String::new(), copied: 0 };
    let mut at = 0;
    while at < html.len() {
        at = scan.step(at)?;
    }
    (scan.depth == 0).then(|| scan.finish())
}

struct Scan<'a> {
    html: &'a str,
    open: [(Kind, &'a [u8]); DEEPEST],
    depth: usize,
    clean: String,
    /// So much of the text is in `clean`.
    copied: usize,
}

impl<'a> Scan<'a> {
    /// Over plain text up to what is not, and over that.
    fn step(&mut self, at: usize) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let at = at + bytes[at..].iter().position(|byte| SPECIAL[usize::from(*byte)]).unwrap_or(bytes.len() - at);
        let rest = &bytes[at..];
        match rest {
            [] => Some(at),
            [b'<', b'/', ..] => self.close(at),
            [b'<', ..] => self.open(at),
            // Those that the parser writes as they came. Others are characters to it.
            [b'&', ..] => {
                let known: [&[u8]; 4] = [b"&amp;", b"&lt;", b"&gt;", b"&nbsp;"];
                known.iter().find(|known| rest.starts_with(known)).map(|known| at + known.len())
            }
            // Control characters of two bytes, and the space that does not break: that is written as an entity.
            [0xc2, ..=0xa0, ..] => None,
            // A byte order mark is dropped at the beginning.
            [0xef, 0xbb, 0xbf, ..] => None,
            [0xc2 | 0xef, ..] => Some(at + 1),
            _ => None,
        }
    }

    fn close(&mut self, at: usize) -> Option<usize> {
        let (name, end) = self.name(at + 2)?;
        let (_, open) = self.open[..self.depth].last()?;
        if *open != name || self.html.as_bytes().get(end) != Some(&b'>') {
            return None;
        }
        self.depth -= 1;
        Some(end + 1)
    }

    fn open(&mut self, at: usize) -> Option<usize> {
        let (name, end) = self.name(at + 1)?;
        let rest = &self.html.as_bytes()[end..];
        if matches!(name, b"br" | b"hr") {
            let close = [&b">"[..], b"/>", b" />"].into_iter().find(|close| rest.starts_with(close))?;
            if name == b"hr" && !self.takes_blocks() {
                return None;
            }
            // Written without the slash.
            let whole = end + close.len();
            if close.len() > 1 {
                self.clean.push_str(&self.html[self.copied..end]);
                self.clean.push('>');
                self.copied = whole;
            }
            return Some(whole);
        }
        let kind = kind(name)?;
        let fits = match kind {
            // The parser closes and opens again what is opened twice, at places of its own.
            Kind::Inline => self.open[..self.depth].iter().all(|(_, open)| *open != name),
            Kind::Item => matches!(self.open[..self.depth].last(), Some((Kind::List, _))),
            Kind::Heading => self.takes_blocks() && !self.is_open(Kind::Heading),
            Kind::Block | Kind::Paragraph | Kind::List => self.takes_blocks(),
        };
        if !fits || rest.first() != Some(&b'>') || self.depth == DEEPEST {
            return None;
        }
        self.open[self.depth] = (kind, name);
        self.depth += 1;
        Some(end + 1)
    }

    fn is_open(&self, kind: Kind) -> bool {
        self.open[..self.depth].iter().any(|(open, _)| *open == kind)
    }

    /// Where nothing is open that a block closes, or that is taken apart around it.
    fn takes_blocks(&self) -> bool {
        !self.is_open(Kind::Paragraph) && !self.is_open(Kind::Inline) && !self.is_open(Kind::Heading)
    }

    /// The name that begins here, and where it ends.
    fn name(&self, at: usize) -> Option<(&'a [u8], usize)> {
        let rest = &self.html.as_bytes()[at..];
        let length = rest.iter().take(11).position(|byte| !matches!(byte, b'a'..=b'z' | b'1'..=b'6'))?;
        Some((&rest[..length], at + length))
    }

    fn finish(mut self) -> String {
        if self.copied == 0 {
            return self.html.to_owned();
        }
        self.clean.push_str(&self.html[self.copied..]);
        self.clean
    }
}

/// Bytes that are not plain text by themselves. Of the control characters only tab and line feed are: the parser reads a carriage return
/// as a line feed, and drops NUL.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = !matches!(byte as u8, b'\t' | b'\n');
        byte += 1;
    }
    special[0x7f] = true;
    special[b'<' as usize] = true;
    special[b'>' as usize] = true;
    special[b'&' as usize] = true;
    special[0xc2] = true;
    special[0xef] = true;
    special
};

#[cfg(test)]
mod tests;
