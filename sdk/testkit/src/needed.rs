//! Which parts of what an adapter asks for its recordings need.

use std::collections::BTreeSet;

use anyhow::Result;
use entrepot_policy::{BoundGrant, EgressRule, Grant, Method, PathPattern, parse_url};

use crate::kit::{Kit, Login};
use crate::replay::Replay;

/// A method or a path of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub rule: String,
    /// "the method POST", "the path /orders/**"
    pub what: String,
}

impl Part {
    fn method(rule: &EgressRule, method: Method) -> Self {
        Self { rule: rule.name.clone(), what: format!("the method {method}") }
    }

    fn path(rule: &EgressRule, path: &PathPattern) -> Self {
        Self { rule: rule.name.clone(), what: format!("the path {path}") }
    }
}

impl Kit {
    /// All parts of all rules, in their order.
    pub fn parts(&self) -> Vec<Part> {
        let of = |rule: &EgressRule| {
            let methods = rule.methods.iter().map(|method| Part::method(rule, *method));
            methods.chain(rule.paths.iter().map(|path| Part::path(rule, path))).collect::<Vec<_>>()
        };
        self.manifest.egress.iter().flat_map(of).collect()
    }

    /// The parts without which a request of this replay would have been denied, each rule taken alone.
    pub fn needed(&self, login: &Login, replay: &Replay) -> Result<BTreeSet<Part>> {
        let mut needed = BTreeSet::new();
        let asked = replay.asked();
        for rule in &self.manifest.egress {
            for method in &rule.methods {
                let alone = EgressRule { methods: vec![*method], ..rule.clone() };
                if self.allows_any(login, alone, &asked)? {
                    needed.insert(Part::method(rule, *method));
                }
            }
            for path in &rule.paths {
                let alone = EgressRule { paths: vec![path.clone()], ..rule.clone() };
                if self.allows_any(login, alone, &asked)? {
                    needed.insert(Part::path(rule, path));
                }
            }
        }
        Ok(needed)
    }

    /// By the very policy that decides in the host.
    fn allows_any(&self, login: &Login, rule: EgressRule, asked: &BTreeSet<(String, String, String)>) -> Result<bool> {
        let settings = self.manifest.check_settings(&login.settings).unwrap_or_default();
        let grant = Grant { rules: vec![rule], ..self.grant().clone() };
        let bound = BoundGrant::bind(&grant, &self.manifest, &settings)?;
        let allowed = |(operation, method, url): &(String, String, String)| {
            parse_url(url).is_ok_and(|url| bound.allow(operation, method, &url).is_ok())
        };
        Ok(asked.iter().any(allowed))
    }
}
