//! Following the log to its end, and holding its end.

use entrepot_store::Tx;

use crate::{Admission, AdmissionError};

impl Admission {
    /// To the end of the log as it is now. Not from within a transaction: it takes another connection.
    pub(crate) async fn follow_log(&self) -> Result<(), AdmissionError> {
        let mut at = self.followed().lock().await;
        loop {
            // The last one once more: whether it is still the one that was followed.
            let mut page = self.db().audit_page(at.entries.saturating_sub(1)).await?;
            if let Some(last) =
                page.extract_if(.., |row| row.seq <= at.entries).last().filter(|row| row.hash != at.hash)
            {
                (at.anew, at.broken, at.hash) = (at.anew.or(Some(last.seq)), last.seq, last.hash);
            }
            if page.is_empty() {
                return Ok(());
            }
            let mut rows = page.into_iter().peekable();
            while let Some(row) = rows.next() {
                let before = at.unproved == at.entries && row.seq == at.entries + 1;
                if before && self.is_before_adoption(&row, rows.peek()).await? {
                    at.unproved = row.seq;
                } else if self.broken(&row, at.entries, &at.hash).is_some() {
                    at.broken = row.seq;
                } else {
                    at.hear(&row);
                }
                at.entries = row.seq;
                at.hash = row.hash;
            }
        }
    }

    /// A transaction in which nobody adds an entry to the log, which was followed to its end.
    pub async fn begin_at_the_end(&self) -> Result<Tx, AdmissionError> {
        loop {
            self.follow_log().await?;
            let mut tx = self.db().begin().await?;
            let last = tx.audit_head().await?.map_or(0, |head| head.seq);
            if last <= self.followed().lock().await.entries {
                return Ok(tx);
            }
        }
    }
}
