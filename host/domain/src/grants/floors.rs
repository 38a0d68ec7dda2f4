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
