//! `entrepot link …`

use std::collections::HashMap;

use anyhow::{Result, bail};
use entrepot_linking::{Decision, LinkBatchReport, LinkReport, ProductReference, WhichProposals};
use entrepot_store::links::proposals::{ProposalFilter, ProposalRow};
use serde_json::json;

use crate::cli::{DecideArgs, FilterArgs, LinkCommand, PairArgs};
use crate::host::Host;
use crate::output::{Output, count, moment, operator, table};

const AT_ONCE: i64 = 500;
const BATCHES: i64 = 50;

pub(crate) async fn run(host: &Host, command: LinkCommand, output: Output) -> Result<()> {
    let (cases, tenant) = (&host.app, &host.tenant);
    match command {
        LinkCommand::Propose { channel, with } => {
            let made = cases.links.propose_links(tenant, &channel, &with, &operator()).await?;
            let names = names(host).await?;
            output.say(&made, || match made.proposals {
                0 => summary(&made, &names),
                _ => format!("{}\nLook at them: entrepot link show {}", summary(&made, &names), made.batch),
            })
        }
        LinkCommand::Batches => {
            let batches = cases.links.link_batches(tenant, "", BATCHES).await?;
            let names = names(host).await?;
            output.say(&batches, || list(&batches, &names))
        }
        LinkCommand::Show { batch, filter, state, limit } => show(host, &batch, filter, state, limit, output).await,
        LinkCommand::Accept(arguments) => decide(host, Decision::Accept, arguments, output).await,
        LinkCommand::Reject(arguments) => decide(host, Decision::Reject, arguments, output).await,
        LinkCommand::Apply { batch } => {
            let done = cases.links.apply_links(tenant, &batch, &operator()).await?;
            output.say(&done, || {
                let mut lines = vec![format!("{} linked, {} left out", done.applied, done.left_out)];
                lines.extend(done.examples.iter().map(|one| format!("  {}: {}", one.number, one.why)));
                if done.left_out > done.examples.len() as u64 {
                    lines.push(format!("All of them: entrepot link show {batch} --state left_out"));
                }
                lines.join("\n")
            })
        }
        LinkCommand::Undo { batch } => {
            let done = cases.links.undo_links(tenant, &batch, &operator()).await?;
            output.say(&done, || {
                let mut lines = vec![format!("{} unlinked", done.undone)];
                lines.extend(done.changed_since.iter().map(|one| format!("  {}: {}", one.number, one.what)));
                lines.join("\n")
            })
        }
        LinkCommand::Pair(arguments) => {
            let (one, other) = references(arguments);
            let linked = cases.links.link_products(tenant, &one, &other, &operator()).await?;
            output.say(&json!({"linked": linked}), || match linked {
                0 => "they are linked already".to_owned(),
                1 => "1 variant is linked".to_owned(),
                _ => format!("{linked} variants are linked"),
            })
        }
        LinkCommand::Unpair(arguments) => {
            let (one, other) = references(arguments);
            let unlinked = cases.links.unlink_products(tenant, &one, &other, &operator()).await?;
            output.say(&json!({"unlinked": unlinked}), || match unlinked {
                1 => "1 variant is unlinked".to_owned(),
                _ => format!("{unlinked} variants are unlinked"),
            })
        }
        LinkCommand::Of { product } => {
            let links = cases.links.links_of(tenant, &product).await?;
            let names = names(host).await?;
            output.say(&links, || linked(&product, &links, &names))
        }
    }
}

