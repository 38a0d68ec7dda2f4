//! What a component imports and exports, function by function, read from the binary. This list is what a reviewer is shown.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// The package every interface of a guest belongs to.
const PACKAGE: &str = "entrepot:adapter/";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surface {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

pub(crate) fn surface(engine: &Engine, component: &Component) -> Surface {
    let ty = component.component_type();
    let imports = ty.imports(engine).flat_map(|(name, item)| functions(engine, name, &item.ty)).collect();
    let exports = ty.exports(engine).flat_map(|(name, item)| functions(engine, name, &item.ty)).collect();
    Surface { imports, exports }
}

fn functions(engine: &Engine, name: &str, item: &ComponentItem) -> Vec<String> {
    let short = name.strip_prefix(PACKAGE).unwrap_or(name);
    let short = short.split_once('@').map_or(short, |(interface, _)| interface);
    match item {
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
            .map(|(function, _)| format!("{short}/{function}"))
            .collect(),
        ComponentItem::ComponentFunc(_) => vec![short.to_owned()],
        _ => Vec::new(),
    }
}
