//! So many are gone that nobody deletes them unasked: what an operator is shown, and how they allow it.

use entrepot_channels::OpenChannel;
use entrepot_core::retry_transient;
use entrepot_domain::names::shell_word;
use entrepot_store::runs::{HeldBack, RunRow};
use entrepot_store::{Scoped, StoreError};

use crate::Imports;
use crate::deletions::Deleting;

/// Items that are shown of what would have been deleted.
const SAMPLE: usize = 20;

impl Imports {
    /// What an operator is shown of so many that are gone, and the channel's name.
    pub(super) async fn shown(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        gone: &[String],
        wanted: Deleting,
    ) -> Result<(HeldBack, String), StoreError> {
        let patience = self.services.options().database_patience;
        let sample = retry_transient(patience, || scoped.titles(&channel.id, gone, SAMPLE)).await?;
        let name = retry_transient(patience, || scoped.channel(channel.id.as_str())).await?;
        let name = name.map_or_else(|| channel.id.to_string(), |row| row.name);
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let held_back = HeldBack { gone: number(gone.len()), of: wanted.by_now.of, most: number(wanted.most), sample };
        Ok((held_back, name))
    }
}

/// So many did not come, and one of them may be what nobody could identify.
pub(super) fn doubted(gone: usize) -> String {
    let products = if gone == 1 { "1 product".to_owned() } else { format!("{gone} products") };
    format!(
        "{products} did not come, and something came whose id cannot be read, which may be one of them (see the dead letters)"
    )
}

/// More are gone than may be without being asked about. `deleted`: within a day, with these.
pub(super) fn beyond(row: &RunRow, held_back: &HeldBack, deleted: i64) -> String {
    let HeldBack { gone, of, most, .. } = held_back;
    let before = deleted - gone;
    let with_those =
        if before > 0 { format!(", with the {before} that were deleted within a day") } else { String::new() };
    let allowed =
        row.may_delete.map_or_else(String::new, |allowed| format!(" and more than the {allowed} that were allowed"));
    format!(
        "{deleted} of {of} products are gone from the shop{with_those}, more than the {most} that may vanish within a day without being \
         asked about{allowed}"
    )
}

/// How to see what would have been deleted, and how to allow just that.
pub(super) fn how_to_allow(row: &RunRow, name: &str, gone: i64) -> String {
    let (word, run) = (shell_word(name), &row.id);
    format!(
        "Which ones: entrepot run {run}. If that is right: entrepot import {word} --full --allow-mass-deletion={gone}"
    )
}
