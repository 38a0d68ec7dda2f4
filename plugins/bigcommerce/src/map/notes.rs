//! What is said about a product while it is mapped.

use entrepot_guest::prelude::*;
use entrepot_guest::time;

use entrepot_guest::lenient::Raw;

/// Where in the product something is: a prefix for JSON pointers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Product,
    Variant(usize),
}

impl Place {
    fn path(self, field: &str) -> String {
        match self {
            Self::Product => format!("/product/{field}"),
            Self::Variant(at) => format!("/product/variants/{at}/{field}"),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The product cannot be imported like this.
    pub(super) fatal: Vec<Issue>,
    /// It is imported all the same.
    pub(super) warnings: Vec<Issue>,
}

impl Notes {
    pub(super) fn fatal(&mut self, place: Place, field: &str, code: &str, message: impl Into<String>) {
        self.fatal.push(issue(place.path(field), code, message));
    }

    pub(super) fn warn(&mut self, place: Place, field: &str, code: &str, message: impl Into<String>) {
        self.warnings.push(issue(place.path(field), code, message));
    }

    pub(super) fn instant(&mut self, raw: Raw<'_>, field: &str) -> Option<i64> {
        let text = raw.word()?;
        let instant = time::parse(&text);
        if instant.is_none() {
            self.warn(Place::Product, field, "date-invalid", format!("{:?} is no date.", short(&text)));
        }
        instant
    }
}

/// A value that is quoted in a message.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(40).chain(['…']).collect() }
}
