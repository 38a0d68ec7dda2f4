//! What goes wrong is told apart: wait, give up, ask for other keys. And half an answer is never taken for a whole one.

use entrepot_sandbox::{AdapterError, CallError};

use super::{Outcome, Pages, Subject, told};
use crate::fault::FaultKind;

/// Pages that are tried.
const PAGES: usize = 20;

const FAULTS: [(FaultKind, &str); 8] = [
    (FaultKind::Status(401), "401"),
    (FaultKind::Status(429), "429"),
    (FaultKind::Status(500), "500"),
    (FaultKind::Status(503), "503"),
    (FaultKind::Truncate, "an answer that is cut off"),
    (FaultKind::Html, "a web page instead of data"),
    (FaultKind::Empty, "an empty answer"),
    (FaultKind::Slow, "no answer in time"),
];

pub(super) async fn of_check(subject: &Subject<'_>) -> Outcome {
    for (fault, words) in FAULTS {
        let (shop, replay) = subject.shop(Some(fault))?;
        let outcome = shop.check().await;
        if replay.requests() == 0 {
            return Err("it asks the marketplace nothing; any keys would do".into());
        }
        judge(fault, &outcome).map_err(|wrong| format!("{words}: {wrong}"))?;
    }
    Ok(format!("{} faults", FAULTS.len()))
}

pub(super) async fn of_pages(subject: &Subject<'_>, of: Pages) -> Outcome {
    let pages = subject.pages(of)?;
    let mut tried = 0;
    for (at, (request, page)) in pages.iter().enumerate().take(PAGES) {
        for (fault, words) in FAULTS {
            let (shop, replay) = subject.shop(Some(fault))?;
            let outcome = shop.fetch_page(request.clone()).await;
            if replay.requests() == 0 {
                continue;
            }
            tried += 1;
            if outcome.as_ref().is_ok_and(|again| again == page) {
                // What was broken was of no consequence: an extra that the adapter does without.
                continue;
            }
            judge(fault, &outcome).map_err(|wrong| format!("page {}, {words}: {wrong}", at + 1))?;
        }
    }
    if tried == 0 {
        return Err("no page asks the marketplace anything".into());
    }
    Ok(format!("{tried} faults on {} pages", pages.len().min(PAGES)))
}

fn judge<T>(fault: FaultKind, outcome: &Result<T, CallError>) -> Result<(), String> {
    let error = match outcome {
        Ok(_) => return Err("it was taken for a good answer".into()),
        Err(error) => error,
    };
    let CallError::Adapter(kind) = error else { return Err(told(error)) };
    let (fits, wanted) = match fault {
        FaultKind::Status(401) => (matches!(kind, AdapterError::Unauthorized(_)), "unauthorized"),
        FaultKind::Status(429) => {
            (matches!(kind, AdapterError::RateLimited(Some(_))), "rate-limited, with the time of Retry-After")
        }
        FaultKind::Status(503) | FaultKind::Slow => {
            (matches!(kind, AdapterError::Unavailable(_) | AdapterError::RateLimited(_)), "unavailable or rate-limited")
        }
        FaultKind::Status(_) => (matches!(kind, AdapterError::Unavailable(_)), "unavailable"),
        // A page to sign in is no reason to give up: it may be a proxy's, for a moment.
        FaultKind::Html | FaultKind::Truncate | FaultKind::Empty => {
            (matches!(kind, AdapterError::Unavailable(_) | AdapterError::Other(_)), "unavailable")
        }
    };
    if fits { Ok(()) } else { Err(format!("it has to be {wanted}, and is {}", told(error))) }
}
