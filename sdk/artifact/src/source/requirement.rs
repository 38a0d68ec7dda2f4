use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};

/// Which version of an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The highest that is neither yanked nor a pre-release.
    Highest,
    /// `1.2.3`, yanked or not.
    Exactly(Version),
    /// `^1.2`, `~1.2.3`, `>=1, <3`: the highest that fits and is not yanked.
    Matching(VersionReq),
}

impl FromStr for Requirement {
    type Err = String;

    /// A whole version means itself and nothing else; cargo would read it as `^1.2.3`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(version) = text.parse() {
            return Ok(Self::Exactly(version));
        }
        let requirement = text.parse().map(Self::Matching);
        requirement.map_err(|_| format!("{text:?} is neither a version such as 1.2.3 nor a requirement such as ^1.2"))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Highest => f.write_str("the highest release"),
            Self::Exactly(version) => version.fmt(f),
            Self::Matching(requirement) => requirement.fmt(f),
        }
    }
}
