//! Which option and which value there is which of the product's. BigCommerce takes no other values of a variant that stands there, so a value that
//! all of its variants leave for the same new one is renamed, and any other variant whose values are others is made anew.

use std::collections::{HashMap, HashSet};

use entrepot_guest::prelude::*;

use super::there::{Axis, Known, There};

/// What has to become of variants that are there, so that each has the values that are wanted.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) renamings: Vec<Renaming>,
    /// Those that are deleted and made anew.
    pub(super) anew: HashSet<u64>,
}

/// A value that is called something else by now.
#[derive(Debug)]
pub(super) struct Renaming {
    pub(super) option: u64,
    pub(super) value: u64,
    pub(super) label: String,
}

pub(super) fn named<'t>(there: &'t There, name: &str) -> Option<&'t Axis> {
    there.options.iter().find(|axis| axis.name.eq_ignore_ascii_case(name))
}

/// One that was renamed is at the place where it was.
pub(super) fn renamed<'t>(product: &model::Product, there: &'t There, at: usize) -> Option<&'t Axis> {
    let is_known = |axis: &Axis| product.options.iter().any(|option| option.name.eq_ignore_ascii_case(&axis.name));
    there.options.get(at).filter(|axis| !there.has_no_options() && !is_known(axis))
}

/// The option there, of the one at this place of the product's.
fn axis<'t>(product: &model::Product, there: &'t There, at: usize) -> Option<&'t Axis> {
    let option = product.options.get(at)?;
    named(there, &option.name).or_else(|| renamed(product, there, at))
}

/// Whether it is of just these values.
pub(super) fn has(product: &model::Product, there: &There, known: &Known, wanted: &[String]) -> bool {
    let is_of = |(at, label): (usize, &String)| {
        let option = axis(product, there, at).map(|axis| axis.id);
        known.values.iter().any(|(of, _, known)| Some(*of) == option && known == label)
    };
    known.values.len() == wanted.len() && wanted.iter().enumerate().all(is_of)
}

/// What has other values, and gets them by no renaming, is matched no more. `ours`: those of them that are matched with nothing go.
pub(super) fn plan(product: &model::Product, there: &There, matched: &mut [Option<Known>], ours: &[u64]) -> Plan {
    let mut plan = Plan::default();
    let axes: Vec<Option<&Axis>> = (0..product.options.len()).map(|at| axis(product, there, at)).collect();
    let places: HashMap<u64, usize> =
        matched.iter().enumerate().filter_map(|(place, known)| Some((known.as_ref()?.id, place))).collect();
    let stays = |known: &&Known| places.contains_key(&known.id) || !ours.contains(&known.id);
    for (at, axis) in axes.iter().enumerate().filter_map(|(at, axis)| Some((at, (*axis)?))) {
        let wanted = |known: &Known| product.variants[*places.get(&known.id)?].option_values.get(at);
        let mut labels: HashSet<&str> = axis.values.iter().map(|(_, label)| label.as_str()).collect();
        let leaving = |(value, label): &'_ (u64, String)| {
            let is_of = |known: &&Known| known.values.iter().any(|(_, of, _)| of == value);
            let mut all = there.variants.iter().filter(stays).filter(is_of).map(wanted);
            let to = all.next()??;
            (to != label && all.all(|other| other == Some(to))).then_some((*value, to))
        };
        let mut open: Vec<(u64, &String)> = axis.values.iter().filter_map(leaving).collect();
        // The new label of one may be the old one of another, which has to be renamed before.
        while let Some(next) = open.iter().position(|(_, to)| !labels.contains(to.as_str())) {
            let (value, to) = open.remove(next);
            let from = axis.values.iter().find(|(of, _)| *of == value).map_or("", |(_, label)| label.as_str());
            labels.remove(from);
            labels.insert(to);
            plan.renamings.push(Renaming { option: axis.id, value, label: to.clone() });
        }
    }
    for (place, known) in matched.iter_mut().enumerate() {
        let differs = |known: &mut Known| {
            let wanted = product.variants[place].option_values.iter();
            axes.iter()
                .zip(wanted)
                .any(|(axis, wanted)| axis.is_some_and(|axis| plan.gives_other(known, axis.id, wanted)))
        };
        if let Some(known) = known.take_if(differs) {
            plan.anew.insert(known.id);
        }
    }
    plan
}

impl Plan {
    /// It has a value of this option, and that is called otherwise, also when all is renamed.
    fn gives_other(&self, known: &Known, option: u64, wanted: &str) -> bool {
        known.values.iter().filter(|(of, _, _)| *of == option).any(|(_, value, label)| {
            let renaming = self.renamings.iter().find(|of| of.option == option && of.value == *value);
            renaming.map_or(label, |renaming| &renaming.label) != wanted
        })
    }

    pub(super) fn renames(&self, value: u64) -> bool {
        self.renamings.iter().any(|renaming| renaming.value == value)
    }
}
