//! Somebody at a terminal, who reads what commands print.

use crate::{App, Entrepot};

pub struct Operator(pub Entrepot);

impl Operator {
    pub fn of(app: &App) -> Self {
        Self(Entrepot::new(app.environment.clone()))
    }

    /// What the command prints, and what it complains of.
    pub fn reads(&self, words: &[&str]) -> (i32, String) {
        let output = self.0.run(words);
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
    }

    pub fn does(&self, words: &[&str]) -> String {
        let (code, said) = self.reads(words);
        assert_eq!(code, 0, "{words:?}: {said}");
        said
    }

    /// Refused, with this advice.
    pub fn hears(&self, words: &[&str], advice: &str) -> String {
        let (code, said) = self.reads(words);
        assert!(code != 0 && said.contains(advice), "{words:?}: {advice}: {said}");
        said
    }
}