/// Names of channels by id.
async fn names(host: &Host) -> Result<HashMap<String, String>> {
    let rows = host.db.tenant(&host.tenant).channels().await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

fn named<'a>(names: &'a HashMap<String, String>, id: &'a str) -> &'a str {
    names.get(id).map_or(id, String::as_str)
}

fn filter(arguments: FilterArgs, state: Option<String>) -> ProposalFilter {
    let FilterArgs { min_confidence, below, reason } = arguments;
    ProposalFilter { state, method: reason, at_least: min_confidence, below }
}

fn references(arguments: PairArgs) -> (ProductReference, ProductReference) {
    let PairArgs { product, other, variant, other_variant } = arguments;
    (ProductReference { product, variant }, ProductReference { product: other, variant: other_variant })
}

async fn decide(host: &Host, decision: Decision, arguments: DecideArgs, output: Output) -> Result<()> {
    let DecideArgs { batch, ids, filter: wanted } = arguments;
    let which = match (ids.is_empty(), filter(wanted, None)) {
        (false, _) => WhichProposals::These(ids),
        (true, wanted) if wanted == ProposalFilter::default() => {
            bail!("say which: --id NUMBER, --min-confidence 95, --below 50 or --reason sku; all: --min-confidence 0")
        }
        (true, wanted) => WhichProposals::All(wanted),
    };
    let changed = host.app.links.decide_links(&host.tenant, &batch, decision, &which, &operator()).await?;
    let report = host.app.links.link_batch(&host.tenant, &batch).await?;
    output.say(&json!({"changed": changed, "batch": report}), || {
        let word = if decision == Decision::Accept { "accepted" } else { "rejected" };
        let next = match report.count("accepted") {
            0 => String::new(),
            waiting => format!("\n{} to be linked: entrepot link apply {batch}", count(waiting, "waits", "wait")),
        };
        let open = count(report.count("proposed"), "is not decided", "are not decided");
        format!("{changed} {word}, {open}{next}")
    })
}

async fn show(
    host: &Host,
    batch: &str,
    arguments: FilterArgs,
    state: Option<String>,
    limit: i64,
    output: Output,
) -> Result<()> {
    let report = host.app.links.link_batch(&host.tenant, batch).await?;
    let filter = filter(arguments, state);
    let mut rows: Vec<ProposalRow> = Vec::new();
    while (rows.len() as i64) < limit {
        let after = rows.last().map_or(0, |last| last.number);
        let most = AT_ONCE.min(limit - rows.len() as i64);
        let page = host.app.links.link_proposals(&host.tenant, batch, &filter, after, most).await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    let names = names(host).await?;
    output.say(&json!({"batch": report, "proposals": rows}), || {
        let mut parts = vec![summary(&report, &names)];
        parts.extend(rows.iter().map(|row| proposal(row, &names)));
        if rows.len() as i64 == limit {
            parts.push(format!("There may be more; --limit {} shows them", limit.saturating_mul(10)));
        }
        parts.join("\n")
    })
}

fn summary(report: &LinkBatchReport, names: &HashMap<String, String>) -> String {
    let others: Vec<&str> = report.others.iter().map(|id| named(names, id)).collect();
    let mut lines = vec![
        format!(
            "batch {} of {}: {} with {}",
            report.batch,
            moment(report.made_at),
            named(names, &report.channel),
            others.join(", ")
        ),
        format!(
            "{} variants compared, {} found there, too: {} at 95 or above, {} from 80 on, {} below",
            report.compared, report.proposals, report.certain, report.likely, report.doubtful
        ),
    ];
    let states: Vec<String> =
        report.states.iter().map(|(state, count)| format!("{count} {}", state.replace('_', " "))).collect();
    match report.state.as_str() {
        "proposing" => lines.push("it is not complete: finding matches is under way, or was stopped".to_owned()),
        _ if states.is_empty() => lines.push("nothing that is not linked yet seems to be the same".to_owned()),
        "undone" => {
            lines.push(format!("undone by {}: {}", report.undone_by.as_deref().unwrap_or("?"), states.join(", ")))
        }
        _ => lines.push(states.join(", ")),
    }
    lines.join("\n")
}

fn list(batches: &[LinkBatchReport], names: &HashMap<String, String>) -> String {
    if batches.is_empty() {
        return "no batch yet; entrepot link propose CHANNEL".to_owned();
    }
    let cells: Vec<Vec<String>> = batches
        .iter()
        .map(|report| {
            let others: Vec<&str> = report.others.iter().map(|id| named(names, id)).collect();
            vec![
                report.batch.clone(),
                moment(report.made_at),
                report.made_by.clone(),
                named(names, &report.channel).to_owned(),
                others.join(", "),
                report.proposals.to_string(),
                report.count("proposed").to_string(),
                report.count("applied").to_string(),
                report.state.clone(),
            ]
        })
        .collect();
    table(&["BATCH", "MADE (UTC)", "BY", "CHANNEL", "WITH", "FOUND", "UNDECIDED", "LINKED", "STATE"], &cells)
}

fn proposal(row: &ProposalRow, names: &HashMap<String, String>) -> String {
    let identifiers = |sku: &Option<String>| sku.as_ref().map_or_else(String::new, |sku| format!(" ({sku})"));
    let mut lines = vec![
        format!("{}. {}% sure, {}", row.number, row.confidence, row.state.replace('_', " ")),
        format!("   {}{}", row.ours.name(), identifiers(&row.ours.sku)),
        format!("   {}{} of {}", row.theirs.name(), identifiers(&row.theirs.sku), named(names, &row.other_channel_id)),
        format!("   {}", row.reasons.join("; ")),
    ];
    lines.extend(row.note.iter().map(|note| format!("   note: {note}")));
    lines.extend(
        row.alternatives
            .iter()
            .map(|other| format!("   or {} of {}, {}%", other.name, named(names, &other.channel), other.confidence)),
    );
    lines.join("\n")
}

fn linked(product: &str, links: &[LinkReport], names: &HashMap<String, String>) -> String {
    if links.is_empty() {
        return format!("{product} is linked to nothing");
    }
    let mut lines = Vec::new();
    for link in links {
        lines.push(link.link.clone());
        for member in &link.members {
            let name = member.name.as_deref().unwrap_or("gone; it keeps its place until it is unlinked");
            let channel = named(names, &member.channel);
            lines.push(format!("  {channel}: {} variant {}: {name}", member.product, member.variant));
        }
        for pair in &link.pairs {
            let by = pair.batch.as_ref().map_or_else(|| "by hand".to_owned(), |batch| format!("by batch {batch}"));
            lines.push(format!(
                "  {} and {} linked {by}, {}, {}",
                pair.products[0],
                pair.products[1],
                pair.made_by,
                moment(pair.made_at)
            ));
        }
    }
    lines.join("\n")
}
