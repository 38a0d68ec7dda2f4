//! A status is a word and a mark: colour alone says nothing.

use askama::Template;
use askama::filters::HtmlSafe;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// As it should be.
    Good,
    /// Under way.
    Busy,
    /// It goes on by itself, later.
    Waiting,
    /// Somebody has to do something.
    Act,
    /// Over, or switched off.
    Over,
}

impl Mark {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Waiting => "waiting",
            Self::Act => "act",
            Self::Over => "over",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Busy => "↻",
            Self::Waiting => "…",
            Self::Act => "!",
            Self::Over => "–",
        }
    }
}

#[derive(Template, Clone, Debug)]
#[template(
    source = r#"<span class="status {{ mark.class() }}"><span class="mark" aria-hidden="true">{{ mark.sign() }}</span>{{ word }}</span>"#,
    ext = "html"
)]
pub(crate) struct Status {
    pub(crate) mark: Mark,
    pub(crate) word: String,
}

impl HtmlSafe for Status {}

impl Status {
    pub(crate) fn new(mark: Mark, word: impl Into<String>) -> Self {
        Self { mark, word: word.into() }
    }
}
