//! What the host keeps for one call.

use entrepot_egress::Session;
use entrepot_metrics::{Metric, Running};
use entrepot_spool::Spool;
use wasmtime::component::HasData;
use wasmtime::{Store, UpdateDeadline};

use crate::engine::Sandbox;
use crate::limits::{Aggregate, CallLimits};

pub(crate) struct HostState {
    pub(crate) aggregate: Aggregate,
    pub(crate) limits: CallLimits,
    /// The WIT name of the running export.
    pub(crate) operation: &'static str,
    /// `None` for operations that compute only.
    pub(crate) session: Option<Session>,
    /// Of the run, where the call is part of one.
    pub(crate) files: Option<Spool>,
    /// For log lines.
    pub(crate) adapter: String,
    pub(crate) channel: String,
    pub(crate) log_left: usize,
    pub(crate) log_dropped: u64,
    /// What the guest said of a panic: a trap follows.
    pub(crate) panicked: Option<String>,
    pub(crate) host_calls_left: u64,
    pub(crate) ticks_left: u64,
    /// Set when the CPU budget ran out.
    pub(crate) out_of_cpu: bool,
    /// Set when all calls into the host were used.
    pub(crate) out_of_host_calls: bool,
    _instance: Running,
}

impl HasData for HostState {
    type Data<'a> = &'a mut HostState;
}

pub(crate) struct Call<'a> {
    pub(crate) operation: &'static str,
    pub(crate) adapter: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) session: Option<Session>,
    pub(crate) files: Option<Spool>,
    pub(crate) limits: CallLimits,
}

impl HostState {
    fn new(call: Call<'_>, instance: Running) -> Self {
        Self {
            aggregate: Aggregate::new(&call.limits),
            limits: call.limits,
            operation: call.operation,
            session: call.session,
            files: call.files,
            adapter: call.adapter.to_owned(),
            channel: call.channel.to_owned(),
            log_left: call.limits.log,
            log_dropped: 0,
            panicked: None,
            host_calls_left: call.limits.host_calls,
            ticks_left: call.limits.ticks(),
            out_of_cpu: false,
            out_of_host_calls: false,
            _instance: instance,
        }
    }

    /// A new budget for the next item in the same store.
    pub(crate) fn refill(&mut self) {
        self.log_left = self.limits.log;
        self.panicked = None;
        self.host_calls_left = self.limits.host_calls;
        self.ticks_left = self.limits.ticks();
    }

    /// Every host function asks first, so that a guest cannot keep the host busy with cheap calls.
    pub(crate) fn count_host_call(&mut self) -> wasmtime::Result<()> {
        match self.host_calls_left.checked_sub(1) {
            Some(left) => {
                self.host_calls_left = left;
                Ok(())
            }
            None => {
                self.out_of_host_calls = true;
                Err(wasmtime::format_err!("more than {} calls into the host", self.limits.host_calls))
            }
        }
    }
}

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
