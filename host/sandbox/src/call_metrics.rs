//! What is counted of one call: for audits, for metrics, and for its span.

use std::time::Instant;

use entrepot_domain::usage::{Ledger, UseKind};
use entrepot_metrics::{Metric, Metrics};
use tracing::Span;

use crate::convert::ChannelView;
use crate::error::CallError;
use crate::limits::{CallLimits, TICK};
use crate::sandbox::Sandbox;
use crate::state::HostState;

pub(crate) struct CallMetrics<'a> {
    metrics: &'a Metrics,
    ledger: &'a Ledger,
    adapter: &'a str,
    operation: &'static str,
    began: Instant,
}

impl<'a> CallMetrics<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, channel: &'a ChannelView, operation: &'static str) -> Self {
        let (metrics, ledger, adapter) = (sandbox.metrics(), &*channel.ledger, channel.adapter.as_str());
        Self { metrics, ledger, adapter, operation, began: Instant::now() }
    }

    /// What the call took of what is limited.
    pub(crate) fn measure(&self, state: &HostState) {
        let cpu = TICK * u32::try_from(state.limits.ticks().saturating_sub(state.ticks_left)).unwrap_or(u32::MAX);
        self.ledger.peak(UseKind::Memory, self.operation, state.aggregate.memory_used as u64);
        self.ledger.peak(UseKind::Cpu, self.operation, u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX));
        self.metrics.observe(Metric::CallCpuSeconds, &[self.adapter, self.operation], cpu);
    }

    pub(crate) fn late(&self, limits: &CallLimits) -> CallError {
        self.stopped("time", format!("it took longer than {:?}", limits.wall_clock))
    }

    /// Names the limit that was broken, where one was.
    pub(crate) fn trapped(&self, trap: &wasmtime::Error, state: &HostState) -> CallError {
        if state.out_of_cpu {
            self.stopped("cpu", format!("it computed for longer than {:?}", state.limits.cpu))
        } else if let Some(resource) = state.aggregate.refused {
            let limit = if resource == "memory" { "memory" } else { "tables" };
            let most = state.limits.memory >> 20;
            self.stopped(limit, format!("it asked for more {resource} than it may have (memory: {most} MiB)"))
        } else {
            // The cause comes last: before it there is only where in the guest it happened.
            let why = trap.root_cause().to_string().lines().next().unwrap_or_default().chars().take(300).collect();
            let stopped = self.stopped(if state.out_of_host_calls { "host_calls" } else { "trap" }, why);
            match stopped {
                // Beside the reason, which usage is counted by, and not in it: the guest chooses these words.
                CallError::Stopped { operation, why, .. } => {
                    CallError::Stopped { operation, why, panic: state.panicked.clone() }
                }
                other => other,
            }
        }
    }

    pub(crate) fn stopped(&self, limit: &str, why: String) -> CallError {
        self.metrics.add(Metric::CallsStopped, &[self.adapter, self.operation, limit], 1);
        CallError::Stopped { operation: self.operation, why, panic: None }
    }

    /// The call is over.
    pub(crate) fn end(&self, error: Option<&CallError>) {
        let (took, operation) = (self.began.elapsed(), self.operation);
        self.ledger.count(UseKind::Call, operation, "", "");
        self.ledger.peak(UseKind::WallClock, operation, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if let Some(CallError::Stopped { why, .. }) = error {
            self.ledger.count(UseKind::Stopped, operation, "", why);
        }
        let outcome = match error {
            None => "ok",
            Some(CallError::Stopped { .. }) => "stopped",
            Some(_) => "failed",
        };
        self.metrics.observe(Metric::CallSeconds, &[self.adapter, operation, outcome], took);
        if let Some(error) = error {
            self.metrics.add(Metric::CallFailures, &[self.adapter, operation, error.code()], 1);
        }
    }
}

/// What became of the call, for whoever follows it.
pub(crate) fn note(span: &Span, error: Option<&CallError>) {
    span.record("outcome", error.map_or("ok", CallError::code));
    if error.is_some() {
        span.record("otel.status_code", "ERROR");
    }
}
