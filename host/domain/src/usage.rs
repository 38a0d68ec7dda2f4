//! What an adapter really did: counted while it works, written down when a piece of work ends, shown to whoever audits it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// What is counted of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// A call of an export.
    Call,
    /// A call that the host ended; `name` says why.
    Stopped,
    /// A request that was sent: `name` is the host, `rule` what allowed it.
    Request,
    /// A credential that went out with a request: `name` is the credential.
    Credential,
    /// A request that was refused: `name` is what it was.
    Denied,
    /// A request that only a report-only grant let through.
    Reported,
    /// The most bytes of memory that one call had.
    Memory,
    /// The most milliseconds that one call computed.
    Cpu,
    /// The most milliseconds that one call took, waiting included.
    WallClock,
    /// The most requests that one unit of work sent.
    OutboundCalls,
}

impl UseKind {
    /// In the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Call,
        Self::Stopped,
        Self::Request,
        Self::Credential,
        Self::Denied,
        Self::Reported,
        Self::Memory,
        Self::Cpu,
        Self::WallClock,
        Self::OutboundCalls,
    ];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Stopped => "stopped",
            Self::Request => "request",
            Self::Credential => "credential",
            Self::Denied => "denied",
            Self::Reported => "reported",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::WallClock => "wall_clock",
            Self::OutboundCalls => "outbound_calls",
        }
    }

    /// Of what [`Self::as_str`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One thing that an adapter did, to be counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Use {
    /// What it did.
    pub kind: UseKind,
    /// The export during which it happened.
    pub operation: Cow<'static, str>,
    /// Of the grant; empty where none was part of it.
    pub rule: String,
    /// As the kind says; empty where it says nothing.
    pub name: String,
}

/// How often, and, of what is measured, the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// How often.
    pub count: u64,
    /// The largest value, of what is measured; else 0.
    pub most: u64,
}

/// Different things one piece of work may be written down with. A guest chooses the addresses it is denied: beyond these they
/// count together.
const DIFFERENT: usize = 200;
/// Of those, refused requests: their rows are kept for long, and an adapter under way for a day writes many pieces of work.
const REFUSED: usize = 20;
const OTHERS: &str = "(others)";
/// Characters of a name.
const MAX_NAME_LEN: usize = 200;

/// Counts of one piece of work.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<HashMap<Use, Amount>>);

impl Ledger {
    /// Once more.
    pub fn count(&self, kind: UseKind, operation: impl Into<Cow<'static, str>>, rule: &str, name: &str) {
        self.note(kind, operation.into(), rule, name, Amount { count: 1, most: 0 });
    }

    /// Something measured: the most is kept.
    pub fn peak(&self, kind: UseKind, operation: impl Into<Cow<'static, str>>, value: u64) {
        self.note(kind, operation.into(), "", "", Amount { count: 1, most: value });
    }

    /// Everything so far; it begins anew.
    pub fn take(&self) -> Vec<(Use, Amount)> {
        let mut taken: Vec<_> = self.entries().drain().collect();
        // Hosts that write the same rows at the same time shall do so in the same order.
        taken.sort_by(|(one, _), (other, _)| one.cmp(other));
        taken
    }

    fn note(&self, kind: UseKind, operation: Cow<'static, str>, rule: &str, name: &str, amount: Amount) {
        // Guests choose some of these; databases do not take every character.
        let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let name = name.chars().take(MAX_NAME_LEN).map(printable).collect();
        let mut of = Use { kind, operation, rule: rule.to_owned(), name };
        let mut entries = self.entries();
        let refused = matches!(kind, UseKind::Denied | UseKind::Reported);
        let of_kind = || entries.keys().filter(|known| known.kind == kind).count();
        let full = entries.len() >= DIFFERENT || (refused && of_kind() >= REFUSED);
        if full && !entries.contains_key(&of) {
            OTHERS.clone_into(&mut of.name);
        }
        let known = entries.entry(of).or_default();
        known.count += amount.count;
        known.most = known.most.max(amount.most);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Use, Amount>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_count_and_the_most_is_kept() {
        let ledger = Ledger::default();
        for memory in [3, 9, 1] {
            ledger.count(UseKind::Call, "fetch-page", "", "");
            ledger.peak(UseKind::Memory, "fetch-page", memory);
        }
        let taken = ledger.take();
        let amount = |kind| taken.iter().find(|(of, _)| of.kind == kind).map(|(_, amount)| *amount);
        assert_eq!(amount(UseKind::Call), Some(Amount { count: 3, most: 0 }));
        assert_eq!(amount(UseKind::Memory), Some(Amount { count: 3, most: 9 }));
        assert!(ledger.take().is_empty());
    }

    #[test]
    fn a_guest_cannot_fill_the_ledger() {
        let ledger = Ledger::default();
        for path in 0..10_000 {
            ledger.count(UseKind::Denied, "fetch-page", "", &format!("GET https://a.example/{path}"));
        }
        let taken = ledger.take();
        assert!(taken.len() <= REFUSED + 1);
        assert_eq!(taken.iter().map(|(_, amount)| amount.count).sum::<u64>(), 10_000, "none is lost");
    }
}
