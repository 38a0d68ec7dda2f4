//! A guest's errors, and what it finds wrong with an item.

use entrepot_domain::catalog::Issue;
use entrepot_domain::catalog::limits::few;

use super::text::{one_line, one_line_up_to};
use crate::bindings::types;
use crate::error::AdapterError;

/// Characters of where an issue is.
const MAX_PATH_LEN: usize = 300;
/// Characters of an issue's code.
const MAX_CODE_LEN: usize = 100;

pub(crate) fn error(error: types::Error) -> AdapterError {
    match error {
        types::Error::RateLimited(wait) => AdapterError::RateLimited(wait),
        types::Error::Unauthorized(why) => AdapterError::Unauthorized(one_line(why)),
        types::Error::Denied(why) => AdapterError::Denied(one_line(why)),
        types::Error::Unavailable(why) => AdapterError::Unavailable(one_line(why)),
        types::Error::NotFound => AdapterError::NotFound,
        types::Error::Invalid(found) => AdapterError::Invalid(issues(found)),
        types::Error::Unsupported(why) => AdapterError::Unsupported(one_line(why)),
        types::Error::Other(why) => AdapterError::Other(one_line(why)),
    }
}

pub(crate) fn issue(issue: types::Issue) -> Issue {
    let types::Issue { path, code, message } = issue;
    Issue {
        path: one_line_up_to(path, MAX_PATH_LEN),
        code: one_line_up_to(code, MAX_CODE_LEN),
        message: one_line(message),
    }
}

/// Many of them, from an adapter that may hand over as many as an answer holds.
pub(crate) fn issues(issues: Vec<types::Issue>) -> Vec<Issue> {
    few(issues.into_iter().map(issue).collect())
}

#[cfg(test)]
mod tests {
    use super::super::text::MAX_TEXT_LEN;
    use super::*;

    #[test]
    fn what_a_guest_says_can_be_shown() {
        let said = error(types::Error::Other(format!("a\0b\u{1b}[31m\r\nok{}", "x".repeat(1 << 20))));
        let AdapterError::Other(text) = said else { panic!("{said:?}") };
        assert_eq!(text.chars().count(), MAX_TEXT_LEN);
        assert!(text.starts_with("a\u{fffd}b\u{fffd}[31m  ok"), "{}", text.chars().take(20).collect::<String>());
    }

    #[test]
    fn a_hundred_thousand_issues_are_fifty_and_a_number() {
        let one = types::Issue { path: "/x".repeat(10_000), code: "c".repeat(10_000), message: "m".to_owned() };
        let issues = issues(vec![one; 100_000]);
        assert_eq!((issues.len(), issues.last().map(|last| last.code.as_str())), (51, Some("more-issues")));
        assert!(issues.last().is_some_and(|last| last.message.contains("99950")));
        assert!(issues.iter().all(|issue| issue.path.len() <= MAX_PATH_LEN && issue.code.len() <= MAX_CODE_LEN));
    }
}
