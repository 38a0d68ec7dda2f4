//! File descriptors: each connection takes one. Where they end, nobody is let in, and nothing says why.

use anyhow::{Context, Result, bail};
use entrepot_config::Config;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::cli::Role;

/// For the database, the log, workers and their requests, and files of runs.
const OTHERS: u64 = 128;

/// As many as this host may need: more are asked for, up to what the system lets a program ask for.
pub(super) fn provide(config: &Config, role: Role) -> Result<()> {
    let connections = if matches!(role, Role::Worker) { 0 } else { config.server.connections as u64 };
    let (allowed, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    match wanted(connections, allowed, most)? {
        Some(wanted) => setrlimit(Resource::RLIMIT_NOFILE, wanted, most).context("more open files cannot be asked for"),
        None => Ok(()),
    }
}

/// None: there are enough.
fn wanted(connections: u64, allowed: u64, most: u64) -> Result<Option<u64>> {
    let wanted = connections + OTHERS;
    if wanted > most {
        bail!(
            "{wanted} files may be open at once, for {connections} connections and {OTHERS} others, and the system lets this program open \
             {most}: raise its limit (ulimit -n, LimitNOFILE= of systemd), or have fewer connections with ENTREPOT_SERVER_CONNECTIONS"
        );
    }
    Ok((wanted > allowed).then_some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_or_it_is_said() {
        assert_eq!(wanted(512, 1024, 4096).unwrap(), None);
        assert_eq!(wanted(512, 256, 4096).unwrap(), Some(640));
        assert!(wanted(512, 48, 48).unwrap_err().to_string().contains("ulimit -n"));
        assert_eq!(wanted(0, 256, 256).unwrap(), None);
    }
}
