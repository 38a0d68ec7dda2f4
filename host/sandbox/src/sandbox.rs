//! The sandbox: engine, compiler and linkers, and the queues that calls wait in.

use std::sync::Arc;

use entrepot_metrics::Metrics;
use thiserror::Error;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::compile::{CacheOptions, Compilation, Compiler};
use crate::engine::{self, Ticker};
use crate::imports;
use crate::limits::MAX_VERIFICATIONS;
use crate::state::HostState;

/// Bytes that one call may hand over, where nobody says.
const DEFAULT_MAX_ANSWER_LEN: usize = 64 << 20;

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
        Self {
            concurrency: 32,
            compiler,
            cache: None,
            metrics: Metrics::default(),
            largest_answer: DEFAULT_MAX_ANSWER_LEN,
        }
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
    /// Stores that map are held for long, and their owners make calls meanwhile: they wait in a queue of their own.
    mappers: Arc<Semaphore>,
    /// Deliveries are verified at once, however many imports wait for their marketplaces.
    verifiers: Arc<Semaphore>,
    /// Moves the engine's clock for as long as the sandbox is there.
    _ticker: Ticker,
    metrics: Metrics,
    largest_answer: usize,
}

impl Sandbox {
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let fail = |error: wasmtime::Error| SandboxError(format!("{error:#}"));
        let engine = engine::for_calls(options.concurrency).map_err(fail)?;
        let mut networked = Linker::new(&engine);
        let (mut pure, mut keyed) = (Linker::new(&engine), Linker::new(&engine));
        for linker in [&mut networked, &mut pure, &mut keyed] {
            imports::link_log(linker).map_err(fail)?;
        }
        for linker in [&mut networked, &mut keyed] {
            imports::link_keys(linker).map_err(fail)?;
        }
        imports::link_http(&mut networked).map_err(fail)?;
        imports::link_files(&mut networked).map_err(fail)?;
        imports::link_media(&mut networked).map_err(fail)?;
        let compilation = Compilation::new(&engine, options.compiler, options.cache);
        let queue = || Arc::new(Semaphore::new(options.concurrency as usize));
        let (calls, mappers, verifiers) = (queue(), queue(), Arc::new(Semaphore::new(MAX_VERIFICATIONS as usize)));
        let ticker = Ticker::start(&engine).map_err(|error| SandboxError(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            engine,
            compilation,
            networked,
            pure,
            keyed,
            calls,
            mappers,
            verifiers,
            _ticker: ticker,
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
    pub(crate) fn queue_of(&self, operation: &str) -> &Arc<Semaphore> {
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
