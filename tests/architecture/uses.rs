//! What a file of Rust defines and uses, as far as circles of files are concerned.

use std::collections::HashSet;

#[derive(Default)]
pub(crate) struct File {
    pub(crate) path: String,
    /// From the crate's root: `import::page`.
    pub(crate) module: Vec<String>,
    pub(crate) children: HashSet<String>,
    pub(crate) definitions: HashSet<String>,
    pub(crate) uses: Vec<Use>,
    /// `a::b::c` in the code, outside of `use`.
    pub(crate) paths: Vec<Vec<String>>,
    /// Every name outside of `use`.
    pub(crate) names: HashSet<String>,
}

pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    /// What it is called here; none for `*`.
    pub(crate) name: Option<String>,
    pub(crate) reexport: bool,
}

/// Names, `::` and single characters; no comments, no texts, nothing that is for tests alone.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let (mut found, mut i) = (Vec::new(), 0);
    while i < chars.len() {
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            while i < chars.len() && !(at(i) == '*' && at(i + 1) == '/') {
                i += 1;
            }
            i += 2;
        } else if c == 'r' && (at(i + 1) == '"' || (at(i + 1) == '#' && matches!(at(i + 2), '"' | '#'))) {
            let hashes = (i + 1..).take_while(|index| at(*index) == '#').count();
            i += hashes + 2;
            let ends = |from: usize| at(from) == '"' && (1..=hashes).all(|offset| at(from + offset) == '#');
            while i < chars.len() && !ends(i) {
                i += 1;
            }
            i += hashes + 1;
        } else if c == '"' {
            i += 1;
            while i < chars.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
        } else if c.is_alphanumeric() || c == '_' {
            let start = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            found.push(chars[start..i].iter().collect());
        } else if c == ':' && at(i + 1) == ':' {
            found.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                found.push(c.to_string());
            }
            i += 1;
        }
    }
    without_tests(&found)
}

/// Leaves out what stands after `#[cfg(test)]`: an item up to its `;` or its closing brace.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let (mut kept, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        if !tokens[i..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"].map(String::from)) {
            kept.push(tokens[i].clone());
            i += 1;
            continue;
        }
        i += 7;
        let mut depth = 0;
        while i < tokens.len() {
            match tokens[i].as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            i += 1;
            if depth == 0 && matches!(tokens[i - 1].as_str(), "}" | ";") {
                break;
            }
        }
    }
    kept
}

pub(crate) fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

pub(crate) fn parse(path: &str, text: &str) -> File {
    let module = path.trim_end_matches(".rs").split('/').map(String::from);
    let module = module.filter(|part| part != "lib" && part != "main").collect();
    let mut file = File { path: path.to_owned(), module, ..File::default() };
    let tokens = tokens(text);
    let word = |index: usize| tokens.get(index).map_or("", String::as_str);
    // Inline modules around the place, by the depth of braces they began at.
    let (mut depth, mut inline, mut i) = (0usize, Vec::new(), 0);
    while i < tokens.len() {
        let token = word(i);
        match token {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inline.retain(|began| *began < depth);
            }
            "mod" if word(i + 2) == ";" => {
                file.children.insert(word(i + 1).to_owned());
            }
            "mod" if word(i + 2) == "{" => inline.push(depth),
            "use" if word(i + 1) != "<" => {
                let reexport = i > 0 && matches!(word(i - 1), "pub" | ")");
                let end = (i..tokens.len()).find(|index| word(*index) == ";").unwrap_or(tokens.len());
                let mut trees = Vec::new();
                branches(&tokens[i + 1..end], &[], &mut trees);
                file.uses.extend(trees.into_iter().map(|(path, name)| Use {
                    path: outer(path, inline.len()),
                    name,
                    reexport,
                }));
                i = end;
            }
            "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" => {
                file.definitions.insert(word(i + 1).to_owned());
            }
            _ if is_name(token) => {
                let mut path = vec![token.to_owned()];
                file.names.insert(token.to_owned());
                let begins = i == 0 || !matches!(word(i - 1), "::" | "$");
                while begins && word(i + 1) == "::" && is_name(word(i + 2)) {
                    path.push(word(i + 2).to_owned());
                    i += 2;
                }
                if path.len() > 1 {
                    file.paths.push(outer(path, inline.len()));
                }
            }
            _ => {}
        }
        i += 1;
    }
    file
}

/// Seen from the file, not from a module inside of it.
fn outer(mut path: Vec<String>, inline: usize) -> Vec<String> {
    for _ in 0..inline {
        if path.first().is_some_and(|first| first == "super") {
            path[0] = "self".to_owned();
            if path.get(1).is_some_and(|second| second == "super") {
                path.remove(0);
            }
        }
    }
    path
}

/// `a::{b, c as d, e::*}`, each branch on its own.
fn branches(tree: &[String], before: &[String], found: &mut Vec<(Vec<String>, Option<String>)>) {
    let mut path = before.to_vec();
    let mut i = 0;
    while i < tree.len() {
        match tree[i].as_str() {
            "::" => {}
            "*" => return found.push((path, None)),
            "as" => return found.push((path, tree.get(i + 1).cloned())),
            "{" => {
                let (mut depth, mut start) = (0, i + 1);
                for j in i..tree.len() {
                    match tree[j].as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    if (depth == 1 && tree[j] == ",") || (depth == 0 && tree[j] == "}") {
                        if start < j {
                            branches(&tree[start..j], &path, found);
                        }
                        start = j + 1;
                    }
                }
                return;
            }
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
        i += 1;
    }
    let name = path.last().cloned();
    found.push((path, name));
}
