//! What an adapter asks for, what an operator granted, and what that means for one channel.
//!
//! Three steps, each its own type. A [`Manifest`] (`adapter.toml`) travels with the artifact and is only a *request*.
//! A [`Grant`] is the operator's answer, bound to the digest of the artifact and to the world it was built for. A
//! [`BoundGrant`] is the grant with the channel's settings filled in: concrete schemes, hosts, ports and paths. The
//! last one enforces; parser and enforcer share their types, so what was reviewed is what is checked.
//!
//! Everything here is pure: no clock, no network. Unknown keys are errors at every level, because a key that is
//! parsed and never read is a rule that somebody believes in.

mod approval;
mod asked;
mod bound;
mod callback;
mod ceilings;
mod credential;
mod deciding;
mod denial;
mod difference;
mod floors;
mod grant;
mod header;
mod key;
mod manifest;
mod narrow;
mod nowhere;
mod oauth;
mod operation;
mod origin;
mod parameter;
mod pasted_url;
mod path;
mod quantity;
mod rule;
mod settings;
mod share;
mod strict_url;
mod terms;
#[cfg(test)]
mod tests;
mod words;

pub use approval::Approval;
pub use asked::AskedFor;
pub use bound::{Allowed, BindError, BoundGrant, BoundRule};
pub use callback::{CallbackSignature, OAuthCallback};
pub use ceilings::Ceilings;
pub use credential::{Credential, SignatureMethod, SignedScheme, Template};
pub use deciding::DecidingSetting;
pub use denial::Denial;
pub use difference::{Difference, Permissions};
pub use floors::{FLOORS, SLOWEST};
pub use grant::Grant;
pub use header::{RuleHeader, forbidden_header};
pub use key::{KeyEncoding, KeyRule, MacAlgorithm};
pub use manifest::{Manifest, ManifestError, SUPPORTED_WORLDS};
pub use narrow::{NarrowError, Narrowing};
pub use nowhere::{Nowhere, no_marketplace};
pub use oauth::{ACCESS_TOKEN, OAuth, REFRESH_TOKEN};
pub use operation::Operation;
pub use origin::OriginPattern;
pub use parameter::{Parameter, is_override, override_in_form};
pub use path::PathPattern;
pub use quantity::{ByteSize, TimeSpan};
pub use rule::{EgressRule, Limits, Method, RateLimit};
pub use settings::{SecretField, Setting, SettingProblem, SettingType, Settings};
pub use share::generation_for;
pub use strict_url::{UrlRefused, parse_url};
pub use terms::Terms;
