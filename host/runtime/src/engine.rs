//! The one constructor of a Wasm engine.
// See docs/decisions/0005-wasmtime-sandbox.md

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use entrepot_metrics::Metrics;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::capabilities;
use crate::compiled::{CacheOptions, Compilation, Compiler};
use crate::limits::{PARTS, TICK};
use crate::state::HostState;

/// The most memory any grant can give one call.
pub(crate) const LARGEST_MEMORY: usize = 512 << 20;

/// Deliveries that are verified at the same time.
const VERIFIERS: u32 = 8;

/// What one call may hand over, where nobody says.
const LARGEST_ANSWER: usize = 64 << 20;

#[derive(Clone)]
pub struct SandboxOptions {
    /// Calls at the same time, over all adapters. The instance pool is sized to it.
    pub concurrency: u32,
    pub compiler: Compiler,
    /// `None`: everything is compiled at every start.
    pub cache: Option<CacheOptions>,
    /// Where calls are counted.
    pub metrics: Metrics,
    /// Bytes that any call may hand over, whatever its grant says.
    pub largest_answer: usize,
}

impl SandboxOptions {
    /// Without cache.
    pub fn new(compiler: Compiler) -> Self {
        Self { concurrency: 32, compiler, cache: None, metrics: Metrics::default(), largest_answer: LARGEST_ANSWER }
    }
}

#[derive(Debug, Error)]
#[error("the sandbox cannot start: {0}")]
pub struct SandboxError(String);

/// The engine, its clock, and the linkers. One per process; cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    engine: Engine,
    compilation: Compilation,
    /// For operations that talk to the marketplace.
    networked: Linker<HostState>,
    /// For operations that compute only.
    pure: Linker<HostState>,
    /// For those that compute and have keys.
    keyed: Linker<HostState>,
    /// Calls beyond the pool wait here instead of failing there.
    calls: Arc<Semaphore>,
    /// Stores that map are held for long, and their owners make calls meanwhile: they wait in a line of their own.
    mappers: Arc<Semaphore>,
    /// Deliveries are verified at once, however many imports wait for their marketplaces.
    verifiers: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
    ticker: Option<JoinHandle<()>>,
    metrics: Metrics,
    largest_answer: usize,
}

impl Sandbox {
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let fail = |error: wasmtime::Error| SandboxError(format!("{error:#}"));
        let engine = match Engine::new(&config(Some(options.concurrency))) {
            Ok(engine) => engine,
            Err(error) => {
                // The pool reserves address space ahead; where that is short, instances are allocated one by one.
                tracing::info!(error = format!("{error:#}"), "no instance pool here; allocating on demand");
                Engine::new(&config(None)).map_err(fail)?
            }
        };
        let mut networked = Linker::new(&engine);
        let (mut pure, mut keyed) = (Linker::new(&engine), Linker::new(&engine));
        for linker in [&mut networked, &mut pure, &mut keyed] {
            capabilities::link_log(linker).map_err(fail)?;
        }
        for linker in [&mut networked, &mut keyed] {
            capabilities::link_keys(linker).map_err(fail)?;
        }
        capabilities::link_http(&mut networked).map_err(fail)?;
        capabilities::link_files(&mut networked).map_err(fail)?;
        let compilation = Compilation::new(&engine, options.compiler, options.cache);
        let line = || Arc::new(Semaphore::new(options.concurrency as usize));
        let (calls, mappers, verifiers) = (line(), line(), Arc::new(Semaphore::new(VERIFIERS as usize)));
        let stop = Arc::new(AtomicBool::new(false));
        let ticker = start_ticker(&engine, stop.clone()).map_err(|error| SandboxError(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            engine,
            compilation,
            networked,
            pure,
            keyed,
            calls,
            mappers,
            verifiers,
            stop,
            ticker: Some(ticker),
            metrics: options.metrics,
            largest_answer: options.largest_answer,
        })))
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn largest_answer(&self) -> usize {
        self.0.largest_answer
    }

    /// Where a call waits for its turn.
    pub(crate) fn line_of(&self, operation: &str) -> &Arc<Semaphore> {
        if operation == "verify-webhook" { &self.0.verifiers } else { &self.0.calls }
    }

    pub(crate) fn mappers(&self) -> &Arc<Semaphore> {
        &self.0.mappers
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn compilation(&self) -> &Compilation {
        &self.0.compilation
    }

    pub(crate) fn networked(&self) -> &Linker<HostState> {
        &self.0.networked
    }

    pub(crate) fn keyed(&self) -> &Linker<HostState> {
        &self.0.keyed
    }

    pub(crate) fn pure(&self) -> &Linker<HostState> {
        &self.0.pure
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(ticker) = self.ticker.take() {
            // The thread sleeps a tick at the most; its result says nothing.
            let _ = ticker.join();
        }
    }
}

/// The engine of the process that compiles: the same code comes out, but nothing is pooled, for nothing runs, and there is one
/// thread, so that memory and CPU time are counted where they are limited.
pub(crate) fn for_compiling() -> wasmtime::Result<Engine> {
    Engine::new(config(None).parallel_compilation(false))
}

/// The same engine, but that it sets no room aside for instances.
pub(crate) fn without_pool() -> wasmtime::Result<Engine> {
    Engine::new(&config(None))
}

/// Engine version, settings, target and processor features: what must be the same for compiled code to be loaded.
pub(crate) fn fingerprint(engine: &Engine) -> [u8; 32] {
    struct Into256(Sha256);

    impl Hasher for Into256 {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }

        /// Nobody asks: 64 bits are too few to tell by what may be loaded.
        fn finish(&self) -> u64 {
            0
        }
    }

    let mut hasher = Into256(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

fn config(pool: Option<u32>) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .concurrency_support(false)
        .wasm_component_model(true)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_threads(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .max_wasm_stack(512 << 10)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(20));
    if let Some(calls) = pool {
        // Beside the calls that are let in, as many mappers are, and those who verify.
        let calls = calls.saturating_mul(2).saturating_add(VERIFIERS);
        let mut pooling = PoolingAllocationConfig::new();
        pooling
            .total_component_instances(calls)
            .total_core_instances(calls * PARTS as u32)
            .total_memories(calls * PARTS as u32)
            .total_tables(calls * PARTS as u32)
            .total_stacks(calls)
            .max_core_instances_per_component(PARTS as u32)
            .max_memories_per_component(PARTS as u32)
            .max_tables_per_component(PARTS as u32)
            .max_memory_size(LARGEST_MEMORY)
            .linear_memory_keep_resident(1 << 20)
            .table_keep_resident(64 << 10)
            // Where the kernel can say which pages a guest has written, only those are wiped after a call, and not the first megabyte.
            .pagemap_scan(Enabled::Auto)
            .max_unused_warm_slots(8);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling));
    }
    config
}

/// One thread moves the engine's epoch. Stores count it against their own budget; nobody moves it to stop one guest,
/// because that would stop all of them.
fn start_ticker(engine: &Engine, stop: Arc<AtomicBool>) -> std::io::Result<JoinHandle<()>> {
    let weak = engine.weak();
    std::thread::Builder::new().name("entrepot-ticker".into()).spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(TICK);
            let Some(engine) = weak.upgrade() else { return };
            engine.increment_epoch();
        }
    })
}
