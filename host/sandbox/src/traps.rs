//! What an operation may not call is there as a trap: importing is not calling.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker};

use crate::state::HostState;

/// Defines every import of the component as a trap whose interface is not among `offered`, which the linker has. Versions do not count:
/// an adapter that was built for 0.1.0 imports `log@0.1.0` and is given the log of today; a trap of just its name would come first.
pub(crate) fn trap_the_rest(
    linker: &mut Linker<HostState>,
    component: &Component,
    offered: &[&str],
) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    for (name, import) in component.component_type().imports(&engine) {
        let interface = name.split_once('@').map_or(name, |(interface, _)| interface);
        let ComponentItem::ComponentInstance(instance) = &import.ty else { continue };
        if offered.contains(&interface) {
            continue;
        }
        let mut traps = linker.instance(name)?;
        for (function, export) in instance.exports(&engine) {
            if matches!(export.ty, ComponentItem::ComponentFunc(_)) {
                let what = format!("{name}#{function}");
                traps.func_new(function, move |_, _, _, _| {
                    Err(wasmtime::format_err!("unknown import: `{what}` has not been defined"))
                })?;
            }
        }
    }
    Ok(())
}
