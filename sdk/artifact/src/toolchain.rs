//! What a component says it was made with. Anybody can write anything there: it is for people, and proves nothing.

use std::collections::BTreeMap;

use wasmparser::{KnownCustom, Parser, Payload};

use crate::Artifact;

/// Entries shown, and characters of each.
const MAX_ENTRIES: usize = 20;
const MAX_ENTRY_LEN: usize = 60;

impl Artifact {
    /// Languages and tools from the `producers` sections of the component and all modules in it, e.g. `wit-component 0.263.0`.
    pub fn toolchain(&self) -> Vec<String> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for payload in Parser::new(0).parse_all(self.bytes()) {
            let Ok(payload) = payload else { break };
            let Payload::CustomSection(section) = payload else { continue };
            let KnownCustom::Producers(producers) = section.as_known() else { continue };
            for field in producers.into_iter().flatten() {
                for value in field.values.into_iter().flatten() {
                    found.insert(printable(value.name), printable(value.version));
                }
            }
        }
        let lines = found.into_iter().map(|(name, version)| format!("{name} {version}").trim_end().to_owned());
        lines.take(MAX_ENTRIES).collect()
    }
}

fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_ENTRY_LEN).collect()
}
