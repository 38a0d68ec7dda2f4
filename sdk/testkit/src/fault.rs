//! What goes wrong on purpose, said in one line: `429 GET /products?page=2`.

use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};
use entrepot_egress::{Failure, Response};

/// What is done to the answers of the requests it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// Part of `METHOD URL`; empty: every request.
    pub part: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// That status instead, with an empty body; 429 and 503 with Retry-After.
    Status(u16),
    /// Half of the body.
    Truncate,
    /// A web page with status 200.
    Html,
    /// An empty body with status 200.
    Empty,
    /// No answer in time.
    Slow,
}

impl FromStr for Fault {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (kind, part) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let kind = match kind {
            "truncate" => FaultKind::Truncate,
            "html" => FaultKind::Html,
            "empty" => FaultKind::Empty,
            "slow" => FaultKind::Slow,
            status => match status
                .parse::<u16>()
                .with_context(|| format!("{text:?}: a status, truncate, html, empty or slow"))?
            {
                status @ 400..=599 => FaultKind::Status(status),
                _ => bail!("{text:?}: a status is 400 to 599"),
            },
        };
        Ok(Self { kind, part: part.trim().to_owned() })
    }
}

impl Fault {
    pub(crate) fn is_for(&self, method: &str, url: &str) -> bool {
        format!("{method} {url}").contains(&self.part)
            // `GET /path` is meant without the origin.
            || self.part.split_once(' ').is_some_and(|(wanted, part)| wanted == method && url.contains(part.trim()))
    }
}

impl FaultKind {
    pub(crate) fn apply(self, answer: &Response) -> Result<Response, Failure> {
        let plain = |status, headers: &[(&str, &str)], body: &[u8]| Response {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_vec(),
            retry_after_ms: None,
        };
        Ok(match self {
            Self::Status(status @ (429 | 503)) => plain(status, &[("retry-after", "7")], b""),
            Self::Status(status) => plain(status, &[], b""),
            Self::Truncate => {
                let half = answer.body.len() / 2;
                Response { body: answer.body.get(..half).unwrap_or_default().to_vec(), ..answer.clone() }
            }
            Self::Html => {
                plain(200, &[("content-type", "text/html")], b"<!doctype html><title>Sign in</title><p>Please sign in.")
            }
            Self::Empty => Response { body: Vec::new(), ..answer.clone() },
            Self::Slow => return Err(Failure::Unavailable("no answer in time (a fault of the test)".into())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_each() {
        let fault: Fault = "429 GET /products?page=2".parse().unwrap();
        assert_eq!(fault.kind, FaultKind::Status(429));
        assert!(fault.is_for("GET", "https://shop.example/products?page=2"));
        assert!(!fault.is_for("POST", "https://shop.example/products?page=2"));
        assert!("truncate".parse::<Fault>().unwrap().is_for("GET", "https://shop.example/"));
        assert!("200 GET /".parse::<Fault>().is_err() && "explode".parse::<Fault>().is_err());
    }
}
