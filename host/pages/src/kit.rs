//! What pages are made of: times, statuses, numbers, addresses. Each shows itself as finished HTML.

mod address;
mod moment;
mod number;
mod status;

pub(crate) use address::{address, segment};
pub(crate) use moment::{Hour, Moment, duration};
pub(crate) use number::{count, grouped, money};
pub(crate) use status::{Mark, Status};

/// One of the numbers at the top of a page: a way to the list that it counts.
pub(crate) struct Figure {
    pub(crate) number: String,
    pub(crate) label: &'static str,
    pub(crate) href: String,
    /// Somebody has to do something.
    pub(crate) urgent: bool,
}

/// A way to other items of the same list. `None`: there are none.
pub(crate) struct Pager {
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
}

impl Pager {
    /// `after`: where this page begins; `next`: where the next one does; `at`: the list's address from there.
    pub(crate) fn new(after: &str, next: Option<&str>, at: impl Fn(&str) -> String) -> Self {
        Self { first: (!after.is_empty()).then(|| at("")), next: next.map(at) }
    }
}

/// One of the choices of a filter.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Choice {
    /// All of them, the first for no choice.
    pub(crate) fn all<V: Into<String>, L: Into<String>>(
        none: &str,
        chosen: &str,
        choices: impl IntoIterator<Item = (V, L)>,
    ) -> Vec<Self> {
        let none = Self { value: String::new(), label: none.to_owned(), chosen: chosen.is_empty() };
        std::iter::once(none).chain(Self::one_of(chosen, choices)).collect()
    }

    /// One of them is always chosen: the first, where none is.
    pub(crate) fn one_of<V: Into<String>, L: Into<String>>(
        chosen: &str,
        choices: impl IntoIterator<Item = (V, L)>,
    ) -> Vec<Self> {
        let choice = |(value, label): (V, L)| {
            let value = value.into();
            Self { chosen: value == chosen, label: label.into(), value }
        };
        choices.into_iter().map(choice).collect()
    }
}
