//! The most that a host gives, whatever a manifest asks for.

use super::{ByteSize, Grant, Limits, RateLimit, TimeSpan};

/// One for each limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ceilings {
    /// Those not named are [`Ceilings::DEFAULTS`].
    pub limits: Limits,
    pub rate_limit: RateLimit,
}

impl Ceilings {
    pub const DEFAULTS: Self = Self {
        limits: Limits {
            memory: Some(ByteSize(512 << 20)),
            wall_clock: Some(TimeSpan(3_600_000)),
            cpu: Some(TimeSpan(300_000)),
            outbound_calls: Some(5_000),
            result: Some(ByteSize(64 << 20)),
            log: Some(ByteSize(1 << 20)),
            files: Some(ByteSize(32 << 30)),
        },
        rate_limit: RateLimit { requests_per_second: 100.0, concurrency: 32 },
    };
}

impl Default for Ceilings {
    fn default() -> Self {
        Self::DEFAULTS
    }
}

impl Grant {
    /// What this host gives of it, and in words what it does not.
    #[must_use]
    pub fn capped(mut self, ceilings: &Ceilings) -> (Self, Vec<String>) {
        let mut cut = Vec::new();
        let (asked, usual) = (self.limits.or_defaults(), Ceilings::DEFAULTS.limits);
        macro_rules! cap {
            ($($field:ident $name:literal),*) => {
                $(if let (Some(wanted), Some(most)) = (asked.$field, ceilings.limits.$field.or(usual.$field))
                    && wanted > most
                {
                    cut.push(format!(concat!($name, " {} instead of {}"), most, wanted));
                    self.limits.$field = Some(most);
                })*
            };
        }
        cap!(
            memory "memory of a call:", wall_clock "time of a call:", cpu "computing time of a call:",
            outbound_calls "requests of a unit of work:", result "size of an answer:", log "size of the log of a call:",
            files "size of the files of a run:"
        );
        let (asked, most) = (self.rate_limit, ceilings.rate_limit);
        if asked.requests_per_second > most.requests_per_second {
            cut.push(format!(
                "requests per second: {} instead of {}",
                most.requests_per_second, asked.requests_per_second
            ));
            self.rate_limit.requests_per_second = most.requests_per_second;
        }
        if asked.concurrency > most.concurrency {
            cut.push(format!("requests at once: {} instead of {}", most.concurrency, asked.concurrency));
            self.rate_limit.concurrency = most.concurrency;
        }
        (self, cut)
    }
}
