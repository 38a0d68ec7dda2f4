use std::process::{ExitCode, exit};

use anyhow::Result;
use clap::Args;
use entrepot_sandbox::{ChildLimits, compile_child};

#[derive(Args)]
pub(crate) struct CompileComponent {
    /// Bytes of address space.
    #[arg(long)]
    memory: u64,
    /// Seconds of CPU time.
    #[arg(long)]
    seconds: u64,
}

impl CompileComponent {
    pub(super) fn run(self) -> Result<()> {
        // Before there is a thread: see `compile_child`.
        let ended = compile_child(ChildLimits { memory: self.memory, seconds: self.seconds });
        exit(i32::from(ended != ExitCode::SUCCESS));
    }
}
