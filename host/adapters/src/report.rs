//! What an adapter may do, beside what it did.

use std::collections::BTreeMap;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::usage::UseKind;
use entrepot_policy::Grant;
use entrepot_store::quarantine::Quarantine;
use entrepot_store::usage::Usage;
use serde::Serialize;

use crate::{Admission, AdmissionError, InForce};

#[derive(Clone, Debug, Serialize)]
pub struct UsageReport {
    pub adapter: String,
    /// In use; none: nothing is.
    pub version: Option<String>,
    /// Tried on a share of the channels.
    pub canary: Option<String>,
    pub report_only: bool,
    /// What is granted besides rules: limits, pace and end; the grant for most channels first.
    pub granted: Vec<InForce>,
    /// The moment from which on things are counted here.
    pub since: Timestamp,
    pub calls: Vec<Counted>,
    /// What is granted, and how often it was used.
    pub rules: Vec<RuleUse>,
    pub hosts: Vec<Counted>,
    pub credentials: Vec<Counted>,
    pub denied: Vec<Counted>,
    /// Let through by a report-only grant.
    pub reported: Vec<Counted>,
    /// Calls that the host ended, and why.
    pub stopped: Vec<Counted>,
    pub headroom: Vec<Headroom>,
    pub quarantined: Vec<Quarantine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub what: String,
    pub count: i64,
    /// The hour it last happened in.
    pub last: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleUse {
    pub rule: String,
    pub in_words: String,
    /// 0: it could be taken away.
    pub requests: i64,
}

/// The most that a call took of what it may.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Headroom {
    pub limit: &'static str,
    pub most: String,
    pub of: String,
    pub percent: i64,
}

impl Admission {
    /// Over all tenants, from `since` on.
    pub async fn usage_report(&self, adapter: &str, since: Timestamp) -> Result<UsageReport, AdmissionError> {
        self.check_known(adapter).await?;
        let granted = self.granted_now(adapter).await?;
        let (_, canary) = self.versions_in_use(adapter).await?;
        let usage = self.db().usage_since(adapter, since).await?;
        let named = |kind| summed(&usage, kind, |usage| usage.name.clone());
        Ok(UsageReport {
            adapter: adapter.to_owned(),
            version: granted.as_ref().map(|grant| grant.version.clone()),
            canary,
            report_only: granted.as_ref().is_some_and(|grant| grant.report_only),
            granted: self.terms_in_force(adapter).await?,
            since,
            calls: summed(&usage, UseKind::Call, |usage| usage.operation.clone()),
            rules: granted.as_ref().map(|grant| rules(grant, &usage)).unwrap_or_default(),
            hosts: named(UseKind::Request),
            credentials: summed(&usage, UseKind::Credential, |usage| format!("{} (rule {})", usage.name, usage.rule)),
            denied: named(UseKind::Denied),
            reported: named(UseKind::Reported),
            stopped: summed(&usage, UseKind::Stopped, |usage| format!("{}: {}", usage.operation, usage.name)),
            headroom: granted.as_ref().map(|grant| headroom(grant, &usage)).unwrap_or_default(),
            quarantined: self.db().quarantined(adapter).await?,
        })
    }
}

/// Most often first.
fn summed(usage: &[Usage], kind: UseKind, name: impl Fn(&Usage) -> String) -> Vec<Counted> {
    let mut sums: BTreeMap<String, (i64, Timestamp)> = BTreeMap::new();
    for usage in usage.iter().filter(|usage| usage.kind == kind.as_str()) {
        let (count, last) = sums.entry(name(usage)).or_default();
        *count += usage.count;
        *last = usage.last.max(*last);
    }
    let mut all: Vec<_> = sums.into_iter().map(|(what, (count, last))| Counted { what, count, last }).collect();
    all.sort_by_key(|counted| std::cmp::Reverse(counted.count));
    all
}

fn rules(grant: &Grant, usage: &[Usage]) -> Vec<RuleUse> {
    let requests = |rule: &str| {
        let of_rule = usage.iter().filter(|usage| usage.kind == UseKind::Request.as_str() && usage.rule == rule);
        of_rule.map(|usage| usage.count).sum()
    };
    let rules = grant.rules.iter();
    rules
        .map(|rule| RuleUse { rule: rule.name.clone(), in_words: rule.in_words(), requests: requests(&rule.name) })
        .collect()
}

fn headroom(grant: &Grant, usage: &[Usage]) -> Vec<Headroom> {
    let limits = grant.limits.or_defaults();
    let most = |kind: UseKind| usage.iter().filter(|usage| usage.kind == kind.as_str()).map(|usage| usage.most).max();
    let row = |limit, kind, of: Option<(u64, String)>, shown: fn(i64) -> String| {
        let ((of, words), most) = (of?, most(kind)?);
        let percent = if of == 0 { 0 } else { most.saturating_mul(100) / i64::try_from(of).unwrap_or(i64::MAX).max(1) };
        Some(Headroom { limit, most: shown(most), of: words, percent })
    };
    let mebibytes = |bytes: i64| format!("{:.1}MiB", bytes as f64 / (1 << 20) as f64);
    let time = |ms: i64| format!("{ms}ms");
    [
        row("memory", UseKind::Memory, limits.memory.map(|size| (size.bytes(), size.to_string())), mebibytes),
        row("cpu", UseKind::Cpu, limits.cpu.map(|span| (span.0, span.to_string())), time),
        row("wall_clock", UseKind::WallClock, limits.wall_clock.map(|span| (span.0, span.to_string())), time),
        row(
            "outbound_calls",
            UseKind::OutboundCalls,
            limits.outbound_calls.map(|calls| (u64::from(calls), calls.to_string())),
            |calls| calls.to_string(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
