//! What a grant allows besides its rules, for people.

use entrepot_adapters::InForce;
use entrepot_policy::Terms;

use crate::output::moment;

pub(super) fn lines(terms: &Terms) -> Vec<String> {
    let Terms { limits, rate_limit, expires_at, report_only, accept_narrower, .. } = terms;
    let mut lines = vec![
        format!("limits   {}", limits.in_words()),
        format!("pace     {}", rate_limit.in_words()),
        ends(*expires_at),
    ];
    if *report_only {
        lines.push("report-only: what no rule covers is let through, without credential, and reported".to_owned());
    }
    if *accept_narrower {
        lines
            .push("later versions by the same signer that ask for nothing more come into use by themselves".to_owned());
    }
    lines
}

fn ends(expires_at: Option<i64>) -> String {
    match expires_at {
        None => "expires  never".to_owned(),
        Some(at) => format!("expires  {} (UTC)", moment(at)),
    }
}

/// Of what is in use.
pub(super) fn in_force(granted: &[InForce]) -> Vec<String> {
    let mut all = Vec::new();
    for of in granted {
        let channels =
            if of.share == 100 { "all channels".to_owned() } else { format!("{}% of the channels", of.share) };
        let (version, by, at) = (&of.terms.version, &of.approved_by, moment(of.approved_at));
        all.push(format!("  granted  to {version} for {channels}, by {by} at {at} (UTC)"));
        all.extend(lines(&of.terms).into_iter().map(|line| format!("    {line}")));
    }
    all
}

/// In one line, of what the log says was granted.
pub(super) fn note(terms: &Terms) -> String {
    let Terms { limits, rate_limit, expires_at, .. } = terms;
    let end = expires_at.map_or_else(|| "without end".to_owned(), |at| format!("until {} (UTC)", moment(at)));
    format!("{}; {}; {end}", limits.in_words(), rate_limit.in_words())
}
