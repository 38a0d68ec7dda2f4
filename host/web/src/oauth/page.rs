//! The page itself: a title and some sentences.

use entrepot_channels::AccountReport;
use entrepot_domain::names::shown;

pub(super) struct Page {
    title: String,
    sentences: Vec<String>,
}

const CLOSE: &str = "You can close this window.";

impl Page {
    fn new(title: impl Into<String>, sentences: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { title: title.into(), sentences: sentences.into_iter().map(Into::into).collect() }
    }

    pub(super) fn connected(name: &str, account: &AccountReport) -> Self {
        let what = format!("The account {} is connected as the channel {name}. It works.", account.name);
        let warnings = account.warnings.iter().map(|warning| format!("Please note: {warning}"));
        Self::new("Connected", std::iter::once(what).chain(warnings).chain([CLOSE.to_owned()]))
    }

    pub(super) fn failed(name: &str, why: &str) -> Self {
        let what = format!("The channel {name} was not connected, and nothing was saved.");
        let why = format!("The reason: {}.", why.trim_end_matches('.'));
        Self::new("Not connected", [what, why, CLOSE.to_owned()])
    }

    pub(super) fn unexpected() -> Self {
        let why = "This way back was used already, took longer than ten minutes, or did not begin here.";
        let next = "If the account is not connected yet, begin again where you came from: the address to start with is made anew each \
                    time.";
        Self::new("Nothing to connect", [why, next])
    }

    pub(super) fn unverified() -> Self {
        let why =
            "What this address says was not signed by the marketplace, or was signed too long ago. It was not used.";
        let next = "Go back and agree once more. If this comes again, the client secret of your app is another one than was given \
                    here, or a clock is wrong.";
        Self::new("Not verified", [why, next])
    }

    pub(super) fn busy(wait: u32) -> Self {
        let next = format!("Load this page again in {wait} seconds.");
        Self::new("Too many requests", ["Too much was asked from your address.".to_owned(), next])
    }

    pub(super) fn broken() -> Self {
        let next = "Load this page again in a moment. If it says that there is nothing to connect, begin again where you came from.";
        Self::new("Not possible at the moment", ["Something failed inside the host; its log says what.", next])
    }

    pub(super) fn html(&self) -> String {
        let title = escaped(&self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title} - Entrepot</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        );
        for sentence in &self.sentences {
            html.push_str(&format!("<p>{}</p>\n", escaped(sentence)));
        }
        html.push_str("</main>\n</body>\n</html>\n");
        html
    }
}

/// Names and reasons come from marketplaces and adapters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if shown(c) != c => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_stay_words() {
        let page = Page::failed("<b>shop</b>", "\"it\" said <script>alert('1')</script> & more\u{1b}[2J").html();
        assert!(
            page.contains("&lt;b&gt;shop&lt;/b&gt;") && page.contains("&quot;it&quot; said &lt;script&gt;"),
            "{page}"
        );
        assert!(page.contains("&#39;1&#39;") && page.contains("&amp; more [2J") && !page.contains('\u{1b}'), "{page}");
        assert_eq!(page.matches('<').count(), page.matches('>').count());
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    }
}
