//! What one set of permissions has more, or less, than another: what an upgrade is judged by.
// See docs/decisions/0014-comparing-permissions.md

mod beside;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    AskedFor, Connect, Credential, DecidingSetting, EgressRule, Grant, KeyRule, Limits, Manifest, OAuth, Operation,
    RateLimit,
};
use beside::{Besides, compare};

/// What a manifest asks for or a grant allows.
#[derive(Clone, Debug)]
pub struct Permissions<'a> {
    pub world: &'a str,
    pub name: &'a str,
    pub rules: &'a [EgressRule],
    pub settings: Cow<'a, BTreeMap<String, DecidingSetting>>,
    pub asked: Cow<'a, BTreeMap<String, AskedFor>>,
    pub credentials: &'a BTreeMap<String, Credential>,
    pub keys: &'a BTreeMap<String, KeyRule>,
    pub oauth: Option<&'a OAuth>,
    pub connect: Option<&'a Connect>,
    pub rate_limit: RateLimit,
    pub limits: Limits,
}

/// In plain words, one line each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What is allowed in addition. Needs approval.
    pub wider: Vec<String>,
    /// What is no longer allowed.
    pub narrower: Vec<String>,
}

impl Manifest {
    pub fn permissions(&self) -> Permissions<'_> {
        Permissions {
            world: &self.world,
            name: &self.name,
            rules: &self.egress,
            settings: Cow::Owned(self.deciding_settings()),
            asked: Cow::Owned(self.asked()),
            credentials: &self.credentials,
            keys: &self.keys,
            oauth: self.oauth.as_ref(),
            connect: self.connect.as_ref(),
            rate_limit: self.rate_limit,
            limits: self.limits,
        }
    }
}

impl Grant {
    pub fn permissions(&self) -> Permissions<'_> {
        Permissions {
            world: &self.world,
            name: &self.name,
            rules: &self.rules,
            settings: Cow::Borrowed(&self.settings),
            asked: Cow::Borrowed(&self.asked),
            credentials: &self.credentials,
            keys: &self.keys,
            oauth: self.oauth.as_ref(),
            connect: self.connect.as_ref(),
            rate_limit: self.rate_limit,
            limits: self.limits,
        }
    }
}

/// The smallest thing that can be allowed: a method to a path, with a credential or without, during one operation.
pub(super) type Atom<'a> = (String, Option<&'a str>, Operation);

impl Difference {
    /// From `old` to `new`. Patterns are compared as they are written: another pattern counts as wider even where it
    /// happens to match less, because that is for a person to see.
    pub fn between(old: &Permissions<'_>, new: &Permissions<'_>) -> Self {
        let mut difference = Self::default();
        if old.world != new.world {
            difference.wider.push(format!("it is built for {} instead of {}", new.world, old.world));
        }
        // Neither is more or less than the other, and a person has to see it.
        if old.name != new.name {
            let known =
                if old.name.is_empty() { "what it was called before".to_owned() } else { format!("{:?}", old.name) };
            difference.wider.push(format!("it calls itself {:?} instead of {known}", new.name));
        }
        let (before, after) = (atoms(old), atoms(new));
        difference.wider.extend(lines("may send", after.keys().filter(|atom| !before.contains_key(*atom))));
        difference
            .narrower
            .extend(lines("may no longer send", before.keys().filter(|atom| !after.contains_key(*atom))));
        compare(&before, &after, &mut difference);
        let (before, after) = (redirects(old), redirects(new));
        for (place, most) in &after {
            let known = before.get(place).copied().unwrap_or(0);
            let line = format!("up to {most} redirects of {place} are followed instead of {known}");
            match known.cmp(most) {
                std::cmp::Ordering::Less => difference.wider.push(line),
                std::cmp::Ordering::Greater => difference.narrower.push(line),
                std::cmp::Ordering::Equal => {}
            }
        }
        for (name, credential) in new.credentials {
            match old.credentials.get(name) {
                Some(known) if known == credential => {}
                Some(known) => difference.wider.push(format!(
                    "the credential {name} is {} instead of {}",
                    credential.in_words(),
                    known.in_words()
                )),
                None => difference.wider.push(format!("a credential {name}: {}", credential.in_words())),
            }
        }
        for name in old.credentials.keys().filter(|name| !new.credentials.contains_key(*name)) {
            difference.narrower.push(format!("no credential {name}"));
        }
        difference.settings(old, new);
        difference.asked(&old.asked, &new.asked);
        difference.keys(old, new);
        difference.limits(old, new);
        difference
    }

