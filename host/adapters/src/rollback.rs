//! Going back: because an operator says so, or because an upgrade does worse than what was before.

use entrepot_policy::Grant;
use entrepot_store::Tx;
use entrepot_store::usage::Health;
use serde_json::json;

use crate::audit::Action;
use crate::grant_head::{ALL_CHANNELS, GrantHead, of_grants};
use crate::review::Before;
use crate::{Admission, AdmissionError, Unfit};

/// How long an upgrade is watched that counts for all channels. One that is tried on a share is watched until that ends.
const WATCHED_MS: i64 = 24 * 60 * 60 * 1000;
/// What it is compared with.
const COMPARED_MS: i64 = 30 * WATCHED_MS;
/// Fewer calls or requests say nothing.
const FEW: i64 = 5;
/// Of calls or requests, the share in percent from which on it is too much,
const MUCH: i64 = 20;
/// if it is also this many times what it was before.
const TIMES: i64 = 3;

/// Where a rollback leads.
pub(crate) struct WayBack {
    from: (i64, String),
    to: (i64, Grant),
    /// What is tried on a share of the channels only has to end.
    canary: bool,
    /// What it allows beyond the grant in force, in words.
    wider: Vec<String>,
}

impl Admission {
    /// Ends what is tried on a share of the channels; where nothing is, puts the grant before the one in use back in use, with its
    /// version.
    pub async fn rollback(&self, adapter: &str, by: &str) -> Result<Grant, AdmissionError> {
        self.rollback_with(adapter, false, by).await
    }

    /// `accept_wider`: also where the earlier grant allows more than the one in force.
    pub async fn rollback_with(&self, adapter: &str, accept_wider: bool, by: &str) -> Result<Grant, AdmissionError> {
        self.check_known(adapter).await?;
        let mut tx = self.begin_at_the_end().await?;
        let back = self.way_back(&mut tx, adapter).await?;
        self.check_way_back(&mut tx, &back, adapter).await?;
        if !back.wider.is_empty() && !accept_wider {
            let WayBack { to: (_, Grant { adapter_id: adapter, version, .. }), wider, .. } = back;
            return Err(AdmissionError::WiderBefore { adapter, version, wider });
        }
        let granted = self.go_back(&mut tx, back, None, by).await?;
        tx.commit().await?;
        Ok(granted)
    }

