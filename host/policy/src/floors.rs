//! The least that a limit may be. Less lets nothing be done, and a number that is nearly nothing waits for ever.

use super::{ByteSize, Limits, RateLimit, TimeSpan};

/// One for each limit, as ceilings are.
pub const FLOORS: Limits = Limits {
    memory: Some(ByteSize(1 << 20)),
    wall_clock: Some(TimeSpan(100)),
    cpu: Some(TimeSpan(10)),
    outbound_calls: Some(1),
    result: Some(ByteSize(1 << 10)),
    log: Some(ByteSize(1 << 10)),
    files: Some(ByteSize(1 << 10)),
};
/// One request in a hundred seconds.
pub const SLOWEST: f64 = 0.01;

impl Limits {
    /// Sets one by its name, in the notation of a manifest. An error says what the value has to look like, and the least it may be.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        fn read<T: TryFrom<String> + ToString>(value: &str, what: &str, least: Option<T>) -> Result<Option<T>, String> {
            let least = least.map_or_else(String::new, |least| least.to_string());
            T::try_from(value.to_owned()).map(Some).map_err(|_| format!("write {what}; the least is {least}"))
        }
        let size = "a size with its unit, such as 64MiB or 512KiB";
        let span = "a duration with its unit, such as 5s or 500ms";
        match name {
            "memory" => self.memory = read(value, size, FLOORS.memory)?,
            "result" => self.result = read(value, size, FLOORS.result)?,
            "log" => self.log = read(value, size, FLOORS.log)?,
            "files" => self.files = read(value, size, FLOORS.files)?,
            "cpu" => self.cpu = read(value, span, FLOORS.cpu)?,
            "wall_clock" => self.wall_clock = read(value, span, FLOORS.wall_clock)?,
            "outbound_calls" => {
                let number = value.parse().map_err(|_| "write a number of requests; the least is 1".to_owned())?;
                self.outbound_calls = Some(number);
            }
            _ => {
                return Err(
                    "there is no such limit; there is: memory, wall_clock, cpu, outbound_calls, result, log, files"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    /// The first of those that are named which is too low: its name, what it is, and the least it may be.
    pub fn below_floor(&self) -> Option<(&'static str, String, String)> {
        macro_rules! low {
            ($($field:ident $name:literal),*) => {
                $(if let (Some(given), Some(least)) = (self.$field, FLOORS.$field) && given < least {
                    return Some(($name, given.to_string(), least.to_string()));
                })*
            };
        }
        low!(memory "memory", wall_clock "wall_clock", cpu "cpu", outbound_calls "outbound_calls", result "result", log "log", files "files");
        None
    }
}

impl RateLimit {
    /// A pace that is one: NaN is not.
    pub(super) fn is_pace(rate: f64) -> bool {
        (SLOWEST..=10_000.0).contains(&rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_set_by_its_name_and_its_unit_is_asked_for() {
        let mut limits = Limits::default();
        limits.set("cpu", "5s").unwrap();
        limits.set("outbound_calls", "7").unwrap();
        limits.set("files", "2MiB").unwrap();
        assert_eq!(
            (limits.cpu, limits.outbound_calls, limits.files),
            (Some(TimeSpan(5_000)), Some(7), Some(ByteSize(2 << 20)))
        );
        let why = limits.set("cpu", "0").unwrap_err();
        assert!(why.contains("5s or 500ms") && why.contains("the least is 10ms"), "{why}");
        assert!(limits.set("memory", "64").unwrap_err().contains("the least is 1MiB"));
        assert!(limits.set("cpus", "5s").unwrap_err().contains("wall_clock"));
    }
}
