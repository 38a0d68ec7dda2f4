//! What requests may say besides where they go: query parameters and headers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Atom, Difference};
use crate::EgressRule;

/// By all rules that allow the same.
#[derive(Default)]
pub(super) struct Besides {
    /// A rule lets any parameter through.
    any: bool,
    parameters: BTreeSet<String>,
    headers: BTreeSet<String>,
}

impl Besides {
    pub(super) fn add(&mut self, rule: &EgressRule) {
        self.any |= rule.query.is_none();
        self.parameters.extend(rule.query.iter().flatten().map(ToString::to_string));
        self.headers.extend(rule.headers.iter().map(ToString::to_string));
    }

    /// In addition to `known`. Any parameter does not include one that leads elsewhere.
    fn beyond(&self, known: &Self, what: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if self.any && !known.any {
            lines.push(format!("any query parameter in {what}"));
        }
        let new = |name: &&String| !known.any || name.contains('=');
        let parameters = self.parameters.difference(&known.parameters).filter(new);
        lines.extend(parameters.map(|name| format!("the query parameter {name} in {what}")));
        lines.extend(self.headers.difference(&known.headers).map(|name| format!("the header {name} in {what}")));
        lines
    }
}

type Atoms<'a> = BTreeMap<Atom<'a>, Besides>;

/// A place that is new is said to be so already, and what else requests may say there is in the words of its rule.
pub(super) fn compare(before: &Atoms<'_>, after: &Atoms<'_>, difference: &mut Difference) {
    let (mut more, mut less) = (BTreeSet::new(), BTreeSet::new());
    for (atom, new) in after {
        let Some(old) = before.get(atom) else { continue };
        more.extend(new.beyond(old, &atom.0));
        less.extend(old.beyond(new, &atom.0));
    }
    difference.wider.extend(more.into_iter().map(|line| format!("may set {line}")));
    difference.narrower.extend(less.into_iter().map(|line| format!("may no longer set {line}")));
}
