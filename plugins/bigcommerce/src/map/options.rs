//! Options: what tells a product's variants apart. Modifiers are none: they make no variants.

use entrepot_guest::prelude::model::OptionAxis;

use super::notes::{Notes, Place, short};
use entrepot_guest::lenient::{Fields, Raw};

#[derive(Debug)]
pub(super) struct Axis {
    id: Option<u64>,
    name: String,
    values: Vec<String>,
}

/// The product's options in the store's order; variants add what the list of options lacks.
pub(super) fn axes(options: Raw<'_>) -> Vec<Axis> {
    sorted(options.records())
        .iter()
        .map(|option| Axis {
            id: option.get("id").id(),
            name: ["display_name", "name"].iter().find_map(|name| option.get(name).owned()).unwrap_or_default(),
            values: labels(option.get("option_values")),
        })
        .collect()
}

/// By `sort_order`, those of one rank as they came.
pub(super) fn sorted(mut records: Vec<Fields<'_>>) -> Vec<Fields<'_>> {
    records.sort_by_key(|record| record.get("sort_order").whole().unwrap_or(0));
    records
}

fn labels(values: Raw<'_>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in sorted(values.records()).iter().filter_map(|value| value.get("label").owned()) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// Adds the axes and values that only variants know. Called for each variant before any is asked for its values.
pub(super) fn learn(axes: &mut Vec<Axis>, variant: &Fields<'_>) {
    for value in variant.get("option_values").records() {
        let (id, name) = (value.get("option_id").id(), value.get("option_display_name").owned());
        let at = match position(axes, id, name.as_deref()) {
            Some(at) => at,
            None if id.is_none() && name.is_none() => continue,
            None => {
                axes.push(Axis { id, name: name.unwrap_or_default(), values: Vec::new() });
                axes.len() - 1
            }
        };
        if let Some(label) = value.get("label").owned()
            && !axes[at].values.contains(&label)
        {
            axes[at].values.push(label);
        }
    }
}

/// One value per axis, "" where the variant has none.
pub(super) fn chosen(axes: &[Axis], variant: &Fields<'_>, place: Place, notes: &mut Notes) -> Vec<String> {
    let mut chosen = vec![String::new(); axes.len()];
    for value in variant.get("option_values").records() {
        let label = value.get("label").owned().unwrap_or_default();
        let name = value.get("option_display_name").owned();
        match position(axes, value.get("option_id").id(), name.as_deref()) {
            Some(at) => chosen[at] = label,
            None => {
                let message =
                    format!("The value {:?} belongs to no option of the product and was left out.", short(&label));
                notes.warn(place, "option_values", "option-unknown", message);
            }
        }
    }
    chosen
}

fn position(axes: &[Axis], id: Option<u64>, name: Option<&str>) -> Option<usize> {
    let by_id = id.and_then(|id| axes.iter().position(|axis| axis.id == Some(id)));
    // Two options may have one name; only where an id is missing on either side does the name decide.
    by_id.or_else(|| {
        axes.iter().position(|axis| (axis.id.is_none() || id.is_none()) && name == Some(axis.name.as_str()))
    })
}

/// A name for those that came without one: a variant's values need theirs.
pub(super) fn finish(axes: Vec<Axis>) -> Vec<OptionAxis> {
    let name = |at: usize, name: String| if name.is_empty() { format!("Option {}", at + 1) } else { name };
    let axes = axes.into_iter().enumerate();
    axes.map(|(at, axis)| OptionAxis { name: name(at, axis.name), values: axis.values }).collect()
}
