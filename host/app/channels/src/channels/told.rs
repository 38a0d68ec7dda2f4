//! What went wrong when a person asked, in words: an adapter may know no more than a number.

use entrepot_sandbox::{AdapterError, CallError};

/// With what it means and what to do, where the adapter says little. Its kind stays what it is. `new`: the channel is not saved yet, so no
/// command can change it.
pub(super) fn in_full(error: CallError, new: bool) -> CallError {
    let CallError::Adapter(error) = error else { return error };
    let or_new = |kept: &'static str, given: &'static str| if new { given } else { kept };
    CallError::Adapter(match error {
        // Someone waits for the answer: what a job would retry is said at once.
        AdapterError::RateLimited(_) => AdapterError::Unavailable(format!(
            "{error}; nothing was changed. Too much was asked for from this address or with these keys; try again in a while"
        )),
        AdapterError::Unavailable(why) => AdapterError::Unavailable(explained(
            why,
            "the marketplace, or a firewall or cache in front of it, does not answer as it should at the moment; the keys are not what is \
             wrong. Open the shop's address in a browser, and try again when it works",
        )),
        AdapterError::Unauthorized(why) => AdapterError::Unauthorized(explained(
            why,
            or_new(
                "the marketplace does not let these keys in. Look whether they are complete, of this very account, and still valid there, \
                 and give them anew: entrepot channel set CHANNEL --secret-stdin KEY",
                "the marketplace does not let these keys in. Look whether they are complete, of this very account, and still valid there, \
                 and give the right ones: nothing was saved",
            ),
        )),
        AdapterError::NotFound => AdapterError::Other(
            or_new(
                "at this address there is nothing of the marketplace's; look whether it is the shop's own, and correct it: entrepot channel \
                 set CHANNEL --set KEY=VALUE",
                "at this address there is nothing of the marketplace's; look whether it is the shop's own, and give the right one: \
                 nothing was saved",
            )
            .to_owned(),
        ),
        AdapterError::Other(why) => AdapterError::Other(explained(
            why,
            or_new(
                "the marketplace refuses what the adapter asks for. Look at the settings (entrepot channel list --json); if they are right, \
                 tell the adapter's publisher",
                "the marketplace refuses what the adapter asks for. Look at the settings that you gave; if they are right, tell the adapter's \
                 publisher",
            ),
        )),
        error => error,
    })
}

/// Adapters that say more than a status and a word of the answer have said what to do.
fn explained(why: String, meaning: &str) -> String {
    match why.trim() {
        "" => format!("no reason was given: {meaning}"),
        bare if bare.starts_with("HTTP ") => format!("{bare}: {meaning}"),
        _ => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_status_is_explained_and_a_sentence_is_left() {
        let said = |error: AdapterError| in_full(CallError::Adapter(error), false).to_string();
        let down = said(AdapterError::Unavailable("HTTP 503".into()));
        assert!(down.starts_with("HTTP 503: the marketplace") && down.contains("try again"), "{down}");
        assert!(said(AdapterError::Unauthorized(String::new())).contains("entrepot channel set"));
        assert!(
            said(AdapterError::Other("HTTP 418: short and stout".into())).contains("short and stout: the marketplace")
        );
        let own = "The shop is being moved. Ask its owner.";
        assert_eq!(said(AdapterError::Unavailable(own.into())), own);
        let slow = in_full(CallError::Adapter(AdapterError::RateLimited(None)), false);
        assert!(matches!(slow, CallError::Adapter(AdapterError::Unavailable(_))));
        for error in [AdapterError::NotFound, AdapterError::Unauthorized(String::new())] {
            let of_new = in_full(CallError::Adapter(error), true).to_string();
            assert!(of_new.contains("nothing was saved") && !of_new.contains("channel set"), "{of_new}");
        }
    }
}
