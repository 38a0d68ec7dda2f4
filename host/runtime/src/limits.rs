//! What one call may use.

use std::time::Duration;

use entrepot_domain::grants::Limits;
use wasmtime::ResourceLimiter;

/// How often the engine looks at the clock. CPU budgets are counted in these.
pub(crate) const TICK: Duration = Duration::from_millis(10);
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

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            cpu: Duration::from_secs(10),
            wall_clock: Duration::from_secs(300),
            result: 64 << 20,
            log: 64 << 10,
            host_calls: 20_000,
        }
    }
}

impl CallLimits {
    pub fn from_grant(limits: &Limits) -> Self {
        let default = Self::default();
        let size = |granted: Option<entrepot_domain::grants::ByteSize>, default: usize| {
            granted.map_or(default, |size| usize::try_from(size.bytes()).unwrap_or(usize::MAX))
        };
        Self {
            memory: size(limits.memory, default.memory).min(crate::engine::LARGEST_MEMORY),
            cpu: limits.cpu.map_or(default.cpu, |span| span.duration()),
            wall_clock: limits.wall_clock.map_or(default.wall_clock, |span| span.duration()),
            result: size(limits.result, default.result),
            log: size(limits.log, default.log),
            host_calls: default.host_calls,
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
