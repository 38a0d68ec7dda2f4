//! A store for a guest: fresh, and limited in everything.

use entrepot_metrics::Metric;
use wasmtime::{Store, UpdateDeadline};

use crate::sandbox::Sandbox;
use crate::state::{Call, HostState};

/// A fresh store for one unit of work.
pub(crate) fn store(sandbox: &Sandbox, call: Call<'_>) -> Store<HostState> {
    let limits = call.limits;
    let instance = sandbox.metrics().running(Metric::Instances, &[call.adapter]);
    let mut store = Store::new(sandbox.engine(), HostState::new(call, instance));
    store.limiter(|state| &mut state.aggregate);
    store.set_hostcall_fuel(limits.result);
    store.set_max_component_handles(1_000);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| {
        let state = context.data_mut();
        match state.ticks_left.checked_sub(1) {
            Some(left) => {
                state.ticks_left = left;
                // Other guests of this thread get their turn.
                Ok(UpdateDeadline::Yield(1))
            }
            None => {
                state.out_of_cpu = true;
                Ok(UpdateDeadline::Interrupt)
            }
        }
    });
    store
}
