//! Why an artifact is not loaded.

use std::time::Duration;

use thiserror::Error;

use crate::limits::MAX_ARTIFACT_LEN;

#[derive(Debug, Error)]
pub enum LoadError {
    #[error("the artifact has {0} bytes; at most {MAX_ARTIFACT_LEN} are read")]
    TooLarge(usize),
    #[error("this is precompiled machine code, which is never accepted; upload the component itself")]
    Precompiled,
    #[error("this is a core Wasm module, not a component; build it with `cargo adapter build`")]
    CoreModule,
    #[error("this is no WebAssembly component: {0}")]
    NotAComponent(String),
    #[error("the component imports {0}, which this host does not offer")]
    UnknownImport(String),
    #[error("the component has {found} {what}; at most {most} are compiled")]
    TooMuch { what: &'static str, found: u64, most: u64 },
    #[error(transparent)]
    Compile(#[from] CompileError),
    #[error(
        "the component asks for more than any adapter gets here: {0}; it needs fewer or smaller memories, tables or modules"
    )]
    NoRoom(String),
    #[error("the component does not fit the interface entrepot:adapter: {0}")]
    Mismatch(String),
}

impl LoadError {
    /// Is it this host that has to be repaired, and not the artifact?
    pub fn is_of_the_host(&self) -> bool {
        matches!(
            self,
            Self::Compile(CompileError::NotStarted { .. } | CompileError::Unusable(_) | CompileError::Inside(_))
        )
    }
}

/// What became of the process that compiles.
#[derive(Debug, Error)]
pub enum CompileError {
    #[error(
        "compiling took longer than {} s and was stopped; the adapter needs smaller functions, or this host more patience: compile.seconds (ENTREPOT_COMPILE_SECONDS)", .0.as_secs_f64()
    )]
    TooLong(Duration),
    #[error(
        "compiling needed more memory than {} MiB and was stopped; the adapter needs smaller functions, or this host more room: compile.memory_mib (ENTREPOT_COMPILE_MEMORY_MIB)", .0 >> 20
    )]
    Memory(u64),
    #[error("compiling made more than {0} bytes of machine code and was stopped; the adapter needs to be smaller")]
    TooMuchCode(usize),
    #[error("the compiler died of this component ({how}): {said}")]
    Died { how: String, said: String },
    #[error(
        "the compiler {program} cannot be started: {error}; is the file still there, and may this host start processes?"
    )]
    NotStarted { program: String, error: String },
    #[error("what the compiler made cannot be loaded: {0}; host and compiler must be the same build")]
    Unusable(String),
    #[error("compiling failed inside the host: {0}")]
    Inside(String),
}

/// wasmtime's messages carry backtraces and offsets; the first line says what is wrong.
pub(crate) fn short(error: &wasmtime::Error) -> String {
    first_line(&format!("{error:#}"))
}

/// As much of a text from elsewhere as fits into a message.
pub(crate) fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}
