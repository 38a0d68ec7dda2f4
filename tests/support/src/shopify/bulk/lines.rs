//! The file: one node per line, children with the id of the nearest node above them that is of a connection.

use std::ops::Range;

use apollo_compiler::ast::Selection;
use hyper::body::Bytes;
use serde_json::{Map, Value};

use super::super::execute::{Execution, Parsed};
use super::super::state::State;
use super::super::tree::{Forest, Held, Missing, Node};
use super::Order;
use crate::dice::Dice;

#[derive(Default)]
pub(super) struct Written {
    pub(super) file: Bytes,
    /// Where a file that was cut off ends.
    pub(super) half: usize,
    pub(super) objects: usize,
    pub(super) roots: usize,
}

pub(super) fn write(state: &State, parsed: &Parsed, order: Order) -> Result<Written, Missing> {
    let forest = Forest { state, origin: "", searches: std::cell::RefCell::default() };
    let variables = Map::new();
    let execution = Execution {
        forest: &forest,
        fragments: &parsed.fragments,
        variables: &variables,
        objects: std::cell::Cell::new(0),
    };
    let mut lines = Lines { execution: &execution, text: String::new(), places: Vec::new() };
    let mut roots = 0;
    for field in execution.fields("QueryRoot", &parsed.operation.selection_set) {
        if let Held::Connection(nodes) = Node::Query.field(&field.name, &execution.arguments(field), &forest)? {
            roots += nodes.len();
            lines.nodes(&nodes, &field.selection_set, None)?;
        }
    }
    let mut places = lines.places;
    if let Order::Shuffled(seed) = order {
        let mut dice = Dice::new(seed);
        for at in (1..places.len()).rev() {
            places.swap(at, dice.below(at as u64 + 1) as usize);
        }
    }
    let mut file = String::with_capacity(lines.text.len());
    let mut half = 0;
    for (at, place) in places.iter().enumerate() {
        if at == places.len() / 2 {
            half = file.len();
        }
        file.push_str(&lines.text[place.clone()]);
    }
    Ok(Written { file: file.into(), half, objects: places.len(), roots })
}

struct Lines<'l, 'e, 'a> {
    execution: &'l Execution<'e, 'a>,
    text: String,
    places: Vec<Range<usize>>,
}

/// A connection that was met on the way: its nodes and what is asked of them.
type Below<'a, 's> = (Vec<Node<'a>>, &'s [Selection]);

impl<'a> Lines<'_, '_, 'a> {
    fn nodes(&mut self, nodes: &[Node<'a>], connection: &[Selection], parent: Option<&str>) -> Result<(), Missing> {
        for node in nodes {
            let mut below = Vec::new();
            let mut object = Map::new();
            for selections in node_selections(connection) {
                object.extend(self.object(node, selections, &mut below)?);
            }
            let id = object.get("id").and_then(Value::as_str).map(str::to_owned);
            if let Some(parent) = parent {
                object.insert("__parentId".to_owned(), parent.into());
            }
            let from = self.text.len();
            // Escaped as the real files are.
            self.text.push_str(&Value::Object(object).to_string().replace('/', "\\/").replace('&', "\\u0026"));
            self.text.push('\n');
            self.places.push(from..self.text.len());
            for (nodes, connection) in below {
                self.nodes(&nodes, connection, id.as_deref())?;
            }
        }
        Ok(())
    }

    /// An object without its connections, which are left for later.
    fn object<'s>(
        &self,
        node: &Node<'a>,
        selections: &'s [Selection],
        below: &mut Vec<Below<'a, 's>>,
    ) -> Result<Map<String, Value>, Missing> {
        let options = &self.execution.forest.state.options;
        if !node.scopes().is_empty() && !node.scopes().iter().any(|scope| options.may(scope)) {
            return Err(Missing::Denied(node.kind().to_owned()));
        }
        let mut object = Map::new();
        for selection in selections {
            let inner = match selection {
                Selection::Field(field) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name).to_string();
                    let value =
                        match node.field(&field.name, &self.execution.arguments(field), self.execution.forest)? {
                            Held::Scalar(value) => value,
                            Held::Object(inner) => Value::Object(self.object(&inner, &field.selection_set, below)?),
                            Held::Objects(inner) => {
                                let mut list = Vec::new();
                                for inner in inner.iter().flatten() {
                                    list.push(Value::Object(self.object(inner, &field.selection_set, below)?));
                                }
                                Value::Array(list)
                            }
                            Held::Connection(nodes) => {
                                below.push((nodes, &field.selection_set));
                                continue;
                            }
                        };
                    object.insert(key, value);
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    let applies = fragment.type_condition.as_ref().is_none_or(|condition| condition == node.kind());
                    if applies { fragment.selection_set.as_slice() } else { &[] }
                }
                Selection::FragmentSpread(spread) => {
                    return Err(Missing::Unsimulated(format!("fragment {} in a bulk query", spread.fragment_name)));
                }
            };
            object.extend(self.object(node, inner, below)?);
        }
        Ok(object)
    }
}

/// What is asked of the nodes: below `edges { node }` or `nodes`.
fn node_selections(connection: &[Selection]) -> Vec<&[Selection]> {
    let mut found = Vec::new();
    for selection in connection {
        let Selection::Field(field) = selection else { continue };
        match field.name.as_str() {
            "edges" => found.extend(node_selections(&field.selection_set)),
            "node" | "nodes" => found.push(field.selection_set.as_slice()),
            _ => {}
        }
    }
    found
}
