//! The one place where a Wasm engine is configured, for calls and for compiling, and the ticker that moves its epoch.
// See docs/decisions/0005-wasmtime-sandbox.md

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::limits::{MAX_MEMORY, MAX_VERIFICATIONS, PARTS, TICK};

/// The engine that calls run in. Its instance pool has room for this many calls at the same time.
pub(crate) fn for_calls(concurrency: u32) -> wasmtime::Result<Engine> {
    Engine::new(&config(Some(concurrency))).or_else(|error| {
        // The pool reserves address space ahead; where that is short, instances are allocated one by one.
        tracing::info!(error = format!("{error:#}"), "no instance pool here; allocating on demand");
        without_pool()
    })
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
        let calls = calls.saturating_mul(2).saturating_add(MAX_VERIFICATIONS);
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
            .max_memory_size(MAX_MEMORY)
            .linear_memory_keep_resident(1 << 20)
            .table_keep_resident(64 << 10)
            // Where the kernel can say which pages a guest has written, only those are wiped after a call, and not the first megabyte.
            .pagemap_scan(Enabled::Auto)
            .max_unused_warm_slots(8);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling));
    }
    config
}

/// One thread moves the engine's epoch, until this is dropped. Stores count it against their own budget; nobody moves it to
/// stop one guest, because that would stop all of them.
pub(crate) struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (weak, stopped) = (engine.weak(), stop.clone());
        let thread = std::thread::Builder::new().name("entrepot-ticker".into()).spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
                let Some(engine) = weak.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // The thread sleeps a tick at the most; its result says nothing.
            let _ = thread.join();
        }
    }
}
