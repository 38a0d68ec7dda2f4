//! Decides about one hop before anything is sent: may it go, and with which credential.

use std::sync::atomic::Ordering;

use entrepot_domain::grants::{Allowed, Credential, Denial};
use url::Url;

use super::Inner;
use crate::exchange::Failure;
use crate::hop::check_target;

pub(super) struct Plan {
    pub(super) credential: Option<Credential>,
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
    pub(super) fn plan(&self, operation: &str, method: &str, url: &Url, wanted: Wanted<'_>) -> Result<Plan, Failure> {
        let bound = self.bound();
        let options = &self.shared.options;
        if bound.expired(options.clock.now()) {
            let id = &bound.adapter_id;
            return Err(Failure::denied(format!(
                "the grant of {id} has expired; renew it with: entrepot adapter approve {id}"
            )));
        }
        let plan = match bound.allow(operation, method, url) {
            Ok(allowed) => Plan { credential: choose(&allowed, wanted, url)?, redirects: allowed.redirects },
            Err(denial) if bound.report_only => self.report(&denial),
            Err(denial) => return Err(Failure::denied(denial)),
        };
        check_target(url, options.allow_loopback)?;
        Ok(plan)
    }

    fn report(&self, denial: &Denial) -> Plan {
        self.counters.reported.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(channel = self.channel, "report-only grant let a request through: {denial}");
        Plan { credential: None, redirects: 0 }
    }
}

fn choose(allowed: &Allowed<'_>, wanted: Wanted<'_>, url: &Url) -> Result<Option<Credential>, Failure> {
    let https = url.scheme() == "https";
    let rule = &allowed.rule.name;
    let first_possible = || allowed.credentials.iter().find(|(_, credential)| credential.possible_on(https));
    let named = |name: &str| allowed.credential(name).filter(|credential| credential.possible_on(https));
    match wanted {
        Wanted::None => Ok(None),
        Wanted::Continued(Some(name)) => Ok(named(name).cloned()),
        Wanted::Continued(None) => Ok(first_possible().map(|(_, credential)| (*credential).clone())),
        Wanted::Asked(Some(name)) => match (allowed.credential(name), named(name)) {
            (_, Some(credential)) => Ok(Some(credential.clone())),
            (Some(credential), None) => {
                Err(Failure::denied(format!("a {} credential is never sent over plain http", credential.scheme())))
            }
            (None, None) => Err(Failure::denied(format!(
                "the credential `{name}` is not granted here; it would have to be among the credentials of rule `{rule}`"
            ))),
        },
        Wanted::Asked(None) => match first_possible() {
            Some((_, credential)) => Ok(Some((*credential).clone())),
            None if allowed.credentials.is_empty() => Ok(None),
            None => Err(Failure::denied(format!("no credential of rule `{rule}` may be sent over plain http"))),
        },
    }
}
