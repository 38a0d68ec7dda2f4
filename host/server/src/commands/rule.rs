//! `entrepot rule …`

use std::io::Read;

use anyhow::{Context, Result, anyhow};
use entrepot_core::RequestContext;
use entrepot_domain::drift::Policy;
use entrepot_domain::effective::ChannelRule;
use entrepot_listings::{RulePlan, RulePlanLine};

use crate::cli::RuleCommand;
use crate::host::Host;
use crate::output::{Output, operator, table};

/// No rule is larger.
const MOST: u64 = 1 << 20;

pub(crate) async fn run(host: &Host, command: RuleCommand, output: Output) -> Result<()> {
    let listings = &host.app.listings;
    match command {
        RuleCommand::List { channel } => {
            let rule = listings.rule(&host.tenant, &channel).await?;
            output.say(&rule, || shown(&rule))
        }
        RuleCommand::Set { channel, file } => {
            let rule = read(&file)?;
            let context = RequestContext::new(host.tenant.clone(), operator());
            listings.set_rule(&context, &channel, &rule).await?;
            output.say(&rule, || format!("{}\nall listings of {channel} follow", shown(&rule)))
        }
        RuleCommand::Plan { channel, file } => {
            let plan = match file {
                Some(file) => listings.plan_rule(&host.tenant, &channel, &read(&file)?).await?,
                None => {
                    let (none, rule) = (ChannelRule::default(), listings.rule(&host.tenant, &channel).await?);
                    listings.compare_rules(&host.tenant, &channel, &none, &rule).await?
                }
            };
            output.say(&plan, || planned(&plan))
        }
    }
}

fn read(file: &str) -> Result<ChannelRule> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().take(MOST).read_to_string(&mut text),
        path => std::fs::File::open(path).and_then(|opened| opened.take(MOST).read_to_string(&mut text)),
    };
    read.with_context(|| format!("{file} cannot be read"))?;
    serde_json::from_str(&text)
        .map_err(|error| anyhow!("{} is no rule: {error}", if file == "-" { "standard input" } else { file }))
}

fn shown(rule: &ChannelRule) -> String {
    let mut lines = Vec::new();
    if let Some(price) = &rule.price {
        lines.push(format!(
            "prices: {:+}.{:02} %, {:+} minor units",
            price.basis_points / 100,
            (price.basis_points % 100).abs(),
            price.plus
        ));
        lines.extend(price.ending.map(|ending| format!("  ending in {ending:02}, rounded up")));
        lines.extend(price.floor.map(|floor| format!("  nothing for less than {floor} minor units")));
    }
    if let Some(stock) = &rule.stock {
        lines.push(format!("stock: {} kept back", stock.buffer));
        lines.extend(stock.cap.map(|cap| format!("  no more than {cap} told")));
    }
    for (field, policy) in &rule.conflicts.0 {
        let what = match policy {
            Policy::Ask => "you decide",
            Policy::Ours => "what is wanted here is sent again",
            Policy::Theirs => "what stands there is taken over",
        };
        let field = if field == "default" { "anything else" } else { field };
        lines.push(format!("changed at the marketplace, {field}: {what}"));
    }
    if lines.is_empty() { "no rule: prices and stock are the products' own".to_owned() } else { lines.join("\n") }
}

fn planned(plan: &RulePlan) -> String {
    let amount = |of: &Option<entrepot_domain::Money>| of.as_ref().map_or_else(String::new, ToString::to_string);
    let stock = |of: Option<i64>| of.map_or_else(String::new, |of| of.to_string());
    let row = |line: &RulePlanLine| {
        vec![
            line.listing.clone(),
            line.sku.clone().unwrap_or_else(|| line.variant.clone()),
            amount(&line.price),
            amount(&line.price_then),
            stock(line.stock),
            stock(line.stock_then),
            line.problem.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = plan.lines.iter().map(row).collect();
    let told = format!(
        "{} listings: {} variants would change, {} would not be listed",
        plan.listings, plan.changed, plan.refused
    );
    if rows.is_empty() {
        return told;
    }
    format!("{}\n{told}", table(&["LISTING", "VARIANT", "PRICE", "THEN", "STOCK", "THEN", "PROBLEM"], &rows))
}