    /// Whatever is merely different is for a person to see.
    fn asked(&mut self, old: &BTreeMap<String, AskedFor>, new: &BTreeMap<String, AskedFor>) {
        for (name, field) in new.iter().filter(|(name, field)| old.get(*name) != Some(*field)) {
            self.wider.push(match old.get(name) {
                Some(known) => {
                    format!("sellers are asked for {name} as {} instead of {}", field.facts(), known.facts())
                }
                None => field.in_words(name),
            });
        }
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            self.narrower.push(format!("sellers are no longer asked for {name}"));
        }
    }

    pub fn is_wider(&self) -> bool {
        !self.wider.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.wider.is_empty() && self.narrower.is_empty()
    }

    fn settings(&mut self, old: &Permissions<'_>, new: &Permissions<'_>) {
        for (name, setting) in new.settings.iter() {
            match old.settings.get(name) {
                Some(known) if known == setting => {}
                Some(known) => {
                    let line = format!("the setting {name}: {} instead of {}", setting.facts(), known.facts());
                    if setting.is_within(known) { self.narrower.push(line) } else { self.wider.push(line) }
                }
                None => self.wider.push(setting.in_words(name)),
            }
        }
        for name in old.settings.keys().filter(|name| !new.settings.contains_key(*name)) {
            self.narrower.push(format!("the setting {name} no longer decides where requests go"));
        }
    }

    fn keys(&mut self, old: &Permissions<'_>, new: &Permissions<'_>) {
        for (slot, key) in new.keys.iter().filter(|(slot, key)| old.keys.get(*slot) != Some(*key)) {
            self.wider.push(key.in_words(slot));
        }
        for slot in old.keys.keys().filter(|slot| !new.keys.contains_key(*slot)) {
            self.narrower.push(format!("no key {slot}"));
        }
        match (old.oauth, new.oauth) {
            (before, Some(after)) if before != Some(after) => self.wider.push(after.in_words()),
            (Some(_), None) => self.narrower.push("no access tokens are got by the host".to_owned()),
            _ => {}
        }
        match (old.connect, new.connect) {
            (before, Some(after)) if before != Some(after) => self.wider.push(after.in_words()),
            (Some(_), None) => self.narrower.push("no keys are posted by shops".to_owned()),
            _ => {}
        }
    }

    fn limits(&mut self, old: &Permissions<'_>, new: &Permissions<'_>) {
        let (before, after) = (old.limits.or_defaults(), new.limits.or_defaults());
        macro_rules! limit {
            ($field:ident, $name:literal) => {
                if let (Some(before), Some(after)) = (before.$field, after.$field) {
                    let line = format!(concat!($name, " {} instead of {}"), after, before);
                    match after.cmp(&before) {
                        std::cmp::Ordering::Greater => self.wider.push(line),
                        std::cmp::Ordering::Less => self.narrower.push(line),
                        std::cmp::Ordering::Equal => {}
                    }
                }
            };
        }
        limit!(memory, "memory of a call:");
        limit!(wall_clock, "time of a call:");
        limit!(cpu, "computing time of a call:");
        limit!(outbound_calls, "requests of a unit of work:");
        limit!(result, "size of an answer:");
        limit!(log, "size of the log of a call:");
        limit!(files, "size of the files of a run:");
        let (before, after) = (old.rate_limit, new.rate_limit);
        if before != after {
            let line = format!(
                "{} requests per second, {} at once, instead of {} and {}",
                after.requests_per_second, after.concurrency, before.requests_per_second, before.concurrency
            );
            let less =
                after.requests_per_second <= before.requests_per_second && after.concurrency <= before.concurrency;
            if less { self.narrower.push(line) } else { self.wider.push(line) }
        }
    }
}

fn place(rule: &EgressRule, path: &super::PathPattern) -> String {
    format!("{}{}", rule.origin, path)
}

fn atoms<'a>(permissions: &Permissions<'a>) -> BTreeMap<Atom<'a>, Besides> {
    let mut atoms: BTreeMap<_, Besides> = BTreeMap::new();
    for rule in permissions.rules {
        let named = rule.credentials.iter().map(|name| Some(name.as_str()));
        let credentials: Vec<_> = if rule.credentials.is_empty() { vec![None] } else { named.collect() };
        for path in &rule.paths {
            for method in &rule.methods {
                for credential in &credentials {
                    let what = format!("{method} to {}", place(rule, path));
                    for operation in &rule.operations {
                        atoms.entry((what.clone(), *credential, *operation)).or_default().add(rule);
                    }
                }
            }
        }
    }
    atoms
}

fn redirects(permissions: &Permissions<'_>) -> BTreeMap<String, u8> {
    let mut most = BTreeMap::new();
    for rule in permissions.rules {
        for path in &rule.paths {
            let known = most.entry(place(rule, path)).or_insert(0);
            *known = rule.redirects.max(*known);
        }
    }
    most
}

/// Atoms that differ in operation or credential only share a line.
fn lines<'a, 'b: 'a>(verb: &str, atoms: impl Iterator<Item = &'a Atom<'b>>) -> Vec<String> {
    type Sides<'a> = (BTreeSet<&'a str>, BTreeSet<&'static str>);
    let mut by_place: BTreeMap<&str, Sides<'_>> = BTreeMap::new();
    for (what, credential, operation) in atoms {
        let (credentials, operations) = by_place.entry(what).or_default();
        credentials.insert(credential.unwrap_or("no credential"));
        operations.insert(operation.as_str());
    }
    by_place
        .into_iter()
        .map(|(what, (credentials, operations))| {
            let join = |set: BTreeSet<&str>, word: &str| set.into_iter().collect::<Vec<_>>().join(word);
            format!("{verb} {what} with {} during {}", join(credentials, " or "), join(operations, ", "))
        })
        .collect()
}
