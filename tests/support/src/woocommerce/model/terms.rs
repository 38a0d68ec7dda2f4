//! The vocabulary that products are sorted by.

use std::collections::BTreeMap;

use super::{Text, slug};

/// A category, tag, brand, shipping class, or a term of a global attribute.
#[derive(Clone, Debug)]
pub struct Term {
    pub id: u64,
    pub name: Text,
    pub slug: Text,
    pub parent: u64,
    pub count: i64,
}

impl Term {
    #[must_use]
    pub fn new(id: u64, name: &str, parent: u64) -> Self {
        Self { id, name: name.into(), slug: slug(name).into(), parent, count: 0 }
    }
}

/// A global attribute and its terms.
#[derive(Clone, Debug)]
pub struct GlobalAttribute {
    pub id: u64,
    pub name: Text,
    /// Starts with `pa_`.
    pub slug: Text,
    pub terms: Vec<Term>,
}

/// The shop's vocabulary.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub categories: BTreeMap<u64, Term>,
    pub tags: BTreeMap<u64, Term>,
    pub brands: BTreeMap<u64, Term>,
    pub shipping_classes: BTreeMap<u64, Term>,
    pub attributes: BTreeMap<u64, GlobalAttribute>,
}
