//! Errors in words.

use std::error::Error;

/// An error with its causes, without those that it has said already: some errors name their cause, and have it as well.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = next.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Said(&'static str, Option<Box<Said>>);

    impl fmt::Display for Said {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Said {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn a_cause_is_said_once() {
        let chain = |words: &[&'static str]| {
            let chain = words.iter().rev().fold(None, |cause, &word| Some(Box::new(Said(word, cause))));
            with_causes(&*chain.unwrap())
        };
        assert_eq!(
            chain(&["no key", "not written: the disk is full", "the disk is full"]),
            "no key: not written: the disk is full"
        );
        assert_eq!(chain(&["no key", "the disk is full"]), "no key: the disk is full");
        assert_eq!(chain(&["no key"]), "no key");
    }
}
