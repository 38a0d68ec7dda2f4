//! Decides about one hop before anything is sent: may it go, and with which credential.

use std::sync::atomic::Ordering;

use entrepot_domain::usage::UseKind;
use entrepot_policy::{Allowed, BoundGrant, Credential, Denial};
use url::{Origin, Url};

use super::Inner;
use crate::address::Kind;
use crate::exchange::Failure;
use crate::send::{check_target, is_loopback};

pub(super) struct Plan {
    /// The rule that allows it; empty: none does, the grant only reports.
    pub(super) rule: String,
    /// With its name.
    pub(super) credential: Option<(String, Credential)>,
    pub(super) redirects: u8,
}

/// Which credential a hop may carry.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// What the guest named, or the rule's first.
    Asked(Option<&'a str>),
    /// The same on a later hop: without one if the rule there does not know it.
    Continued(Option<&'a str>),
    /// The hop left the origin of the request.
    None,
}

impl Inner {
    /// `said`: the names of the headers that the guest set. `home`: where the request was addressed, if this is a later hop.
    pub(super) fn plan(
        &self,
        operation: &str,
        method: &str,
        url: &Url,
        said: &[&str],
        wanted: Wanted<'_>,
        home: Option<&Origin>,
    ) -> Result<Plan, Failure> {
        let bound = self.bound();
        let options = &self.shared.options;
        if bound.expired(options.clock.now()) {
            let id = &bound.adapter_id;
            return Err(Failure::denied(format!(
                "the grant of {id} has expired; renew it with: entrepot adapter approve {id}"
            )));
        }
        let plan = match bound.allow_with(operation, method, url, said) {
            Ok(allowed) => Plan {
                rule: allowed.rule.name.clone(),
                credential: choose(&allowed, wanted, url, options.allow_loopback)?,
                redirects: allowed.redirects,
            },
            Err(denial) if bound.report_only => self.report(operation, &denial),
            Err(denial) => {
                return Err(home.map_or_else(|| Failure::denied(&denial), |home| sent_on(&bound, home, url, &denial)));
            }
        };
        check_target(url, options.allow_loopback)?;
        Ok(plan)
    }

    fn report(&self, operation: &str, denial: &Denial) -> Plan {
        let what = format!("{} {}", denial.method, denial.target);
        self.ledger.count(UseKind::Reported, operation.to_owned(), "", &what);
        self.counters.reported.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(channel = self.channel, "report-only grant let a request through: {denial}");
        Plan { rule: String::new(), credential: None, redirects: 0 }
    }
}

type Named = Option<(String, Credential)>;

fn choose(allowed: &Allowed<'_>, wanted: Wanted<'_>, url: &Url, allow_loopback: bool) -> Result<Named, Failure> {
    let https = url.scheme() == "https";
    // What goes to this machine does not leave it. A credential that may travel in the clear anywhere comes first all the same: that is
    // what a shop without TLS would see.
    let stays_here = allow_loopback && is_loopback(url);
    let rule = &allowed.rule.name;
    let owned = |(name, credential): (&str, &Credential)| (name.to_owned(), credential.clone());
    let first_possible = || {
        let mut credentials = allowed.credentials.iter().copied();
        let possible = credentials.find(|(_, credential)| credential.possible_on(https));
        possible.or_else(|| allowed.credentials.first().copied().filter(|_| stays_here))
    };
    let named = |name: &str| {
        let possible = allowed.credential(name).filter(|credential| stays_here || credential.possible_on(https));
        possible.map(|credential| (name.to_owned(), credential.clone()))
    };
    let advice = if is_loopback(url) { Kind::Loopback.advice() } else { "" };
    match wanted {
        Wanted::None => Ok(None),
        Wanted::Continued(Some(name)) => Ok(named(name)),
        Wanted::Continued(None) => Ok(first_possible().map(owned)),
        Wanted::Asked(Some(name)) => match (allowed.credential(name), named(name)) {
            (_, Some(credential)) => Ok(Some(credential)),
            (Some(credential), None) => Err(Failure::denied(format!(
                "a {} credential is never sent over plain http{advice}",
                credential.scheme()
            ))),
            (None, None) => Err(Failure::denied(format!(
                "the credential `{name}` is not granted here; it would have to be among the credentials of rule `{rule}`"
            ))),
        },
        Wanted::Asked(None) => match first_possible() {
            Some(credential) => Ok(Some(owned(credential))),
            None if allowed.credentials.is_empty() => Ok(None),
            None => Err(Failure::denied(format!("no credential of rule `{rule}` may be sent over plain http{advice}"))),
        },
    }
}

/// Nobody asked for that address but the server: mostly it is no reason to grant more.
pub(super) fn of_hop(why: Failure, followed: u8) -> Failure {
    const MOVED: &str =
        "the shop sends requests on to another address: has it moved, or is a login or a firewall in front of it?";
    match why {
        Failure::Denied(why) if followed > 0 => Failure::Denied(format!("{MOVED} {why}")),
        why => why,
    }
}

/// A seller can enter another address, but has no use for a line of a grant. That is for the publisher, where no setting decides.
fn sent_on(bound: &BoundGrant, home: &Origin, url: &Url, denial: &Denial) -> Failure {
    let Some((setting, folder)) = entered(bound, home) else { return Failure::denied(denial) };
    let origin = url.origin();
    let now = match url.path().strip_prefix(folder.as_str()) {
        _ if origin == *home => String::new(),
        Some(rest) if rest.starts_with('/') => format!(": {}{folder}", origin.ascii_serialization()),
        _ => format!(": {}", origin.ascii_serialization()),
    };
    Failure::denied(format!(
        "They go to {}. If the shop is there now, enter the address that it has now in the setting `{setting}`{now}",
        denial.target
    ))
}

/// The setting that says where the marketplace is, and the folder in it.
fn entered(bound: &BoundGrant, home: &Origin) -> Option<(String, String)> {
    let Origin::Tuple(_, host, _) = home else { return None };
    let host = host.to_string();
    bound.bindings().find_map(|(name, value)| match Url::parse(value) {
        Ok(url) if url.origin() == *home => Some((name.to_owned(), url.path().trim_end_matches('/').to_owned())),
        Ok(_) => None,
        Err(_) => host.split('.').any(|label| label == value).then(|| (name.to_owned(), String::new())),
    })
}