    /// Looks whether the generation, which is an upgrade, is stopped or denied much more often than what was before it, and if so
    /// goes back. True: it did.
    pub async fn judge(&self, adapter: &str, generation: i64) -> Result<bool, AdmissionError> {
        let mut tx = self.begin_at_the_end().await?;
        let before = match self.before(&mut tx, adapter).await {
            // Nothing is called under it, and there is nothing to judge.
            Err(error) if error.is_changed() => return Ok(false),
            before => before?,
        };
        let Some(Before { main, head, .. }) = before else { return Ok(false) };
        let now = self.db().clock().now();
        let judged = match head.canary {
            Some((canary, _)) => tx.grant(adapter, canary).await?,
            None => Some(main.clone()),
        };
        let Some(judged) = judged else { return Ok(false) };
        if judged.generation != generation || (head.canary.is_none() && now - main.approved_at > WATCHED_MS) {
            return Ok(false);
        }
        let since = judged.approved_at;
        let back = match self.way_back(&mut tx, adapter).await {
            Ok(back) => back,
            Err(
                AdmissionError::NothingToRollBack(_)
                | AdmissionError::RolledBackBefore { .. }
                | AdmissionError::Expired { .. },
            ) => return Ok(false),
            Err(error) => return Err(error),
        };
        // Another grant of the same version is an operator's decision, and so is going back to an older one.
        if !is_newer(&back.from.1, &back.to.1.version) {
            return Ok(false);
        }
        let known = self.db().health(adapter, back.to.0, now - COMPARED_MS).await?;
        let Some(why) = worse(&self.db().health(adapter, generation, since).await?, &known) else { return Ok(false) };
        if let Err(error) = self.check_way_back(&mut tx, &back, adapter).await {
            tracing::warn!(adapter, why, %error, "an upgrade does worse, and is not rolled back");
            return if error.is_changed() { Ok(false) } else { Err(error) };
        }
        // What it restores was in force until this upgrade came; where that allows more, the log says what.
        self.go_back(&mut tx, back, Some(&why), "host").await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(crate) async fn way_back(&self, tx: &mut Tx, adapter: &str) -> Result<WayBack, AdmissionError> {
        let nothing = || AdmissionError::NothingToRollBack(adapter.to_owned());
        let Before { main, head, granted: in_use } = self.before(tx, adapter).await?.ok_or_else(nothing)?;
        if let Some((canary, _)) = head.canary {
            let version = tx.grant(adapter, canary).await?.map_or_else(String::new, |row| row.version);
            let from = (canary, version);
            return Ok(WayBack { from, to: (main.generation, in_use), canary: true, wider: Vec::new() });
        }
        // The same grant approved twice is one state: going back to it would change nothing. What was changed past this host is none.
        let earlier = tx.grants_between(adapter, head.revoked, main.generation).await?;
        let known = earlier.iter().filter_map(|row| Some((row, self.granted(row).ok()?)));
        let left = self.followed().lock().await.left(adapter);
        let mut passed_over = None;
        let mut to = None;
        for (row, grant) in known.filter(|(_, known)| *known != in_use) {
            if left.iter().any(|left| left.includes(row, &grant)) {
                passed_over.get_or_insert_with(|| grant.version.clone());
            } else {
                to = Some((row.generation, grant));
                break;
            }
        }
        let to = match (to, passed_over) {
            (Some(to), _) => to,
            (None, Some(version)) => {
                return Err(AdmissionError::RolledBackBefore { adapter: adapter.to_owned(), version });
            }
            (None, None) => return Err(nothing()),
        };
        if to.1.expires_at.is_some_and(|end| end <= self.db().clock().now()) {
            return Err(AdmissionError::Expired { adapter: adapter.to_owned() });
        }
        let (now, then) = (in_use.capped(self.ceilings()).0, to.1.clone().capped(self.ceilings()).0);
        Ok(WayBack { from: (main.generation, main.version), wider: then.wider_than(&now), to, canary: false })
    }

    /// Whether nothing is unknown that was said after the grant that a rollback would lead to, and no row of one in between is gone.
    async fn check_way_back(&self, tx: &mut Tx, back: &WayBack, adapter: &str) -> Result<(), AdmissionError> {
        let generation = back.to.0;
        // What is tried ends; the other is in force anyway.
        if back.canary {
            return Ok(());
        }
        let found = tx.generations().await?.into_iter().collect();
        let followed = self.followed().lock().await;
        let known = followed.check_since(adapter, generation);
        known.map_err(|why| AdmissionError::no_way_back(adapter, generation, why))?;
        match followed.first_missing(adapter, generation, &found) {
            Some((missing, _)) => Err(AdmissionError::no_way_back(adapter, missing, Unfit::Gone)),
            None => Ok(()),
        }
    }

    pub(crate) async fn go_back(
        &self,
        tx: &mut Tx,
        back: WayBack,
        why: Option<&str>,
        by: &str,
    ) -> Result<Grant, AdmissionError> {
        let WayBack { from, to: (generation, granted), canary, wider } = back;
        let adapter = granted.adapter_id.as_str();
        let mut details = json!({
            "from": {"generation": from.0, "version": from.1},
            "to": {"generation": generation, "version": granted.version},
            "why": why, "wider": wider,
        });
        if canary {
            let head = self.grant_head_in(tx, adapter).await?.unwrap_or_default();
            self.write_head(tx, &of_grants(adapter), &GrantHead { canary: None, ..head }).await?;
            tx.end_canary(adapter, self.db().clock().now()).await?;
        } else {
            // A grant of its own, with what the earlier one allowed.
            details["generation"] = self.put_in_use(tx, &granted, ALL_CHANNELS, by).await?.into();
            details["grant"] = json!(granted);
        }
        self.record(tx, by, Action::Rollback, Some(adapter), &details).await?;
        tracing::warn!(adapter, from = from.1, to = granted.version, by, why, "adapter rolled back");
        Ok(granted)
    }
}

pub(crate) fn is_newer(version: &str, than: &str) -> bool {
    match (semver::Version::parse(version), semver::Version::parse(than)) {
        (Ok(version), Ok(than)) => version > than,
        _ => false,
    }
}

/// In words, what goes worse with the new grant than it went with the one before.
fn worse(new: &[Health], old: &[Health]) -> Option<String> {
    new.iter().find_map(|now| {
        let before = old.iter().find(|health| health.operation == now.operation);
        let (calls, stopped) = before.map_or((0, 0), |health| (health.calls, health.stopped));
        let (sent, denied) = before.map_or((0, 0), |health| (health.requests + health.denied, health.denied));
        let asked = now.requests + now.denied;
        let operation = &now.operation;
        if is_worse(now.stopped, now.calls, stopped, calls) {
            let of = now.calls;
            return Some(format!(
                "{operation} was stopped in {} of {of} calls, before in {stopped} of {calls}",
                now.stopped
            ));
        }
        is_worse(now.denied, asked, denied, sent)
            .then(|| format!("{operation} was denied {} of {asked} requests, before {denied} of {sent}", now.denied))
    })
}

fn is_worse(bad: i64, all: i64, bad_before: i64, all_before: i64) -> bool {
    let much = all >= FEW && bad * 100 >= all * MUCH;
    // bad / all >= TIMES * bad_before / all_before, without dividing
    much && (all_before == 0 || bad * all_before >= TIMES * bad_before * all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(calls: i64, stopped: i64, requests: i64, denied: i64) -> Vec<Health> {
        vec![Health { operation: "fetch-page".into(), calls, stopped, requests, denied }]
    }

    #[test]
    fn what_was_bad_before_is_no_reason_to_go_back() {
        assert_eq!(worse(&health(4, 4, 0, 0), &[]), None, "too few calls to say");
        assert_eq!(worse(&health(100, 10, 50, 0), &health(1_000, 0, 500, 0)), None);
        let why = worse(&health(8, 8, 0, 0), &health(1_000, 2, 500, 0));
        assert_eq!(why.as_deref(), Some("fetch-page was stopped in 8 of 8 calls, before in 2 of 1000"));
        assert_eq!(worse(&health(10, 5, 0, 0), &health(10, 4, 0, 0)), None, "it was as bad before");
        let why = worse(&health(10, 0, 10, 10), &health(1_000, 0, 500, 1));
        assert_eq!(why.as_deref(), Some("fetch-page was denied 10 of 20 requests, before 1 of 501"));
    }
}
