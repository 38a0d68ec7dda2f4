//! The name of this process in leases. Whoever finds it on the same machine can tell whether the process is still there.

use std::fmt;
use std::fs::read_to_string;

/// A process of a machine since its last start. Linux only: elsewhere nothing is known, and leases run out by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    /// The start of the system, and the process ids that count in it: a container has its own.
    machine: String,
    id: u32,
    /// Ids are given again, with another beginning.
    began: u64,
}

/// What this process writes into leases.
pub(crate) fn own_name() -> String {
    let name = Process::own().map_or_else(|| std::process::id().to_string(), |own| own.to_string());
    format!("{name}-{:08x}", rand::random::<u32>())
}

/// Is the process that wrote this name gone? Of another machine's nobody knows.
pub fn is_gone(owner: &str) -> bool {
    let (Some(owner), Some(own)) = (Process::named(owner), Process::own()) else { return false };
    owner.machine == own.machine && Process::of(&own.machine, owner.id).is_none_or(|now| now != owner)
}

impl Process {
    fn own() -> Option<Self> {
        let boot = read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let ids = std::fs::read_link("/proc/self/ns/pid").ok()?;
        let machine = format!("{} {}", boot.trim(), ids.display());
        let machine = blake3::hash(machine.as_bytes()).to_hex().chars().take(16).collect::<String>();
        Self::of(&machine, std::process::id())
    }

    /// `None`: there is none of that id, or it has ended and nobody has asked how.
    fn of(machine: &str, id: u32) -> Option<Self> {
        let stat = read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The second field is the program's name, which may hold anything; the third is the state, the twenty-second the beginning.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let alive = fields.next().is_some_and(|state| !matches!(state, "Z" | "X"));
        let began = fields.nth(18)?.parse().ok()?;
        alive.then(|| Self { machine: machine.to_owned(), id, began })
    }

    fn named(owner: &str) -> Option<Self> {
        let mut parts = owner.split('-').next()?.split('/');
        let (machine, id, began) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { machine, id, began })
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.machine, self.id, self.began)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_ended_is_known_to_be_gone() {
        assert!(!is_gone(&own_name()), "this one lives");
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("a process");
        let own = Process::own().expect("Linux tells");
        let name = format!("{}-00000000-11111111", Process::of(&own.machine, child.id()).expect("it lives"));
        assert!(!is_gone(&name));
        child.kill().expect("killed");
        assert!(
            (0..200).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(5));
                is_gone(&name)
            }),
            "also before its parent has asked how it ended"
        );
        child.wait().expect("it ended");
        assert!(is_gone(&name));
    }

    #[test]
    fn of_other_machines_and_other_times_nothing_is_known() {
        let own = Process::own().expect("Linux tells");
        assert!(!is_gone(&Process { machine: "0".repeat(16), id: 1, ..own.clone() }.to_string()));
        assert!(is_gone(&Process { began: own.began + 1, ..own }.to_string()), "its id was given to another one");
        for name in ["", "123-abcdef01", "a/b/c-1", "1/2"] {
            assert!(!is_gone(name), "{name}");
        }
    }
}
