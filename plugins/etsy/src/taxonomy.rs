//! Etsy's categories: the whole tree in one request, the same for all shops.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Category;
use serde_json::Value;

use crate::client::{As, Client};
use crate::settings::Settings;

/// Of those that are suggested.
const MOST: usize = 20;

struct Node {
    id: u64,
    parent: Option<u64>,
    path: Vec<String>,
    leaf: bool,
}

fn tree<T: Transport>(transport: &T, channel: &Channel) -> Result<Vec<Node>, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    let rows = client.rows(&client.request(As::App, "/seller-taxonomy/nodes", &[]))?;
    let mut nodes = Vec::new();
    let mut waiting: Vec<(&Value, Option<u64>, Vec<String>)> =
        rows.iter().rev().map(|row| (row, None, Vec::new())).collect();
    while let Some((row, parent, mut path)) = waiting.pop() {
        let (Some(id), Some(name)) = (row["id"].as_u64(), row["name"].as_str()) else {
            return Err(Error::Unavailable("Etsy shows a category that cannot be read".to_owned()));
        };
        path.push(name.to_owned());
        let below = row["children"].as_array().map(Vec::as_slice).unwrap_or_default();
        waiting.extend(below.iter().rev().map(|child| (child, Some(id), path.clone())));
        nodes.push(Node { id, parent, path, leaf: below.is_empty() });
    }
    Ok(nodes)
}

impl From<Node> for Category {
    fn from(node: Node) -> Self {
        Self { id: node.id.to_string(), path: node.path, leaf: node.leaf }
    }
}

pub fn categories<T: Transport>(
    transport: &T,
    channel: &Channel,
    parent: Option<&str>,
) -> Result<Vec<Category>, Error> {
    let parent = parent.map(|parent| parent.parse::<u64>().map_err(|_| Error::NotFound)).transpose()?;
    let nodes = tree(transport, channel)?;
    Ok(nodes.into_iter().filter(|node| node.parent == parent).map(Category::from).collect())
}

/// Those whose words stand in the seller's own category, the deepest of it first, and then in the title.
pub fn suggest<T: Transport>(
    transport: &T,
    channel: &Channel,
    title: &str,
    path: &[String],
) -> Result<Vec<Category>, Error> {
    let own: BTreeMap<String, usize> =
        path.iter().enumerate().flat_map(|(depth, part)| stems(part).map(move |stem| (stem, depth + 2))).collect();
    let said: Vec<String> = stems(title).collect();
    let points = |node: &Node| -> usize {
        let name = node.path.last().map(String::as_str).unwrap_or_default();
        let of = |stem: String| own.get(&stem).copied().unwrap_or(0) * 2 + usize::from(said.contains(&stem));
        stems(name).map(of).sum()
    };
    let mut found: Vec<(usize, Node)> =
        tree(transport, channel)?.into_iter().map(|node| (points(&node), node)).collect();
    found.retain(|(points, _)| *points > 0);
    found.sort_by_key(|(points, node)| (std::cmp::Reverse((*points, node.leaf)), node.id));
    Ok(found.into_iter().take(MOST).map(|(_, node)| node.into()).collect())
}

/// Words without the s of their plural.
fn stems(text: &str) -> impl Iterator<Item = String> + use<'_> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2);
    words.map(|word| word.to_lowercase().trim_end_matches('s').to_owned())
}
