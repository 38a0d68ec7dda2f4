//! The sandbox's own conversion, compiled over the adapter's native types: the baseline shall do the same work.

#[path = "../../host/sandbox/src/convert/model.rs"]
pub(crate) mod model;

pub(crate) mod error {
    use entrepot_domain::catalog::Issue;

    use crate::bindings::types;

    pub(crate) fn issues(issues: Vec<types::Issue>) -> Vec<Issue> {
        let issue = |types::Issue { path, code, message }| Issue { path, code, message };
        issues.into_iter().map(issue).collect()
    }
}
