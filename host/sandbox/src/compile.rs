//! From an artifact to code that can be called: out of the cache if it is there, else from a process of its own.

mod cache;
mod child;
mod code;
mod compiler;

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::artifact::Artifact;
use crate::load_error::{CompileError, LoadError, short};

use cache::Cache;
pub use cache::{CacheKey, CacheOptions};
pub use child::{ChildLimits, compile_child};
use compiler::CompilerPool;
pub use compiler::{CompileLimits, Compiler};

/// Compiles and remembers.
pub(crate) struct Compilation {
    engine: Engine,
    pool: CompilerPool,
    cache: Option<Arc<Cache>>,
}

impl Compilation {
    pub(crate) fn new(engine: &Engine, compiler: Compiler, cache: Option<CacheOptions>) -> Self {
        let cache = cache.map(|options| Arc::new(Cache::new(options, crate::engine::fingerprint(engine))));
        Self { engine: engine.clone(), pool: CompilerPool::new(compiler), cache }
    }

    pub(crate) async fn component(&self, artifact: &Artifact) -> Result<Component, LoadError> {
        if let Some(component) = self.cached(artifact).await? {
            return Ok(component);
        }
        let begun = std::time::Instant::now();
        let code = self.pool.compile(artifact.bytes()).await?;
        tracing::info!(bytes = code.len(), milliseconds = begun.elapsed().as_millis() as u64, "compiled an adapter");
        let (engine, cache, digest) = (self.engine.clone(), self.cache.clone(), *artifact.digest());
        let loaded = blocking(move || {
            let component = code.load(&engine).map_err(|error| {
                // Code that an engine takes which sets no room aside is good code: it is the component that asks for too much.
                let fits_elsewhere = crate::engine::without_pool().is_ok_and(|engine| code.load(&engine).is_ok());
                (error, fits_elsewhere)
            })?;
            // Only what can be loaded is worth keeping.
            if let Some(cache) = cache {
                cache.put(&digest, &code);
            }
            Ok::<_, (wasmtime::Error, bool)>(component)
        });
        match loaded.await? {
            Ok(component) => Ok(component),
            Err((error, true)) => Err(LoadError::NoRoom(short(&error))),
            Err((error, false)) => Err(CompileError::Unusable(short(&error)).into()),
        }
    }

    async fn cached(&self, artifact: &Artifact) -> Result<Option<Component>, CompileError> {
        let Some(cache) = self.cache.clone() else { return Ok(None) };
        let (engine, digest) = (self.engine.clone(), *artifact.digest());
        blocking(move || {
            let code = cache.get(&digest)?;
            match code.load(&engine) {
                Ok(component) => Some(component),
                Err(error) => {
                    cache.forget(&digest, &short(&error));
                    None
                }
            }
        })
        .await
    }
}

/// Files and machine code are read where waiting is fine.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CompileError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| CompileError::Inside(error.to_string()))
}
