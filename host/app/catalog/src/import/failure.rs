//! What to do when a page did not come.

use std::time::Duration;

use entrepot_sandbox::{AdapterError, CallError};

use entrepot_core::Options;
use entrepot_core::{at_most_a_day, backoff};

pub(crate) enum Verdict {
    /// Again after this long; `shortened`: a longer wait was asked for. `counts`: an attempt was used up.
    Retry { wait: Duration, shortened: bool, counts: bool },
    /// Not before someone has changed something.
    GiveUp { reconnect: bool },
}

/// So often a shop that sends requests on is asked again.
const SENT_ON: i64 = 3;

/// The shop answers with another address. What is granted is right, and the one that was entered may not be.
fn is_sent_on(why: &str) -> bool {
    why.contains("enter the ")
}

/// `patient`: with a marketplace that asks to slow down, whatever the number of attempts.
pub(crate) fn judge(error: &CallError, attempt: i64, patient: bool, options: &Options) -> Verdict {
    let last = attempt + 1 >= options.attempts;
    let later = |asked: Option<u64>| {
        let own = backoff(options.backoff, attempt);
        let (wait, shortened) = asked.map_or((own, false), |ms| {
            let (wait, shortened) = at_most_a_day(ms);
            (wait.max(own / 4), shortened)
        });
        Verdict::Retry { wait, shortened, counts: asked.is_none() }
    };
    match error {
        CallError::Adapter(AdapterError::RateLimited(asked)) if patient || !last => later(*asked),
        CallError::Adapter(AdapterError::Unavailable(_) | AdapterError::Other(_)) | CallError::Stopped { .. }
            if !last =>
        {
            later(None)
        }
        // One redirect among good answers may be a login's, a cache's or a balancer's.
        CallError::Adapter(AdapterError::Denied(why)) if is_sent_on(why) && attempt < SENT_ON && !last => later(None),
        CallError::Adapter(AdapterError::Unauthorized(_)) => Verdict::GiveUp { reconnect: true },
        CallError::Adapter(_) | CallError::Stopped { .. } | CallError::NotExported(_) => {
            Verdict::GiveUp { reconnect: false }
        }
    }
}

/// Says that the account or its address is wrong, or that nothing is there. One such answer among good ones may be a cache's, a proxy's or
/// a firewall's: it counts once it came twice, and a look at the account says the same.
pub(crate) fn is_doubtful(error: &CallError) -> bool {
    use AdapterError::{NotFound, Unauthorized, Unsupported};
    matches!(error, CallError::Adapter(Unauthorized(_) | Unsupported(_) | NotFound))
}

/// For the run's report: what happened and what to do. `channel`: as a word of a command.
pub(crate) fn explain(error: &CallError, attempts: i64, channel: &str, adapter: &str) -> String {
    let again = format!("entrepot import {channel}");
    let hint = match error {
        CallError::Adapter(AdapterError::Unauthorized(_)) => format!(
            "correct the keys with entrepot channel set {channel} --secret-stdin KEY, then {again}: it goes on where it stopped"
        ),
        CallError::Adapter(AdapterError::Unavailable(_) | AdapterError::RateLimited(_) | AdapterError::Other(_)) => {
            format!("when the shop is well: {again}; it goes on where it stopped")
        }
        // A shop that sends requests on: what is granted is right, and the address is not.
        CallError::Adapter(AdapterError::Denied(why)) if is_sent_on(why) => {
            format!("entrepot channel set {channel} --set KEY=VALUE, then {again}")
        }
        CallError::Adapter(AdapterError::Denied(_)) => {
            format!("the adapter may not do that; look at its grant: entrepot adapter inspect {adapter}")
        }
        CallError::Adapter(AdapterError::NotFound) => format!(
            "was the shop moved or closed? Correct its address with entrepot channel set {channel} --set KEY=VALUE, or, when the shop is \
             well: {again}"
        ),
        CallError::Stopped { .. } => {
            format!("the adapter broke a limit; tell its publisher, or grant more: entrepot adapter inspect {adapter}")
        }
        CallError::Adapter(AdapterError::Unsupported(_) | AdapterError::Invalid(_)) => format!(
            "put that right, in the shop or with entrepot channel set {channel} --set KEY=VALUE (the keys: entrepot adapter inspect \
             {adapter}), then {again}"
        ),
        CallError::NotExported(_) => {
            format!(
                "another version of the adapter may have it; what this one can do: entrepot adapter inspect {adapter}"
            )
        }
    };
    let tries = if attempts > 1 { format!(" ({attempts} tries)") } else { String::new() };
    format!("{error}{tries} — {hint}")
}
