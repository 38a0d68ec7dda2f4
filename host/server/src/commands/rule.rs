//! `entrepot rule …`

use std::io::Read;

use anyhow::{Context, Result, anyhow};
use entrepot_core::RequestContext;
use entrepot_domain::drift::Policy;
use entrepot_domain::effective::{CategoryRule, ChannelRule, Create, ListRule, ProductFilter};
use entrepot_domain::names::shell_word;
use entrepot_listings::{ListPlanLine, RulePlan, RulePlanLine};
use serde_json::Value;

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
            let held = listings.held_rule_ends(&host.tenant, &channel).await?;
            output.say(&rule, || format!("{}{}", shown(&rule), held_back(held, &channel)))
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
        RuleCommand::AllowEnds { channel, count } => {
            let context = RequestContext::new(host.tenant.clone(), operator());
            listings.allow_rule_ends(&context, &channel, count).await?;
            let told = format!("up to {count} listings of {channel} may be ended by its rule");
            output.say(&serde_json::json!({ "channel": channel, "allowed": count }), || told)
        }
    }
}

fn held_back(held: i64, channel: &str) -> String {
    match held {
        0 => String::new(),
        held => format!(
            "\nheld back: the rule would end {held} listings, more than a mistake is let do; allow it: entrepot rule allow-ends {} {held}",
            shell_word(channel)
        ),
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
    lines.extend(rule.list.as_ref().map(listed));
    for CategoryRule { when, category, fields } in &rule.categories {
        let answers =
            if fields.is_empty() { String::new() } else { format!(", with {}", Value::Object(fields.clone())) };
        lines.push(format!("category {category}: {}{answers}", filter(when)));
    }
    if lines.is_empty() { "no rule: prices and stock are the products' own".to_owned() } else { lines.join("\n") }
}

fn filter(filter: &ProductFilter) -> String {
    let ProductFilter { brands, types, tags } = filter;
    let part = |name: &str, values: &[String]| format!("{name} {}", values.join(" or "));
    let all: Vec<String> = [("brand", brands), ("type", types), ("tag", tags)]
        .into_iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(name, values)| part(name, values))
        .collect();
    if all.is_empty() { "all products".to_owned() } else { all.join(", and ") }
}

fn listed(list: &ListRule) -> String {
    let from = if list.from.is_empty() { String::new() } else { format!(" from {}", list.from.join(", ")) };
    let except = if list.except.is_empty() { String::new() } else { format!(", but not {}", filter(&list.except)) };
    let made = match list.create {
        Create::Draft => "as drafts",
        Create::Publish => "and published",
    };
    let end = if list.end { "; ended when they no longer match" } else { "" };
    format!("listed by itself, {made}: {}{from}{except}{end}", filter(&list.when))
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
    let mut told = format!(
        "{} listings: {} variants would change, {} would not be listed",
        plan.listings, plan.changed, plan.refused
    );
    if plan.moves > 0 {
        told.push_str(&format!("; {} would go into another category", plan.moves));
    }
    if plan.unplaced > 0 {
        told.push_str(&format!("; {} would have no category, which the marketplace may refuse", plan.unplaced));
    }
    if let Some(matches) = plan.matches {
        told.push_str(&format!("\n{matches} products match what is listed by itself"));
    }
    if plan.creates + plan.returns + plan.ends > 0 {
        let RulePlan { creates, returns, ends, .. } = plan;
        let row = |line: &ListPlanLine| {
            let listing = line.listing.clone().unwrap_or_default();
            vec![line.what.to_owned(), line.product.clone(), listing, line.title.clone()]
        };
        let lines: Vec<Vec<String>> = plan.listed.iter().map(row).collect();
        told = format!(
            "{}\n{told}\nby itself: {creates} products would be listed, {returns} would come back, {ends} would end",
            table(&["WHAT", "PRODUCT", "LISTING", "TITLE"], &lines)
        );
    }
    if rows.is_empty() {
        return told;
    }
    format!("{}\n{told}", table(&["LISTING", "VARIANT", "PRICE", "THEN", "STOCK", "THEN", "PROBLEM"], &rows))
}
