//! What is wrong with a manifest, and where in it.

/// A part of the way to a key.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

pub(crate) struct Fault {
    pub(crate) path: Vec<Step>,
    pub(crate) problem: String,
}

impl Fault {
    pub(super) fn new(path: &[&dyn ToStep], problem: impl Into<String>) -> Self {
        Self { path: path.iter().map(|step| step.to_step()).collect(), problem: problem.into() }
    }

    pub(crate) fn key(&self) -> String {
        let mut key = String::new();
        for step in &self.path {
            match step {
                Step::Key(name) if key.is_empty() => key.push_str(name),
                Step::Key(name) => key.push_str(&format!(".{name}")),
                Step::Index(index) => key.push_str(&format!("[{index}]")),
            }
        }
        key
    }
}

pub(super) trait ToStep {
    fn to_step(&self) -> Step;
}

impl ToStep for &str {
    fn to_step(&self) -> Step {
        Step::Key((*self).to_owned())
    }
}

impl ToStep for String {
    fn to_step(&self) -> Step {
        Step::Key(self.clone())
    }
}

impl ToStep for usize {
    fn to_step(&self) -> Step {
        Step::Index(*self)
    }
}
