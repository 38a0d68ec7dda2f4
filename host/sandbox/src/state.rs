//! What the host keeps for one call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entrepot_egress::Session;
use entrepot_metrics::Running;
use entrepot_spool::Spool;
use wasmtime::component::HasData;

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
    /// Addresses of pictures that the call may have fetched.
    pub(crate) media: Arc<BTreeSet<String>>,
    /// Those that were fetched and not sent yet: file and kind.
    pub(crate) pictures: BTreeMap<String, (&'static str, u64)>,
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
    pub(crate) media: Arc<BTreeSet<String>>,
    pub(crate) limits: CallLimits,
}

impl HostState {
    pub(crate) fn new(call: Call<'_>, instance: Running) -> Self {
        Self {
            aggregate: Aggregate::new(&call.limits),
            limits: call.limits,
            operation: call.operation,
            session: call.session,
            files: call.files,
            media: call.media,
            pictures: BTreeMap::new(),
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
