//! What one call may use.

use std::time::Duration;

use entrepot_domain::catalog::limits::MAX_PRODUCT_LEN;
use entrepot_policy::{ByteSize, Limits, TimeSpan};
use wasmtime::ResourceLimiter;

/// How often the engine looks at the clock. CPU budgets are counted in these.
pub(crate) const TICK: Duration = Duration::from_millis(10);
/// The most memory any grant can give one call, in bytes.
pub(crate) const MAX_MEMORY: usize = 512 << 20;
/// Bytes of an artifact; a larger upload is refused unread.
pub(crate) const MAX_ARTIFACT_LEN: usize = 32 << 20;
/// Deliveries that are verified at the same time.
pub(crate) const MAX_VERIFICATIONS: u32 = 8;
/// Elements of all tables together.
const TABLE_ELEMENTS: usize = 100_000;
/// Core modules, memories and tables one component may have. A compiled adapter has four at most; the pool holds as many
/// as all its calls could want, so that one component of many parts takes nothing from another.
pub(crate) const PARTS: usize = 8;

/// The limits in force for a call: the grant's, or these defaults. All are on.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// Over all memories of the store together.
    pub memory: usize,
    /// Time in which the guest really computes.
    pub cpu: Duration,
    /// Time in which the call must be over, waiting included.
    pub wall_clock: Duration,
    /// Bytes handed to the host in one go: a result, or the arguments of one host call.
    pub result: usize,
    /// Bytes of log per call.
    pub log: usize,
    /// Host calls of any kind per call of an export.
    pub host_calls: u64,
}

/// Bytes of one product as an adapter hands it over; twice of what is kept, so that most of what is too large is told apart from the rest.
const MAX_MAPPED_LEN: usize = 2 * MAX_PRODUCT_LEN;

/// A marketplace waits while a delivery is verified, and so do other channels' deliveries.
const VERIFICATION_CPU: Duration = Duration::from_millis(200);
const VERIFICATION_WALL_CLOCK: Duration = Duration::from_secs(1);
/// Bytes of the events of one delivery.
const MAX_VERDICT_LEN: usize = 8 << 20;

/// Host calls of any kind per call of an export; no manifest can ask for more.
const HOST_CALLS: u64 = 20_000;

impl Default for CallLimits {
    fn default() -> Self {
        Self::from_grant(&Limits::DEFAULTS)
    }
}

impl CallLimits {
    pub fn from_grant(limits: &Limits) -> Self {
        let Limits { memory, wall_clock, cpu, result, log, .. } = limits.or_defaults();
        let size = |size: Option<ByteSize>| size.map_or(0, |size| usize::try_from(size.bytes()).unwrap_or(usize::MAX));
        let span = |span: Option<TimeSpan>| span.map_or(Duration::ZERO, TimeSpan::duration);
        Self {
            memory: size(memory).min(MAX_MEMORY),
            cpu: span(cpu),
            wall_clock: span(wall_clock),
            result: size(result),
            log: size(log),
            host_calls: HOST_CALLS,
        }
    }

    /// Answers no larger than this.
    #[must_use]
    pub(crate) fn at_most(self, result: usize) -> Self {
        Self { result: self.result.min(result), ..self }
    }

    /// Some calls are held to less than a grant may allow: of what they bring there is much at a time, or somebody waits.
    #[must_use]
    pub(crate) fn of(self, operation: &str) -> Self {
        match operation {
            "map-product" => self.at_most(MAX_MAPPED_LEN),
            "verify-webhook" => Self {
                cpu: self.cpu.min(VERIFICATION_CPU),
                wall_clock: self.wall_clock.min(VERIFICATION_WALL_CLOCK),
                ..self.at_most(MAX_VERDICT_LEN)
            },
            _ => self,
        }
    }

    pub(crate) fn ticks(&self) -> u64 {
        (self.cpu.as_millis() / TICK.as_millis()).max(1) as u64
    }
}

/// Counts over all memories and tables of a store. wasmtime's own `StoreLimits` counts each memory alone.
#[derive(Debug)]
pub(crate) struct Aggregate {
    memory_left: usize,
    elements_left: usize,
    /// The most memory that was in use.
    pub(crate) memory_used: usize,
    /// What a guest that dies after a refusal most likely died of.
    pub(crate) refused: Option<&'static str>,
}

impl Aggregate {
    pub(crate) fn new(limits: &CallLimits) -> Self {
        Self { memory_left: limits.memory, elements_left: TABLE_ELEMENTS, memory_used: 0, refused: None }
    }
}

impl ResourceLimiter for Aggregate {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        if growth > self.memory_left {
            self.refused = Some("memory");
            return Ok(false);
        }
        self.memory_left -= growth;
        self.memory_used += growth;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        if growth > self.elements_left {
            self.refused = Some("table elements");
            return Ok(false);
        }
        self.elements_left -= growth;
        Ok(true)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}
