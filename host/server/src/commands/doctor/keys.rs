//! Which master key is in use, and what is still under others.

use entrepot_core::AppError;

use super::Checks;
use crate::host::Host;
use crate::output::count;

const WHAT: &str = "master key";

pub(super) async fn examine(host: &Host, checks: &mut Checks) -> Result<(), AppError> {
    for key in host.app.channels.master_keys().await? {
        let id = &key.key_id;
        let left = format!(
            "{}, {} and {} of the audit log are still under it",
            count(key.rows, "row", "rows"),
            count(key.sealed, "sealed value", "sealed values"),
            count(key.entries, "entry", "entries")
        );
        match (key.in_use, key.is_free()) {
            (true, _) => checks.fine(WHAT, format!("{id} is in use and fits the database")),
            (false, true) if key.given && key.retired_at.is_some() => {
                checks
                    .note(WHAT, format!("{id} is not needed any more: take it out of ENTREPOT_MASTER_KEY or its file"));
            }
            (false, true) if key.given => {
                checks.note(WHAT, format!("{id} is given, and nothing is under it: to change to it, put it first and use `entrepot key rotate`"));
            }
            (false, false) if key.given => {
                checks.note(
                    WHAT,
                    format!("{id} is needed: {left}; `entrepot key rotate` writes them anew under the key in use"),
                );
            }
            // What is under a key that is lost has its own lines where it matters.
            _ => {}
        }
    }
    Ok(())
}
