//! Machine code, and the one place that turns it into something that runs.

use bytes::Bytes;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Machine code that this host made: it comes from the compiler's own process, or from a cache file whose MAC was verified
/// over these very bytes. Nothing else can make one.
pub(super) struct MachineCode(Bytes);

impl MachineCode {
    /// For those two: whoever calls this answers for where the bytes come from.
    pub(super) fn vouched(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// wasmtime checks version, target and settings, and copies the bytes.
    #[expect(unsafe_code, reason = "the one place that loads compiled code; there is no safe way to do it")]
    #[expect(clippy::disallowed_methods, reason = "this is the place that the others are sent to")]
    pub(super) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes must be what `Engine::precompile_component` made. A `MachineCode` is made in two places only: by
        // `CompilerPool::compile` from the output of our own program, which does nothing but that call, and by `Cache::get`
        // after a MAC over all of the bytes was verified with a key that only this host has. They lie in this process's
        // memory from before the check until here and nobody else can change them; no file is mapped.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}
