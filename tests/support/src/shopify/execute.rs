//! Executes a document: projects the shop's objects through its selections.

use std::collections::HashMap;

use apollo_compiler::Node as Syntax;
use apollo_compiler::ast::{
    Definition, DirectiveList, Document, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
    Value as Literal,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::tree::{Arguments, Forest, Held, Missing, Node};

/// Paging of one connection ends here.
const LAST_OBJECT: usize = 25_000;

/// A document that parses, with one operation.
pub(super) struct Parsed {
    pub(super) operation: Syntax<OperationDefinition>,
    pub(super) fragments: HashMap<String, Syntax<FragmentDefinition>>,
}

impl Parsed {
    pub(super) fn of(query: &str) -> Result<Self, String> {
        let document = Document::parse(query, "query.graphql").map_err(|errors| errors.errors.to_string())?;
        let mut operations = Vec::new();
        let mut fragments = HashMap::new();
        for definition in document.definitions {
            match definition {
                Definition::OperationDefinition(operation) => operations.push(operation),
                Definition::FragmentDefinition(fragment) => drop(fragments.insert(fragment.name.to_string(), fragment)),
                _ => return Err("A query holds operations and fragments only".to_owned()),
            }
        }
        let operation = operations.pop().filter(|_| operations.is_empty()).ok_or("An operation name is required")?;
        Ok(Self { operation, fragments })
    }

    pub(super) fn name(&self) -> String {
        self.operation.name.as_ref().map_or_else(String::new, ToString::to_string)
    }

    pub(super) fn is_mutation(&self) -> bool {
        self.operation.operation_type == OperationType::Mutation
    }

    /// The variables with their defaults.
    pub(super) fn variables(&self, given: &Value) -> Map<String, Value> {
        let mut variables = Map::new();
        for definition in &self.operation.variables {
            let given = given.get(definition.name.as_str()).cloned();
            let default = || definition.default_value.as_ref().map(|value| literal(value, &Map::new()));
            if let Some(value) = given.or_else(default) {
                variables.insert(definition.name.to_string(), value);
            }
        }
        variables
    }
}

pub(super) struct Execution<'e, 'a> {
    pub(super) forest: &'e Forest<'a>,
    pub(super) fragments: &'e HashMap<String, Syntax<FragmentDefinition>>,
    pub(super) variables: &'e Map<String, Value>,
    /// Objects that were read: what the query really costs.
    pub(super) objects: std::cell::Cell<u32>,
}

impl<'a> Execution<'_, 'a> {
    pub(super) fn arguments(&self, field: &Field) -> Arguments {
        let given = field.arguments.iter().filter(|argument| {
            // A variable that was not given is an argument that was not given.
            !matches!(&*argument.value, Literal::Variable(name) if !self.variables.contains_key(name.as_str()))
        });
        given.map(|argument| (argument.name.to_string(), literal(&argument.value, self.variables))).collect()
    }

    /// The key of `@idempotent`.
    pub(super) fn key(&self, field: &Field) -> Option<Value> {
        let directive = field.directives.get("idempotent")?;
        let argument = directive.arguments.iter().find(|argument| argument.name == "key")?;
        Some(literal(&argument.value, self.variables))
    }

    pub(super) fn object(&self, node: &Node<'a>, selections: &[Selection]) -> Result<Value, Missing> {
        let scopes = node.scopes();
        if !scopes.is_empty() && !scopes.iter().any(|scope| self.forest.state.options.may(scope)) {
            return Err(Missing::Denied(format!(
                "Access denied for {} field. Required access: `{}` access scope.",
                node.kind(),
                scopes[0]
            )));
        }
        self.objects.set(self.objects.get() + 1);
        let mut object = Map::new();
        for field in self.fields(node.kind(), selections) {
            let key = field.alias.as_ref().unwrap_or(&field.name).to_string();
            let arguments = self.arguments(field);
            let value = match node.field(&field.name, &arguments, self.forest)? {
                Held::Scalar(value) => value,
                Held::Object(inner) => self.object(&inner, &field.selection_set)?,
                Held::Objects(inner) => {
                    let each = |inner: &Option<Node<'a>>| {
                        inner.as_ref().map_or(Ok(Value::Null), |inner| self.object(inner, &field.selection_set))
                    };
                    Value::Array(inner.iter().map(each).collect::<Result<_, _>>()?)
                }
                Held::Connection(nodes) => self.connection(&nodes, &arguments, field)?,
            };
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }

    fn connection(&self, nodes: &[Node<'a>], arguments: &Arguments, field: &Field) -> Result<Value, Missing> {
        let Some(first) = arguments.get("first").and_then(Value::as_u64) else {
            return Err(Missing::Wrong(format!("you must provide one of first or last on {}", field.name)));
        };
        if first == 0 || first > 250 {
            return Err(Missing::Wrong(format!("first must be 1 to 250 on {}", field.name)));
        }
        let start = match arguments.get("after").and_then(Value::as_str) {
            None => 0,
            Some(after) => {
                position(after).ok_or_else(|| Missing::Wrong(format!("Invalid cursor for {}", field.name)))? + 1
            }
        };
        let end = (start + first as usize).min(nodes.len()).min(LAST_OBJECT);
        let page = nodes.get(start..end.max(start)).unwrap_or_default();
        let mut connection = Map::new();
        for part in self.fields("Connection", &field.selection_set) {
            let value = match part.name.as_str() {
                "nodes" => Value::Array(
                    page.iter().map(|node| self.object(node, &part.selection_set)).collect::<Result<_, _>>()?,
                ),
                "edges" => {
                    let edge = |(at, node): (usize, &Node<'a>)| {
                        let mut edge = Map::new();
                        for inner in self.fields("Edge", &part.selection_set) {
                            let value = match inner.name.as_str() {
                                "node" => self.object(node, &inner.selection_set)?,
                                _ => cursor(start + at).into(),
                            };
                            edge.insert(inner.name.to_string(), value);
                        }
                        Ok(Value::Object(edge))
                    };
                    Value::Array(page.iter().enumerate().map(edge).collect::<Result<_, Missing>>()?)
                }
                "pageInfo" => {
                    let last = if page.is_empty() { Value::Null } else { cursor(end - 1).into() };
                    let more = end < nodes.len().min(LAST_OBJECT);
                    json!({"hasNextPage": more, "hasPreviousPage": start > 0, "endCursor": last})
                }
                other => return Err(Missing::Unsimulated(format!("Connection.{other}"))),
            };
            connection.insert(part.name.to_string(), value);
        }
        Ok(Value::Object(connection))
    }

    /// The fields that apply to an object of this type, with fragments spread.
    pub(super) fn fields<'s>(&'s self, kind: &str, selections: &'s [Selection]) -> Vec<&'s Syntax<Field>> {
        let mut fields = Vec::new();
        for selection in selections {
            match selection {
                Selection::Field(field) if self.included(&field.directives) => fields.push(field),
                Selection::InlineFragment(fragment)
                    if self.included(&fragment.directives)
                        && fragment.type_condition.as_ref().is_none_or(|condition| applies(condition, kind)) =>
                {
                    fields.extend(self.fields(kind, &fragment.selection_set));
                }
                Selection::FragmentSpread(spread) if self.included(&spread.directives) => {
                    if let Some(fragment) = self.fragments.get(spread.fragment_name.as_str())
                        && applies(&fragment.type_condition, kind)
                    {
                        fields.extend(self.fields(kind, &fragment.selection_set));
                    }
                }
                _ => {}
            }
        }
        fields
    }

    pub(super) fn included(&self, directives: &DirectiveList) -> bool {
        let condition = |name: &str| {
            let directive = directives.get(name)?;
            let argument = directive.arguments.iter().find(|argument| argument.name == "if")?;
            literal(&argument.value, self.variables).as_bool()
        };
        condition("include") != Some(false) && condition("skip") != Some(true)
    }
}

fn applies(condition: &str, kind: &str) -> bool {
    let media = matches!(kind, "MediaImage" | "Video" | "ExternalVideo" | "Model3d");
    condition == kind || matches!(condition, "Node" | "ProductOperation") || (condition == "Media" && media)
}

fn cursor(at: usize) -> String {
    STANDARD.encode(format!("{{\"at\":{at}}}"))
}

fn position(cursor: &str) -> Option<usize> {
    serde_json::from_slice::<Value>(&STANDARD.decode(cursor).ok()?).ok()?.get("at")?.as_u64().map(|at| at as usize)
}

fn literal(value: &Literal, variables: &Map<String, Value>) -> Value {
    match value {
        Literal::Null => Value::Null,
        Literal::Enum(name) => name.as_str().into(),
        Literal::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or_default(),
        Literal::String(text) => text.clone().into(),
        Literal::Float(number) => number.try_to_f64().map_or(Value::Null, Into::into),
        Literal::Int(number) => number.as_str().parse::<i64>().map_or(Value::Null, Into::into),
        Literal::Boolean(value) => (*value).into(),
        Literal::List(list) => list.iter().map(|value| literal(value, variables)).collect(),
        Literal::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.to_string(), literal(value, variables))).collect())
        }
    }
}
