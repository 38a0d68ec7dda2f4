//! Option axes, made of what each variant says of itself.

use crate::prelude::model::OptionAxis;

/// One variant's word for one axis.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// What the marketplace knows the axis by: an id, or its name where there is none. Two axes may have one name.
    pub axis: &'a str,
    pub name: &'a str,
    /// Empty: none.
    pub value: &'a str,
}

/// Axes in the order in which variants name them, with each value once. Every variant of a product has one value for each axis.
///
/// ```
/// use entrepot_guest::options::{Axes, Choice};
///
/// let (size, colour) = (Choice { axis: "7", name: "Size", value: "M" }, Choice { axis: "9", name: "Colour", value: "Red" });
/// let variants = [vec![size], vec![size, colour]];
/// let mut axes = Axes::default();
/// variants.iter().for_each(|choices| axes.add(choices.iter().copied()));
/// assert_eq!(axes.values(&variants[0]), ["M", ""]);
/// assert_eq!(axes.values(&variants[1]), ["M", "Red"]);
/// assert_eq!(axes.finish().len(), 2);
/// ```
#[derive(Default)]
pub struct Axes(Vec<(String, OptionAxis)>);

impl Axes {
    /// Takes note of one variant's choices. A second axis of the same name gets a number: options are told apart by their names.
    pub fn add<'a>(&mut self, choices: impl IntoIterator<Item = Choice<'a>>) {
        for Choice { axis, name, value } in choices {
            let at = self.0.iter().position(|(known, _)| known == axis).unwrap_or_else(|| {
                self.0.push((axis.to_owned(), OptionAxis { name: self.free(name), values: Vec::new() }));
                self.0.len() - 1
            });
            let values = &mut self.0[at].1.values;
            if !value.is_empty() && !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
        }
    }

    fn free(&self, name: &str) -> String {
        let taken = |name: &str| self.0.iter().any(|(_, axis)| axis.name == name);
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// One value for each axis, "" where the variant names none. After all variants were added.
    pub fn values(&self, choices: &[Choice<'_>]) -> Vec<String> {
        let value = |axis: &str| choices.iter().find(|choice| choice.axis == axis).map_or("", |choice| choice.value);
        self.0.iter().map(|(axis, _)| value(axis).to_owned()).collect()
    }

    pub fn finish(self) -> Vec<OptionAxis> {
        self.0.into_iter().map(|(_, axis)| axis).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_axes_may_have_one_name() {
        let mut axes = Axes::default();
        let choice = |axis, value| Choice { axis, name: "Custom", value };
        axes.add([choice("1", "a"), choice("2", "b")]);
        axes.add([choice("2", "c"), choice("1", "a")]);
        assert_eq!(axes.values(&[choice("2", "c")]), ["", "c"]);
        let finished = axes.finish();
        let names: Vec<_> = finished.iter().map(|axis| (axis.name.as_str(), axis.values.len())).collect();
        assert_eq!(names, [("Custom", 1), ("Custom (2)", 2)]);
    }
}
